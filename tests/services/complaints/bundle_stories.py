"""Cases that end in complaints to quite different bodies, played through the use cases; their papers are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.domain.lifecycle import Answer, LetterKind, SendingChannel
from portal.services.clocks.snapshot import refresh_clocks
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.letters import letters
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.lookup import find_complaint, list_requests
from portal.services.tracking import answers, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import RemindedCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case
from tests.services.fakes import DAY, send

X_LINK = "https://x.com/someone/status/1111"
INSTAGRAM = (
    "https://www.instagram.com/p/Abc123/ https://www.instagram.com/p/Abc124/ https://www.instagram.com/p/Abc125/"
)


@dataclass(frozen=True)
class Ending:
    """The case with a complaint of this number, prepared at this moment."""

    work: CaseWork
    number: int
    at: datetime


def _refuse(opened: CaseWork, number: int, text: str) -> None:
    at = NOW + DAY
    answers.log_answer(opened.at(at), number, AnswerCommand(answer=Answer.REFUSED, at=at, text=text))


def _remind(opened: CaseWork, number: int, at: datetime) -> None:
    made = letters.make_letter(opened.at(at), LetterKind.REMINDER, number)
    left = RemindedCommand(at=at + timedelta(minutes=1), channel=SendingChannel.EMAIL, letter=made.number)
    sending.record_reminded(opened.at(at + timedelta(minutes=2)), number, left)


def complain(opened: CaseWork, law: str, body: str, numbers: tuple[int, ...], at: datetime) -> Ending:
    for request in list_requests(opened):
        refresh_clocks(opened.at(at), opened.case, request)
    (number,) = complaints.prepare_each(opened.at(at), law, body, numbers, wish="That it does not come back.")
    return Ending(opened, number, at)


def tell_ftc(session: Session, ports: Ports) -> Ending:
    """The 48 hours went by; a reminder was sent, and another was made and never sent."""
    opened = make_case(session, ports, links=X_LINK)
    send(session, opened, ports)
    _remind(opened, 1, NOW + 4 * DAY)
    letters.make_letter(opened.at(NOW + 5 * DAY), LetterKind.REMINDER, 1)
    return complain(opened, "us-take-it-down", "us-ftc", (1,), NOW + 6 * DAY)


def tell_netsafe(session: Session, ports: Ports) -> Ending:
    """Three links on one platform, which refused."""
    opened = make_case(session, ports, links=INSTAGRAM)
    send(session, opened, ports)
    _refuse(opened, 1, "It breaks no rule of ours.")
    return complain(opened, "nz-netsafe", "nz-netsafe", (1,), NOW + 6 * DAY)


def tell_dpc(session: Session, ports: Ports) -> Ending:
    """A notice that was refused, then a request to erase data without an answer: the refusal is part of the story."""
    opened = make_case(session, ports, links=X_LINK, country="IE")
    send(session, opened, ports)
    _refuse(opened, 1, "It breaks no rule of ours.")
    number = preparing.prepare_erasure(opened.at(NOW + DAY), 1)
    send(session, opened, ports, number, at=NOW + 2 * DAY)
    return complain(opened, "ie-dpc", "ie-dpc", (number,), NOW + 45 * DAY)


def tell_cnam(session: Session, ports: Ports) -> Ending:
    opened = make_case(session, ports, links=X_LINK, country="IE")
    send(session, opened, ports)
    _refuse(opened, 1, "It breaks no rule of ours.")
    return complain(opened, "ie-cnam-dsa", "ie-cnam", (1,), NOW + 3 * DAY)


def tell_garante(session: Session, ports: Ports) -> Ending:
    """It needs no request before."""
    opened = make_case(session, ports, links=X_LINK, country="IT")
    return complain(opened, "it-garante-144bis", "it-garante", (), NOW + DAY)


def tell_ofcom(session: Session, ports: Ports) -> Ending:
    opened = make_case(session, ports, links=X_LINK, country="GB")
    send(session, opened, ports)
    _refuse(opened, 1, "It breaks no rule of ours.")
    return complain(opened, "uk-ofcom-report", "gb-ofcom", (1,), NOW + 6 * DAY)


def tell_ico(session: Session, ports: Ports) -> Ending:
    """The commission waits for a complaint to the organisation, which left without an answer; another is told too."""
    opened = make_case(session, ports, links=X_LINK, country="GB")
    send(session, opened, ports)
    asked = preparing.prepare_erasure(opened.at(NOW + DAY), 1)
    send(session, opened, ports, asked, at=NOW + DAY, received_at=NOW + DAY)
    for law, body, numbers, at in (
        ("uk-ofcom-report", "gb-ofcom", (1,), NOW + 6 * DAY),
        ("uk-dpa-164a", "platform-x", (asked,), NOW + 40 * DAY),
    ):
        made = complain(opened, law, body, numbers, at)
        left = LodgedCommand(has_checked=True, at=at + DAY, received_at=at + DAY, ticket=f"T-{body}")
        complaints.record_lodged(opened.at(at + DAY), made.number, left)
    late = NOW + 110 * DAY
    refresh_clocks(opened.at(late), opened.case, find_complaint(opened, made.number))
    return complain(opened, "uk-ico-165", "gb-ico", (asked,), late)


STORIES: Mapping[str, Callable[[Session, Ports], Ending]] = {
    "ftc": tell_ftc,
    "netsafe": tell_netsafe,
    "dpc": tell_dpc,
    "cnam": tell_cnam,
    "garante": tell_garante,
    "ofcom": tell_ofcom,
    "ico": tell_ico,
}
