"""A person's address, mail to it, and the way back by a mailed link."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import CannotOpen, open_sealed, open_values
from portal.domain.lifecycle import History, StepRefused
from portal.domain.quotas import FREE, Counted
from portal.models.cases import Case
from portal.models.contacts import Contact, LinkAsk, LinkKind, MailLink
from portal.models.outbox import MailKind, MailState, OutboxMail
from portal.models.quotas import Quota
from portal.services.background import outbox
from portal.services.cases import consent, mail_contact, messages, recovery_words
from portal.services.cases.mail_contact import MailLinkOver
from portal.services.ports import Ports, ServerKeys
from portal.services.work import CaseWork
from tests.services.background.test_outbox import Post
from tests.services.factories import NOW, make_case, make_ports, make_work
from tests.services.people import kinds, make_mail_ports, share_case

ADDRESS = "ana.example@example.net"
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)


def waiting(session: Session, kind: MailKind) -> list[OutboxMail]:
    query = select(OutboxMail).where(OutboxMail.kind == kind, OutboxMail.state == MailState.WAITING)
    return list(session.scalars(query.order_by(OutboxMail.created_at)))


def read_token(session: Session, ports: Ports, kind: MailKind) -> str:
    """The token of the newest waiting mail of this kind."""
    row = waiting(session, kind)[-1]
    assert row.sealed is not None
    text = open_values(ports.keys.outbox, outbox._seal_context(row), row.sealed)["text"]
    found = re.search(r"http://127.0.0.1:8000/mail/(\S+)", text)
    assert found
    return found[1]


def confirm(session: Session, opened: CaseWork, ports: Ports, *, link: bool = False) -> None:
    mail_contact.set_address(opened.at(NOW), ADDRESS)
    assert mail_contact.use_link(make_work(session, ports), read_token(session, ports, MailKind.CONFIRM)) is None
    if link:
        mail_contact.choose_link(opened.at(NOW), wanted=True)
    session.flush()


def ask(session: Session, ports: Ports, text: str = ADDRESS, *, now: datetime = NOW) -> list[OutboxMail]:
    """Ask on the page, and let the worker look it up."""
    mail_contact.ask_link(make_work(session, ports, now=now), text)
    for ask_id in mail_contact.list_asks(session):
        assert mail_contact.answer_ask(make_work(session, ports, now=now), ask_id)
    assert mail_contact.list_asks(session) == []
    return waiting(session, MailKind.RETURN)


def test_an_address_is_written_to_only_once_it_is_confirmed(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    mail_contact.set_address(shared.person.at(NOW), ADDRESS)
    messages.answer_person(shared.first.at(NOW), "Kia ora.")
    assert waiting(session, MailKind.REPLY) == []
    token = read_token(session, ports, MailKind.CONFIRM)
    assert mail_contact.find_link(make_work(session, ports), token) is LinkKind.CONFIRM
    mail_contact.use_link(make_work(session, ports), token)
    with pytest.raises(MailLinkOver):
        mail_contact.use_link(make_work(session, ports), token)
    view = mail_contact.contact_view(shared.person)
    assert view is not None
    assert (view.address, view.is_confirmed, view.has_link) == (ADDRESS, True, False)
    assert kinds(session, shared.person)[-1] is History.CONTACT_CONFIRMED


def test_nobody_comes_back_by_an_address_that_is_not_confirmed(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    mail_contact.set_address(opened.at(NOW), ADDRESS)
    with pytest.raises(StepRefused, match="Confirm the address"):
        mail_contact.choose_link(opened.at(NOW), wanted=True)
    assert ask(session, ports) == []


def test_one_mail_tells_of_all_that_the_team_wrote_until_it_is_read(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports)
    for text in ("One.", "Two."):
        messages.answer_person(shared.first.at(NOW), text)
    assert len(waiting(session, MailKind.REPLY)) == 1
    messages.mark_read(shared.person.at(LATER))
    messages.answer_person(shared.first.at(LATER), "Three.")
    assert len(waiting(session, MailKind.REPLY)) == 2


def test_a_link_opens_the_case_once_within_twenty_minutes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    assert len(ask(session, ports)) == 1
    token = read_token(session, ports, MailKind.RETURN)
    found = mail_contact.use_link(make_work(session, ports, now=NOW + timedelta(minutes=19, seconds=59)), token)
    assert found is not None
    assert found.key == opened.key
    with pytest.raises(MailLinkOver):
        mail_contact.use_link(make_work(session, ports), token)
    assert kinds(session, opened)[-1] is History.OPENED_BY_LINK


# The assertion decides: that the database layer warns of a row which was deleted under its feet does not.
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_of_two_who_use_a_link_at_the_same_time_exactly_one_comes_in(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports, link=True)
        ask(session, ports)
        token = read_token(session, ports, MailKind.RETURN)
    together = Barrier(2)

    def wait_for_the_other(*execution: Any) -> None:
        if "FROM mail_links" in execution[2]:
            with suppress(BrokenBarrierError):  # the other one waits for its turn in the database, as it should
                together.wait(timeout=1)

    def come_in(_who: int) -> bool:
        with sessions.begin() as session:
            try:
                found = mail_contact.use_link(make_work(session, ports), token)
            except MailLinkOver:
                return False
            assert found is not None
            return True

    event.listen(sessions.kw["bind"], "after_cursor_execute", wait_for_the_other)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come_in, range(2))) == [False, True]
    with sessions() as session:
        assert kinds(session, opened).count(History.OPENED_BY_LINK) == 1


def test_a_link_is_over_after_twenty_minutes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    with pytest.raises(MailLinkOver):
        mail_contact.use_link(make_work(session, ports, now=NOW + timedelta(minutes=20)), token)


def test_looking_at_a_link_does_not_use_it_up(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    for _ in range(3):
        assert mail_contact.find_link(make_work(session, ports), token) is LinkKind.RETURN
    assert mail_contact.use_link(make_work(session, ports), token) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
        lambda token: "x" + token,
        lambda _: "",
        lambda _: "ä",
    ],
)
def test_a_changed_link_is_none_of_ours(session: Session, ports: Ports, change: object) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    assert callable(change)
    with pytest.raises(MailLinkOver):
        mail_contact.find_link(make_work(session, ports), change(read_token(session, ports, MailKind.RETURN)))


def test_links_are_mailed_only_where_the_person_chose_them(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    assert ask(session, ports) == []
    mail_contact.choose_link(opened.at(NOW), wanted=True)
    assert ask(session, ports, "somebody.else@example.net") == []
    assert len(ask(session, ports, ADDRESS.upper())) == 1


def test_without_the_choice_the_server_holds_nothing_that_opens_the_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused):
        mail_contact.choose_link(opened.at(NOW), wanted=True)
    confirm(session, opened, ports, link=True)
    row = session.scalars(select(Contact)).one()
    assert row.link_key is not None
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    mail_contact.choose_link(opened.at(NOW), wanted=False)
    assert row.link_key is None
    assert waiting(session, MailKind.RETURN) == []
    mail_contact.choose_link(opened.at(NOW), wanted=True)
    with pytest.raises(MailLinkOver):  # also after the way back was chosen anew
        mail_contact.use_link(make_work(session, ports), token)


def test_the_kept_key_opens_nothing_without_the_lock_of_the_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    ports.locks.destroy([opened.case.id])  # as erasing does; the row comes back from an older backup
    with pytest.raises(MailLinkOver):
        mail_contact.use_link(make_work(session, ports), token)


def test_disk_and_secret_show_the_address_that_mail_goes_to_and_none_that_was_removed(
    session: Session, ports: Ports
) -> None:
    """The worker needs it while nobody has the case open, so whoever has both has it too: the threat model says so."""
    kept, removed = make_case(session, ports), make_case(session, ports)
    confirm(session, kept, ports, link=True)
    confirm(session, removed, ports)
    stolen = session.scalars(select(Contact).where(Contact.case_id == kept.case.id)).one()
    mail_contact.remove_address(removed.at(NOW))
    keys = ports.keys.outbox
    opened = open_values(keys, mail_contact._address_context(stolen), stolen.address_for_sending)
    assert opened == {"address": ADDRESS}
    assert stolen.link_key is not None
    inner = open_sealed(keys, mail_contact._link_context(stolen), stolen.link_key)
    assert kept.key not in inner, "the key of the case lies under its lock, which is kept elsewhere"
    assert session.scalars(select(Contact.case_id)).all() == [kept.case.id]


def test_nobody_fills_a_mailbox_through_this_page(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for _ in range(3):
        mail_contact.set_address(opened.at(NOW), ADDRESS)
    with pytest.raises(StepRefused, match="three times"):
        mail_contact.set_address(opened.at(NOW), ADDRESS)
    mail_contact.use_link(make_work(session, ports), read_token(session, ports, MailKind.CONFIRM))
    mail_contact.choose_link(opened.at(NOW), wanted=True)
    later = NOW + timedelta(days=1)
    for _ in range(5):
        ask(session, ports, now=later)
    assert len(waiting(session, MailKind.RETURN)) == 3


def test_removing_the_address_deletes_it_everywhere_and_stops_what_waits(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        opened = make_case(session, ports)
        confirm(session, opened, ports, link=True)
        ask(session, ports)
        case_id = opened.case.id
        row_id = waiting(session, MailKind.RETURN)[0].id
    with sessions.begin() as session:
        again = replace(opened, session=session, case=session.get_one(Case, case_id))
        mail_contact.remove_address(again.at(NOW))
    post = Post()
    outcome = outbox.deliver(sessions, row_id, mailer=post, clock=lambda: NOW, ports=ports)
    assert (outcome, post.sent) == (outbox.Delivery.NOT_OURS, [])
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
        assert session.scalar(select(func.count()).select_from(MailLink)) == 0
        assert session.scalars(select(OutboxMail.sealed).where(OutboxMail.sealed.is_not(None))).all() == []


def test_the_team_can_neither_choose_the_link_nor_read_the_carried_address(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports)
    with pytest.raises(StepRefused):
        mail_contact.choose_link(shared.first.at(NOW), wanted=True)
    row = session.scalars(select(Contact)).one()
    with pytest.raises(CannotOpen):
        open_values(shared.first.key, mail_contact._address_context(row), row.address_for_sending)


def test_new_words_from_the_team_end_the_way_back_by_mail(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    recovery_words.set_check(shared.person.at(NOW), "What?", "the blue kayak")
    recovery_words.start_reissue(shared.first.at(NOW), "the blue kayak")
    recovery_words.confirm_reissue(shared.second.at(NOW))
    with pytest.raises(MailLinkOver):
        mail_contact.use_link(make_work(session, ports), token)
    assert session.scalars(select(Contact.link_key)).one() is None


def test_what_is_carried_moves_to_a_new_server_secret(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    both = ports.__class__(**{**vars(ports), "keys": ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])})
    assert len(ask(session, both)) == 1, "found by the older secret's index"
    assert mail_contact.move_to_new_secret(make_work(session, both)) == 1
    alone = ports.__class__(**{**vars(ports), "keys": ServerKeys.from_secrets([b"\x08" * 32])})
    assert len(ask(session, alone)) == 2
    assert mail_contact.use_link(make_work(session, alone), read_token(session, alone, MailKind.RETURN)) is not None


def test_a_portal_without_a_mail_server_offers_no_contact(session: Session, ports: Ports, tmp_path: Path) -> None:
    opened = make_case(session, ports)
    without = make_ports(tmp_path)
    with pytest.raises(StepRefused, match="not switched on"):
        mail_contact.set_address(replace(opened, now=NOW, ports=without), ADDRESS)
    assert consent.has_consent(session, opened.case, "platforms"), "nothing else changes"


def test_who_was_looked_up_once_is_not_looked_up_again_nor_after_twenty_minutes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    mail_contact.ask_link(make_work(session, ports), ADDRESS)
    ask_id = mail_contact.list_asks(session)[0]
    assert mail_contact.answer_ask(make_work(session, ports, now=NOW + timedelta(minutes=20)), ask_id)
    assert not mail_contact.answer_ask(make_work(session, ports), ask_id)
    assert waiting(session, MailKind.RETURN) == []


def test_the_table_of_those_who_asked_shows_no_address(session: Session, ports: Ports) -> None:
    for address in (ADDRESS, "b@example.net"):
        mail_contact.ask_link(make_work(session, ports), address)
    rows = session.scalars(select(LinkAsk)).all()
    assert len({len(row.sealed) for row in rows}) == 1, "not even its length"
    assert all(ADDRESS.encode() not in row.sealed for row in rows)


def test_an_address_gets_no_more_than_some_links_a_day_over_all_cases_together(session: Session, ports: Ports) -> None:
    """Anybody can begin cases and give them somebody else's address."""
    for _ in range(3):
        confirm(session, make_case(session, ports), ports, link=True)
    hours = [NOW + timedelta(hours=number) for number in range(1, 8)]
    assert len([ask(session, ports, now=hour) for hour in hours][-1]) == FREE[Counted.MAIL]
    tomorrow = NOW + timedelta(days=1)
    assert len(ask(session, ports, now=tomorrow)) == FREE[Counted.MAIL] + 3


