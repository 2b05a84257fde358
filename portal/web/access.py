"""Who may see a view. Every view carries exactly one mark; one without is refused when the application starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Flask, abort, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from portal.domain.lifecycle import CaseStatus, Role
from portal.domain.partners import PartnerCount, PartnerScope
from portal.domain.rights import ACCOUNT_ROLES, Right, may, roles_with
from portal.models.accounts import Staff
from portal.services.cases.opening import NoAccess, open_for_person
from portal.services.partners import keys, pace
from portal.services.partners.keys import KeyUnknown
from portal.services.ports import PERSON, SYSTEM, Actor
from portal.services.staff import accounts
from portal.services.work import CaseWork
from portal.web.unit_of_work import begins_with_reading, locks_late, unit

View = TypeVar("View", bound=Callable[..., Any])
MARK = "access_mark"
STAFF_MARKS = ("staff:", "right:")  # how the marks of the desk's views begin
EVERY_ROLE = ACCOUNT_ROLES
ENTERING = "entering_id"  # in the session: whose password fitted
SALT = "salt"  # in the session: of the password that fitted; another password has another
CONFIRMED = "confirmed_at"  # in the session: when a second factor was shown last
TIME_TO_ENTER = timedelta(minutes=10)
FRESH = timedelta(minutes=5)
WORDS = "words"  # in the session: of the draft that is open
WAYS = "ways_ended"  # in the session: how often the case's other ways in had been ended when it was opened


class OutOfScope(Exception):
    """The partner's key is good, and not for this."""

    def __init__(self, scope: PartnerScope) -> None:
        super().__init__(f"the key is not good for {scope}")
        self.scope = scope


class SignedOut(Exception):
    """Nobody is signed in at the desk in this browser, or not any more."""


@dataclass(frozen=True, repr=False)
class SignedInStaff:
    """The member of staff of this request, with the keys of their teams."""

    staff: Staff
    actor: Actor
    team_keys: Mapping[UUID, bytes]
    private_key: bytes

    def may(self, right: Right) -> bool:
        return may(self.staff.role, right)


def public(view: View) -> View:
    """Anybody may see it."""
    return _mark(view, "public")


