"""Acting on many at once: links that are gone or back again, and reminders to all who are late.

One form, safe to send twice: what is so already is told and left as it is. What became of each is said by platform.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask import flash, redirect, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.domain.lifecycle import ItemState, LetterKind, StepRefused
from portal.domain.quotas import Counted
from portal.services.casefile.front import FrontLine, read_lines
from portal.services.letters.printing import LetterStopped
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.views import ItemView
from portal.services.tracking import answers
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.flood_gate import rate_limited
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.unit_of_work import locks_late

bp = PersonBlueprint("many", __name__)
AT_ONCE = 10  # reminders that are printed for one press


@bp.post("/case/links/state")
@case_holder
@locks_late
def mark(work: CaseWork) -> ResponseReturnValue:
    hold_case(work)
    chosen = list(_list_chosen(item_views(work)))
    if not chosen:
        flash(_("Tick at least one link first."))
        return redirect(url_for("case.links"), 303)
    if asked.form.get("mark") == "back":
        for sentence in _mark_back(work, chosen):
            flash(sentence)
        return redirect(url_for("case.show"), 303)  # where the new letters are the next thing
    for sentence in _mark_gone(work, chosen):
        flash(sentence)
    return redirect(url_for("case.links"), 303)


@bp.post("/case/links/remind")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def remind(work: CaseWork) -> ResponseReturnValue:
    """A reminder to everybody who is late and has none that waits to be sent."""
    dossiers = read_dossiers(work)
    waiting = {dossier.number for dossier in dossiers if dossier.has_waiting_reminder}
    late = [line for line in read_lines(work, dossiers) if line.is_late]
    if not late:
        flash(_("Nobody is late now."))
    for line in late[:AT_ONCE]:
        flash(_remind(work, line, is_waiting=line.number in waiting))
    if len(late) > AT_ONCE:
        rest = len(late) - AT_ONCE
        flash(ngettext("%(num)d more to remind. Press again.", "%(num)d more to remind. Press again.", rest))
    return redirect(url_for("case.links", _anchor="late"), 303)


def _remind(work: CaseWork, line: FrontLine, *, is_waiting: bool) -> str:
    """Make one reminder, and say what became of it."""
    if is_waiting:
        return str(_("%(name)s: a reminder is ready already. Open it and send it.", name=line.platform_name))
    try:
        letter_making.make_letter(work, LetterKind.REMINDER, line.number)
    except LetterStopped as stop:
        why = " ".join(problem.text for problem in stop.problems)
        return str(_("%(name)s: no reminder was made. %(why)s", name=line.platform_name, why=why))
    except StepRefused as refused:
        return str(_("%(name)s: no reminder was made. %(why)s", name=line.platform_name, why=_(str(refused))))
    return str(_("%(name)s: a reminder is ready. Open it and send it.", name=line.platform_name))


def _list_chosen(items: Iterable[ItemView]) -> Iterator[ItemView]:
    """The links that were ticked, and those of a platform that was ticked as a whole."""
    links, requests = set(asked.form.getlist("links")), set(asked.form.getlist("requests"))
    for item in items:
        if str(item.number) in links or (item.request_number and str(item.request_number) in requests):
            yield item


def _mark_gone(work: CaseWork, chosen: list[ItemView]) -> Iterator[str]:
    fresh = set(answers.mark_all_gone(work, [item.number for item in chosen]))
    for name, numbers in _by_name(item for item in chosen if item.number in fresh).items():
        yield ngettext(
            "%(name)s: link %(numbers)s is gone. Good.",
            "%(name)s: links %(numbers)s are gone. Good.",
            len(numbers),
            name=name,
            numbers=_list_numbers(numbers),
        )
    for name, numbers in _by_name(item for item in chosen if item.number not in fresh).items():
        yield ngettext(
            "%(name)s: link %(numbers)s was marked as gone before.",
            "%(name)s: links %(numbers)s were marked as gone before.",
            len(numbers),
            name=name,
            numbers=_list_numbers(numbers),
        )


def _mark_back(work: CaseWork, chosen: list[ItemView]) -> Iterator[str]:
    """What came back gets a new letter, which is the next thing to send."""
    came = [item for item in chosen if item.state is ItemState.REMOVED]
    if came:
        answers.mark_back(work, *(item.number for item in came))
    for name, numbers in _by_name(came).items():
        said = ngettext(
            "%(name)s: link %(numbers)s is back.",
            "%(name)s: links %(numbers)s are back.",
            len(numbers),
            name=name,
            numbers=_list_numbers(numbers),
        )
        yield f"{said} {_('A new letter to %(name)s is ready. Send it next.', name=name)}"
    for name, numbers in _by_name(item for item in chosen if item not in came).items():
        yield ngettext(
            "%(name)s: link %(numbers)s was not marked as gone, so nothing changed.",
            "%(name)s: links %(numbers)s were not marked as gone, so nothing changed.",
            len(numbers),
            name=name,
            numbers=_list_numbers(numbers),
        )


def _by_name(items: Iterable[ItemView]) -> Mapping[str, list[int]]:
    """The numbers of links by their platform."""
    found: dict[str, list[int]] = {}
    for item in items:
        found.setdefault(item.platform_name, []).append(item.number)
    return found


def _list_numbers(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
