"""What the pages of a case share: doing what can be refused, the reader's zone, forms, parts of lists."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.lifecycle import StepRefused
from portal.services.cases.instants import BadInstant
from portal.services.cases.messages import BadText
from portal.services.cases.opening import UnknownNumber
from portal.services.letters.printing import LetterStopped
from portal.services.requests.preparing import DetailsRefused
from portal.services.work import CaseWork
from portal.web.fields import PlainForm
from portal.web.person.phrases import reader_zone
from portal.web.unit_of_work import unit

REFUSALS = (StepRefused, BadInstant, DetailsRefused, BadText)


def try_to(action: Callable[[], object]) -> str:
    """Do it. An empty text when it is done, else the reason why not, fit for a page."""
    try:
        action()
    except REFUSALS as error:
        return str(error)
    except LetterStopped as error:
        return " ".join(each.text for each in error.problems)
    except UnknownNumber:
        abort(404)
    return ""


def zone_of(work: CaseWork) -> str:
    """The zone in which this person reads times."""
    return reader_zone(work.report, unit().config)


def show_form(
    template: str, form: PlainForm, *, refused: str = "", is_wrong: bool = False, **values: object
) -> ResponseReturnValue:
    """A page with one form; 400 where what was typed cannot be used, with all of it still there."""
    problems = [*form.problems(), *([("", refused)] if refused else [])]
    page = render_template(template, form=form, problems=problems, **values)
    return page, 400 if refused or is_wrong else 200


def page_number() -> int:
    """Which page of a list is asked for."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
