"""The first questions: who, how old, where, what it is, and whether it is online."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.intake import StepId, forget_parts_of_other_country
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.report import Report, YesNo
from portal.web.fields import ChoiceField, ListField
from portal.web.person.forms.parts import PARTS
from portal.web.person.forms.steps import StepForm
from portal.web.places import country_names

UNSURE = (YesNo.UNSURE.value, _l("I am not sure"))


class WhoForm(StepForm):
    step = StepId.WHO
    heading = _l("Who is this about?")
    filer = ChoiceField(
        _l("Who is this about?"),
        choices=[
            (Filer.SELF.value, _l("Me")),
            (Filer.PARENT.value, _l("My child")),
            (Filer.REPRESENTATIVE.value, _l("Someone I act for, and who agreed to it")),
        ],
    )


class AgeForm(StepForm):
    step = StepId.AGE
    heading = _l("Was the person under 18 when it was made?")
    intro = _l("There are other ways to help when the person was under 18, and special teams who do it.")
    under_18 = ChoiceField(
        _l("Was the person under 18 when it was made?"),
        choices=[("yes", _l("Yes, under 18")), ("no", _l("No, 18 or older")), UNSURE],
    )


class CountryForm(StepForm):
    step = StepId.COUNTRY
    heading = _l("Which country do you live in?")
    intro = _l("It decides which laws help you, and who can act for you. We ask for nothing more exact.")
    country = ListField(_l("Country"), validate_choice=True)

    def prepare(self) -> None:
        self.country.offer([("", _("Choose a country")), *country_names(self.setting.language)])

    def apply(self, report: Report) -> Report:
        return forget_parts_of_other_country(report, self.country.data or "")


class StateForm(StepForm):
    step = StepId.STATE
    heading = _l("Which part of the country?")
    intro = _l("The law, how its days are counted, or who takes a complaint is not the same in every part.")
    subdivision = ListField(_l("Part of the country"), validate_choice=True)

    def prepare(self) -> None:
        self.subdivision.offer([("", _("Choose a part")), *PARTS.get(self.setting.report.country, ())])


class WhatForm(StepForm):
    step = StepId.WHAT
    heading = _l("What is it?")
    intro = _l("Choose what is closest. You do not need to describe it, and we never need to see it.")
    depiction = ChoiceField(
        _l("What is it?"),
        choices=[
            (Depiction.REAL.value, _l("A real intimate picture or video")),
            (Depiction.SYNTHETIC.value, _l("An intimate picture that was changed or made with AI")),
            (Depiction.UNSURE.value, _l("An intimate picture; I do not know if it is real or made")),
            (Depiction.FALSE.value, _l("Something else that shows me falsely or harms me")),
            (Depiction.PRIVATE.value, _l("Private facts about me, such as my address")),
        ],
    )


class OnlineForm(StepForm):
    step = StepId.ONLINE
    heading = _l("Is it online already?")
    intro = _l("If someone only threatens to post it, other steps help more than a letter to a platform.")
    is_online = ChoiceField(
        _l("Is it online already?"),
        choices=[
            ("yes", _l("Yes, or it was sent to others")),
            ("no", _l("No, someone threatens to post it")),
            UNSURE,
        ],
    )
