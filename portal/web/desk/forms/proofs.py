"""The form for what the person saved before removal was asked for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice

from portal.domain.lifecycle import KeptProof
from portal.services.requests.proofs import ProofView
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm
from portal.web.forms.typed_fields import CheckboxesField


class ProofForm(PageForm):
    saved = CheckboxesField(_l("The person says that they saved"))
    for_all = BooleanField(_l("The same for every other request that was not sent and not asked about"))

    def __init__(self, before: ProofView | None, **values: Any) -> None:
        super().__init__(**values)
        self.saved.choices = [SelectChoice(value=value, label=words) for value, words in choices_of(KeptProof)]
        if not self.is_submitted():
            self.saved.data = [each.value for each in before.kept] if before else []

    @property
    def chosen(self) -> frozenset[KeptProof]:
        return frozenset(map(KeptProof, self.saved.data or ()))
