"""What all pages of the desk share: opening a case of one's own team, showing a page, a form, a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from time import monotonic
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from portal.domain.journal import Noted
from portal.domain.lifecycle import CaseStatus, Path, Role, StepRefused
from portal.domain.rights import RIGHTS, Right, may
from portal.services.cases.consent import NoConsent
from portal.services.cases.opening import NoAccess, UnknownNumber, open_for_staff, record_opening
from portal.services.history import journal
from portal.services.staff import accounts, team_keys
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.clock_phrases import describe_clock
from portal.web.desk.wording import HOUR, show_distance, show_word
from portal.web.unit_of_work import READING, Transaction, unit

# Where somebody begins, by the first of these rights that their role has, and why others are stopped there.
HOMES: Mapping[Right, str] = MappingProxyType(
    {Right.READ_CASES: "queue.show", Right.READ_AUDIT: "desk_audit.show", Right.KEEP_STAFF: "desk_staff.show"}
)
NOT_YOURS: Mapping[str, Any] = MappingProxyType(
    {
        "desk_staff": _l("The list of staff is for administrators."),
        "desk_team": _l("This page is for supervisors."),
        "desk_audit": _l("This page is for auditors."),
        "desk_officer": _l("Links for an authority’s officer are made by supervisors."),
    }
)
NOT_FOR_READERS = _l("This step is for advocates and supervisors. You can read the case and write notes.")
ONLY_TEAMS_READ = _l("Cases are read by the team that carries them. Administrators and auditors never read a case.")
PATIENCE = 2.0  # seconds that a page may spend on wraps
NOTED = "noted"  # in the session: the cases whose opening was written down, and when
Page = tuple[str, int]
Answered = Page | Response


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """What stands above every page of a case: plain columns only."""

    reference: str
    status: CaseStatus
    path: Path | None
    country: str | None
    is_mine: bool


def make_blueprint(name: str, module: str, prefix: str) -> Blueprint:
    """A blueprint of the desk, with its answers for what must not or cannot be done."""
    bp = Blueprint(name, module, url_prefix=prefix)
    bp.register_error_handler(403, show_forbidden)
    bp.register_error_handler(StepRefused, show_refusal)
    bp.register_error_handler(UnknownNumber, show_missing)
    bp.add_app_template_filter(show_word, "desk_word")
    bp.add_app_template_filter(show_distance, "distance")
    bp.add_app_template_filter(describe_clock, "describe_clock")
    return bp


def case_view_of(right: Right) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A mark for staff with a right: the view gets the member and the case named in the address, or answers 404."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def with_case(member: SignedInStaff, reference: str, **values: Any) -> Any:
            opened = open_case(member, reference)
            if request.method in READING:
                note_opening(member, reference)
            return view(member, opened, **values)

        return allowed(right)(with_case)

    return decorate


on_case = case_view_of(Right.WORK_ON_CASES)
on_case_to_read = case_view_of(Right.READ_CASES)
on_case_to_note = case_view_of(Right.WRITE_NOTES)
on_case_to_review = case_view_of(Right.REVIEW)


def note_opening(member: SignedInStaff, reference: str) -> None:
    """Who read a case is part of its history, so a page that only reads writes this one thing down, once an hour."""
    now = unit().now
    noted = {name: at for name, at in session.get(NOTED, {}).items() if datetime.fromisoformat(at) > now - HOUR}
    if reference in noted:
        return
    with unit().writing() as writing:
        record_opening(open_case(member, reference, writing))
    session[NOTED] = {**noted, reference: now.isoformat()}


def open_case(member: SignedInStaff, reference: str, writing: Transaction | None = None) -> CaseWork:
    """A case of one of the member's teams; every other is not there. `writing` is a transaction of its own."""
    database = writing or unit().db
    to_change = writing is not None or request.method not in READING

    def attempt_with(keys: Mapping[UUID, bytes]) -> CaseWork:
        return open_for_staff(unit().work_in(database, member.actor), reference, team_keys=keys, to_change=to_change)

    with suppress(NoAccess):
        return attempt_with(member.team_keys)
    # A team's key may have been changed since the member's keys were read, because PostgreSQL shows a transaction
    # what others commit meanwhile. Read anew, they fit again; a case that is not theirs stays away.
    database.expire_all()
    try:
        return attempt_with(accounts.team_keys_of(database, member.staff, member.private_key))
    except NoAccess:
        abort(404)


def head_of(member: SignedInStaff, work: CaseWork) -> CaseHead:
    case = work.case
    return CaseHead(
        reference=case.reference,
        status=case.status,
        path=case.path,
        country=case.country,
        is_mine=case.assignee_id == member.staff.id,
    )


def show(template: str, member: SignedInStaff, *, status: int = 200, **values: Any) -> Page:
    """A page of the desk, with what its frame needs."""
    page = render_template(
        template,
        name=member.staff.name,
        role=member.staff.role,
        rights=RIGHTS[member.staff.role],
        may_work=member.may(Right.WORK_ON_CASES),
        now=unit().now,
        zone=unit().config.time_zone.key,
        **values,
    )
    return page, status


