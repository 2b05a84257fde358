"""One request on the desk: check it, make its letters, send it, write down what came of it."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.directory import Outcome
from portal.domain.lifecycle import LetterKind, RequestKind
from portal.services.cases.case_work import OpenCase
from portal.services.cases.instants import BadInstant
from portal.services.directory.address_checks import note_outcome
from portal.services.letters import letters
from portal.services.letters.printing import LetterStopped
from portal.services.requests import preparing
from portal.services.requests.preparing import DetailsRefused
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.views import RequestView
from portal.web.access import SignedInStaff
from portal.web.desk.forms.requests import (
    AnswerForm,
    ChannelForm,
    DetailsForm,
    InformationSentForm,
    ReceivedForm,
    SentForm,
)
from portal.web.desk.pages import (
    Answered,
    Page,
    attempt,
    go,
    make_blueprint,
    on_case,
    on_case_to_read,
    show_form,
    show_on_case,
)
from portal.web.frame import frame

bp = make_blueprint("desk_requests", __name__, "/desk/cases/<reference>/requests/<int:number>")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, opened: OpenCase, number: int) -> Page:
    return show_request(member, opened, read_request(opened, number))


@bp.route("/details", methods=["GET", "POST"])
@on_case
def change_details(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    request = read_request(opened, number)
    form = DetailsForm(obj=request.details)
    form.offer(request)
    if form.validate_on_submit() and attempt(
        form,
        lambda: preparing.set_details(
            frame().db, opened, number, form.command_for(request.details), now=frame().now, ports=frame().ports
        ),
        DetailsRefused,
    ):
        return back_to(opened, number)
    text = _("Used for this request only. What the person wrote in the report is not changed.")
    return show_form(
        member,
        opened,
        form,
        title=_("Details for this request"),
        button=_("Save"),
        back=address(opened, number),
        text=text,
    )


@bp.post("/letter/<any(notice, reminder, erasure):kind>")
@on_case
def make_letter(member: SignedInStaff, opened: OpenCase, number: int, kind: str) -> Answered:
    try:
        letters.make_letter(frame().db, opened, LetterKind(kind), number, now=frame().now, ports=frame().ports)
    except LetterStopped as stop:
        return show_request(member, opened, read_request(opened, number), stop=stop, status=409)
    return back_to(opened, number, anchor="letters")


@bp.post("/channel")
@on_case
def note_channel(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    """What staff saw of an address is kept for everybody, and says nothing of the case."""
    form = ChannelForm()
    subject = read_request(opened, number).platform
    if form.validate() and attempt(
        form,
        lambda: note_outcome(
            frame().db,
            subject,
            form.address.data or "",
            Outcome(form.outcome.data),
            now=frame().now,
            ports=frame().ports,
        ),
    ):
        return back_to(opened, number, anchor="channels")
    return show_request(member, opened, read_request(opened, number), status=400)


@bp.route("/sent", methods=["GET", "POST"])
@on_case
def record_sent(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    form = SentForm()
    if form.validate_on_submit():
        try:
            if attempt(
                form,
                lambda: sending.record_sent(
                    frame().db, opened, number, form.command, now=frame().now, ports=frame().ports
                ),
                BadInstant,
            ):
                return back_to(opened, number)
        except LetterStopped as stop:
            return show_request(member, opened, read_request(opened, number), stop=stop, status=409)
    title = _("Record that it was sent to %(platform)s", platform=read_request(opened, number).platform_name)
    return show_form(member, opened, form, title=title, button=_("It was sent"), back=address(opened, number))


@bp.route("/received", methods=["GET", "POST"])
@on_case
def record_received(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    form = ReceivedForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: sending.record_received(
            frame().db, opened, number, form.received_at.data, now=frame().now, ports=frame().ports
        ),
        BadInstant,
    ):
        return back_to(opened, number)
    title = _("Record the receipt by %(platform)s", platform=read_request(opened, number).platform_name)
    return show_form(member, opened, form, title=title, button=_("It was received"), back=address(opened, number))


@bp.route("/answer", methods=["GET", "POST"])
@on_case
def log_answer(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    request, form = read_request(opened, number), AnswerForm()
    form.offer(request.items)
    if form.validate_on_submit() and attempt(
        form,
        lambda: answers.log_answer(frame().db, opened, number, form.command, now=frame().now, ports=frame().ports),
        BadInstant,
        DetailsRefused,
    ):
        return back_to(opened, number)
    title = _("Log an answer of %(platform)s", platform=request.platform_name)
    return show_form(member, opened, form, title=title, button=_("Log the answer"), back=address(opened, number))


@bp.route("/given", methods=["GET", "POST"])
@on_case
def record_given(member: SignedInStaff, opened: OpenCase, number: int) -> Answered:
    form = InformationSentForm()
    if form.validate_on_submit() and attempt(
        form,
        lambda: sending.record_information_sent(
            frame().db, opened, number, form.at.data, now=frame().now, ports=frame().ports
        ),
        BadInstant,
    ):
        return back_to(opened, number)
    title = _(
        "Record that %(platform)s was given what it asked for", platform=read_request(opened, number).platform_name
    )
    return show_form(member, opened, form, title=title, button=_("It was sent"), back=address(opened, number))


@bp.post("/erasure")
@on_case
def prepare_erasure(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    made = preparing.prepare_erasure(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return back_to(opened, made)


@bp.post("/again")
@on_case
def prepare_again(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    made = preparing.prepare_again(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return back_to(opened, made)


@bp.post("/close")
@on_case
def close(member: SignedInStaff, opened: OpenCase, number: int) -> Response:
    sending.close_request(frame().db, opened, number, now=frame().now, ports=frame().ports)
    return back_to(opened, number)


def show_request(
    member: SignedInStaff,
    opened: OpenCase,
    request: RequestView,
    *,
    stop: LetterStopped | None = None,
    status: int = 200,
) -> Page:
    """The request whole; `stop` tells why a letter could not be made."""
    first = LetterKind.ERASURE if request.kind is RequestKind.ERASURE else LetterKind.NOTICE
    problems = [(None, problem.text) for problem in stop.problems] if stop else []
    return show_on_case(
        "desk/request.html", member, opened, status=status, request_view=request, first_letter=first, problems=problems
    )


def read_request(opened: OpenCase, number: int) -> RequestView:
    """Raises UnknownNumber."""
    return request_page.request_view(frame().db, opened, number, now=frame().now, ports=frame().ports)


def address(opened: OpenCase, number: int) -> str:
    return url_for("desk_requests.show", reference=opened.reference, number=number)


def back_to(opened: OpenCase, number: int, *, anchor: str | None = None) -> Response:
    return go("desk_requests.show", reference=opened.reference, number=number, _anchor=anchor)
