"""Forms of a complaint: what it rests on, that it was lodged, and what the authority answered."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.services.complaints import LodgedCommand
from portal.services.views import ComplaintOption, RequestView
from portal.web.desk.forms.fields import CheckboxesField, InstantField

WHEN = _l("Enter the day and the time.")


class PrepareForm(FlaskForm):  # type: ignore[misc]
    requests = CheckboxesField(_l("Which requests is the complaint about?"))
    wish = TextAreaField(
        _l("What should the authority do?"),
        description=_l("In the person’s words, if they want to say it. It can stay empty."),
    )

    def offer(self, option: ComplaintOption, requests: tuple[RequestView, ...]) -> None:
        """The requests that this complaint can rest on, all of them chosen at first."""
        usable = [request for request in requests if request.number in option.request_numbers]
        self.requests.choices = [(str(one.number), f"{one.number}. {one.platform_name}") for one in usable]
        if not self.is_submitted():
            self.requests.data = [str(one.number) for one in usable]

    def validate_requests(self, field: Any) -> None:
        if not field.data:
            raise ValueError(_("Choose at least one request."))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.requests.data)


class LodgedForm(FlaskForm):  # type: ignore[misc]
    at = InstantField(_l("When was it lodged?"), [InputRequired(WHEN)])
    ticket = StringField(_l("The authority’s case number (if it gave one)"))

    @property
    def command(self) -> LodgedCommand:
        return LodgedCommand(at=self.at.data, ticket=(self.ticket.data or "").strip())
