"""Forms of a complaint: what it rests on and states, that it was lodged, and what the authority answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.domain.lifecycle import ComplaintState, RequestKind
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.complaints.complaints import ComplaintAnswerCommand, LodgedCommand
from portal.services.complaints.views import ComplaintOption, ComplaintView, RequestChoice
from portal.services.requests.statement_views import LettersToState
from portal.web.fields import ChoiceField, MomentField, TextField, require_moment
from portal.web.forms.readers import Reader, ReaderForm, for_each
from portal.web.forms.requests import TICKET, make_desk_check
from portal.web.forms.statements import StatementsForm
from portal.web.forms.typed_fields import CheckboxesField, InstantField, not_before


class StateForm(StatementsForm):
    """What a complaint itself states. Nothing has to be ticked: what was said in each letter counts with its day."""

    @classmethod
    def of(cls, reader: Reader, letters: LettersToState) -> Self:
        form = super().of(reader, letters)
        if "signature" in form:
            form.signature.description = _("We put it at the end of the complaint.")
        if not letters.wanted:
            for name in ("signature", "speaker", "told_at"):
                if name in form:
                    del form[name]
        return form


class PrepareForm(StateForm):
    """What complaints rest on, what the authority should do, and what is stated for them."""

    desk_order = (
        "requests", "wish", "said_no_consent", "said_good_faith", "said_accuracy", "speaker", "told_at",
        "others",
    )  # fmt: skip
    requests = for_each(
        person=CheckboxesField(
            _l("Which letters is it about?"),
            description=_l("Choose those that are overdue or were refused. We make one complaint for each company."),
        ),
        desk=CheckboxesField(
            _l("Which requests is the complaint about?"),
            description=_l("A complaint is about one company. Requests to several make one complaint each."),
        ),
    )
    wish = for_each(
        person=TextField(_l("What do you want them to do? Use your own words, if you like."), lines=True),
        desk=TextField(
            _l("What should the authority do?"),
            description=_l("In the person’s words, if they want to say it. It can stay empty."),
            lines=True,
        ),
    )

    may_be_none = False

    def offer(self, option: ComplaintOption) -> None:
        """The requests that this complaint can rest on, by name; those that are overdue or were refused are chosen."""
        self.may_be_none = option.is_direct
        self.requests.choices = [(str(one.number), name_choice(one)) for one in option.requests]
        if self.reader.is_staff:
            self.wish.label.text = _("What should %(name)s do?", name=option.name)
        if not self.is_submitted():
            self.requests.data = [str(one.number) for one in option.requests if one.is_ripe]

    def validate_requests(self, field: Any) -> None:
        if not field.data and not self.may_be_none:
            raise ValidationError(
                _("Choose at least one letter.") if not self.reader.is_staff else _("Choose at least one request.")
            )

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.requests.data)


class LodgedForm(ReaderForm):
    at = for_each(
        person=MomentField(_l("When did you send the complaint?"), validators=[require_moment]),
        desk=InstantField(_l("When was it lodged?"), [require_moment]),
    )
    received_at = for_each(
        person=None,
        desk=InstantField(
            _l("When did it arrive? (only with proof)"),
            [not_before("at", _l("It cannot have arrived before it was lodged."))],
            description=_l("Without proof, leave this empty: the authority’s clock is then marked as estimated."),
        ),
    )
    ticket = for_each(person=TextField(TICKET), desk=TextField(_l("The authority’s case number (if it gave one)")))
    has_checked = for_each(person=None, desk=make_desk_check())

    def command(self) -> LodgedCommand:
        return LodgedCommand(
            at=self.at.data,
            received_at=self.received_at.data if "received_at" in self else None,
            ticket=self.ticket.data or "",
            has_checked="has_checked" in self and bool(self.has_checked.data),
        )


class LodgeAllForm(ReaderForm):
    """That complaints to one authority were lodged together: which ones, one day, and a number for each."""

    desk_order = ("complaints", "at", "received_at", "has_checked")

    complaints = for_each(
        person=CheckboxesField(_l("Which complaints did you send?")),
        desk=CheckboxesField(_l("Which complaints were lodged?")),
    )
    at = for_each(
        person=MomentField(_l("When did you send them?"), validators=[require_moment]),
        desk=InstantField(_l("When were they lodged?"), [require_moment]),
    )
    received_at = for_each(
        person=None,
        desk=InstantField(
            _l("When did they arrive? (only with proof)"),
            [not_before("at", _l("They cannot have arrived before they were lodged."))],
            description=_l("Without proof, leave this empty: the authority’s clock is then marked as estimated."),
        ),
    )
    has_checked = for_each(person=None, desk=make_desk_check())

    def __init__(self, reader: Reader, views: Sequence[ComplaintView], **values: Any) -> None:
        self.views = [each for each in views if each.state is ComplaintState.PREPARED]
        super().__init__(reader, **values)
        self.complaints.choices = [(str(each.number), each.about or each.regulator_name) for each in self.views]
        if not self.is_submitted():
            self.complaints.data = [str(each.number) for each in self.views if each.letters]

    def _list_fields(self) -> list[tuple[str, Any]]:
        """With one field for the number of each complaint."""
        return [*super()._list_fields(), *((_ticket_of(each), _ticket_field(each)) for each in self.views)]

    def list_tickets(self) -> list[Any]:
        """The fields of the numbers, in the order of the complaints."""
        return [self[_ticket_of(each)] for each in self.views]

    def validate_complaints(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(_("Choose at least one complaint."))

    def command(self) -> LodgedCommand:
        return LodgedCommand(
            at=self.at.data,
            received_at=self.received_at.data if "received_at" in self else None,
            has_checked="has_checked" in self and bool(self.has_checked.data),
        )

    def tickets(self) -> Mapping[int, str]:
        """The authority's number for each complaint that is ticked."""
        chosen = set(self.complaints.data)
        return {each.number: self[_ticket_of(each)].data or "" for each in self.views if str(each.number) in chosen}


