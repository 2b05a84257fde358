"""Forms of a complaint: what it rests on, that it was lodged, and what the authority answered."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired, ValidationError

from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.complaints.views import ComplaintOption
from portal.services.tracking.views import RequestView
from portal.web.desk.forms.fields import CheckboxesField, InstantField
from portal.web.desk.forms.requests import CHECKED, CHECKED_WHY
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm, TextField, require_moment


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


class LodgedForm(PageForm):
    at = InstantField(_l("When was it lodged?"), [require_moment])
    received_at = InstantField(
        _l("When did it arrive? (only with proof)"),
        description=_l("Without proof, leave this empty: the authority’s clock is then marked as estimated."),
    )
    ticket = TextField(_l("The authority’s case number (if it gave one)"))
    has_checked = BooleanField(CHECKED, description=CHECKED_WHY)

    def validate_received_at(self, field: InstantField) -> None:
        if field.data and self.at.data and field.data < self.at.data:
            raise ValidationError(_("It cannot have arrived before it was lodged."))

    @property
    def command(self) -> LodgedCommand:
        return LodgedCommand(
            at=self.at.data,
            received_at=self.received_at.data,
            ticket=(self.ticket.data or "").strip(),
            has_checked=bool(self.has_checked.data),
        )


class ComplaintAnswerForm(PageForm):
    meaning = RadioField(_l("What does the answer mean?"), [InputRequired(_l("Choose what the answer means."))])
    at = InstantField(_l("When did the answer arrive?"), [require_moment])
    text = TextField(_l("What they wrote"), description=_l("Copy their words."), lines=True)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.meaning.choices = choices_of(ComplaintAnswer)

    @property
    def command(self) -> ComplaintAnswerCommand:
        return ComplaintAnswerCommand(
            at=self.at.data, text=self.text.data or "", meaning=ComplaintAnswer(self.meaning.data)
        )
