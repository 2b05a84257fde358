"""A mail finds its request by address, letter or ticket number, in this order, and is sealed to its case alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.incoming import IncomingState, MatchedBy, Nature
from portal.domain.lifecycle import ActorKind, Handler, History
from portal.models.incoming import InboxKey, IncomingMail
from portal.models.letter_mails import LetterMail, LetterMailState
from portal.models.requests import Request
from portal.services.cases import erasure
from portal.services.history.events import read_history
from portal.services.inbox import case_mail, upkeep
from portal.services.inbox.case_keys import ensure_inbox
from portal.services.inbox.receiving import open_for_server
from portal.services.ports import Ports, ServerKeys
from portal.services.tracking import sending
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_ports, make_team, make_work
from tests.services.fakes import print_quickly, send
from tests.services.inbox.mails import LATER, PLACE, address_of, take_in, write, write_report


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return make_ports(tmp_path, **PLACE)


def state_of(letter: LetterMail) -> LetterMailState:
    return letter.state


def add_letter(session: Session, opened: CaseWork, number: int, message_id: str) -> LetterMail:
    """A letter of a request that left by e-mail."""
    row = LetterMail(id=uuid4(), case_id=opened.case.id, request_id=find_request(session, opened, number).id)
    row.letter_number, row.message_id, row.state, row.recipient = 1, message_id, LetterMailState.ACCEPTED, b"x"
    row.made_at = row.left_at = NOW
    row.sealed = opened.sealed_for(row, {"address": "a@x.com", "answer": ""})
    session.add(row)
    session.flush()
    return row


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
        IncomingState.WAITING,
        MatchedBy.ADDRESS,
        Nature.ANSWER,
        1,
    )


def test_an_address_that_nobody_here_made_finds_nothing(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    address = address_of(session, opened, ports)
    forged = address.replace(address[30:36], "aaaaaa")
    row = take_in(session, ports, write(f"To: {forged}"))
    assert (row.state, row.case_id) == (IncomingState.UNMATCHED, None)


def test_a_mail_finds_its_request_by_the_letter_that_it_answers(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    request = find_request(session, opened, 2)
    letter = add_letter(session, opened, 2, "letter-2@harbour.example")
    row = take_in(session, ports, write("In-Reply-To: <Letter-2@Harbour.example>"))
    assert (row.request_id, row.matched_by) == (request.id, MatchedBy.REFERENCE)
    later = take_in(session, ports, write("References: <x@y> <letter-2@harbour.example> <z@y>", subject="More"))
    assert (later.request_id, later.number) == (request.id, 2)
    address = address_of(session, opened, ports, 1)
    both = take_in(session, ports, write("In-Reply-To: <letter-2@harbour.example>", subject="Both"), address)
    assert both.matched_by is MatchedBy.ADDRESS
    assert both.request_id == find_request(session, opened, 1).id, "the address comes first"
    assert letter.state is LetterMailState.ACCEPTED, "none of them says that it came back"


def test_a_letter_that_a_mail_server_sends_back_is_marked_and_no_other(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    first, second = (add_letter(session, opened, number, f"letter-{number}@harbour.example") for number in (1, 2))
    put_off = take_in(session, ports, write_report("delayed", original="<letter-1@harbour.example>"))
    assert (put_off.request_id, put_off.nature) == (first.request_id, Nature.DELAYED)
    assert state_of(first) is LetterMailState.ACCEPTED
    back = take_in(session, ports, write_report("failed", original="<letter-1@harbour.example>"))
    assert (back.request_id, back.nature) == (first.request_id, Nature.RETURNED)
    assert state_of(first) is LetterMailState.RETURNED
    elsewhere = address_of(session, opened, ports, 1)
    take_in(session, ports, write_report("failed", "X-A: b", original="<letter-2@harbour.example>"), elsewhere)
    assert second.state is LetterMailState.ACCEPTED, "it came to the address of another request"


def test_a_report_that_names_no_letter_is_about_the_only_one_that_left(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    address = address_of(session, opened, ports, 1)
    first, again = (add_letter(session, opened, 1, f"letter-{each}@harbour.example") for each in ("a", "b"))
    take_in(session, ports, write("X-Failed-Recipients: safety@x.com", subject="1"), address)
    assert [each.state for each in (first, again)] == [LetterMailState.ACCEPTED] * 2, "it may be about either"
    again.state = LetterMailState.FAILED
    session.flush()
    take_in(session, ports, write("X-Failed-Recipients: safety@x.com", subject="2"), address)
    assert state_of(first) is LetterMailState.RETURNED


def test_a_letter_that_was_reported_as_spam_has_arrived_and_somebody_has_to_look(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports)
    letter = add_letter(session, opened, 2, "letter-2@harbour.example")
    report = write_report("", original="<letter-2@harbour.example>")
    report = report.replace(b"report-type=delivery-status", b'report-type="feedback-report"')
    report = report.replace(b"message/delivery-status", b"message/feedback-report").replace(
        b"Reporting-MTA: dns; mx.example.org", b"Feedback-Type: abuse\r\nVersion: 1"
    )
    row = take_in(session, ports, report)
    assert (row.request_id, row.nature) == (letter.request_id, Nature.COMPLAINED)
    assert state_of(letter) is LetterMailState.ACCEPTED, "it did not come back"
    assert [each.nature for each in case_mail.list_unread(opened)] == [Nature.COMPLAINED]


@pytest.mark.parametrize(
    ("subject", "nature"),
    [
        ("Automatic reply: your report", Nature.AUTO_REPLY),
        ("Out of office: your report", Nature.AWAY),
        ("Automatic reply: Out of the office until Monday", Nature.AWAY),
        ("Automatische Antwort: Abwesenheit bis 3. Dezember", Nature.AWAY),
        ("Réponse automatique : message d'absence", Nature.AWAY),
        ("Respuesta automática: fuera de la oficina", Nature.AWAY),
        ("Resposta automática: ausência", Nature.AWAY),
        ("Automatisch antwoord: afwezig", Nature.AWAY),
    ],
)
def test_who_is_away_is_told_from_other_words_of_a_machine(
    session: Session, ports: Ports, subject: str, nature: Nature
) -> None:
    opened = make_case(session, ports)
    mail = write("Auto-Submitted: auto-replied", subject=subject)
    row = take_in(session, ports, mail, address_of(session, opened, ports))
    assert row.nature is nature
    assert case_mail.list_unread(opened) == ()


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
    assert again.state is IncomingState.UNMATCHED, "two requests have this number"


def test_a_person_alone_is_not_found_by_a_number(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    sending.record_ticket(opened.at(LATER), 1, "AB-40771-X")
    assert take_in(session, ports, write(subject="[#AB-40771-X]")).state is IncomingState.UNMATCHED


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
    assert (row.state, row.wrapped) == (IncomingState.WAITING, None)
    ensure_inbox(opened)
    ensure_inbox(opened)
    assert take_in(session, ports, write(subject="2"), address_of(session, opened, ports)).wrapped is not None


def test_a_key_that_somebody_put_in_its_place_gets_no_mail(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    theirs = update(cast(Table, InboxKey.__table__)).values(public=vault.new_key_pair().public)
    session.connection().execute(theirs)
    session.expire_all()
    assert take_in(session, ports, write(), address_of(session, opened, ports)).wrapped is None


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
        (write_report("delayed", words="Action: failed, we feared, but we try again."), Nature.DELAYED),
        (write_report("delivered"), Nature.DELIVERED),
        (write("X-Failed-Recipients: safety@x.com"), Nature.RETURNED),
        (write("Auto-Submitted: auto-replied"), Nature.AUTO_REPLY),
        (write("Auto-Submitted: no"), Nature.ANSWER),
        (write("Precedence: bulk"), Nature.AUTO_REPLY),
        (write("X-Autoreply: yes"), Nature.AUTO_REPLY),
        (write(subject="Out of office: back on Monday"), Nature.AWAY),
        (write(subject="Abwesenheitsnotiz"), Nature.AWAY),
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
    assert take_in(session, ports, write(), address).state is IncomingState.UNMATCHED


def test_marks_of_waiting_mail_move_to_a_new_secret(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, 1)
    row = take_in(session, ports, write(), address_of(session, opened, ports))
    before, newer = row.mark, replace(ports, keys=ServerKeys.from_secrets([b"\x08" * 32, b"\x07" * 32]))
    assert upkeep.move_to_new_secret(make_work(session, newer)) == 1
    assert row.mark != before
    assert row.server_key == newer.keys.id
