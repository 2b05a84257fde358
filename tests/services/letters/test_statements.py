"""Nothing is stated that nobody stated: a statement has a person, a day, and the very letter it stands in."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.facts import CopyrightFacts, LetterFacts, NoticeFacts
from portal.domain.letters.kinds import StatedBy, Statement
from portal.domain.letters.phrases import English
from portal.domain.lifecycle import Filer, Handler, LetterKind, StepRefused
from portal.domain.regimes import NoticeField, RegimeKind
from portal.domain.report import YesNo
from portal.models.accounts import Team
from portal.models.letters import Letter
from portal.services.cases import mandates
from portal.services.cases.handover import hand_to_team
from portal.services.cases.instants import BadInstant
from portal.services.intake import submission
from portal.services.letters import letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.printing import LetterStopped
from portal.services.ports import Ports
from portal.services.requests import preparing, statements
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.preparing import DetailsCommand
from portal.services.requests.statements import StatementCommand
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_ports, make_team
from tests.services.fakes import DAY, HOUR, print_quickly, send
from tests.services.people import share_case

MINUTE = timedelta(minutes=1)
ONE_LINK = "https://x.com/someone/status/1111"
GIVEN = frozenset({NoticeField.NO_CONSENT, NoticeField.GOOD_FAITH, NoticeField.ACCURACY})
SWORN = frozenset({NoticeField.GOOD_FAITH, NoticeField.ACCURACY, NoticeField.PERJURY})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def command(*numbers: int, what: frozenset[NoticeField] = GIVEN, **more: Any) -> StatementCommand:
    return StatementCommand(numbers=numbers or (1,), statements=what, **{"signature": "Ana Exemplar", **more})


def make(work: CaseWork, kind: LetterKind = LetterKind.NOTICE, number: int = 1) -> LetterFacts:
    made = letters.make_letter(work, kind, number).number
    return read_facts(work, work.session.scalars(select(Letter).where(Letter.number == made)).one())


def text_of(facts: LetterFacts) -> str:
    return "\n".join(plain_text(build_letter(facts, English())))


def test_a_letter_of_a_later_day_says_when_it_was_stated_and_is_not_signed_anew(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    text = text_of(make(opened.at(NOW + 9 * DAY)))
    assert "As I stated on 23 November 2026: " in text
    assert "before this letter was written" in text
    assert "Signed electronically on 23 November" not in text


def test_a_letter_of_the_same_day_and_one_confirmed_for_it_are_signed(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    assert "As I stated on" not in text_of(make(opened.at(NOW + HOUR)))
    statements.state(opened.at(NOW + 9 * DAY), command())
    facts = make(opened.at(NOW + 9 * DAY + HOUR))
    assert isinstance(facts, NoticeFacts)
    assert {(each.at, each.by, each.is_for_letter) for each in facts.stated} == {(NOW + 9 * DAY, StatedBy.PERSON, True)}
    text = text_of(facts)
    assert "As I stated on" not in text
    assert "Signed electronically on 2 December 2026" in text


def test_a_reminder_is_never_signed_by_an_older_signature(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    send(session, opened, ports)
    text = text_of(make(opened.at(NOW + 9 * DAY), LetterKind.REMINDER))
    assert "Signed electronically on 23 November" not in text


def test_one_confirmation_can_be_for_several_letters_and_each_has_its_event(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    statements.state(opened.at(NOW + DAY), command(1, 3))
    stated = [dossier.statement is not None for dossier in read_dossiers(opened.at(NOW + DAY))]
    assert stated == [True, False, True]


def test_nothing_is_stated_without_a_signature_or_for_a_letter_that_left(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="sign"):
        statements.state(opened.at(NOW), command(signature=" "))
    with pytest.raises(StepRefused, match="Nothing is stated"):
        statements.state(opened.at(NOW), command(what=frozenset()))
    send(session, opened, ports)
    with pytest.raises(StepRefused, match="already been sent"):
        statements.state(opened.at(NOW + 2 * HOUR), command())


def test_links_that_came_later_stop_the_letter_until_somebody_has_stated_it_of_them(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports, links=ONE_LINK)
    submission.add_items(opened.at(NOW + DAY), "https://x.com/someone/status/2222")
    with pytest.raises(LetterStopped, match="not_stated") as stopped:
        make(opened.at(NOW + DAY))
    assert "2" in stopped.value.problems[0].text
    statements.state(opened.at(NOW + DAY + HOUR), command())
    make(opened.at(NOW + DAY + HOUR))


def test_what_was_said_before_links_came_is_refused_with_the_links(session: Session, ports: Ports) -> None:
    shared = share_case(session, ports, links=ONE_LINK)
    submission.add_items(shared.person.at(NOW + DAY), "https://x.com/someone/status/2222")
    team = shared.first
    with pytest.raises(BadInstant, match=r"before links were added.* Links: 2\."):
        statements.state(team.at(NOW + 2 * DAY), command(signature="", told_at=NOW + DAY - HOUR))
    assert read_dossier(team.at(NOW + 2 * DAY), 1).statement is None
    statements.state(team.at(NOW + DAY + MINUTE / 2), command(signature="", told_at=NOW + DAY - MINUTE / 4))
    make(team.at(NOW + DAY + MINUTE))


def test_what_the_team_takes_down_is_told_as_that_and_is_no_signature(session: Session, tmp_path: Path) -> None:
    ports = make_ports(tmp_path, RECOURSE_ORG_EMAIL="desk@harbour.example")
    shared = share_case(session, ports, links=ONE_LINK)
    opened, team = shared.person, shared.first
    statements.state(team.at(NOW + 2 * DAY), command(signature="", told_at=NOW + DAY))
    facts = make(team.at(NOW + 2 * DAY))
    text = text_of(facts)
    assert "As I told Harbour Helpline on 24 November 2026: " in text
    assert facts.frame.signature is not None
    assert facts.frame.signature.signed_at == opened.report.signed_at
    assert not facts.frame.signature.is_for_letter


def test_the_team_never_swears_for_the_person(session: Session, ports: Ports) -> None:
    team = share_case(session, ports, links=ONE_LINK, took_it=YesNo.YES).first
    number = preparing.prepare_copyright(team.at(NOW), 1)
    with pytest.raises(StepRefused, match="perjury"):
        statements.state(team.at(NOW), command(number, what=SWORN, told_at=NOW))
    with pytest.raises(LetterStopped, match="not_stated"):
        make(team.at(NOW), LetterKind.COPYRIGHT, number)


@pytest.mark.parametrize(
    ("filer", "words"),
    [
        (Filer.SELF, "under penalty of perjury, I am the owner of an exclusive right"),
        (Filer.REPRESENTATIVE, "under penalty of perjury, I am authorised to act on behalf of the owner"),
    ],
)
def test_a_copyright_notice_stands_alone_and_is_sworn_for_itself(
    session: Session, ports: Ports, filer: Filer, words: str
) -> None:
    opened = make_case(
        session, ports, links=ONE_LINK, took_it=YesNo.YES, filer=filer, authority="A mandate.", states_ownership=True
    )
    number = preparing.prepare_copyright(opened.at(NOW), 1)
    with pytest.raises(LetterStopped, match="not_stated"):  # no report and no earlier tick is an oath for this letter
        make(opened.at(NOW), LetterKind.COPYRIGHT, number)
    half = SWORN - {NoticeField.GOOD_FAITH}
    statements.state(opened.at(NOW + HOUR), command(number, what=half))
    with pytest.raises(LetterStopped, match="not_stated"):  # that nobody allowed it was not said
        make(opened.at(NOW + HOUR), LetterKind.COPYRIGHT, number)
    statements.state(opened.at(NOW + HOUR), command(number, what=SWORN))
    facts = make(opened.at(NOW + HOUR), LetterKind.COPYRIGHT, number)
    assert isinstance(facts, CopyrightFacts)
    assert {basis.kind for basis in facts.bases} == {RegimeKind.COPYRIGHT}
    assert {each.at for each in facts.stated} == {NOW + HOUR}
    text = text_of(facts)
    assert words in text
    assert "intimate" not in text
    notice = make(opened.at(NOW + HOUR))
    assert isinstance(notice, NoticeFacts)
    assert Statement.PERJURY not in notice.statements
    assert RegimeKind.COPYRIGHT not in {basis.kind for basis in notice.bases}


def test_an_ended_authority_states_nothing(session: Session, ports: Ports) -> None:
    ends_on = (NOW + DAY).date()
    opened = make_case(session, ports, filer=Filer.REPRESENTATIVE, authority="A mandate.", authority_ends_on=ends_on)
    with pytest.raises(mandates.MandateOver):
        statements.state(opened.at(NOW + 5 * DAY), command())


def test_only_what_was_stated_today_is_filled_in_beforehand_and_never_an_oath(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK, took_it=YesNo.YES)
    number = preparing.prepare_copyright(opened.at(NOW), 1)
    statements.state(opened.at(NOW + 3 * DAY), command(number, what=SWORN))
    found = [
        statements.list_stated_on(opened.report, read_dossiers(opened.at(at)), at, UTC)
        for at in (NOW, NOW + 3 * DAY, NOW + 4 * DAY)
    ]
    assert found == [GIVEN, SWORN - {NoticeField.PERJURY}, frozenset()]


class TestWhoAnswersGoTo:
    def test_a_teams_own_address_stands_in_letters_and_fields_and_never_the_persons(
        self, session: Session, tmp_path: Path
    ) -> None:
        ports = make_ports(tmp_path, RECOURSE_ORG_EMAIL="desk@harbour.example")
        opened = make_case(session, ports, links=ONE_LINK)
        team, _ = make_team(session)
        session.get_one(Team, team.id).email = "night@harbour.example"
        hand_to_team(opened.at(NOW), team.id)
        assert opened.case.handler is Handler.TEAM
        text = text_of(make(opened.at(NOW)))
        assert "Please answer to night@harbour.example." in text
        assert "ana.example@example.net" not in text
        assert read_dossier(opened.at(NOW), 1).content.reply_email == "night@harbour.example"

    def test_the_organisations_address_stands_in_for_a_team_without_one(self, session: Session, tmp_path: Path) -> None:
        ports = make_ports(tmp_path, RECOURSE_ORG_EMAIL="desk@harbour.example")
        opened = make_case(session, ports, links=ONE_LINK)
        team, _ = make_team(session)
        hand_to_team(opened.at(NOW), team.id)
        assert "Please answer to desk@harbour.example." in text_of(make(opened.at(NOW)))

    def test_the_person_can_choose_to_get_the_answers(self, session: Session, tmp_path: Path) -> None:
        ports = make_ports(tmp_path, RECOURSE_ORG_EMAIL="desk@harbour.example")
        opened = make_case(session, ports, links=ONE_LINK)
        team, _ = make_team(session)
        hand_to_team(opened.at(NOW), team.id)
        preparing.set_details(opened.at(NOW), 1, DetailsCommand(answers_to_me=True))
        assert "Please answer to ana.example@example.net." in text_of(make(opened.at(NOW)))


def test_every_letter_asks_to_keep_the_name_unless_the_person_said_otherwise(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=ONE_LINK, country="IE")
    number = preparing.prepare_erasure(opened.at(NOW), 1)
    kept = "Do not pass my name or contact details to whoever published the content."
    assert kept in text_of(make(opened.at(NOW)))
    assert kept in text_of(make(opened.at(NOW), LetterKind.ERASURE, number))
    send(session, opened, ports)
    assert kept in text_of(make(opened.at(NOW + 4 * DAY), LetterKind.REMINDER))
    preparing.set_details(opened.at(NOW), number, DetailsCommand(release_to_poster=True))
    said = text_of(make(opened.at(NOW), LetterKind.ERASURE, number))
    assert kept not in said
    assert "You may pass my name" in said


def test_a_childs_notice_is_made_with_what_it_shows_left_open(session: Session, ports: Ports) -> None:
    opened = make_case(
        session,
        ports,
        links="https://www.instagram.com/p/Abc123/",
        under_18=YesNo.YES,
        depiction=None,
        is_online=YesNo.YES,
        country="GB",
        filer=Filer.PARENT,
        authority="I am the father.",
    )
    facts = make(opened.at(NOW + timedelta(minutes=5)))
    assert isinstance(facts, NoticeFacts)
    assert facts.bases
    assert facts.content.under_18
    assert facts.content.is_open
