"""The partner API: a case is opened for a person from another intake, read, and kept up to date, by a key.

No cookie and no form token: whoever calls shows a key in a header, and no browser sends that by itself.
"""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal.domain.lifecycle import History
from portal.domain.partners import PartnerCount, PartnerScope
from portal.services.letters.kept_letters import letter_views
from portal.services.partners import calls, cases, pace
from portal.services.partners.calls import CallResult
from portal.services.partners.cases import PartnerOrder, Prepared
from portal.services.partners.keys import Caller
from portal.services.tracking.request_page import item_views, request_views
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork, Work
from portal.web.access import partner
from portal.web.open.openapi import CALLS, CaseEndpoint
from portal.web.partner.bodies import (
    AnswerBody,
    BadValue,
    CaseBody,
    CaseLine,
    CaseList,
    CaseState,
    LinkState,
    MadeLetter,
    NewCase,
    NotUnderstood,
    RequestStatus,
    RunningClock,
)
from portal.web.partner.problems import answer_with_problems, say
from portal.web.partner.reading import read_body, read_call
from portal.web.security import csrf
from portal.web.unit_of_work import unit

bp = Blueprint("partner", __name__, url_prefix="/api/v1/cases")
csrf.exempt(bp)
answer_with_problems(bp)
CALLS += [
    CaseEndpoint(
        path="/cases",
        method="post",
        name="open_case",
        summary="Open a case for a person who said yes; her six words come back, and no other time",
        scope=PartnerScope.OPEN,
        body=CaseBody,
        answer=NewCase,
        status=201,
        is_kept=True,
    ),
    CaseEndpoint(
        path="/cases",
        method="get",
        name="list_cases",
        summary="The cases that your key opened, the newest first",
        scope=PartnerScope.READ,
        answer=CaseList,
    ),
    CaseEndpoint(
        path="/cases/{reference}",
        method="get",
        name="read_case",
        summary="One case: its links, requests, clocks and papers",
        scope=PartnerScope.READ,
        answer=CaseState,
    ),
    CaseEndpoint(
        path="/cases/{reference}/papers/{number}",
        method="get",
        name="fetch_paper",
        summary="A letter of the case as PDF",
        scope=PartnerScope.PAPERS,
    ),
    CaseEndpoint(
        path="/cases/{reference}/requests/{number}/answers",
        method="post",
        name="log_answer",
        summary="Write down what a platform answered to a request",
        scope=PartnerScope.ANSWERS,
        body=AnswerBody,
        answer=CaseState,
        is_kept=True,
    ),
]


@bp.errorhandler(BadValue)
def refuse_value(error: BadValue) -> Response:
    return say(422, "A value cannot be right", str(error), error.name)


@bp.post("")
@partner(PartnerScope.OPEN)
def open_case(caller: Caller) -> Response:
    """What takes long is done before anything is locked; the answer of a call that was made before is found first."""
    call, order = read_call(), read_body(CaseBody).order(unit().config.language)
    with unit().reading() as reading:
        before = calls.find_answer(unit().work_in(reading, caller.actor), caller, call)
    if before is not None:
        return _send(before, 201)
    pace.claim(unit().parts.sessions, caller, PartnerCount.OPENINGS, now=unit().now)
    with unit().reading() as reading:
        prepared = cases.prepare_case(unit().work_in(reading, caller.actor), order)
    with unit().writing() as writing:
        work = unit().work_in(writing, caller.actor)
        return _send(calls.do_once(work, caller, call, lambda: _open(work, caller, prepared, order)), 201)


@bp.get("")
@partner(PartnerScope.READ)
def list_cases(caller: Caller) -> Response:
    with unit().reading() as reading:
        found = cases.list_own(unit().work_in(reading, caller.actor), caller)
        lines = tuple(msgspec.convert(each, CaseLine, from_attributes=True) for each in found)
    return _send(msgspec.json.encode(CaseList(cases=lines)))


