"""Mail that came in, on the desk: what waits in a case and is read there, and what found no request."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import abort, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.domain.documents import DocumentRefused
from portal.domain.incoming import Nature
from portal.domain.lifecycle import Scope
from portal.domain.rights import Right
from portal.services.cases.opening import UnknownNumber
from portal.services.inbox import case_mail, unmatched
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read, open_case
from portal.web.desk.forms.incoming import PutForm
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.pages import show as show_page
from portal.web.desk.panes import show_beside
from portal.web.documents import describe_refused_file
from portal.web.incoming_mail import describe_nature, describe_proof, describe_server
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_incoming", __name__, "/desk")
CASE = "/cases/<reference>/mail"
MEANINGS: Mapping[Nature, Any] = MappingProxyType(
    {
        Nature.ANSWER: _l("Read it, then write down what they answered."),
        Nature.AUTO_REPLY: _l("A machine wrote it. It is no answer. At most it shows that the letter arrived."),
        Nature.AWAY: _l("Somebody there is away. The letter arrived, and its clocks run on."),
        Nature.RETURNED: _l("They did not get this letter. Send it again another way."),
        Nature.DELAYED: _l("It is not lost. The mail server tries again by itself."),
        Nature.DELIVERED: _l("The letter reached their mail server. Nobody says that it was read."),
        Nature.COMPLAINED: _l(
            "The letter arrived, its clocks run on, and somebody there reported it as spam. Send the next one by their "
            "form."
        ),
        Nature.JUNK: _l("The mail server marked it as spam. It may be an answer all the same."),
    }
)


@bp.get(f"{CASE}/<int:number>")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    return _show(member, work, number)


@bp.post(f"{CASE}/<int:number>/read")
@on_case
def read(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    """Take a mail that waits into the case."""
    try:
        case_mail.read_in(work, number, end_transaction=unit().end_transaction)
    except DocumentRefused as error:
        return _show(member, work, number, refused=describe_refused_file(error))
    return go("desk_incoming.show", reference=work.reference, number=number)


@bp.get("/mail")
@allowed(Right.WORK_ON_CASES)
def show_all(member: SignedInStaff) -> Page:
    _require_whole_team(member)
    rows = unmatched.list_unmatched(unit().work(member.actor))
    return show_page("desk/request/mail.html", member, rows=rows, describe_nature=describe_nature)


@bp.get("/mail/<uuid:mail_id>")
@allowed(Right.WORK_ON_CASES)
def show_one(member: SignedInStaff, mail_id: UUID) -> Answered:
    _require_whole_team(member)
    return _show_one(member, mail_id, PutForm(formdata=None))


@bp.post("/mail/<uuid:mail_id>/put")
@allowed(Right.WORK_ON_CASES)
def put(member: SignedInStaff, mail_id: UUID) -> Answered:
    """Put it to a request of a case that the member can open."""
    _require_whole_team(member)
    form = PutForm()
    if form.validate():
        with refusals(form):
            work = open_case(member, form.case_reference)
            unmatched.put_to_request(work, mail_id, form.request_number)
            flash(_("The mail is in the case now."))
            return go("desk_requests.show", reference=work.reference, number=form.request_number)
    return _show_one(member, mail_id, form)


@bp.post("/mail/<uuid:mail_id>/dismiss")
@allowed(Right.WORK_ON_CASES)
def dismiss(member: SignedInStaff, mail_id: UUID) -> Response:
    _require_whole_team(member)
    unmatched.dismiss(unit().work(member.actor), mail_id)
    flash(_("The mail is set aside. Its words are destroyed."))
    return go("desk_incoming.show_all")


def describe_meaning(nature: Nature) -> str:
    """What it means, and what to do."""
    return str(MEANINGS[nature])


def may_sort(member: SignedInStaff) -> bool:
    """Whether the member sees mail without a case. It may be about anybody's, so who works on cases of a whole team
    does, and who sees only the cases given to them does not.
    """
    return member.may(Right.WORK_ON_CASES) and member.actor.scope is Scope.TEAM


def _require_whole_team(member: SignedInStaff) -> None:
    if not may_sort(member):
        abort(404)


def _show(member: SignedInStaff, work: CaseWork, number: int, *, refused: str = "") -> Page:
    mail = case_mail.mail_view(work, number)
    return show_beside(
        "desk/case/mail.html",
        member,
        work,
        at=mail.request_number,
        status=409 if refused else 200,
        mail=mail,
        refused=refused,
        proof=describe_proof(mail),
        describe_nature=describe_nature,
        describe_meaning=describe_meaning,
    )


def _show_one(member: SignedInStaff, mail_id: UUID, form: PutForm) -> Answered:
    work = unit().work(member.actor)
    try:
        mail = unmatched.open_unmatched(work, mail_id, team_ids=tuple(member.team_keys))
    except UnknownNumber:
        flash(_("This mail does not wait here any more."))
        return go("desk_incoming.show_all")
    except DocumentRefused as error:
        flash(describe_refused_file(error))
        return go("desk_incoming.show_all")
    if not form.is_submitted():
        with unit().writing() as writing:
            unmatched.note_read(unit().work_in(writing, member.actor))
    return show_page(
        "desk/request/mail_one.html",
        member,
        status=400 if form.is_submitted() else 200,
        mail=mail,
        form=form,
        problems=form.problems(),
        platform=work.ports.registry.platforms[mail.platform].name if mail.platform else "",
        verdicts=describe_server(mail.server),
        describe_nature=describe_nature,
        describe_meaning=describe_meaning,
        back=url_for("desk_incoming.show_all"),
    )
