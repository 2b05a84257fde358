"""A partner opens a case for a person, and its key opens that one and no other."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain.lifecycle import ActorKind, Answer, Handler, History, Path, SendingChannel, StepRefused
from portal.domain.partners import API_EVENTS, name_api_event
from portal.domain.report import YesNo
from portal.models.cases import Case, Consent
from portal.models.events import Event
from portal.models.partners import PartnerCall, PartnerCase
from portal.services.casefile.page import history_rows
from portal.services.cases import erasure, handover
from portal.services.cases.instants import BadInstant
from portal.services.cases.opening import Changed, NoAccess, open_by_words, open_for_staff
from portal.services.history.events import read_detail
from portal.services.intake.submission import Incomplete
from portal.services.partners import calls, cases
from portal.services.partners.calls import AnswerGone, AskedCall, CallResult, OtherBody
from portal.services.partners.keys import Caller
from portal.services.ports import Ports
from portal.services.tracking import sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from tests.services.at_once import do_at_once
from tests.services.factories import NOW, make_case, make_work
from tests.services.partners.partners import (
    TOLD,
    act_as,
    find_caller,
    make_lead,
    make_order,
    make_secret,
    open_one,
)

CALL = AskedCall(idempotency="night-2026-17", asked=b"POST /cases\n{}")


@pytest.fixture
def caller(session: Session, ports: Ports) -> Caller:
    return find_caller(session, ports, make_secret(session, ports, make_lead(session)))


def test_a_case_is_opened_with_consent_words_and_a_history_that_names_the_partner(
    session: Session, ports: Ports, caller: Caller
) -> None:
    opened = open_one(session, ports, caller)
    work = opened.work
    assert (work.case.path, work.case.handler, work.case.team_id) == (Path.REMOVAL, Handler.TEAM, caller.team_id)
    assert work.case.news_at == NOW
    session.flush()
    assert open_by_words(make_work(session, ports), opened.words).case.id == work.case.id
    given = set(session.scalars(select(Consent.recipient).where(Consent.case_id == work.case.id)))
    assert given == {"platforms", "team"}
    told = session.scalars(select(Event).where(Event.kind == History.CONSENT_TOLD)).one()
    assert read_detail(told, work.key)["text"] == TOLD
    events = session.scalars(select(Event).where(Event.case_id == work.case.id, Event.actor == ActorKind.PARTNER)).all()
    assert {History.SUBMITTED, History.CONSENT_TOLD, History.FIRST_WORDS_MADE} <= {each.kind for each in events}
    assert {each.facts["partner"] for each in events} == {str(caller.key_id)}
    rows = [row for row in history_rows(work) if row.actor is ActorKind.PARTNER]
    assert {row.actor_name for row in rows} == {"Night line"}
    assert any("came from there" in row.sentence for row in rows)


def test_nothing_is_stated_in_the_name_of_the_person(session: Session, ports: Ports, caller: Caller) -> None:
    report = open_one(session, ports, caller).work.report
    stated = (report.states_good_faith, report.states_accuracy, report.states_no_consent, report.states_ownership)
    assert (*stated, report.signature) == (False, False, False, False, "")


def test_without_a_yes_or_with_one_from_tomorrow_no_case_is_opened(
    session: Session, ports: Ports, caller: Caller
) -> None:
    with pytest.raises(StepRefused, match="agreed"):
        open_one(session, ports, caller, make_order(told="  "))
    with pytest.raises(Incomplete):
        open_one(session, ports, caller, make_order(links=""))
    order = make_order()
    late = cases.ToldByPartner(text=TOLD, at=NOW + timedelta(days=1), to_platforms=True, to_authorities=False)
    with pytest.raises(BadInstant):
        open_one(
            session,
            ports,
            caller,
            cases.PartnerOrder(report=order.report, links="x.com/a/status/1", told=late, language="en"),
        )


def test_a_threat_and_a_child_take_their_own_ways(session: Session, ports: Ports, caller: Caller) -> None:
    threat = open_one(session, ports, caller, make_order(links="", is_online=YesNo.NO))
    assert threat.work.case.path is Path.THREAT


def test_a_key_opens_what_it_opened_and_nothing_else(session: Session, ports: Ports, caller: Caller) -> None:
    lead, stranger = make_lead(session, "Lighthouse", "ana"), make_case(session, ports)
    second = find_caller(session, ports, make_secret(session, ports, lead))
    same_team = cases.list_own(act_as(session, ports, caller), caller)
    assert same_team == []
    own = open_one(session, ports, caller).work
    assert cases.open_own(act_as(session, ports, caller), caller, own.reference, to_change=False).key == own.key
    for who, reference in ((second, own.reference), (caller, stranger.reference), (caller, "AAAA-AAAA")):
        with pytest.raises(NoAccess):
            cases.open_own(act_as(session, ports, who), who, reference, to_change=False)


def test_another_key_of_the_same_team_opens_nothing_of_it(session: Session, ports: Ports) -> None:
    lead = make_lead(session)
    first, second = (find_caller(session, ports, make_secret(session, ports, lead)) for _ in range(2))
    own = open_one(session, ports, first).work
    with pytest.raises(NoAccess):
        cases.open_own(act_as(session, ports, second), second, own.reference, to_change=False)
    row = session.scalars(select(PartnerCase)).one()
    row.key_id = second.key_id  # somebody moves the wrap: it opens with the other secret only
    session.flush()
    with pytest.raises(NoAccess):
        cases.open_own(act_as(session, ports, second), second, own.reference, to_change=False)


def test_a_case_that_is_taken_back_or_erased_opens_no_more(session: Session, ports: Ports, caller: Caller) -> None:
    first, second = (open_one(session, ports, caller).work for _ in range(2))
    handover.take_back(make_work(session, ports).on(first.case, first.key))
    assert session.scalars(select(PartnerCase.case_id)).all() == [second.case.id]
    erasure.erase(second)
    assert session.scalars(select(PartnerCase)).all() == []
    for each in (first, second):
        with pytest.raises(NoAccess):
            cases.open_own(act_as(session, ports, caller), caller, each.reference, to_change=True)


def test_the_team_reads_the_case_as_every_other(session: Session, ports: Ports) -> None:
    lead = make_lead(session)
    caller = find_caller(session, ports, make_secret(session, ports, lead))
    own = open_one(session, ports, caller).work
    work = make_work(session, ports, actor=lead.actor)
    opened = open_for_staff(work, own.reference, team_keys={lead.team_id: lead.team_key}, to_change=False)
    assert opened.key == own.key


def test_an_answer_is_logged_by_the_desks_own_step_and_only_on_what_was_read(
    session: Session, ports: Ports, caller: Caller
) -> None:
    own = open_one(session, ports, caller).work
    sent = SentCommand(channel=SendingChannel.FORM, sent_at=NOW, has_checked=True)
    sending.record_sent(own.at(NOW), 1, sent)
    later = NOW + timedelta(hours=5)
    work = cases.open_own(act_as(session, ports, caller, now=later), caller, own.reference, to_change=True)
    version = cases.read_version(work)
    command = AnswerCommand(answer=Answer.REFUSED, at=later, text="No.")
    with pytest.raises(Changed):
        cases.log_answer(work, 1, command, version="1")
    cases.log_answer(work, 1, command, version=version)
    event = session.scalars(select(Event).where(Event.kind == History.ANSWERED)).one()
    assert (event.actor, event.facts["partner"], event.at) == (ActorKind.PARTNER, str(caller.key_id), later)
    with pytest.raises(Changed):
        cases.log_answer(work, 1, command, version=version)


def test_that_a_partner_reads_is_written_down_once_an_hour(session: Session, ports: Ports, caller: Caller) -> None:
    own = open_one(session, ports, caller).work
    for minutes in (0, 1, 59, 61):
        cases.record_reading(own.at(NOW + timedelta(minutes=minutes)))
    events = session.scalars(select(Event).where(Event.kind == History.OPENED)).all()
    assert [event.at for event in events] == [NOW, NOW + timedelta(minutes=61)]


def do(session: Session, ports: Ports, caller: Caller, call: AskedCall = CALL) -> bytes:
    """Open a case in a call, as the address does."""
    order, work = make_order(), act_as(session, ports, caller)
    prepared = cases.prepare_case(work, order)

    def act() -> CallResult:
        opened = cases.open_case(work, caller, prepared, order)
        return CallResult(case_id=opened.work.case.id, answer=f"{opened.work.reference} {opened.words}".encode())

    return calls.do_once(work, caller, call, act)


def test_the_same_call_gets_the_same_answer_and_another_body_is_refused(
    session: Session, ports: Ports, caller: Caller
) -> None:
    first = do(session, ports, caller)
    assert do(session, ports, caller) == first
    assert calls.find_answer(act_as(session, ports, caller), caller, CALL) == first
    assert len(session.scalars(select(Case)).all()) == 1
    with pytest.raises(OtherBody):
        do(session, ports, caller, AskedCall(idempotency=CALL.idempotency, asked=b"POST /cases\n{} "))
    assert (
        calls.find_answer(act_as(session, ports, caller), caller, AskedCall(idempotency="another-one", asked=b""))
        is None
    )


def test_two_keys_may_use_the_same_idempotency_key(session: Session, ports: Ports) -> None:
    lead = make_lead(session)
    first, second = (find_caller(session, ports, make_secret(session, ports, lead)) for _ in range(2))
    assert do(session, ports, first) != do(session, ports, second)


def test_the_same_call_twice_at_once_opens_one_case(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        caller = find_caller(session, ports, make_secret(session, ports, make_lead(session)))

    def call() -> bytes:
        with sessions.begin() as session:
            return do(session, ports, caller)

    found = do_at_once(sessions, [call, call], after="INSERT INTO partner_calls")
    assert found[0] == found[1]
    assert isinstance(found[0], bytes), found[0]
    with sessions() as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_a_call_that_was_killed_before_its_commit_leaves_nothing(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        caller = find_caller(session, ports, make_secret(session, ports, make_lead(session)))
    with sessions() as session:
        do(session, ports, caller)  # never committed: the process dies here
    with sessions() as session:
        assert session.scalars(select(Case)).all() == []
        assert session.scalars(select(PartnerCall)).all() == []
    with sessions.begin() as session:
        answer = do(session, ports, caller)
    with sessions.begin() as session:  # and one that died behind it gets what was answered
        assert do(session, ports, caller) == answer
        assert len(session.scalars(select(Case)).all()) == 1


def test_the_words_in_a_kept_answer_open_for_its_secret_alone_and_end_with_the_case(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        caller = find_caller(session, ports, make_secret(session, ports, make_lead(session)))
        answer = do(session, ports, caller)
        words = answer.decode().split(" ", 1)[1]
        row = session.scalars(select(PartnerCall)).one()
        assert all(word.encode() not in (row.sealed or b"") for word in words.split())
        erasure.erase(open_by_words(make_work(session, ports), words))
    with sessions.begin() as session, pytest.raises(AnswerGone):
        do(session, ports, caller)
    with sessions.begin() as session:
        calls.purge(session, now=NOW + timedelta(days=2))
        assert session.scalars(select(PartnerCall)).all() == []


def test_machines_are_told_of_what_moves_a_case_and_never_of_what_is_said_in_it() -> None:
    assert name_api_event(History.ANSWERED) == "request.answered"
    for quiet in (History.MESSAGE, History.NOTE, History.RISK_SET, History.OPENED, History.CONTACT_SET):
        assert name_api_event(quiet) is None
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in API_EVENTS.values())
