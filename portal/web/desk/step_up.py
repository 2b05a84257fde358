"""The second factor on a page: asking for it, taking the answer, and asking again before something weighty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from portal.domain.journal import Noted
from portal.models.accounts import Staff
from portal.services.history import journal
from portal.services.signin import factors, guess_throttle
from portal.services.signin.factors import Site, WrongFactor
from portal.services.signin.guess_throttle import TooSoon
from portal.web.access import SignedInStaff, is_confirmed, note_confirmed
from portal.web.desk.login_throttle import factor_buckets
from portal.web.desk.pages import Answered, show
from portal.web.errors import list_typed
from portal.web.unit_of_work import READING, unit

CHALLENGE = "challenge"  # in the session: what the browser's answer has to hold, once
AFTER = "after_confirm"  # in the session: the page of ours that was asked for
FILES = (".zip", ".csv", ".json")  # endings of what a browser saves; each lies under the page that offers it
ASKS_AGAIN = "asks_again"  # on a view that stands under `confirmed`
CODE, PASSKEY = "second_code", "second_passkey"  # the names of the fields


def find_site() -> Site:
    """Who asks for a passkey; its address is the one of the settings, never one that a request names."""
    config = unit().config
    return Site(host=urlsplit(config.base_url).hostname or "", origin=config.base_url, name=config.site_title)


def ask_passkey(staff_id: UUID) -> str:
    """Options for the browser, or an empty text where the member has no passkey."""
    with unit().reading() as reading:
        asked = factors.ask_for_passkey(reading, staff_id, find_site())
    if asked is None:
        return ""
    session[CHALLENGE] = asked.challenge.hex()
    return asked.options


def take_answer(row: Staff, private_key: bytes, *, refused: Noted) -> str | None:
    """Look at the code or passkey of this form. None where it is right, else the sentence for the page.

    The try is counted before it is looked at; a wrong one stands in the journal as `refused`.
    """
    staff_id, buckets = row.id, factor_buckets(row)
    unit().end_transaction()  # what is counted here stands in transactions of its own
    code, passkey = request.form.get(CODE, ""), request.form.get(PASSKEY, "")
    challenge = bytes.fromhex(session.pop(CHALLENGE, ""))
    if not code.strip() and not passkey:
        return str(_("Type the code that your app shows, or one of your codes on paper."))
    try:
        with guess_throttle.attempt(unit().parts.sessions, buckets, now=unit().now), unit().writing() as writing:
            if passkey:
                factors.use_passkey(writing, staff_id, passkey, challenge, find_site(), now=unit().now)
            else:
                factors.use_code(writing, staff_id, private_key, code, now=unit().now)
    except TooSoon as error:
        return describe_wait(error)
    except WrongFactor:
        with unit().writing() as writing:
            journal.note(writing, refused, staff_id=staff_id, facts={"step": "second"}, now=unit().now)
        return str(_("This does not fit, or it was used before. Wait for the next code and type that."))
    return None


def describe_wait(error: TooSoon) -> str:
    """How long to wait, in words."""
    minutes = -(-error.seconds // 60)
    if error.seconds < 60:
        return str(_("Too many wrong tries. Try again in %(count)s seconds.", count=error.seconds))
    return str(_("Too many wrong tries. Try again in %(count)s minutes.", count=minutes))


def confirmed(view: Callable[..., Any]) -> Callable[..., Any]:
    """Stands under the mark of a view of the desk: asks for the second factor again unless it was shown just now.

    What was typed travels through the question, so that nothing is lost.
    """

    @wraps(view)
    def guarded(member: SignedInStaff, *args: Any, **values: Any) -> Any:
        if not is_confirmed():
            if request.method in READING or not (CODE in request.form or PASSKEY in request.form):
                return _ask(member)
            problem = step_up(member)
            if problem:
                return _ask(member, problem)
        return view(member, *args, **values)

    setattr(guarded, ASKS_AGAIN, True)
    return guarded


def step_up(member: SignedInStaff) -> str | None:
    """Look at the second factor that was asked for again. None where it is right, else the sentence for the page."""
    problem = take_answer(member.staff, member.private_key, refused=Noted.STEP_UP_REFUSED)
    if problem is None:
        note_confirmed()
        with unit().writing() as writing:
            journal.note(writing, Noted.STEPPED_UP, staff_id=member.staff.id, now=unit().now)
    return problem


def _ask(member: SignedInStaff, problem: str = "") -> Answered:
    """The question, with the form that is waiting; a page that is only looked at is opened by a form too."""
    fields = list_typed()
    if request.method in READING:
        session[AFTER] = request.path
        fields, action = [], url_for("signin.confirm")
    else:
        action = request.path
    return show_question(member, fields=fields, action=action, problem=problem)


def is_file(path: str) -> bool:
    """Whether a browser saves what is there instead of showing it."""
    return path.endswith(FILES)


def show_question(
    member: SignedInStaff, *, fields: Sequence[tuple[str, str]], action: str, problem: str = ""
) -> Answered:
    """The page that asks for the second factor again."""
    return show(
        "desk/confirm.html",
        member,
        status=400 if problem else 403,
        fields=fields,
        action=action,
        problem=problem,
        passkey=ask_passkey(member.staff.id),
        back=_find_way_back(),
    )


def _find_way_back() -> str:
    """The nearest page above the one that was asked for that opens without this question: a browser that saves a file
    stays on the question, and somebody may think better of it.
    """
    known, parts = current_app.url_map.bind(""), request.path.split("/")
    for length in range(len(parts) - (request.method in READING), 2, -1):
        with suppress(HTTPException):
            endpoint, values = known.match("/".join(parts[:length]), "GET")
            if not getattr(current_app.view_functions[endpoint], ASKS_AGAIN, False):
                return url_for(endpoint, **values)
    return url_for("account.show")