def _ticket_of(view: ComplaintView) -> str:
    return f"ticket-{view.number}-text"


def _ticket_field(view: ComplaintView) -> Any:
    return TextField(_l("Their number for %(name)s, if any", name=view.about or view.regulator_name))


class ComplaintAnswerForm(ReaderForm):
    """The desk says what the answer means, the person only whether it is the decision."""

    vocabularies = MappingProxyType({"meaning": ComplaintAnswer})

    meaning = for_each(
        person=None,
        desk=ChoiceField(_l("What does the answer mean?"), required=_l("Choose what the answer means.")),
    )
    at = for_each(
        person=MomentField(_l("When did the answer come?"), validators=[require_moment]),
        desk=InstantField(_l("When did the answer arrive?"), [require_moment]),
    )
    is_final = for_each(
        person=ChoiceField(
            _l("Is it their decision?"),
            choices=[("yes", _l("Yes, they have decided")), ("no", _l("No, they only confirmed they got it"))],
            required=True,
        ),
        desk=None,
    )
    text = for_each(
        person=TextField(_l("Their words, if you want to keep them"), lines=True),
        desk=TextField(_l("What they wrote"), description=_l("Copy their words."), lines=True),
    )

    def command(self) -> ComplaintAnswerCommand:
        at, text = self.at.data, self.text.data or ""
        if "meaning" in self:
            return ComplaintAnswerCommand(at=at, text=text, meaning=ComplaintAnswer(str(self.meaning.data)))
        return ComplaintAnswerCommand(at=at, text=text, is_final=self.is_final.data == "yes")


def name_choice(choice: RequestChoice) -> str:
    """A request by its recipient's name, with why it would be chosen: "3. Instagram: overdue"."""
    state = "refused" if choice.is_refused else "overdue" if choice.is_overdue else "waiting"
    return str(_CHOICES[choice.kind, state] % {"number": choice.number, "name": choice.name})


_CHOICES: Mapping[tuple[RequestKind, str], Any] = MappingProxyType(
    {
        (RequestKind.NOTICE, "refused"): _l("%(number)s. %(name)s: refused"),
        (RequestKind.NOTICE, "overdue"): _l("%(number)s. %(name)s: overdue"),
        (RequestKind.NOTICE, "waiting"): _l("%(number)s. %(name)s: not overdue yet"),
        (RequestKind.ERASURE, "refused"): _l("%(number)s. %(name)s, about personal data: refused"),
        (RequestKind.ERASURE, "overdue"): _l("%(number)s. %(name)s, about personal data: overdue"),
        (RequestKind.ERASURE, "waiting"): _l("%(number)s. %(name)s, about personal data: not overdue yet"),
    }
)
