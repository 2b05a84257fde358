"""How many statements each page sends to the database: as many for a case of a hundred requests as for one of ten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.config import load_config
from portal.domain.documents import CleanDocument, DocumentKind, Original
from portal.domain.lifecycle import ActorKind, Answer, Handler, LetterKind, Role
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.factory import create_app
from portal.models.accounts import Membership, Team
from portal.models.cases import Case
from portal.models.tables import metadata
from portal.models.tags import CaseTag
from portal.run import worker
from portal.services.casefile import referrals
from portal.services.casefile.referrals import NewReferral
from portal.services.cases import documents, messages, tags
from portal.services.cases.documents import HandIn
from portal.services.complaints import complaints
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.ports import Actor
from portal.services.staff import accounts, saved_views
from portal.services.staff.accounts import NewStaff
from portal.services.tracking.answers import AnswerCommand, log_answer
from portal.services.work import CaseWork, Work
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.second_factor import give_code
from tests.services.factories import NOW, make_draft
from tests.services.fakes import print_quickly, send
from tests.statements import counted
from tests.web.addresses import at
from tests.web.test_routes import EVERY_ROUTE, GROUPS, Group
from tests.web.world import PASSWORD, VALUES, come_in

SMALL, LARGE = 10, 100
LATER = NOW + timedelta(days=3)
MOST = 24  # with the two that begin the transactions of the session and of the page
# What needs more than the others: all that a complaint can rest on, and its papers with their exhibits; to read a
# letter, which is written into the history; the case with the cases that it has to do with, its tags, and what waits
# for a second look or for a colleague’s word; the person’s page of a case that may have been put together with another;
# and pages that look at one request and at what all letters say. Each page of a case reads what its team has to know
# first.
MORE: Mapping[str, int] = MappingProxyType(
    {
        "desk_case.show": 27,
        "case.show": 27,  # with what was said over the link in a letter, and letters that did not arrive
        "desk_mailing.send_later": 26,
        "desk_requests.show": 25,  # with what was said over the link, and the looks at its links
        "desk_complaints.show": 33,
        "desk_complaints.bundle": 39,
        "complaint.bundle": 25,
        "desk_case.all_letters": 27,
        "desk_case.letter": 29,
        "desk_case.enclosed": 29,
        "desk_requests.record_stated": 29,
        "desk_requests.record_sent": 29,
        "request.show": 27,
        "desk_complaints.bundles": 25 * LARGE // SMALL,
        "complaint.bundles": 25 * LARGE // SMALL,
    }
)
PACKING = frozenset({"desk_complaints.bundles", "complaint.bundles"})
WHO: Mapping[Group, str] = MappingProxyType(
    {
        Group.CASE: "person",
        Group.DRAFT: "draft",
        Group.DESK: "supervisor",
        Group.READ_CASE: "supervisor",
        Group.TEAM_CASE: "supervisor",
        Group.SUPERVISOR: "supervisor",
        Group.ACCOUNT: "supervisor",
        Group.REVIEW: "reviewer",
        Group.AUDITOR: "auditor",
        Group.ADMINISTRATOR: "administrator",
    }
)
STAFF = MappingProxyType(
    {
        "supervisor": Role.SUPERVISOR,
        "reviewer": Role.LEGAL_REVIEWER,
        "auditor": Role.AUDITOR,
        "administrator": Role.ADMINISTRATOR,
        str(VALUES["login"]): Role.ADVOCATE,
    }
)
PAGES = [endpoint for method, endpoint, _ in EVERY_ROUTE if method == "GET" and GROUPS[endpoint] in WHO]


@dataclass(frozen=True)
class Portal:
    """One case of some size in a portal of its own, and a browser for each who may see something."""

    app: Flask
    parts: Parts
    reference: str
    membership_id: UUID
    team_id: UUID
    letter_number: int  # of a reminder
    referral_id: UUID
    browsers: Mapping[str, FlaskClient]

    def count(self, endpoint: str) -> int:
        """The statements that a page takes the second time, when the process has read what it keeps."""
        client, path = self.browsers[WHO[GROUPS[endpoint]]], self._address(endpoint)
        client.get(path)
        with self.parts.sessions() as session, counted(session) as count:
            answer = client.get(path)
            assert answer.status_code in {200, 303}, f"{answer.status_code} for {path}"
            return count()

    def _address(self, endpoint: str) -> str:
        if endpoint == "complaint.begin":
            found = self.browsers["person"].get(at("/case/complaints")).text
            begin = re.search(r'href="(/p/6/[^"]+)"', found)
            assert begin is not None
            return begin[1]
        rule = next(rule for rule in self.app.url_map.iter_rules() if rule.endpoint == endpoint)
        known: dict[str, Any] = {**VALUES, "reference": self.reference, "membership_id": self.membership_id}
        known |= {"team_id": self.team_id, "letter_number": self.letter_number, "referral_id": self.referral_id}
        with self.app.test_request_context():
            path = self.app.url_for(endpoint, **{name: known[name] for name in rule.arguments})
        return f"{path}?reference={self.reference}" if endpoint == "queue.find" else path


@pytest.fixture(scope="module")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[int, Portal]]:
    with pytest.MonkeyPatch.context() as patch:
        print_quickly(patch)
        made = {size: make_portal(tmp_path_factory.mktemp("statements"), size) for size in (SMALL, LARGE)}
        yield made
        for portal in made.values():
            portal.parts.engine.dispose()


@pytest.mark.parametrize("endpoint", PAGES)
def test_a_page_takes_as_many_statements_for_many_requests_as_for_few(
    portals: Mapping[int, Portal], endpoint: str
) -> None:
    few, many = (portals[size].count(endpoint) for size in (SMALL, LARGE))
    # What packs every complaint into one file reads each one's papers; the large case has ten times as many of them.
    times = LARGE // SMALL if endpoint in PACKING else 1
    assert many <= few * times, f"{few} for {SMALL} requests, {many} for {LARGE}"
    assert many <= MORE.get(endpoint, MOST)


def make_portal(folder: Path, size: int) -> Portal:
    """A case whose requests have left; of some the answers, complaints, files and words there are grow with them."""
    config = load_config({"RECOURSE_DATA": str(folder), "RECOURSE_QUEUE": "memory:"})
    app = create_app(config, clock=lambda: LATER)
    app.config["WTF_CSRF_ENABLED"] = False
    parts: Parts = app.extensions[EXTENSION]
    metadata.create_all(parts.engine)
    with parts.sessions.begin() as session:
        team, membership = make_staff(session)
        links = " ".join(("https://x.com/someone/status/1", *(f"https://invented-{n}.org/7" for n in range(1, size))))
        opened, words = make_draft(session, parts.ports, handler=Handler.TEAM, team_id=str(team.id), links=links)
        submission.submit(opened.at(NOW))
        fill(session, opened, parts, size)
        come_in(session, parts, opened)
        reminder = letters.make_letter(opened.at(LATER), LetterKind.REMINDER, 1)
        referral = refer(opened.at(LATER), membership.staff_id)
        _, draft_words = make_draft(session, parts.ports, now=LATER, links=links)
    worker.run_sweep(parts)
    worker.run_left_jobs(parts)
    browsers = {"person": enter(app, words=words), "draft": enter(app, words=draft_words)}
    browsers |= {login: sign_in(app, parts, login) for login in STAFF}
    return Portal(app, parts, opened.reference, membership.id, team.id, reminder.number, referral, browsers)


def refer(opened: CaseWork, staff_id: UUID) -> UUID:
    """A referral that may be told everything; its id."""
    member = Actor(kind=ActorKind.STAFF, staff_id=staff_id, role=Role.ADVOCATE)
    new = NewReferral(kind=ReferralKind.LAWYER, to="Invented Law", agreed=frozenset(ReferralPart), consent="Yes.")
    return referrals.refer(replace(opened, actor=member), new)


def make_staff(session: Session) -> tuple[Team, Membership]:
    """A team, and the last who came into it."""
    accounts.make_recovery_key(session, now=NOW)
    team, key = accounts.create_team(session, "Harbour", now=NOW)
    for login, role in STAFF.items():
        member = accounts.add_staff(session, NewStaff(login=login, name=login, role=role, password=PASSWORD), now=NOW)
        if role not in {Role.AUDITOR, Role.ADMINISTRATOR}:
            membership = accounts.add_membership(session, member, team, key, now=NOW)
    return team, membership


def fill(session: Session, opened: CaseWork, parts: Parts, size: int) -> None:
    for number in range(1, size + 1):
        if number % 5 != 0:  # the fifth of each five is not sent yet
            send(session, opened, parts.ports, number, received_at=NOW + timedelta(hours=2), now=LATER)
    for number in range(1, size + 1, 5):
        refused = AnswerCommand(answer=Answer.REFUSED, at=NOW + timedelta(days=1), text="It breaks no rule of ours.")
        log_answer(opened.at(LATER), number, refused)
        given = f"We have read request {number}.".encode()
        came = Original(content=given, is_whole=True)
        clean = CleanDocument(kind=DocumentKind.EMAIL, content=given, original=came)
        documents.hand_in(opened.at(LATER), HandIn(request_number=number, label="Answer", given=given), clean)
        messages.send_message(opened.at(LATER), f"They answered request {number}.")
    for _ in range(size // 10):
        complaints.prepare(opened.at(LATER), str(VALUES["regime"]), str(VALUES["regulator"]), [1])


def enter(app: Flask, *, words: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/return", data={"words": words}).status_code == 303
    return client


def sign_in(app: Flask, parts: Parts, login: str) -> FlaskClient:
    with parts.sessions.begin() as session:
        code = give_code(session, login)
    client = app.test_client()
    assert client.post("/desk/sign-in", data={"login": login, "password": PASSWORD}).status_code == 303
    assert client.post("/desk/second-factor", data={"second_code": code}).status_code == 303
    return client


def test_the_list_of_cases_asks_twelve_times_at_most(portals: Mapping[int, Portal]) -> None:
    """Beside the two statements that begin the transactions of the session and of the page; with tags and a mark."""
    portal = portals[LARGE]
    with portal.parts.sessions.begin() as session:
        case = session.scalars(select(Case).where(Case.reference == portal.reference)).one()
        member = Actor(kind=ActorKind.STAFF, staff_id=session.get_one(Membership, portal.membership_id).staff_id)
        work = Work(session=session, actor=member, now=LATER, ports=portal.parts.ports)
        tags.keep_tag(work, portal.team_id, "wave", (portal.team_id,))
        tag = tags.list_tags(work, (portal.team_id,))[0]
        session.add(CaseTag(id=uuid4(), case_id=case.id, tag_id=tag.id, staff_id=member.staff_id, set_at=LATER))
        saved_views.save_view(work, "Mine", "show=mine")
    assert portal.count("queue.show") <= 12 + 2


def test_the_page_of_a_case_asks_twenty_five_times_at_most(portals: Mapping[int, Portal]) -> None:
    """Beside the two that begin the transactions, for a case of ten requests as for one of a hundred."""
    assert {size for size, portal in portals.items() if portal.count("desk_case.show") > 25 + 2} == set()
