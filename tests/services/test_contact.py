"""A person's address, mail to it, and the way back by a mailed link."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters.vault import CannotOpen, open_values
from portal.domain.lifecycle import History, StepRefused
from portal.models.cases import Case
from portal.models.contacts import Contact, LinkAsk, LinkKind, MailLink
from portal.models.outbox import MailKind, MailState, Outgoing
from portal.services import cases, contact, messages, outbox, words
from portal.services.cases import OpenCase
from portal.services.contact import LinkOver
from portal.services.ports import Ports, ServerKeys
from tests.services.factories import NOW, make_case, make_ports
from tests.services.people import kinds, make_mail_ports, share_case
from tests.services.test_outbox import Post

ADDRESS = "ana.example@example.net"
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_mail_ports(tmp_path)


def waiting(session: Session, kind: MailKind) -> list[Outgoing]:
    query = select(Outgoing).where(Outgoing.kind == kind, Outgoing.state == MailState.WAITING)
    return list(session.scalars(query.order_by(Outgoing.created_at)))


def read_token(session: Session, ports: Ports, kind: MailKind) -> str:
    """The token of the newest waiting mail of this kind."""
    row = waiting(session, kind)[-1]
    assert row.sealed is not None
    text = open_values(ports.keys.outbox, outbox._place(row), row.sealed)["text"]
    found = re.search(r"http://127.0.0.1:8000/mail/(\S+)", text)
    assert found
    return found[1]


def confirm(session: Session, opened: OpenCase, ports: Ports, *, link: bool = False) -> None:
    contact.set_address(session, opened, ADDRESS, now=NOW, ports=ports)
    assert contact.use_link(session, read_token(session, ports, MailKind.CONFIRM), now=NOW, ports=ports) is None
    if link:
        contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
    session.flush()


def ask(session: Session, ports: Ports, text: str = ADDRESS, *, now: datetime = NOW) -> list[Outgoing]:
    """Ask on the page, and let the worker look it up."""
    contact.ask_link(session, text, now=now, ports=ports)
    for ask_id in contact.list_asks(session):
        assert contact.answer_ask(session, ask_id, now=now, ports=ports)
    assert contact.list_asks(session) == []
    return waiting(session, MailKind.RETURN)


def test_an_address_is_written_to_only_once_it_is_confirmed(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    contact.set_address(session, shared.person, ADDRESS, now=NOW, ports=ports)
    messages.answer_person(session, shared.first, "Kia ora.", now=NOW, ports=ports)
    assert waiting(session, MailKind.REPLY) == []
    token = read_token(session, ports, MailKind.CONFIRM)
    assert contact.find_link(session, token, now=NOW, ports=ports) is LinkKind.CONFIRM
    contact.use_link(session, token, now=NOW, ports=ports)
    with pytest.raises(LinkOver):
        contact.use_link(session, token, now=NOW, ports=ports)
    view = contact.contact_view(session, shared.person)
    assert view is not None
    assert (view.address, view.is_confirmed, view.has_link) == (ADDRESS, True, False)
    assert kinds(session, shared.person)[-1] is History.CONTACT_CONFIRMED


def test_nobody_comes_back_by_an_address_that_is_not_confirmed(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    contact.set_address(session, opened, ADDRESS, now=NOW, ports=ports)
    with pytest.raises(StepRefused, match="Confirm the address"):
        contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
    assert ask(session, ports) == []


def test_one_mail_tells_of_all_that_the_team_wrote_until_it_is_read(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports)
    for text in ("One.", "Two."):
        messages.answer_person(session, shared.first, text, now=NOW, ports=ports)
    assert len(waiting(session, MailKind.REPLY)) == 1
    messages.mark_read(session, shared.person, now=LATER)
    messages.answer_person(session, shared.first, "Three.", now=LATER, ports=ports)
    assert len(waiting(session, MailKind.REPLY)) == 2


def test_a_link_opens_the_case_once_within_twenty_minutes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    assert len(ask(session, ports)) == 1
    token = read_token(session, ports, MailKind.RETURN)
    found = contact.use_link(session, token, now=NOW + timedelta(minutes=19, seconds=59), ports=ports)
    assert found is not None
    assert found.key == opened.key
    with pytest.raises(LinkOver):
        contact.use_link(session, token, now=NOW, ports=ports)
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
                found = contact.use_link(session, token, now=NOW, ports=ports)
            except LinkOver:
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
    with pytest.raises(LinkOver):
        contact.use_link(session, token, now=NOW + timedelta(minutes=20), ports=ports)


def test_looking_at_a_link_does_not_use_it_up(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    for _ in range(3):
        assert contact.find_link(session, token, now=NOW, ports=ports) is LinkKind.RETURN
    assert contact.use_link(session, token, now=NOW, ports=ports) is not None


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
    with pytest.raises(LinkOver):
        contact.find_link(session, change(read_token(session, ports, MailKind.RETURN)), now=NOW, ports=ports)


def test_links_are_mailed_only_where_the_person_chose_them(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports)
    assert ask(session, ports) == []
    contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
    assert ask(session, ports, "somebody.else@example.net") == []
    assert len(ask(session, ports, ADDRESS.upper())) == 1


def test_without_the_choice_the_server_holds_nothing_that_opens_the_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused):
        contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
    confirm(session, opened, ports, link=True)
    row = session.scalars(select(Contact)).one()
    assert row.link_key is not None
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    contact.choose_link(session, opened, wanted=False, now=NOW, ports=ports)
    assert row.link_key is None
    assert waiting(session, MailKind.RETURN) == []
    contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
    with pytest.raises(LinkOver):  # also after the way back was chosen anew
        contact.use_link(session, token, now=NOW, ports=ports)


def test_the_kept_key_opens_nothing_without_the_lock_of_the_case(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    ports.locks.destroy([opened.case.id])  # as erasing does; the row comes back from an older backup
    with pytest.raises(LinkOver):
        contact.use_link(session, token, now=NOW, ports=ports)


def test_nobody_fills_a_mailbox_through_this_page(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for _ in range(3):
        contact.set_address(session, opened, ADDRESS, now=NOW, ports=ports)
    with pytest.raises(StepRefused, match="three times"):
        contact.set_address(session, opened, ADDRESS, now=NOW, ports=ports)
    contact.use_link(session, read_token(session, ports, MailKind.CONFIRM), now=NOW, ports=ports)
    contact.choose_link(session, opened, wanted=True, now=NOW, ports=ports)
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
        again = OpenCase(session.get_one(Case, case_id), opened.key, opened.actor)
        contact.remove_address(session, again, now=NOW)
    post = Post()
    outcome = outbox.deliver(sessions, row_id, mailer=post, clock=lambda: NOW, ports=ports)
    assert (outcome, post.sent) == (outbox.Outcome.NOT_OURS, [])
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
        assert session.scalar(select(func.count()).select_from(MailLink)) == 0
        assert session.scalars(select(Outgoing.sealed).where(Outgoing.sealed.is_not(None))).all() == []


def test_the_team_can_neither_choose_the_link_nor_read_the_carried_address(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports)
    with pytest.raises(StepRefused):
        contact.choose_link(session, shared.first, wanted=True, now=NOW, ports=ports)
    row = session.scalars(select(Contact)).one()
    with pytest.raises(CannotOpen):
        open_values(shared.first.key, contact._carried_place(row), row.carried)


def test_new_words_from_the_team_end_the_way_back_by_mail(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports)
    confirm(session, shared.person, ports, link=True)
    ask(session, ports)
    token = read_token(session, ports, MailKind.RETURN)
    words.set_check(session, shared.person, "What?", "the blue kayak", now=NOW, ports=ports)
    words.start_reissue(session, shared.first, "the blue kayak", now=NOW, ports=ports)
    words.confirm_reissue(session, shared.second, now=NOW, ports=ports)
    with pytest.raises(LinkOver):
        contact.use_link(session, token, now=NOW, ports=ports)
    assert session.scalars(select(Contact.link_key)).one() is None


def test_what_is_carried_moves_to_a_new_server_secret(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    both = ports.__class__(**{**vars(ports), "keys": ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32])})
    assert len(ask(session, both)) == 1, "found by the older secret's index"
    assert contact.move_to_new_secret(session, ports=both) == 1
    alone = ports.__class__(**{**vars(ports), "keys": ServerKeys.from_secrets([b"\x08" * 32])})
    assert len(ask(session, alone)) == 2
    assert contact.use_link(session, read_token(session, alone, MailKind.RETURN), now=NOW, ports=alone) is not None


def test_a_portal_without_a_mail_server_offers_no_contact(session: Session, ports: Ports, tmp_path: Path) -> None:
    opened = make_case(session, ports)
    without = make_ports(tmp_path)
    with pytest.raises(StepRefused, match="no e-mail"):
        contact.set_address(session, opened, ADDRESS, now=NOW, ports=without)
    assert cases.has_consent(session, opened.case, "platforms"), "nothing else changes"


def test_who_was_looked_up_once_is_not_looked_up_again_nor_after_twenty_minutes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    confirm(session, opened, ports, link=True)
    contact.ask_link(session, ADDRESS, now=NOW, ports=ports)
    ask_id = contact.list_asks(session)[0]
    assert contact.answer_ask(session, ask_id, now=NOW + timedelta(minutes=20), ports=ports)
    assert not contact.answer_ask(session, ask_id, now=NOW, ports=ports)
    assert waiting(session, MailKind.RETURN) == []


def test_the_table_of_those_who_asked_shows_no_address(session: Session, ports: Ports) -> None:
    for address in (ADDRESS, "b@example.net"):
        contact.ask_link(session, address, now=NOW, ports=ports)
    rows = session.scalars(select(LinkAsk)).all()
    assert len({len(row.sealed) for row in rows}) == 1, "not even its length"
    assert all(ADDRESS.encode() not in row.sealed for row in rows)
