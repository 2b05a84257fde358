"""The forms of the team's mandate, and of what the person said about passing their name on."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired, ValidationError

from portal.domain.lifecycle import MandateAct
from portal.services.cases.team_mandates import TeamMandateCommand
from portal.services.requests.preparing import NameCommand
from portal.web.fields import ChoiceField, DayField, TextField, require_moment
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.typed_fields import CheckboxesField, InstantField, IsoDayField

OWN_ACTS = [
    (MandateAct.LETTERS.value, _l("Write letters to platforms, and say in them what the law lets a helper say")),
    (MandateAct.BELIEF.value, _l("Say there what I honestly believe")),
    (MandateAct.COMPLAINTS.value, _l("Complain to authorities")),
    (MandateAct.MESSAGES.value, _l("Answer what platforms and authorities write back")),
]
ACTS = [
    (MandateAct.LETTERS.value, _l("Statements in letters to platforms")),
    (MandateAct.BELIEF.value, _l("Statements of what the person believes in good faith")),
    (MandateAct.COMPLAINTS.value, _l("What complaints to authorities state")),
    (MandateAct.MESSAGES.value, _l("Answers to what platforms and authorities write back")),
]


def require_one(_form: object, field: Any) -> None:
    if not field.data:
        raise ValidationError(_("Choose at least one."))


class TeamMandateForm(ReaderForm):
    """The person signs it here; the team records a paper that the person signed."""

    signature = for_each(
        person=TextField(_l("Your signature: type your name"), [DataRequired(_l("Type the name you sign with."))]),
        desk=None,
    )
    signed_on = for_each(
        person=None,
        desk=IsoDayField(_l("On which day did the person sign it?"), [DataRequired(_l("Fill in the day."))]),
    )
    covers = for_each(
        person=CheckboxesField(_l("What may your team do in your name?"), [require_one]),
        desk=CheckboxesField(_l("What does the paper cover?"), [require_one]),
    )
    limit = for_each(
        person=TextField(
            _l("Is there a limit? Say it in your own words"),
            description=_l("For example: only for Instagram. The letters say it too. You can leave it empty."),
            lines=True,
            longest=2000,
        ),
        desk=TextField(
            _l("A limit, in the words of the paper"),
            description=_l("Stands in the papers as it is written here. Left empty, there is none."),
            lines=True,
            longest=2000,
        ),
    )
    kept = for_each(
        person=None,
        desk=TextField(
            _l("What the paper says, and where it is kept"),
            [DataRequired(_l("Fill in what the paper is and where it is kept."))],
            description=_l("For example: mandate of one page, binder 4."),
            lines=True,
            longest=2000,
        ),
    )
    ends_on = for_each(
        person=DayField(
            _l("Until which day? Leave it empty if it has no end"), description=_l("For example 31 12 2027")
        ),
        desk=IsoDayField(_l("Last day, if it has one")),
    )

    def __init__(self, reader: Reader, **values: Any) -> None:
        super().__init__(reader, **values)
        self.covers.choices = ACTS if reader.is_staff else OWN_ACTS

    def command(self) -> TeamMandateCommand:
        return TeamMandateCommand(
            signature=self.signature.data or "" if "signature" in self else "",
            signed_on=self.signed_on.data if "signed_on" in self else None,
            kept=self.kept.data or "" if "kept" in self else "",
            ends_on=self.ends_on.data,
            covers=frozenset(MandateAct(each) for each in self.covers.data or ()),
            limit=self.limit.data or "",
        )


class NameForm(ReaderForm):
    """What the person told the team about their name."""

    passes_on = ChoiceField(
        _l("What did the person say?"),
        choices=[
            ("no", _l("Their name is not to be passed on")),
            ("yes", _l("Their name may be passed on to the person who posted it")),
        ],
        required=_l("Choose what the person said."),
    )
    said_at = InstantField(_l("When did they say it?"), [require_moment])
    how = TextField(
        _l("How did they say it?"),
        [DataRequired(_l("Fill in how they said it, such as by telephone."))],
        description=_l("For example: on the telephone, in a message of 3 May."),
    )

    def command(self) -> NameCommand:
        return NameCommand(may_pass_on=self.passes_on.data == "yes", said_at=self.said_at.data, how=self.how.data or "")
