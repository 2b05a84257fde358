"""The first questions: who, how old, where, what it is, and whether it is online. Each speaks to the one answering."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.intake import StepId, forget_parts_of_other_country
from portal.domain.lifecycle import Depiction, Filer, Path
from portal.domain.report import Report, YesNo
from portal.web.fields import ChoiceField, ListField
from portal.web.forms.parts import PARTS
from portal.web.person.forms.steps import StepForm
from portal.web.places import country_names

UNSURE = (YesNo.UNSURE.value, _l("I’m not sure"))

AGE_QUESTIONS: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("Were you under 18 when it was made?"),
        Filer.PARENT: _l("Was your child under 18 when it was made?"),
        Filer.REPRESENTATIVE: _l("Were they under 18 when it was made?"),
    }
)
AGE_INTROS: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("If you were, special teams can help you fast. You are not in trouble."),
        Filer.PARENT: _l("If so, special teams can help fast. Your child is not in trouble."),
        Filer.REPRESENTATIVE: _l("If so, special teams can help fast. They are not in trouble."),
    }
)
# What is asked about the one in the picture, by who answers.
FALSE_ONES: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("Something else that is false or hurtful about me"),
        Filer.PARENT: _l("Something else that is false or hurtful about my child"),
        Filer.REPRESENTATIVE: _l("Something else that is false or hurtful about them"),
    }
)
PRIVATE_ONES: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("Private facts about me, such as my address"),
        Filer.PARENT: _l("Private facts about my child, such as our address"),
        Filer.REPRESENTATIVE: _l("Private facts about them, such as their address"),
    }
)
COUNTRY_QUESTIONS: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("Which country do you live in?"),
        Filer.PARENT: _l("Which country does your child live in?"),
        Filer.REPRESENTATIVE: _l("Which country do they live in?"),
    }
)


def filer_of(report: Report) -> Filer:
    """Who answers; whoever has not said so is spoken to as the one in the picture."""
    return report.filer or Filer.SELF


def depictions_for(report: Report) -> list[tuple[str, Any]]:
    """The kinds of content to choose from."""
    filer = filer_of(report)
    return [
        (Depiction.REAL.value, _l("A real private picture or video")),
        (Depiction.SYNTHETIC.value, _l("A fake or AI-made private picture or video")),
        (Depiction.UNSURE.value, _l("A private picture. I don’t know if it is real")),
        (Depiction.FALSE.value, FALSE_ONES[filer]),
        (Depiction.PRIVATE.value, PRIVATE_ONES[filer]),
    ]


class WhoForm(StepForm):
    step = StepId.WHO
    one_tap = "filer"
    heading = _l("Who is this about?")
    filer = ChoiceField(
        _l("Who is this about?"),
        choices=[
            (Filer.SELF.value, _l("Me")),
            (Filer.PARENT.value, _l("My child")),
            (Filer.REPRESENTATIVE.value, _l("Someone else, who asked me to help")),
        ],
    )


class AgeForm(StepForm):
    step = StepId.AGE
    one_tap = "under_18"
    under_18 = ChoiceField(choices=[("yes", _l("Yes, under 18")), ("no", _l("No, 18 or older")), UNSURE])

    def prepare(self) -> None:
        filer = filer_of(self.setting.report)
        self.heading, self.intro = AGE_QUESTIONS[filer], AGE_INTROS[filer]
        self.under_18.label.text = self.heading


class CountryForm(StepForm):
    """The countries that the browser speaks of come first, each as one button."""

    step = StepId.COUNTRY
    intro = _l("It tells us which laws and teams can help. We don’t ask for anything closer.")
    country = ListField(_l("Country"), validate_choice=True)

    def prepare(self) -> None:
        self.heading = COUNTRY_QUESTIONS[filer_of(self.setting.report)]
        names = country_names(self.setting.language)
        self.country.offer([("", _("Choose a country")), *names])
        known = dict(names)
        self.likely = [(code, known[code]) for code in self.setting.likely_countries if code in known]

    def apply(self, report: Report) -> Report:
        return forget_parts_of_other_country(report, self.country.data or "")


class CountryPartForm(StepForm):
    step = StepId.STATE
    heading = _l("Which part of the country?")
    intro = _l("The law, how its days are counted, or who takes a complaint is not the same in every part.")
    subdivision = ListField(_l("Part of the country"), validate_choice=True)

    def prepare(self) -> None:
        self.subdivision.offer([("", _("Choose a part")), *PARTS.get(self.setting.report.country, ())])


class WhatForm(StepForm):
    step = StepId.WHAT
    one_tap = "depiction"
    heading = _l("What is it?")
    intro = _l("Choose what is closest. You don’t have to describe it, and we never need to see it.")
    depiction = ChoiceField(_l("What is it?"))

    def prepare(self) -> None:
        if self.setting.report.path is Path.CHILD:
            self.intro = _l("Choose what is closest. It helps the platform to act. You can skip this.")
        self.depiction.offer(depictions_for(self.setting.report))


class OnlineForm(StepForm):
    step = StepId.ONLINE
    one_tap = "is_online"
    heading = _l("Is it online yet?")
    intro = _l("A group chat counts as online. So does a picture that was sent to other people.")
    is_online = ChoiceField(
        _l("Is it online yet?"),
        choices=[
            ("yes", _l("Yes, or it was sent to others")),
            ("no", _l("No, but someone says they will post it")),
            UNSURE,
        ],
    )
