"""Safe hours and reminders: nothing unless it was chosen, nothing outside the hours, nothing twice, all off at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import CannotOpen, open_values
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Answer, History, SendingChannel, StepRefused
from portal.domain.safe_hours import EVERY_DAY, SafeHours
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.models.safe_contacts import SafeContact
from portal.services.background import outbox, safe_hours
from portal.services.background.outbox import Delivery
from portal.services.casefile import ways_in
from portal.services.cases import erasure, mail_contact, messages, recovery_words, retention, safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.ports import Ports, ServerKeys
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import SentCommand
from portal.services.work import CaseWork
from tests.services.at_once import do_at_once
from tests.services.background.test_outbox import Post, try_once
from tests.services.cases.test_mail_contact import ADDRESS, ask, confirm, read_token, waiting
from tests.services.factories import NOW, make_case, make_work
from tests.services.people import kinds, make_mail_ports, share_case

AUCKLAND = "Pacific/Auckland"  # NOW is there Monday 23 November 2026, 22:00
MORNING = SafeHours(days=EVERY_DAY, first=time(9), last=time(12), zone=AUCKLAND)
TUESDAY_NINE = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
LONG_AFTER = NOW + timedelta(days=60)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)


def send_first(work: CaseWork) -> None:
    sending.record_sent(work, 1, SentCommand(channel=SendingChannel.FORM, sent_at=work.now, has_checked=True))


def due_moments(session: Session, opened: CaseWork) -> list[datetime]:
    query = select(Clock.due_at).where(Clock.case_id == opened.case.id, Clock.state == ClockState.RUNNING)
    return sorted(at for at in session.scalars(query) if at)


def ask_for_mails(opened: CaseWork, hours: SafeHours | None = None, title: str = "") -> None:
    safe_contact.save_choices(opened.at(NOW), Choices(hours=hours, title=title, mails_dates=True))


def read_entries(content: bytes) -> list[tuple[datetime, str]]:
    """When and what each entry of a calendar says, and that it says nothing else."""
    events = icalendar.Calendar.from_ical(content.decode()).walk("VEVENT")
    for event in events:
        assert set(event) == {"UID", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "CLASS", "TRANSP"}
    return [(event.decoded("dtstart"), str(event["summary"])) for event in events]


def test_nobody_is_reminded_who_did_not_ask(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    send_first(opened.at(NOW))
    assert due_moments(session, opened)
    view = safe_contact.read_safe_contact(opened)
    assert (view.choices, view.feed, view.has_reminders) == (Choices(), None, False)
    factory = sessionmaker(session.get_bind())
    assert safe_contact.remind_due(factory, now=LONG_AFTER, ports=ports).done == 0
    assert session.scalars(select(SafeContact)).all() == []


def test_reminders_by_mail_need_a_confirmed_address_and_the_person(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    with pytest.raises(StepRefused, match="confirmed"):
        ask_for_mails(shared.person)
    mail_contact.set_address(shared.person.at(NOW), ADDRESS)
    with pytest.raises(StepRefused, match="confirmed"):
        ask_for_mails(shared.person)
    with pytest.raises(StepRefused, match="Only the person"):
        safe_contact.save_choices(shared.first, Choices(words="x"))
    with pytest.raises(StepRefused, match="Only the person"):
        safe_contact.make_feed(shared.first)


def test_what_was_chosen_is_sealed_and_the_server_knows_hours_and_title_alone(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    chosen = Choices(hours=MORNING, words="canary-words", title="Call back")
    safe_contact.save_choices(opened.at(NOW), chosen)
    assert safe_contact.read_safe_contact(opened).choices == chosen
    row = session.scalars(select(SafeContact)).one()
    carried = open_values(ports.keys.outbox, safe_hours._place_of(row), row.carried)
    assert set(carried) == {"hours", "title"}
    assert "canary-words" not in str(carried)
    with pytest.raises(CannotOpen):
        open_values(b"\x01" * 32, safe_hours._place_of(row), row.carried)
    assert kinds(session, opened)[-1] is History.SAFE_CONTACT_SET


def test_every_mail_waits_for_the_hours_but_the_link_that_she_asks_for(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports, link=True)
    safe_contact.save_choices(shared.person.at(NOW), Choices(hours=MORNING, title="Call back"))
    messages.answer_person(shared.first.at(NOW), "Kia ora.")
    (reply,) = waiting(session, MailKind.REPLY)
    assert reply.next_try_at == TUESDAY_NINE
    assert reply.sealed is not None
    assert open_values(ports.keys.outbox, outbox._seal_context(reply), reply.sealed)["subject"] == "Call back"
    shared.person.case.retention_until = NOW + timedelta(days=3)
    mail_contact.announce_deletion(make_work(session, ports), shared.person.case)
    assert waiting(session, MailKind.RETENTION)[0].next_try_at == TUESDAY_NINE
    (back,) = ask(session, ports)
    assert back.next_try_at == NOW


def test_the_mail_that_checks_an_address_keeps_its_day_from_when_it_leaves(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    safe_contact.save_choices(opened.at(NOW), Choices(hours=MORNING))
    assert mail_contact.set_address(opened.at(NOW), ADDRESS) == TUESDAY_NINE
    token = read_token(session, ports, MailKind.CONFIRM)
    late = TUESDAY_NINE + timedelta(hours=23, minutes=59)
    assert mail_contact.use_link(make_work(session, ports, now=late), token) is None


def test_hours_that_were_chosen_later_hold_for_what_was_written_before(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    post = Post()
    with sessions.begin() as session:
        shared = share_case(session, ports)
        confirm(session, shared.person, ports)
        messages.answer_person(shared.first.at(NOW), "Kia ora.")
        row_id = waiting(session, MailKind.REPLY)[0].id
        safe_contact.save_choices(shared.person.at(NOW), Choices(hours=MORNING))

    def try_at(now: datetime) -> Delivery:
        return try_once(sessions, row_id, post, ports, now=now)

    assert try_at(NOW + timedelta(minutes=1)) is Delivery.NOT_OURS
    with sessions() as session:
        assert session.get_one(OutboxMail, row_id).next_try_at == TUESDAY_NINE
    assert try_at(TUESDAY_NINE + timedelta(hours=3)) is Delivery.NOT_OURS, "the hours are over again"
    assert post.sent == []
    assert try_at(TUESDAY_NINE + timedelta(days=1)) is Delivery.SENT


def test_where_the_hours_cannot_be_read_nothing_is_written(sessions: sessionmaker[Session], ports: Ports) -> None:
    post = Post()
    with sessions.begin() as session:
        shared = share_case(session, ports)
        confirm(session, shared.person, ports)
        safe_contact.save_choices(shared.person.at(NOW), Choices(hours=MORNING))
        session.scalars(select(SafeContact)).one().carried = b"under a lost secret"
        session.flush()
        messages.answer_person(shared.first.at(NOW), "Kia ora.")
        row_id = waiting(session, MailKind.REPLY)[0].id
    for now in (NOW, TUESDAY_NINE, TUESDAY_NINE + timedelta(days=1)):
        assert try_once(sessions, row_id, post, ports, now=now) is Delivery.NOT_OURS
    assert post.sent == []


def test_a_date_is_told_once_in_neutral_words_in_the_hours(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        ask_for_mails(opened, MORNING)
        send_first(opened.at(NOW))
        first = due_moments(session, opened)[0]
    assert safe_contact.remind_due(sessions, now=first - timedelta(seconds=1), ports=ports).done == 0
    for _ in range(3):
        safe_contact.remind_due(sessions, now=first + timedelta(minutes=1), ports=ports)
    with sessions() as session:
        (mail,) = waiting(session, MailKind.DATE)
        assert MORNING.is_safe(mail.next_try_at)
        assert mail.next_try_at >= first
        assert mail.sealed is not None
        said = open_values(ports.keys.outbox, outbox._seal_context(mail), mail.sealed)
    assert said["text"] == "This is the reminder that you asked for. Come back as before."
    assert said["subject"] == "A message for you"


def test_a_second_date_of_a_day_on_which_a_mail_has_left_is_told_the_next_day(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        ask_for_mails(opened)
        send_first(opened.at(NOW))
        first = due_moments(session, opened)[0]
    told_at = first + timedelta(minutes=1)
    assert safe_contact.remind_due(sessions, now=told_at, ports=ports).done == 1
    with sessions.begin() as session:
        (mail,) = waiting(session, MailKind.DATE)
        mail.state, mail.sealed = MailState.SENT, None
        session.scalars(select(SafeContact)).one().told_until = first - timedelta(hours=1)  # as if another had come
    assert safe_contact.remind_due(sessions, now=told_at, ports=ports).done == 0
    assert safe_contact.remind_due(sessions, now=told_at + timedelta(days=1), ports=ports).done == 1


def test_three_workers_write_one_mail(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        ask_for_mails(opened)
        send_first(opened.at(NOW))
        first = due_moments(session, opened)[0]

    def remind() -> int:
        return safe_contact.remind_due(sessions, now=first + timedelta(minutes=1), ports=ports).done

    told = do_at_once(sessions, [remind] * 3, after="FROM safe_contacts JOIN clocks")
    assert sorted(each for each in told if isinstance(each, int)) == [0, 0, 1]
    with sessions() as session:
        assert len(session.scalars(select(OutboxMail).where(OutboxMail.kind == MailKind.DATE)).all()) == 1


def test_nothing_is_told_of_a_request_that_is_settled_or_a_case_that_is_over(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        ask_for_mails(opened)
        safe_contact.make_feed(opened.at(NOW))
        send_first(opened.at(NOW))
        answers.log_answer(opened.at(NOW), 1, AnswerCommand(answer=Answer.REMOVED, at=NOW))
    assert safe_contact.remind_due(sessions, now=LONG_AFTER, ports=ports).done == 0
    with sessions() as session:
        work = make_work(session, ports).on(session.get_one(Case, opened.case.id), opened.key)
        assert read_entries(safe_contact.write_dates(work)) == []


def test_a_calendar_shows_times_and_a_title_alone_and_in_her_hours(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    safe_contact.save_choices(opened.at(NOW), Choices(hours=MORNING, words="canary", title="Check my list"))
    safe_contact.make_feed(opened.at(NOW))
    send_first(opened.at(NOW))
    feed = safe_contact.read_safe_contact(opened).feed
    assert feed is not None
    content = safe_contact.read_feed(make_work(session, ports), feed.token)
    entries = read_entries(content)
    assert entries
    assert {title for _at, title in entries} == {"Check my list"}
    assert all(MORNING.is_safe(at) for at, _title in entries)
    assert read_entries(safe_contact.write_dates(opened)) == entries
    for word in (b"canary", b"X.com", b"x.com", opened.reference.encode(), b"Act", b"Harbour", b"VALARM"):
        assert word not in content
    assert safe_contact.read_feed(make_work(session, ports), feed.token) == content, "an entry keeps its id"


def gone_by_revoking(work: CaseWork) -> None:
    assert safe_contact.end_feed(work)


def gone_by_one_press(work: CaseWork) -> None:
    safe_contact.switch_off(work)


def gone_by_a_new_one(work: CaseWork) -> None:
    safe_contact.make_feed(work)


def gone_by_its_way(work: CaseWork) -> None:
    ways_in.ENDS["feed"](work)


def gone_by_stopping_words(work: CaseWork) -> None:
    recovery_words.make_second_set(work)
    assert recovery_words.stop_set(work, 1, token="").has_feed


def gone_by_erasing(work: CaseWork) -> None:
    erasure.erase(work)
    work.session.flush()


@pytest.mark.parametrize(
    "end",
    [
        gone_by_revoking, gone_by_one_press, gone_by_a_new_one, gone_by_its_way, gone_by_stopping_words,
        gone_by_erasing,
    ],
)  # fmt: skip
def test_an_address_that_is_no_more_shows_what_one_that_never_was_shows(
    session: Session, ports: Ports, end: Callable[[CaseWork], None]
) -> None:
    opened = make_case(session, ports)
    safe_contact.make_feed(opened.at(NOW))
    send_first(opened.at(NOW))
    feed = safe_contact.read_safe_contact(opened).feed
    assert feed is not None
    work = make_work(session, ports)
    assert read_entries(safe_contact.read_feed(work, feed.token))
    end(opened.at(NOW))
    shown = safe_contact.read_feed(work, feed.token)
    assert read_entries(shown) == []
    assert shown == safe_contact.read_feed(work, "never-one-of-ours") == safe_contact.read_feed(work, "")


def test_an_address_works_for_a_year_and_cannot_be_made_from_what_the_database_holds(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports)
    safe_contact.make_feed(opened.at(NOW))
    send_first(opened.at(NOW))
    feed = safe_contact.read_safe_contact(opened).feed
    row = session.scalars(select(SafeContact)).one()
    assert feed is not None
    assert row.feed_digest is not None
    work = make_work(session, ports)
    assert read_entries(safe_contact.read_feed(work, row.feed_digest.hex())) == []
    nonce, signed = feed.token.split(".", 1)
    assert read_entries(safe_contact.read_feed(work, f"{nonce}.{signed[::-1]}")) == []
    assert read_entries(safe_contact.read_feed(work.at(feed.ends_at), feed.token)) == []
    assert safe_contact.read_safe_contact(opened.at(feed.ends_at)).feed is None


def test_one_press_takes_back_what_waits_and_ends_the_address(sessions: sessionmaker[Session], ports: Ports) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports)
        ask_for_mails(opened, MORNING)
        safe_contact.make_feed(opened.at(NOW))
        send_first(opened.at(NOW))
        first = due_moments(session, opened)[0]
    assert safe_contact.remind_due(sessions, now=first + timedelta(minutes=1), ports=ports).done == 1
    with sessions.begin() as session:
        work = make_work(session, ports).on(session.get_one(Case, opened.case.id), opened.key)
        safe_contact.switch_off(work)
        assert waiting(session, MailKind.DATE) == []
        view = safe_contact.read_safe_contact(work)
        assert not view.has_reminders
        assert view.choices.hours == MORNING, "what is safe stays safe"
    assert safe_contact.remind_due(sessions, now=LONG_AFTER, ports=ports).done == 0


def test_another_address_has_to_be_asked_anew(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    ask_for_mails(opened)
    mail_contact.remove_address(opened)
    assert not safe_contact.read_safe_contact(opened).choices.mails_dates


def test_hours_move_to_a_new_secret_and_the_address_works_on(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    safe_contact.save_choices(opened.at(NOW), Choices(hours=MORNING))
    safe_contact.make_feed(opened.at(NOW))
    send_first(opened.at(NOW))
    keys = ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])
    newer = replace(ports, keys=keys)
    assert retention.move_to_new_secret(make_work(session, newer)) >= 1
    row = session.scalars(select(SafeContact)).one()
    assert row.server_key == keys.id
    assert safe_hours.open_carried(row, ServerKeys.from_secrets([b"\x08" * 32])).hours == MORNING
    feed = safe_contact.read_safe_contact(make_work(session, newer).on(opened.case, opened.key)).feed
    assert feed is not None
    assert read_entries(safe_contact.read_feed(make_work(session, newer), feed.token))


def test_whoever_makes_an_address_with_her_phone_does_not_hide_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    later = opened.at(NOW + timedelta(minutes=1))
    safe_contact.make_feed(later)
    news = ways_in.find_news(later, token="none")
    assert news is not None
    assert [row.text for row in news.rows] == ["A secret address for a calendar was made."]


def test_nothing_of_it_outlives_the_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    safe_contact.save_choices(opened.at(NOW), Choices(words="x"))
    case_id: UUID = opened.case.id
    erasure.erase(opened.at(NOW))
    session.flush()
    assert session.scalars(select(SafeContact).where(SafeContact.case_id == case_id)).all() == []
