"""The form for what a team has to know first about a case."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.domain.lifecycle import RiskFlag
from portal.services.cases.risks import LONGEST
from portal.web.fields import PageForm, TextField


class RisksForm(PageForm):
    danger = BooleanField(_l("Somebody is in danger now"))
    suicide = BooleanField(_l("Somebody may take their own life"))
    reason = TextField(_l("Why? What was said?"), lines=True, longest=LONGEST)

    def __init__(self, marked: Collection[RiskFlag]) -> None:
        super().__init__(data={flag.value: flag in marked for flag in RiskFlag})

    @property
    def flags(self) -> frozenset[RiskFlag]:
        return frozenset(flag for flag in RiskFlag if self[flag.value].data)