def test_a_case_sends_no_more_than_some_links_a_day(session: Session, ports: Ports) -> None:
    confirm(session, make_case(session, ports), ports, link=True)
    moments = [NOW + timedelta(minutes=21 * number) for number in range(1, 40)]
    assert len([ask(session, ports, now=moment) for moment in moments][-1]) == FREE[Counted.MAIL]


def test_an_address_is_asked_to_confirm_itself_only_so_often_a_day_and_keeps_its_way_back(
    session: Session, ports: Ports
) -> None:
    own = make_case(session, ports)
    confirm(session, own, ports, link=True)
    for _ in range(FREE[Counted.MAIL] - 1):
        mail_contact.set_address(make_case(session, ports).at(NOW), ADDRESS.upper())
    with pytest.raises(StepRefused, match="several times today"):
        mail_contact.set_address(make_case(session, ports).at(NOW), ADDRESS)
    mail_contact.set_address(make_case(session, ports).at(NOW), "somebody.else@example.net")
    assert len(ask(session, ports)) == 1, "what strangers ask for is counted apart"


def test_the_count_of_a_day_tells_no_address_and_is_another_the_next_day(session: Session, ports: Ports) -> None:
    for day in range(2):
        mail_contact.set_address(make_case(session, ports).at(NOW + timedelta(days=day)), ADDRESS)
    rows = session.scalars(select(Quota).where(Quota.counted == Counted.MAIL)).all()
    assert len({row.bucket for row in rows}) == 2
    index = session.scalars(select(Contact.address_index)).first()
    assert index not in {row.bucket for row in rows}
