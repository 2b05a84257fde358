"""What both pages of an answer do with its form: read the words first, then log what somebody confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.answer_reading import Suggestion
from portal.services.tracking import answers, read_answers, sending
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from portal.web.forms.answers import AnswerForm

READ = "read"  # the name of the button that asks for a suggestion
AROUND = 120  # characters of the text that are shown on each side of the sentence


@dataclass(frozen=True, kw_only=True, repr=False)
class ShownSuggestion:
    """A suggestion as a page shows it, with what is around its sentence. `has_words`: there was something to read."""

    suggestion: Suggestion
    has_words: bool
    before: str
    after: str


def read_into(form: AnswerForm, work: CaseWork, number: int) -> ShownSuggestion:
    """Read what is pasted, or the file that is chosen, and put what is found into the form. Nothing is kept."""
    read = read_answers.suggest_answer(work, number, form.text.data or "", document=form.file)
    form.fill(read)
    found, text = read.suggestion, read.text
    return ShownSuggestion(
        suggestion=found,
        has_words=bool(text),
        before=("…" if found.start > AROUND else "") + text[max(0, found.start - AROUND) : found.start],
        after=text[found.end : found.end + AROUND] + ("…" if found.end + AROUND < len(text) else ""),
    )


def log_with_ticket(work: CaseWork, view: RequestView, form: AnswerForm) -> None:
    """Log the answer, and their number for it where that is new. Raises what `log_answer` raises."""
    answers.log_answer(work, view.number, form.command(form.ticked))
    ticket = (form.ticket.data or "").strip()
    if ticket and ticket != view.ticket:
        sending.record_ticket(work, view.number, ticket)
