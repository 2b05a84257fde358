"""What all pages of the desk share: opening a case of one's own team, showing a page, a form, a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from portal.domain.lifecycle import CaseStatus, Path, Role, StepRefused
from portal.services.cases import NoAccess, OpenCase, open_for_staff, record_opening
from portal.services.requests import NoConsent, UnknownNumber
from portal.web.access import CASE_ROLES, SignedInStaff, staff
from portal.web.desk.clock_words import tell_clock
from portal.web.desk.wording import HOUR, show_distance, show_word
from portal.web.frame import READING, frame

NOT_FOR_ADMINISTRATORS = _l(
    "Cases are read by advocates and supervisors of the team that carries them. "
    "An administrator keeps the list of staff and never reads a case."
)
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
    bp.add_app_template_filter(tell_clock, "tell_clock")
    return bp


def on_case(view: Callable[..., Any]) -> Callable[..., Any]:
    """For staff who read cases: the view gets the member and the open case named in the address, or answers 404."""

    @wraps(view)
    def with_case(member: SignedInStaff, reference: str, **values: Any) -> Any:
        opened = open_case(member, reference)
        if request.method in READING:
            note_opening(member, reference)
        return view(member, opened, **values)

    return staff(*CASE_ROLES)(with_case)


def note_opening(member: SignedInStaff, reference: str) -> None:
    """Who read a case is part of its history, so a page that only reads writes this one thing down, once an hour."""
    now = frame().now
    noted = {name: at for name, at in session.get(NOTED, {}).items() if datetime.fromisoformat(at) > now - HOUR}
    if reference in noted:
        return
    with frame().writing() as writing:
        record_opening(writing, open_case(member, reference, writing), now=now)
    session[NOTED] = {**noted, reference: now.isoformat()}


def open_case(member: SignedInStaff, reference: str, writing: Any = None) -> OpenCase:
    """A case of one of the member's teams; every other is not there. `writing` is a transaction of its own."""
    to_change = writing is not None or request.method not in READING
    keys = member.team_keys
    try:
        return open_for_staff(
            writing or frame().db,
            reference,
            actor=member.actor,
            team_keys=keys,
            to_change=to_change,
            ports=frame().ports,
        )
    except NoAccess:
        abort(404)


def head_of(member: SignedInStaff, opened: OpenCase) -> CaseHead:
    case = opened.case
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
        is_supervisor=member.staff.role is Role.SUPERVISOR,
        reads_cases=member.staff.role in CASE_ROLES,
        now=frame().now,
        zone=frame().config.time_zone.key,
        **values,
    )
    return page, status


def show_on_case(template: str, member: SignedInStaff, opened: OpenCase, **values: Any) -> Page:
    """A page of one case."""
    return show(template, member, head=head_of(member, opened), **values)


def show_form(
    member: SignedInStaff, opened: OpenCase, form: FlaskForm, *, title: str, button: str, back: str, text: str = ""
) -> Page:
    """A form of one case on a page of its own; 400 once it was sent, because then something in it is wrong."""
    status = 400 if form.is_submitted() else 200
    values = {"form": form, "title": title, "button_label": button, "back": back, "text": text}
    return show_on_case("desk/form.html", member, opened, status=status, problems=list_problems(form), **values)


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
        form.form_errors.append(tell_refusal(error))
        return False
    return True


def tell_refusal(error: Exception) -> str:
    """The reason in the desk's words: what a use case says to the person as "you" would be wrong for an advocate."""
    if isinstance(error, NoConsent):
        return str(
            _("The person has not allowed this sharing, or has withdrawn it. They can allow it on their own case page.")
        )
    return str(_(str(error)))


def go(endpoint: str, **values: Any) -> Response:
    """To another page after a change."""
    return redirect(url_for(endpoint, **values), 303)


def show_forbidden(error: Forbidden) -> Page:
    """Told by page, because an administrator will look for the cases once, and an advocate for the staff."""
    if request.blueprint == "desk_staff":
        text, place = _("The list of staff is for administrators."), url_for("queue.show")
    elif request.endpoint in {"queue.team", "queue.let_colleague_in"}:
        text, place = _("This page is for supervisors."), url_for("queue.show")
    else:
        text, place = NOT_FOR_ADMINISTRATORS, url_for("desk_staff.show")
    heading = _("This page is not for your role")
    return render_template("desk/stopped.html", heading=heading, text=text, place=place), 403


def show_refusal(error: StepRefused) -> Page:
    """A step that cannot follow now: the reason, and nothing changed."""
    return render_template(
        "desk/stopped.html", heading=_("This cannot be done now"), text=tell_refusal(error), place=find_place()
    ), 409


def show_missing(error: UnknownNumber) -> Page:
    text = _("The case has no request, letter or complaint of this number.")
    return render_template("desk/stopped.html", heading=_("This page is not here"), text=text, place=find_place()), 404


def find_place() -> str:
    """Where to go on from a stop: the case, if the address names one, else the list."""
    reference = (request.view_args or {}).get("reference")
    return url_for("desk_case.show", reference=reference) if reference else url_for("queue.show")
