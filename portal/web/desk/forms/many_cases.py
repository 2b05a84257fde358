"""Forms of what is done in many cases at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import DataRequired

from portal.domain.lifecycle import CloseReason
from portal.services.casefile.bulk.many_cases import CaseAction
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.cases.tags import TagView
from portal.web.desk.forms.bulk import BulkForm, LodgedTogetherForm, MailTogetherForm, SentTogetherForm, WhenForm
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, TextField
from portal.web.forms.typed_fields import CheckboxesField, IsoDayField

NOBODY = "nobody"


class AssignAllForm(BulkForm):
    colleague = ChoiceField(_l("Who carries these cases now?"), required=_l("Choose one."))

    def offer(self, colleagues: Mapping[UUID, str]) -> None:
        """The colleagues of the member's teams, and nobody."""
        self.colleague.offer([*((str(each), name) for each, name in colleagues.items()), (NOBODY, _("Nobody for now"))])

    @property
    def chosen(self) -> UUID | None:
        return None if self.colleague.data == NOBODY else UUID(str(self.colleague.data))


class TagAllForm(BulkForm):
    change = ChoiceField(_l("Give or take away?"), required=_l("Choose one."))
    tags = CheckboxesField(_l("Which tags?"), [DataRequired(_l("Choose at least one tag."))])

    def offer(self, tags: Sequence[TagView]) -> None:
        self.change.offer([("add", _("Give these cases the tags")), ("remove", _("Take the tags from them"))])
        self.tags.choices = [(str(each.id), each.name) for each in tags]

    @property
    def chosen(self) -> tuple[UUID, ...]:
        return tuple(UUID(each) for each in self.tags.data or ())


class FollowUpAllForm(BulkForm):
    due = IsoDayField(_l("Look again on"), [DataRequired(_l("Fill in the day."))])
    note = TextField(_l("What was promised, and to whom?"), lines=True)
    owner = ChoiceField(_l("Who looks again?"), required=_l("Choose one."))

    def offer(self, colleagues: Mapping[UUID, str], me: UUID) -> None:
        """The colleagues of the member's teams; the one who sets it is chosen at first."""
        self.owner.offer([(str(each), name) for each, name in colleagues.items()])
        if not self.is_submitted():
            self.owner.data = str(me)

    @property
    def command(self) -> NewFollowUp:
        return NewFollowUp(due_on=self.due.data, owner_id=UUID(str(self.owner.data)), note=self.note.data or "")


class CloseAllForm(BulkForm):
    reason = ChoiceField(_l("Why are they closed?"), required=_l("Choose why."))
    note = TextField(_l("Note, if more is to be said"), lines=True)
    is_certain = BooleanField(_l("Also close those in which something is online, not sent, or running"))

    def __init__(self) -> None:
        super().__init__()
        self.reason.offer(choices_of(CloseReason))

    @property
    def chosen(self) -> CloseReason:
        return CloseReason(str(self.reason.data))


def make_form(step: CaseAction) -> BulkForm:
    """The questions that a step asks."""
    forms: Mapping[CaseAction, type[BulkForm]] = {
        CaseAction.ASSIGN: AssignAllForm,
        CaseAction.CLOSE: CloseAllForm,
        CaseAction.TAG: TagAllForm,
        CaseAction.FOLLOW_UP: FollowUpAllForm,
        CaseAction.SENT: SentTogetherForm,
        CaseAction.MAIL: MailTogetherForm,
        CaseAction.MAIL_LATER: MailTogetherForm,
        CaseAction.REMINDED: WhenForm,
        CaseAction.LODGED: LodgedTogetherForm,
    }
    return forms.get(step, BulkForm)()
