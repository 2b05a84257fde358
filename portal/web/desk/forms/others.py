"""Forms about other cases: a link, one person's two cases, and an account that posted."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired

from portal.services.intake.case_links import LONGEST, LONGEST_ACCOUNT
from portal.web.fields import ChoiceField, PageForm, TextField


class GoesOn(StrEnum):
    """Which of two cases is kept open."""

    THIS = "this"
    OTHER = "other"


class OtherCaseForm(PageForm):
    other = TextField(_l("Reference of the other case"), [DataRequired(_l("Write the reference."))], longest=20)


class LinkCasesForm(OtherCaseForm):
    reason = TextField(
        _l("What do they have in common?"),
        [DataRequired(_l("Write why."))],
        lines=True,
        longest=LONGEST,
        description=_l("Both histories keep it, for the team alone. Write no name of the other person."),
    )


class MergeCasesForm(OtherCaseForm):
    goes_on = ChoiceField(_l("Which case goes on?"), required=_l("Choose one."))
    said = TextField(
        _l("How did the person say that both are theirs?"),
        [DataRequired(_l("Write how, and when."))],
        lines=True,
        longest=LONGEST,
        description=_l("The person sees this on the page of each case."),
    )
    agreed = BooleanField(
        _l("The same person said so, and wants one case to go on"),
        [DataRequired(_l("Put them together only once the person has said so."))],
    )

    def __init__(self, reference: str) -> None:
        super().__init__()
        this = _("This one (%(reference)s)", reference=reference)
        self.goes_on.offer([(GoesOn.THIS.value, this), (GoesOn.OTHER.value, _("The other one"))])

    @property
    def is_this_first(self) -> bool:
        return GoesOn(str(self.goes_on.data)) is GoesOn.THIS


class PosterForm(PageForm):
    account = TextField(
        _l("Name of the account"),
        [DataRequired(_l("Write the name of the account."))],
        longest=LONGEST_ACCOUNT,
        description=_l("As the profile or its address shows it, with or without the @."),
    )
    place = TextField(_l("Where, if that helps"), longest=LONGEST_ACCOUNT)
