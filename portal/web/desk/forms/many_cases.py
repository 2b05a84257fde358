"""Forms of what is done in many cases at once."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.lifecycle import CloseReason
from portal.services.casefile.many_cases import CaseAction
from portal.web.desk.forms.bulk import BulkForm, WhenForm
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, TextField

NOBODY = "nobody"


class AssignAllForm(BulkForm):
    colleague = ChoiceField(_l("Who carries these cases now?"), required=_l("Choose one."))

    def offer(self, colleagues: Mapping[UUID, str]) -> None:
        """The colleagues of the member's teams, and nobody."""
        self.colleague.offer([*((str(each), name) for each, name in colleagues.items()), (NOBODY, _("Nobody for now"))])

    @property
    def chosen(self) -> UUID | None:
        return None if self.colleague.data == NOBODY else UUID(str(self.colleague.data))


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
        CaseAction.REMINDED: WhenForm,
    }
    return forms.get(step, BulkForm)()
