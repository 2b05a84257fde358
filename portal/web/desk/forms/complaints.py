"""The form that prepares a complaint: what it rests on, and what the authority should do."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.services.complaints.views import ComplaintOption
from portal.web.fields import PageForm, TextField
from portal.web.forms.complaints import name_choice
from portal.web.forms.typed_fields import CheckboxesField


class PrepareForm(PageForm):
    requests = CheckboxesField(
        _l("Which requests is the complaint about?"),
        description=_l("A complaint is about one organisation. Requests to several make one complaint each."),
    )
    wish = TextField(
        _l("What should the authority do?"),
        description=_l("In the person’s words, if they want to say it. It can stay empty."),
        lines=True,
    )

    may_be_none = False

    def offer(self, option: ComplaintOption) -> None:
        """The requests that this complaint can rest on, by name; those that are overdue or were refused are chosen."""
        self.may_be_none = option.is_direct
        self.requests.choices = [(str(one.number), name_choice(one)) for one in option.requests]
        if not self.is_submitted():
            self.requests.data = [str(one.number) for one in option.requests if one.is_ripe]

    def validate_requests(self, field: Any) -> None:
        if not field.data and not self.may_be_none:
            raise ValidationError(_("Choose at least one request."))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.requests.data)
