"""A mail finds its request by address, letter or ticket number, in this order, and is sealed to its case alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.vault import CannotOpen
from portal.domain.incoming import MailState, MatchedBy, Nature
from portal.domain.lifecycle import ActorKind, Handler, History
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.models.tables import metadata
from portal.services.cases import erasure
from portal.services.history.events import read_history
from portal.services.inbox import upkeep
from portal.services.inbox.case_keys import ensure_inbox
from portal.services.inbox.receiving import open_for_server
from portal.services.ports import Ports, ServerKeys
from portal.services.tracking import sending
from portal.services.work import CaseWork
from tests.services.factories import make_case, make_ports, make_team, make_work
from tests.services.fakes import send
from tests.services.inbox.mails import LATER, PLACE, address_of, take_in, write, write_report


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, **PLACE)


@pytest.fixture
def letter_mails(session: Session) -> Iterator[sa.Table]:
    """The table of letters that left by mail, where sending has not made it."""
    known = metadata.tables.get("letter_mails")
    if known is not None:
        yield known
        return
    table = sa.Table("letter_mails", metadata, sa.Column("message_id", sa.String), sa.Column("request_id", sa.Uuid))
    table.create(session.connection())
    yield table
    metadata.remove(table)


def find_request(session: Session, opened: CaseWork, number: int) -> Request:
    return session.scalars(select(Request).where(Request.case_id == opened.case.id, Request.number == number)).one()


@pytest.mark.parametrize("name", ["To", "Cc", "Delivered-To", "X-Original-To", "envelope"])
def test_a_mail_finds_its_request_by_the_address_it_was_sent_to(session: Session, ports: Ports, name: str) -> None:
    opened = make_case(session, ports)
    address = address_of(session, opened, ports, 2)
    named = f'"{address[:9]}" <{address.upper()}>'
    row = take_in(session, ports, write(f"{name}: {named}"), *([address] if name == "envelope" else []))
    assert (row.case_id, row.request_id) == (opened.case.id, find_request(session, opened, 2).id)
    assert (row.state, row.matched_by, row.nature, row.number) == (
        MailState.WAITING,
        MatchedBy.ADDRESS,
        Nature.ANSWER,
        1,
    )


def test_an_address_that_nobody_here_made_finds_nothing(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    address = address_of(session, opened, ports)
    forged = address.replace(address[30:36], "aaaaaa")
    row = take_in(session, ports, write(f"To: {forged}"))
    assert (row.state, row.case_id) == (MailState.UNMATCHED, None)


def test_a_mail_finds_its_request_by_the_letter_that_it_answers(
    session: Session, ports: Ports, letter_mails: sa.Table
) -> None:
    opened = make_case(session, ports)
    if len(letter_mails.c) > 2:
        pytest.fail("write a whole row of the table of sent letters here")
    request = find_request(session, opened, 2)
    session.execute(sa.insert(letter_mails).values(message_id="letter-2@harbour.example", request_id=request.id))
    answers = write("In-Reply-To: <Letter-2@Harbour.example>")
    row = take_in(session, ports, answers)
    assert (row.request_id, row.matched_by) == (request.id, MatchedBy.REFERENCE)
    later = take_in(session, ports, write("References: <x@y> <letter-2@harbour.example> <z@y>", subject="More"))
    assert (later.request_id, later.number) == (request.id, 2)
    returned = take_in(session, ports, write_report("failed", original="<letter-2@harbour.example>"))
    assert (returned.request_id, returned.nature) == (request.id, Nature.RETURNED)
    addressed = take_in(session, ports, write("In-Reply-To: <letter-2@harbour.example>", subject="Both"),
                        address_of(session, opened, ports, 1))  # fmt: skip
    assert addressed.matched_by is MatchedBy.ADDRESS
    assert addressed.request_id == find_request(session, opened, 1).id, "the address comes first"


def test_a_ticket_number_finds_a_teams_request_where_it_is_the_only_one(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    send(session, opened, ports, 1)
    sending.record_ticket(opened.at(LATER), 1, "AB-40 771-X")
    row = take_in(session, ports, write(subject="Re: [#AB-40771-X] your report"))
    assert (row.request_id, row.matched_by) == (find_request(session, opened, 1).id, MatchedBy.TICKET)
    send(session, opened, ports, 2)
    sending.record_ticket(opened.at(LATER), 2, "AB-40771-X")
    again = take_in(session, ports, write(subject="Again [#AB-40771-X]"))
    assert again.state is MailState.UNMATCHED, "two requests have this number"


def test_a_person_alone_is_not_found_by_a_number(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    sending.record_ticket(opened.at(LATER), 1, "AB-40771-X")
    assert take_in(session, ports, write(subject="[#AB-40771-X]")).state is MailState.UNMATCHED


def test_what_waits_in_a_case_opens_for_its_holder_alone_and_not_for_the_server(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    row = take_in(session, ports, write(), address_of(session, opened, ports))
    assert row.wrapped is not None
    with pytest.raises(CannotOpen):
        open_for_server(row, ports.keys)


def test_a_case_that_sent_before_there_were_inbox_keys_gets_its_mail_all_the_same(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports)
    row = take_in(session, ports, write(), address_of(session, opened, ports))
    assert (row.state, row.wrapped) == (MailState.WAITING, None)
    ensure_inbox(opened)
    ensure_inbox(opened)
    assert take_in(session, ports, write(subject="2"), address_of(session, opened, ports)).wrapped is not None


def test_that_a_mail_came_is_part_of_the_history_and_says_nothing_of_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    take_in(session, ports, write(), address_of(session, opened, ports))
    event = read_history(session, opened.case.id)[-1]
    assert (event.kind, event.actor, event.sealed) == (History.MAIL_CAME, ActorKind.SYSTEM, None)
    assert event.facts == {"nature": "answer", "by": "address", "mail": 1}


@pytest.mark.parametrize(
    ("content", "nature"),
    [
        (write_report("failed"), Nature.RETURNED),
        (write_report("delayed"), Nature.DELAYED),
        (write_report("delivered"), Nature.DELIVERED),
        (write("X-Failed-Recipients: safety@x.com"), Nature.RETURNED),
        (write("Auto-Submitted: auto-replied"), Nature.AUTO_REPLY),
        (write("Auto-Submitted: no"), Nature.ANSWER),
        (write("Precedence: bulk"), Nature.AUTO_REPLY),
        (write("X-Autoreply: yes"), Nature.AUTO_REPLY),
        (write(subject="Out of office: back on Monday"), Nature.AUTO_REPLY),
        (write(subject="Abwesenheitsnotiz"), Nature.AUTO_REPLY),
        (write("X-Spam-Flag: YES"), Nature.JUNK),
        (write(), Nature.ANSWER),
        (write(body="Action: failed\nReport it again."), Nature.ANSWER),
        (write("Content-Type: multipart/report; report-type=disposition-notification; boundary=x"), Nature.AUTO_REPLY),
    ],
)
def test_machines_are_told_apart_from_answers(session: Session, ports: Ports, content: bytes, nature: Nature) -> None:
    opened = make_case(session, ports)
    assert take_in(session, ports, content, address_of(session, opened, ports)).nature is nature


def test_an_erased_case_takes_its_mail_with_it_and_gets_no_more(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    address = address_of(session, opened, ports)
    take_in(session, ports, write(), address)
    erasure.erase(opened)
    session.flush()
    assert session.scalars(select(IncomingMail)).all() == []
    assert take_in(session, ports, write(), address).state is MailState.UNMATCHED


def test_marks_of_waiting_mail_move_to_a_new_secret(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    row = take_in(session, ports, write(), address_of(session, opened, ports))
    before, newer = row.mark, replace(ports, keys=ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32]))
    assert upkeep.move_to_new_secret(make_work(session, newer)) == 1
    assert row.mark != before
    assert row.server_key == newer.keys.id
