"""The page of one request on the desk, and what every form about it has in common."""

from __future__ import annotations

from typing import Any

from flask import request as url_request
from flask import url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import UNSENT
from portal.domain.paging import cut
from portal.services.cases.approvals import list_waiting
from portal.services.cases.opening import UnknownNumber
from portal.services.clocks.agreement import list_bent
from portal.services.complaints.options import list_open_for
from portal.services.inbox import case_mail
from portal.services.letters.printing import LetterStopped
from portal.services.requests import statements
from portal.services.requests.dossier import REQUEST_LETTERS
from portal.services.requests.escalation import read_escalated
from portal.services.requests.preparing import LONGEST
from portal.services.requests.views import NextStep
from portal.services.tracking import link_answers, mailing, request_page, returned
from portal.services.tracking.correctable import Fact
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.pages import (
    LINKS_A_PAGE,
    Page,
    asked_page,
    go,
    read_number,
    show_form,
)
from portal.web.desk.panes import show_beside
from portal.web.desk.requests.answer_words import say_next_at_desk
from portal.web.desk.versions import read_stamp
from portal.web.desk.wording import describe_word
from portal.web.fields import PageForm
from portal.web.incoming_mail import describe_nature
from portal.web.unit_of_work import unit

NO_PROOF_YET = _l("Not yet said whether the person saved proof. Ask before it goes: afterwards it may be gone.")


def warn_of_proof(request: RequestView) -> list[str]:
    """Before it goes: what nobody asked the person yet."""
    if request.kept is not None or request.sent_at is not None:
        return []
    return [str(NO_PROOF_YET)]


def show_request(
    member: SignedInStaff, work: CaseWork, number: int, *, stop: LetterStopped | None = None, status: int = 200
) -> Page:
    """The request whole, beside all others; `stop` tells why a letter could not be made. Raises UnknownNumber."""
    escalated = read_escalated(work)
    mine = next((each for each in escalated if each.dossier.number == number), None)
    if mine is None:
        raise UnknownNumber
    request = request_page.whole_view(mine.dossier)
    problems = [(None, problem.text) for problem in stop.problems] if stop else []
    mails, later_mails = mailing.list_all_mails(mine.dossier)
    return show_beside(
        "desk/request.html",
        member,
        work,
        escalated=escalated,
        at=number,
        status=status,
        request_view=request,
        fact_words={fact: describe_word(fact) for fact in Fact},
        items=cut(request.items, asked_page(), LINKS_A_PAGE),
        address=lambda page: url_for(
            "desk_requests.show", reference=work.reference, number=number, page=page, _anchor="links"
        ),
        is_asked_for_links="page" in url_request.args,
        first_letter=REQUEST_LETTERS[request.kind],
        is_unsaid=request.state in UNSENT and bool(statements.list_unsaid(mine.dossier)),
        can_complain=list_open_for(mine) if request.next_step.kind is NextStep.COMPLAIN else (),
        is_unfit=bool(list_bent(work)),
        said=link_answers.list_answers(work, number),
        came=case_mail.list_mails(work, number),
        describe_mail=describe_nature,
        problems=problems,
        after=say_next_at_desk(request, work.reference),
        mails=mails,
        later_mails=later_mails,
        is_return_asked=returned.is_asked(mine.dossier.request, mails),
        writes_mail=unit().config.mail is not None,
        can_mail=mailing.can_offer(mine.dossier, mails),
        waits=find_waiting(work, request.number) if request.state in UNSENT else "",
    )


def find_waiting(work: CaseWork, number: int) -> str:
    """Why a second member has to look at it before it is sent; empty where it can be sent."""
    return list_waiting(work, Approvable.SENDING, [number]).get(number, "")


def fill_now(form: PageForm, name: str) -> None:
    """The moment of asking stands in the field, to be changed."""
    if not form.is_submitted():
        form[name].data = unit().now


def fill_from_mail(form: PageForm, work: CaseWork, number: int) -> bool:
    """When a mail of this request came and what it says, where the address names one that was read; to be changed.
    Whether it does.
    """
    mail_number = read_number(url_request.args.get("mail", ""))
    if form.is_submitted() or mail_number is None:
        return False
    mail = case_mail.mail_view(work, mail_number)
    if mail.read is None or mail.request_number != number:
        return False
    form["at"].data, form["text"].data = mail.received_at, mail.read.text[:LONGEST]
    return True


def show_about(member: SignedInStaff, work: CaseWork, number: int, form: PageForm, **values: Any) -> Page:
    """A form about one request, with the version of it that the form is made from."""
    back, made_from = address(work, number), read_stamp(work, number)
    return show_form(member, work, form, back=back, made_from=made_from, **values)


def read_request(work: CaseWork, number: int) -> RequestView:
    """Raises UnknownNumber."""
    return request_page.request_view(work, number)


def address(work: CaseWork, number: int) -> str:
    return url_for("desk_requests.show", reference=work.reference, number=number)


def back_to(work: CaseWork, number: int, *, anchor: str | None = None) -> Response:
    return go("desk_requests.show", reference=work.reference, number=number, _anchor=anchor)
