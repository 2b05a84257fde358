"""Which links of a case to look at, or to write down as gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice
from wtforms.validators import ValidationError

from portal.services.requests.views import ItemView
from portal.web.fields import PageForm
from portal.web.forms.typed_fields import CheckboxesField


class LooksForm(PageForm):
    links = CheckboxesField(_l("Links"))

    def offer(self, items: Sequence[ItemView]) -> None:
        """The links of this page."""
        self.links.choices = [SelectChoice(value=str(item.number), label=str(item.number)) for item in items]

    def validate_links(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one link."))

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in self.links.data]
