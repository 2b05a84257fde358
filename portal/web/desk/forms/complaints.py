"""The form that prepares a complaint: what it rests on, and what the authority should do."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.services.complaints.views import ComplaintOption
from portal.services.tracking.views import RequestView
from portal.web.fields import PageForm, TextField
from portal.web.forms.typed_fields import CheckboxesField


class PrepareForm(PageForm):
    requests = CheckboxesField(_l("Which requests is the complaint about?"))
    wish = TextField(
        _l("What should the authority do?"),
        description=_l("In the person’s words, if they want to say it. It can stay empty."),
        lines=True,
    )

    def offer(self, option: ComplaintOption, requests: tuple[RequestView, ...]) -> None:
        """The requests that this complaint can rest on, all of them chosen at first."""
        usable = [request for request in requests if request.number in option.request_numbers]
        self.requests.choices = [(str(one.number), f"{one.number}. {one.platform_name}") for one in usable]
        if not self.is_submitted():
            self.requests.data = [str(one.number) for one in usable]

    def validate_requests(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one request."))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.requests.data)