def case_holder(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only whoever has opened a submitted case with its words; the view gets it as its first argument."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        opened = open_own_case()
        if opened is None:
            return ask_for_words()
        if opened.case.status is CaseStatus.DRAFT:
            return redirect(url_for("report.resume"), 303)
        return view(opened, **values)

    return _mark(guarded, "case_holder")


def draft_holder(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only whoever has begun a report in this browser or come back to it with its words."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        opened = open_own_case()
        if opened is None:
            return ask_for_words()
        if opened.case.status is not CaseStatus.DRAFT:
            return redirect(url_for("case.show"), 303)
        return view(opened, **values)

    return _mark(guarded, "draft_holder")


def staff(*roles: Role) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only signed-in staff of these roles; the view gets the member as its first argument."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            member = _find_member()
            if member is None:
                raise SignedOut
            g.staff, g.staff_role = member.staff, member.staff.role
            if member.staff.role not in roles:
                abort(403)
            return view(member, **values)

        return _mark(guarded, "staff:" + ",".join(sorted(roles)))

    return decorate


def allowed(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Only signed-in staff whose role has the right; the view gets the member as its first argument."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        return _mark(staff(*roles_with(right))(view), f"right:{right}")

    return decorate


def partner(scope: PartnerScope) -> Callable[[View], View]:
    """Only a partner's system whose key is good for this; the view gets it as its first argument.

    The key stands in a header. No cookie is looked at, so no browser can be made to call. The view takes its own
    transactions, because each call is counted in one before. Raises KeyUnknown, OutOfScope, TooMany.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                raise KeyUnknown
            with unit().reading() as reading:
                caller = keys.find_caller(unit().work_in(reading, SYSTEM), secret.strip())
            if caller.is_old:
                with unit().writing() as writing:
                    keys.move_key(unit().work_in(writing, SYSTEM), caller, secret.strip())
            if scope not in caller.scopes:
                raise OutOfScope(scope)
            pace.claim(unit().parts.sessions, caller, PartnerCount.CALLS, now=unit().now)
            return view(caller, **values)

        return _mark(locks_late(cast(View, guarded)), f"partner:{scope}")

    return decorate


def ask_for_words() -> Response:
    """The same answer at every address of a case, known or not, so that an old one does not say that there is a case.

    Why a page may have closed itself stands on the page where the words are asked for, for everybody.
    """
    return redirect(url_for("start.come_back"), 303)


def enter_case(work: CaseWork, *, words: str = "", keep: bool = False) -> None:
    """Let this browser hold the case open. `keep` lets a draft stay in the browser for its days.

    The words of a draft stay in the session, sealed under the cookie, because they are shown until it is handed in.
    """
    session.renew()  # type: ignore[attr-defined]
    session["case_id"], session["case_key"] = str(work.case.id), work.key.hex()
    session[WAYS] = work.case.ways_ended
    if work.case.status is CaseStatus.DRAFT:
        session[WORDS] = words
    session.permanent = keep


def stay_in_case(work: CaseWork) -> None:
    """All other ways in were ended: this browser goes on, under a cookie that nobody has copied."""
    rotate()
    session[WAYS] = work.case.ways_ended


def begin_sign_in(signed_in: accounts.SignedIn) -> None:
    """The password fitted: this browser may show a second factor, and nothing else, for some minutes."""
    session.renew()  # type: ignore[attr-defined]
    session[ENTERING], session["private_key"] = str(signed_in.actor.staff_id), signed_in.private_key.hex()
    session["since"], session[SALT] = unit().now.isoformat(), signed_in.salt.hex()


def enter_staff(row: Staff, private_key: bytes) -> None:
    """Let this browser act for a member of staff whose password and second factor fitted."""
    session.renew()  # type: ignore[attr-defined]
    session["staff_id"], session["private_key"] = str(row.id), private_key.hex()
    session[CONFIRMED] = unit().now.isoformat()


def entering(view: Callable[..., Any]) -> Callable[..., Any]:
    """Only whoever has just given the right password; the view gets the member's row and private key."""

    @wraps(view)
    def guarded(**values: Any) -> Any:
        since = session.get("since", "")
        if ENTERING not in session or unit().now - datetime.fromisoformat(since) > TIME_TO_ENTER:
            return redirect(url_for("signin.show"), 303)
        with unit().reading() as reading:
            row = accounts.read_staff(reading, UUID(session[ENTERING]))
        if row is None or row.salt.hex() != session.get(SALT):
            leave()
            return redirect(url_for("signin.show"), 303)
        return view(row, bytes.fromhex(session["private_key"]), **values)

    return _mark(guarded, "entering")


def is_read_by_staff() -> bool:
    """Whether a signed-in member of staff reads the answer to this request."""
    return "staff_role" in g


def reading_member() -> Staff | None:
    """The signed-in member of staff who reads the answer to this request."""
    found: Staff | None = g.get("staff")
    return found


def is_confirmed(within: timedelta = FRESH) -> bool:
    """Whether the member of this session has shown a second factor within the last minutes."""
    at = session.get(CONFIRMED)
    return at is not None and unit().now - datetime.fromisoformat(at) <= within


def note_confirmed() -> None:
    """The second factor was shown again. Whoever copied the cookie before has no part in that."""
    rotate()
    session[CONFIRMED] = unit().now.isoformat()


def rotate() -> None:
    """Go on under a new cookie: the one so far opens nothing any more."""
    session.rotate()  # type: ignore[attr-defined]


def session_token() -> str:
    """The token under which the table has this browser's session."""
    made: str = session.loaded_as or session.token  # type: ignore[attr-defined]
    return made


def leave() -> None:
    """End this browser's session, of the side of the portal that was asked for."""
    session.end()  # type: ignore[attr-defined]


def leave_all() -> None:
    """End everything that this browser has open, a case and the desk."""
    session.end_all()  # type: ignore[attr-defined]


def check_marks(app: Flask) -> None:
    """Raises RuntimeError when a view has no mark."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], MARK):
            raise RuntimeError(f"{rule.endpoint} does not say who may see it")


def _mark(view: View, mark: str) -> View:
    setattr(view, MARK, mark)
    return view


def open_own_case() -> CaseWork | None:
    """The case or draft that this browser has open, if it has one."""
    if "case_id" not in session:
        return None
    try:
        return open_for_person(
            unit().work(PERSON),
            UUID(session["case_id"]),
            bytes.fromhex(session["case_key"]),
            to_change=not begins_with_reading(),
            ways_ended=session.get(WAYS, 0),
        )
    except NoAccess:
        leave()
        return None


def _find_member() -> SignedInStaff | None:
    if "staff_id" not in session:
        return None
    private = bytes.fromhex(session["private_key"])
    found = accounts.read_member(unit().db, UUID(session["staff_id"]), private)
    if found is None:
        leave()
        return None
    row, team_keys = found
    return SignedInStaff(row, accounts.actor_of(row), team_keys, private)
