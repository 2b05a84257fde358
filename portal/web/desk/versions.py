"""The version that a form of the desk was made from: who saves second sees what the first changed, and chooses."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask_babel import gettext as _

from portal.domain.lifecycle import ActorKind, StepRefused
from portal.services.casefile import versions
from portal.services.casefile.views import HistoryRow
from portal.services.work import CaseWork
from portal.web.desk.case_phrases import history_words

MADE_FROM = "made_from"  # the hidden field
LONGEST = 40


class Overtaken(StepRefused):
    """Somebody else changed what the form was made from. The text says what, fit for a page."""


def read_stamp(work: CaseWork, number: int | None = None) -> str:
    """What the form carries: the state of the case, or of request `number`, that its page shows."""
    return versions.make_stamp(work, number)


def require_fresh(work: CaseWork, number: int | None = None, *, tell: Callable[[], str] = str) -> None:
    """Raises Overtaken where what the form was made from was changed since. The case has to be held.

    The page that says so carries the new version, so that pressing again is a choice. `tell` says what is there now,
    where that is in no entry of the history.
    """
    stamp = request.form.get(MADE_FROM, "")[:LONGEST]
    if not stamp or versions.is_same(work, stamp, number):
        return
    changes = " ".join([*(_tell(row) for row in versions.list_since(work, stamp, number)), tell()]).strip()
    raise Overtaken(
        _(
            "Somebody changed this while you wrote. %(what)s What you typed is kept below. Look at it again: saving "
            "once more puts it in place of theirs.",
            what=changes or _("The details were changed."),
        )
    )


def _tell(row: HistoryRow) -> str:
    who = _("the person") if row.actor is ActorKind.PERSON else row.actor_name
    return f"{who}: {history_words(row)}"