def show_on_case(template: str, member: SignedInStaff, work: CaseWork, **values: Any) -> Page:
    """A page of one case."""
    return show(template, member, head=head_of(member, work), **values)


def show_form(
    member: SignedInStaff, work: CaseWork, form: FlaskForm, *, title: str, button: str, back: str, text: str = ""
) -> Page:
    """A form of one case on a page of its own; 400 once it was sent, because then something in it is wrong."""
    status = 400 if form.is_submitted() else 200
    values = {"form": form, "title": title, "button_label": button, "back": back, "text": text}
    return show_on_case("desk/form.html", member, work, status=status, problems=list_problems(form), **values)


def note_taken(member: SignedInStaff, work: CaseWork, what: str) -> None:
    """That papers of a case were taken out by a member; a transaction of its own, because the page only reads."""
    with unit().writing() as writing:
        journal.note(
            writing,
            Noted.EXPORTED,
            staff_id=member.staff.id,
            case_id=work.case.id,
            facts={"what": what},
            now=unit().now,
        )


def show_file(content: bytes, mimetype: str, name: str) -> Response:
    """A finished file; a PDF opens in the browser, anything else is saved."""
    answer = Response(content, mimetype=mimetype)
    how = "inline" if mimetype == "application/pdf" else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return answer


def list_problems(form: FlaskForm) -> list[tuple[str | None, str]]:
    """What is wrong with a form: the id of the field, or None for the whole, and the sentence."""
    found: list[tuple[str | None, str]] = [(None, str(text)) for text in form.form_errors]
    return found + [(field.id, str(text)) for field in form for text in field.errors]


def attempt(form: FlaskForm, act: Callable[[], object], *refusals: type[ValueError]) -> bool:
    """Whether the use case took the form's values; a refusal becomes a sentence above the form."""
    try:
        act()
    except ValueError as error:
        if not isinstance(error, (StepRefused, *refusals)):
            raise
        form.form_errors.append(describe_refusal(error))
        return False
    return True


def describe_refusal(error: Exception) -> str:
    """The reason in the desk's words: what a use case says to the person as "you" would be wrong for an advocate."""
    if isinstance(error, NoConsent):
        return str(
            _("The person has not allowed this sharing, or has withdrawn it. They can allow it on their own case page.")
        )
    return str(_(str(error)))


def go(endpoint: str, **values: Any) -> Response:
    """To another page after a change."""
    return redirect(url_for(endpoint, **values), 303)


def home_of(role: Role) -> str:
    """The address where somebody of this role begins."""
    return url_for(next(endpoint for right, endpoint in HOMES.items() if may(role, right)))


def show_forbidden(error: Forbidden) -> Page:
    """Told by page, because an administrator will look for the cases once, and an advocate for the staff."""
    role: Role = g.staff_role
    text = NOT_YOURS.get(request.blueprint or "", NOT_FOR_READERS if may(role, Right.READ_CASES) else ONLY_TEAMS_READ)
    heading = _("This page is not for your role")
    return render_template("desk/stopped.html", heading=heading, text=text, place=home_of(role)), 403


def show_refusal(error: StepRefused) -> Page:
    """A step that cannot follow now: the reason, and nothing changed."""
    return render_template(
        "desk/stopped.html", heading=_("This cannot be done now"), text=describe_refusal(error), place=find_place()
    ), 409


def show_missing(error: UnknownNumber) -> Page:
    text = _("The case has no request, letter or complaint of this number.")
    return render_template("desk/stopped.html", heading=_("This page is not here"), text=text, place=find_place()), 404


def find_place() -> str:
    """Where to go on from a stop: the case, if the address names one, else the list."""
    reference = (request.view_args or {}).get("reference")
    return url_for("desk_case.show", reference=reference) if reference else url_for("queue.show")


def read_page(text: str) -> int:
    """The number of a page from an address; the first where it is none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def read_reference(typed: str) -> str:
    """A case's reference as it is read aloud on the telephone: small letters, spaces or no hyphen are all the same."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"


def go_on_with_keys(member: SignedInStaff) -> bool:
    """Do what is left of a change of a team's key, as far as two seconds reach. Whether something is left still.

    Called where a member arrives after signing in: whoever left before may have left nobody who could do it then.
    """
    waiting = team_keys.list_unfinished(unit().db, tuple(member.team_keys))
    until = monotonic() + PATIENCE
    for team_id in waiting:
        while _take_step(member, team_id):
            if monotonic() > until:
                return True
    return False


def _take_step(member: SignedInStaff, team_id: UUID) -> bool:
    with unit().writing() as writing:
        return team_keys.continue_rotation(writing, member.staff, team_id, member.private_key, now=unit().now)
