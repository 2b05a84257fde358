"""One way to try what may be refused: it is done, or the reasons stand on the form, which is then shown again.

    if form.validate():
        with refusals(form):
            sending.record_sent(work, number, form.command())
            return back_to(number)
    return show_form("sent.html", form)

A number that the case does not have is no refusal: it is answered with the page for what is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from flask_babel import gettext as _
from wtforms import Field

from portal.domain.documents import DocumentRefused
from portal.domain.lifecycle import StepRefused
from portal.services.cases.consent import NoConsent
from portal.services.cases.instants import BadInstant
from portal.services.cases.messages import BadText
from portal.services.letters.printing import LetterStopped
from portal.services.requests.preparing import DetailsRefused
from portal.web.access import is_read_by_staff
from portal.web.documents import describe_refused_file
from portal.web.fields import PageForm
from portal.web.unit_of_work import unit

REFUSED: tuple[type[ValueError], ...] = (
    StepRefused,
    BadInstant,
    DetailsRefused,
    BadText,
    LetterStopped,
    DocumentRefused,
)


class Refusals:
    """Takes what a use case refuses, undoes what it had begun, and writes the reasons on the form."""

    def __init__(self, form: PageForm, refused: tuple[type[ValueError], ...], at: Field | None) -> None:
        self._form, self._refused, self._at = form, refused, at

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, self._refused):
            return False
        unit().refuse()
        sentences = describe_refusal(error)
        if self._at is None:
            self._form.form_errors.extend(sentences)
        else:
            self._at.errors = [*self._at.errors, *sentences]
        return True


def refusals(form: PageForm, *also: type[ValueError], at: Field | None = None) -> Refusals:
    """Try what may be refused, also with one of `also`. The reasons stand above the form, or at the field `at`."""
    return Refusals(form, (*REFUSED, *also), at)


def describe_refusal(error: ValueError) -> Sequence[str]:
    """The reasons in the reader's words: what a use case says to the person as "you" is wrong for an advocate."""
    if isinstance(error, LetterStopped):
        return [each.text for each in error.problems]
    if isinstance(error, DocumentRefused):
        return [describe_refused_file(error)]
    if isinstance(error, NoConsent) and is_read_by_staff():
        return [
            _("The person has not allowed this sharing, or has withdrawn it. They can allow it on their own case page.")
        ]
    return [_(str(error))]
