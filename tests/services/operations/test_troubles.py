"""What does not work between the portal and other machines: told after an hour, and no longer than it lasts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from portal.domain.webhooks import WebhookEvent
from portal.mailbox_file import MailboxServer
from portal.models.incoming import MailboxPlace
from portal.models.webhooks import DeliveryState, WebhookDelivery
from portal.services.operations.troubles import FAILURES, TRIES, UNREAD, Troubles, find_troubles
from portal.services.ports import SYSTEM, Ports
from portal.services.webhooks import endpoints
from portal.services.webhooks.endpoints import Hears
from portal.services.work import Work
from tests.services.factories import NOW, make_team, make_work

SECOND = timedelta(seconds=1)
SERVER = MailboxServer(
    name="answers", host="mail.example", port=993, has_tls=True, user="a", password="b", oauth=None, folder="INBOX",
    move_to="", authorities=None,
)  # fmt: skip


def with_mailbox(session: Session, ports: Ports, *, now: datetime = NOW) -> Work:
    config = replace(ports.config, mailboxes=(SERVER,))
    return make_work(session, replace(ports, config=config), now=now, actor=SYSTEM)


def test_a_mailbox_is_told_of_when_it_was_not_read_for_an_hour(session: Session, ports: Ports) -> None:
    work = with_mailbox(session, ports)
    session.add(MailboxPlace(name="answers", place="", last_uid=3, failures=1, fetched_at=NOW))
    session.add(MailboxPlace(name="another that is set no more", place="", last_uid=3, failures=9))
    session.flush()
    assert find_troubles(work, team_ids=None) == Troubles()
    assert find_troubles(with_mailbox(session, ports, now=NOW + UNREAD), team_ids=()) == Troubles()
    late = with_mailbox(session, ports, now=NOW + UNREAD + SECOND)
    assert find_troubles(late, team_ids=()) == Troubles(mailboxes=("answers",))


def test_one_whose_issuer_takes_the_token_no_more_is_told_of_at_once(session: Session, ports: Ports) -> None:
    session.add(
        MailboxPlace(name="answers", place="", last_uid=3, failures=1, fetched_at=NOW - 2 * UNREAD, is_refused=True)
    )
    session.flush()
    assert find_troubles(with_mailbox(session, ports), team_ids=()) == Troubles(refused=("answers",))


def test_one_that_was_never_read_is_told_of_after_failures_of_an_hour(session: Session, ports: Ports) -> None:
    row = MailboxPlace(name="answers", place="", last_uid=0, failures=FAILURES - 1, fetched_at=None)
    session.add(row)
    session.flush()
    assert find_troubles(with_mailbox(session, ports), team_ids=None) == Troubles()
    row.failures = FAILURES
    session.flush()
    assert find_troubles(with_mailbox(session, ports), team_ids=None).mailboxes == ("answers",)


def add_telling(session: Session, endpoint_id: UUID, state: DeliveryState, *, tries: int, at: datetime) -> None:
    row = WebhookDelivery(id=uuid4(), endpoint_id=endpoint_id, case_id=None, event="case.opened", state=state)
    row.tries, row.created_at, row.next_try_at, row.sealed = tries, at, at, b""
    row.over_at = None if state is DeliveryState.WAITING else at
    session.add(row)
    session.flush()


def test_an_endpoint_is_told_of_until_it_was_reached_again(session: Session, ports: Ports) -> None:
    team, _key = make_team(session)
    work = make_work(session, ports, actor=SYSTEM)
    url, events = "https://a.example/", {WebhookEvent.CASE_OPENED}
    theirs, _secret = endpoints.add_endpoint(work, url, events, Hears(team_id=team.id))
    endpoints.add_endpoint(work, url, events)
    add_telling(session, theirs, DeliveryState.WAITING, tries=TRIES - 1, at=NOW)
    assert find_troubles(work, team_ids=None).endpoints == 0
    add_telling(session, theirs, DeliveryState.WAITING, tries=TRIES, at=NOW)
    add_telling(session, theirs, DeliveryState.FAILED, tries=12, at=NOW)
    assert find_troubles(work, team_ids=None).endpoints == 1
    assert find_troubles(work, team_ids=[team.id]).endpoints == 1
    assert find_troubles(work, team_ids=[uuid4()]).endpoints == 0
    add_telling(session, theirs, DeliveryState.SENT, tries=1, at=NOW + SECOND)
    assert find_troubles(work, team_ids=None).endpoints == 0
    add_telling(session, theirs, DeliveryState.FAILED, tries=12, at=NOW + 2 * SECOND)
    assert find_troubles(work, team_ids=None).endpoints == 1
    endpoints.end_endpoint(work, theirs)
    session.flush()
    assert find_troubles(work, team_ids=None).endpoints == 0
