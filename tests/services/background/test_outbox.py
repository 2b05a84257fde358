"""Mail leaves at most once, in the transaction of its cause or not at all, whoever dies when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.mail import Delayed, Mailer, OutgoingMail, Refused, Unclear
from portal.models.cases import Case
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.services.background import outbox
from portal.services.background.outbox import Delivery, NewMail
from portal.services.cases import erasure
from portal.services.ports import Ports
from tests.services.factories import NOW, make_case, make_work

HOUR = timedelta(hours=1)


class Post:
    """A mailer that keeps what it was given; `ends` says how its tries end."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends = list(ends)
        self.sent: list[OutgoingMail] = []

    def __call__(self, mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        end = self.ends.pop(0) if self.ends else None
        if isinstance(end, Delayed):
            raise end
        handing_over()
        if not isinstance(end, Refused):
            self.sent.append(mail)
        if end:
            raise end
        return "250 taken"


class Killed(BaseException):
    """The worker dies here."""


@pytest.fixture
def case_id(sessions: sessionmaker[Session], ports: Ports) -> UUID:
    with sessions.begin() as session:
        return make_case(session, ports).case.id


def new_mail(case_id: UUID, **changes: Any) -> NewMail:
    values: dict[str, Any] = {
        "case_id": case_id,
        "kind": MailKind.REPLY,
        "cause": f"reply:{case_id}",
        "to": "canary-address@example.net",
        "subject": "A message for you",
        "text": "canary-text",
    }
    return NewMail(**{**values, **changes})


def put(sessions: sessionmaker[Session], ports: Ports, new: NewMail) -> UUID:
    with sessions.begin() as session:
        assert outbox.put(make_work(session, ports), new)
        return session.scalars(select(OutboxMail.id).where(OutboxMail.cause == new.cause)).one()


def try_once(
    sessions: sessionmaker[Session], row_id: UUID, post: Mailer, ports: Ports, *, now: datetime = NOW
) -> Delivery:
    return outbox.deliver(sessions, row_id, mailer=post, clock=lambda: now, ports=ports)


def row_of(sessions: sessionmaker[Session], row_id: UUID) -> OutboxMail:
    with sessions() as session:
        return session.get_one(OutboxMail, row_id)


def test_a_mail_is_sent_once_and_its_text_is_shredded(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id, post = put(sessions, ports, new_mail(case_id)), Post()
    assert b"canary" not in (row_of(sessions, row_id).sealed or b"")
    assert try_once(sessions, row_id, post, ports) is Delivery.SENT
    assert try_once(sessions, row_id, post, ports) is Delivery.NOT_OURS
    assert [(mail.to, mail.text, mail.id) for mail in post.sent] == [
        ("canary-address@example.net", "canary-text", row_id)
    ]
    row = row_of(sessions, row_id)
    assert (row.state, row.sealed) == (MailState.SENT, None)


def test_one_cause_makes_one_mail(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    put(sessions, ports, new_mail(case_id))
    with sessions.begin() as session:
        assert not outbox.put(make_work(session, ports), new_mail(case_id))


def test_a_cause_that_is_rolled_back_sends_nothing(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    with sessions() as session:
        outbox.put(make_work(session, ports), new_mail(case_id))
        session.rollback()
    with sessions() as session:
        assert outbox.list_due(session, now=NOW + HOUR) == []


def test_a_server_that_is_away_is_tried_later_and_given_up_in_the_end(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id, now, waits = put(sessions, ports, new_mail(case_id)), NOW, []
    for _ in range(outbox.MAX_TRIES - 1):
        assert try_once(sessions, row_id, Post(Delayed()), ports, now=now) is Delivery.LATER
        assert try_once(sessions, row_id, Post(), ports, now=now) is Delivery.NOT_OURS, "not before its time"
        due = row_of(sessions, row_id).next_try_at
        waits.append(due - now)
        now = due
    assert try_once(sessions, row_id, Post(Delayed()), ports, now=now) is Delivery.FAILED
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == outbox.LONGEST_WAIT
    row = row_of(sessions, row_id)
    assert (row.state, row.sealed) == (MailState.FAILED, None)


@pytest.mark.parametrize(("end", "state"), [(Refused(), MailState.FAILED), (Unclear(), MailState.UNCLEAR)])
def test_a_refused_mail_and_one_that_may_have_left_are_never_sent_again(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID, end: Exception, state: MailState
) -> None:
    row_id = put(sessions, ports, new_mail(case_id))
    try_once(sessions, row_id, Post(end), ports)
    assert row_of(sessions, row_id).state is state
    post = Post()
    for hours in (0, 1, 48):
        assert try_once(sessions, row_id, post, ports, now=NOW + HOUR * hours) is Delivery.NOT_OURS
    assert post.sent == []
    with sessions() as session:
        assert outbox.has_trouble(session, case_id)


def test_a_worker_that_dies_before_the_text_leaves_is_followed_by_another(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id = put(sessions, ports, new_mail(case_id))

    def die(_mail: OutgoingMail, _handing_over: Callable[[], None]) -> str:
        raise Killed

    with pytest.raises(Killed):
        try_once(sessions, row_id, die, ports)
    with sessions() as session:
        assert outbox.list_due(session, now=NOW) == [], "the dead worker's lease still runs"
        assert outbox.list_due(session, now=NOW + HOUR) == [row_id]
    post = Post()
    assert try_once(sessions, row_id, post, ports, now=NOW + HOUR) is Delivery.SENT
    assert len(post.sent) == 1


def test_a_worker_that_dies_while_the_text_leaves_is_told_and_nothing_is_sent_twice(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id = put(sessions, ports, new_mail(case_id))

    def die(_mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        handing_over()
        raise Killed

    with pytest.raises(Killed):
        try_once(sessions, row_id, die, ports)
    with sessions.begin() as session:
        assert outbox.give_up_unclear(session, now=NOW) == 0
        assert outbox.has_stuck_mail(session, now=NOW + HOUR)
        assert outbox.give_up_unclear(session, now=NOW + HOUR) == 1
        assert outbox.list_due(session, now=NOW + 2 * HOUR) == []
    row = row_of(sessions, row_id)
    assert (row.state, row.sealed) == (MailState.UNCLEAR, None)


def test_a_worker_that_was_too_slow_hands_nothing_over_and_the_next_one_does(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id, slow, quick = put(sessions, ports, new_mail(case_id)), Post(), Post()

    def come_late(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        def meanwhile(other: OutgoingMail, hand_over: Callable[[], None]) -> str:
            with pytest.raises(outbox.MailNotClaimed):
                slow(mail, handing_over)
            return quick(other, hand_over)

        assert try_once(sessions, row_id, meanwhile, ports, now=NOW + HOUR) is Delivery.SENT
        raise outbox.MailNotClaimed

    assert try_once(sessions, row_id, come_late, ports) is Delivery.NOT_OURS
    assert (len(slow.sent), len(quick.sent)) == (0, 1)
    assert row_of(sessions, row_id).state is MailState.SENT


def test_a_mail_can_be_taken_back_until_its_text_leaves(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    row_id, post = put(sessions, ports, new_mail(case_id)), Post()

    def cancel_first(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        with sessions.begin() as session:
            assert outbox.cancel(session, case_id, now=NOW) == 1
        return post(mail, handing_over)

    assert try_once(sessions, row_id, cancel_first, ports) is Delivery.NOT_OURS
    assert post.sent == []
    assert row_of(sessions, row_id).state is MailState.CANCELLED


def test_a_link_that_has_run_out_is_not_sent(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    row_id, post = put(sessions, ports, new_mail(case_id, expires_at=NOW + HOUR)), Post()
    assert try_once(sessions, row_id, post, ports, now=NOW + HOUR) is Delivery.NOT_OURS
    row = row_of(sessions, row_id)
    assert (row.state, row.sealed, post.sent) == (MailState.CANCELLED, None, [])


def test_an_erased_case_takes_its_mail_with_it(sessions: sessionmaker[Session], ports: Ports, case_id: UUID) -> None:
    row_id, post = put(sessions, ports, new_mail(case_id)), Post()

    def erase_first(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        with sessions.begin() as session:
            opened = make_work(session, ports).on(session.get_one(Case, case_id), b"")
            erasure.erase(opened.at(NOW))
        return post(mail, handing_over)

    assert try_once(sessions, row_id, erase_first, ports) is Delivery.NOT_OURS
    assert post.sent == []


def test_a_mail_given_up_as_unclear_that_was_put_off_after_all_has_failed_and_waits_for_nothing(
    sessions: sessionmaker[Session], ports: Ports, case_id: UUID
) -> None:
    """The slow server says "later" when the worker has long been taken for dead: its text is gone."""
    row_id = put(sessions, ports, new_mail(case_id))

    def answer_late(mail: OutgoingMail, handing_over: Callable[[], None]) -> str:
        handing_over()
        with sessions.begin() as session:
            assert outbox.give_up_unclear(session, now=NOW + HOUR) == 1
        raise Delayed("450")

    assert try_once(sessions, row_id, answer_late, ports, now=NOW) is Delivery.FAILED
    with sessions() as session:
        assert outbox.list_due(session, now=NOW + 24 * HOUR) == []
        assert session.get_one(OutboxMail, row_id).state is MailState.FAILED
