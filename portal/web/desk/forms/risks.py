"""The form for what a team has to know first about a case."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.lifecycle import AgeBand, RiskFlag
from portal.services.cases.risks import LONGEST
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, PageForm, TextField

NOT_TOLD = "not_told"


class RisksForm(PageForm):
    danger = BooleanField(_l("Somebody is in danger now"))
    suicide = BooleanField(_l("Somebody may take their own life"))
    reason = TextField(_l("Why? What was said?"), lines=True, longest=LONGEST)
    age = ChoiceField(
        _l("How old was the person when it was made, if they told you?"),
        description=_l("For the yearly figures alone: do not ask for it. This shows in the history the person reads."),
    )

    def __init__(self, marked: Collection[RiskFlag], age: AgeBand | None) -> None:
        super().__init__(data={**{flag.value: flag in marked for flag in RiskFlag}, "age": age or NOT_TOLD})
        self.age.offer([(NOT_TOLD, _("Not told")), *choices_of(AgeBand)])

    @property
    def band(self) -> AgeBand | None:
        return AgeBand(self.age.data) if self.age.data in set(AgeBand) else None

    @property
    def flags(self) -> frozenset[RiskFlag]:
        return frozenset(flag for flag in RiskFlag if self[flag.value].data)
