"""The form of what somebody answered: what it means, when it came, and which links it is about."""

from __future__ import annotations

from collections.abc import Container, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.domain.lifecycle import Answer
from portal.reference.answers import load_graph
from portal.services.cases.documents import DocumentView
from portal.services.intake import drafts
from portal.services.requests.views import ItemView
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.read_answers import ReadAnswer
from portal.web.fields import ChoiceField, DayField, ListField, MomentField, TextField, require_moment
from portal.web.forms.readers import ReaderForm, for_each
from portal.web.forms.requests import TICKET
from portal.web.forms.typed_fields import CheckboxesField, InstantField, IsoDayField
from portal.web.unit_of_work import unit

WHICH = [
    ("ticked", _l("Those that are ticked; every link where none is")),
    ("rest", _l("The rest: all but those that are ticked")),
    ("all", _l("All of them")),
]
WHICH_OF_HERS = [
    ("ticked", _l("Only those I ticked or pasted. All of them, if I chose none")),
    ("rest", _l("All but those I ticked or pasted")),
    ("all", _l("All of them")),
]
LONGEST_NAME = 80  # characters of a file in a list
SHOWN_OTHERS = 3  # links in the sentence that some are of another request


class AnswerForm(ReaderForm):
    desk_order = (
        "text", "from_file", "answer", "at", "received_at", "extension_until", "ticket", "items", "pasted", "which",
    )  # fmt: skip
    vocabularies = MappingProxyType({"answer": Answer})

    text = for_each(
        person=TextField(
            _l("Paste what they wrote"),
            description=_l("You can leave this empty. Never paste a picture of yourself."),
            lines=True,
        ),
        desk=TextField(
            _l("What they wrote"), description=_l("Copy their words. Never paste a picture of the content."), lines=True
        ),
    )
    from_file = for_each(
        person=ListField(_l("Or read it from a file you saved")), desk=ListField(_l("Or read it from a saved file"))
    )
    answer = for_each(
        person=ChoiceField(_l("What did they answer?"), required=True),
        desk=ChoiceField(_l("What does the answer mean?"), required=_l("Choose what the answer means.")),
    )
    at = for_each(
        person=MomentField(_l("When did the answer come?"), validators=[require_moment]),
        desk=InstantField(_l("When did the answer arrive?"), [require_moment]),
    )
    received_at = for_each(
        person=MomentField(_l("When did they get your letter, if they say so?")),
        desk=InstantField(
            _l("When do they say that it arrived, if they say so?"),
            description=_l("Any answer proves receipt. Left empty, a form or an e-mail arrived as it was sent."),
        ),
    )
    extension_until = for_each(
        person=DayField(_l("Do they need more time? Until which day?")),
        desk=IsoDayField(
            _l("If they need longer: until which day?"),
            description=_l("It counts only where the law allows more time and they said so before the first date."),
        ),
    )
    ticket = for_each(
        person=TextField(TICKET),
        desk=TextField(_l("Their ticket number, if it is new")),
    )
    items = for_each(
        person=CheckboxesField(_l("Is it about only some of the links? Tick them. If it is about all, tick none.")),
        desk=CheckboxesField(
            _l("Which links is it about?"), description=_l("Leave all boxes empty when it is about every link.")
        ),
    )
    pasted = for_each(
        person=TextField(
            _l("Or paste the links here"), description=_l("They count as if you had ticked them."), lines=True
        ),
        desk=TextField(
            _l("Or paste the links it is about"),
            description=_l("From their mail, in any form. They count as ticked."),
            lines=True,
        ),
    )
    which = for_each(
        person=ChoiceField(_l("Which of them?"), choices=WHICH_OF_HERS, default="ticked"),
        desk=ChoiceField(_l("Of these links"), choices=WHICH, default="ticked"),
    )

    def offer(self, items: tuple[ItemView, ...], files: Sequence[DocumentView] = ()) -> None:
        """The links of the request, by number and short text, and the saved files that can be read."""
        order = list(load_graph())
        self.answer.offer(sorted(self.reader.words[Answer], key=lambda pair: order.index(Answer(pair[0]))))
        self.from_file.offer([("", _("None")), *((str(file.number), _name_file(file)) for file in files)])
        if not files:
            del self.from_file
        self.items.choices = [(str(item.number), f"{item.number}. {item.shown}") for item in items]
        self._numbers = {item.url: item.number for item in items if item.url}
        if len(items) < 2:
            del self.which
            del self.pasted

    @property
    def file(self) -> int | None:
        """The saved file that is to be read."""
        if "from_file" not in self:
            return None
        offered = {choice.value for choice in self.from_file.choices if choice.value}
        return int(self.from_file.data) if self.from_file.data in offered else None

    def fill(self, read: ReadAnswer) -> None:
        """What was read stands in the fields, to be looked at and changed; what somebody chose before stays where
        nothing is known.
        """
        found = read.suggestion
        self.text.data = read.text
        if found.answer is not None:
            self.answer.data = found.answer.value
        if found.until is not None:
            self.extension_until.fill(found.until)
        if found.tickets and not self.ticket.data:
            self.ticket.data = found.tickets[0]

    def validate_pasted(self, field: Any) -> None:
        """Each has to be a link of this request."""
        if not (field.data or "").strip():
            return
        if others := list_others(self._read_pasted(), self._numbers):
            raise ValidationError(_("Not a link of this request: %(links)s", links=others))

    def _read_pasted(self) -> tuple[str, ...]:
        """The links of what was pasted, each as a case keeps it."""
        return read_links(self.pasted.data) if "pasted" in self else ()

    def validate_which(self, field: Any) -> None:
        """The rest has to be something."""
        if field.data == "rest" and not self.ticked:
            raise ValidationError(_("Every link is ticked, so none is left. Choose the ticked ones, or untick some."))

    @property
    def ticked(self) -> tuple[int, ...]:
        """The links that were chosen, or all but those; none means all of them."""
        if "which" in self and self.which.data == "all":
            return ()
        chosen = {int(number) for number in self.items.data or ()}
        chosen |= {self._numbers[url] for url in self._read_pasted() if url in self._numbers}
        if "which" in self and self.which.data == "rest":
            return tuple(int(number) for number, _words in self.items.choices if int(number) not in chosen)
        return tuple(sorted(chosen))

    def command(self, items: tuple[int, ...]) -> AnswerCommand:
        return AnswerCommand(
            answer=Answer(str(self.answer.data)),
            at=self.at.data,
            text=self.text.data or "",
            extension_until=self.extension_until.data,
            items=items,
            received_at=self.received_at.data,
        )


def read_links(text: str | None) -> tuple[str, ...]:
    """The links in what was pasted, each as a case keeps it."""
    return tuple(link.url for link in drafts.read_text(text, ports=unit().ports).found.items) if text else ()


def list_others(pasted: Sequence[str], known: Container[str]) -> str:
    """The first pasted links that are not among the known ones, as a sentence names them. Raises ValidationError."""
    if not pasted:
        raise ValidationError(_("No link was found in this."))
    return ", ".join([url for url in pasted if url not in known][:SHOWN_OTHERS])


def _name_file(file: DocumentView) -> str:
    return f"{file.number}. {file.label or file.about}"[:LONGEST_NAME]