@bp.get("/<reference>")
@partner(PartnerScope.READ)
def read_case(caller: Caller, reference: str) -> Response:
    with unit().reading() as reading:
        work = cases.open_own(unit().work_in(reading, caller.actor), caller, reference, to_change=False)
        is_new = cases.is_new(work, History.OPENED)
        answer = msgspec.json.encode(_show(work))
    if not is_new:
        return _send(answer)
    with unit().writing() as writing:
        work = cases.open_own(unit().work_in(writing, caller.actor), caller, reference, to_change=True)
        cases.record_reading(work)
        return _send(msgspec.json.encode(_show(work)))


@bp.get("/<reference>/papers/<int:number>")
@partner(PartnerScope.PAPERS)
def fetch_paper(caller: Caller, reference: str, number: int) -> AnyResponse:
    with unit().writing() as writing:
        work = cases.open_own(unit().work_in(writing, caller.actor), caller, reference, to_change=True)
        pdf = cases.take_paper(work, number)
    return current_app.response_class(pdf, mimetype="application/pdf")


@bp.post("/<reference>/requests/<int:number>/answers")
@partner(PartnerScope.ANSWERS)
def log_answer(caller: Caller, reference: str, number: int) -> Response:
    call, body = read_call(), read_body(AnswerBody)
    with unit().writing() as writing:
        work = unit().work_in(writing, caller.actor)
        opened = cases.open_own(work, caller, reference, to_change=True)

        def act() -> CallResult:
            cases.log_answer(opened, number, body.command(), version=body.version)
            return CallResult(case_id=opened.case.id, answer=msgspec.json.encode(_show(opened)))

        return _send(calls.do_once(work, caller, call, act))


def _open(work: Work, caller: Caller, prepared: Prepared, order: PartnerOrder) -> CallResult:
    opened = cases.open_case(work, caller, prepared, order)
    answer = NewCase(
        case=_show(opened.work),
        words=opened.words,
        come_back_at=unit().config.base_url + url_for("start.come_back"),
        sha256=opened.digest,
        not_understood=tuple(NotUnderstood(text=each.text, why=each.why) for each in opened.rejected),
    )
    return CallResult(case_id=opened.work.case.id, answer=msgspec.json.encode(answer))


def _show(work: CaseWork) -> CaseState:
    work.session.flush()
    return CaseState(
        reference=work.reference,
        version=cases.read_version(work),
        status=work.case.status,
        submitted_at=work.case.submitted_at,
        links=tuple(
            LinkState(number=item.number, url=item.url, platform=item.platform_name, state=item.state)
            for item in item_views(work)
        ),
        requests=tuple(map(_show_request, request_views(work))),
        papers=tuple(
            MadeLetter(
                number=each.number,
                kind=each.kind,
                request=each.request_number,
                made_at=each.made_at,
                left_at=each.left_at,
                sha256=each.digest,
            )
            for each in letter_views(work)
            if each.discarded_at is None
        ),
    )


def _show_request(view: RequestView) -> RequestStatus:
    clocks = [{**_fields(clock), "law": clock.regime_name, "duty": clock.label} for clock in view.clocks]
    return RequestStatus(
        number=view.number,
        platform=view.platform,
        platform_name=view.platform_name,
        state=view.state,
        sent_at=view.sent_at,
        received_at=view.received_at,
        answered_at=view.answered_at,
        proof=view.proof,
        links=tuple(item.number for item in view.items),
        clocks=tuple(RunningClock(**each) for each in clocks),
    )


_OF_CLOCK = ("owed_by", "binding", "state", "started_at", "due_at", "estimated")


def _fields(clock: object) -> dict[str, Any]:
    return {name: getattr(clock, name) for name in _OF_CLOCK}


def _send(body: bytes, status: int = 200) -> Response:
    return current_app.response_class(body, status=status, mimetype="application/json")
