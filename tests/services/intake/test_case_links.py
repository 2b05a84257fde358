"""Cases that have to do with each other: linked, put together, parted again, or naming the same account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.domain.lifecycle import (
    ActorKind,
    CaseStatus,
    Handler,
    History,
    ItemState,
    Path,
    RiskFlag,
    Role,
    Scope,
    StepRefused,
)
from portal.domain.report import ReportedPlace
from portal.models.case_links import CaseLink, CaseLinkKind, NamedPoster
from portal.models.find_marks import FindMark
from portal.models.requests import Request
from portal.services.casefile.page import history_rows
from portal.services.cases import erasure, finding, handover, risks
from portal.services.cases.opening import open_by_words
from portal.services.history import guards
from portal.services.intake import case_links, drafts, submission
from portal.services.ports import PERSON, Actor, Ports
from portal.services.requests.dossier_rows import list_items
from portal.services.staff import accounts
from portal.services.staff.accounts import NewStaff
from portal.services.tracking.answers import mark_gone
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_draft, make_team, make_work

SAID = "Ana said on the phone that she wrote both, and read both references out."
HERS = "https://www.instagram.com/p/invented01\nhttps://x.com/invented/status/1"
MORE = "https://www.instagram.com/p/invented01\nhttps://invented-new.org/two\nhttps://invented-new.org/gone"


@dataclass(frozen=True)
class Two:
    """Two cases of one team as a member has them open, and the words of the second."""

    first: CaseWork
    second: CaseWork
    words: str


@pytest.fixture
def two(session: Session, ports: Ports) -> Two:
    team, key = make_team(session)
    new = NewStaff(login="mere", name="Mere", role=Role.ADVOCATE, password="a long password here")
    member = accounts.add_staff(session, new, now=NOW)
    accounts.add_membership(session, member, team, key, now=NOW)
    actor = Actor(kind=ActorKind.STAFF, staff_id=member.id, role=Role.ADVOCATE, name="Mere")
    made = []
    for links in (HERS, MORE):
        draft, words = make_draft(session, ports, links=links, handler=Handler.TEAM, team_id=str(team.id))
        submission.submit(draft.at(NOW))
        made.append((replace(draft.at(NOW), actor=actor), words))
    session.flush()
    return Two(made[0][0], made[1][0], made[1][1])


def urls(work: CaseWork) -> list[str]:
    return [str(item.values["url"]) for item in list_items(work)]


def count(session: Session, model: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def told(work: CaseWork, *kinds: History) -> list[str]:
    return [row.text for row in history_rows(work) if row.kind in kinds]


def test_linked_cases_show_each_other_with_the_reason_until_they_are_unlinked(two: Two, session: Session) -> None:
    with pytest.raises(StepRefused):
        case_links.link(two.first, two.second, " ")
    case_links.link(two.first, two.second, "Two women of one school.")
    for mine, other in ((two.first, two.second), (two.second, two.first)):
        [found] = case_links.list_linked(mine)
        assert (found.reference, found.kind, found.reason, found.by) == (
            other.reference,
            CaseLinkKind.LINKED,
            "Two women of one school.",
            "Mere",
        )
        [sentence] = told(mine, History.CASES_LINKED)
        assert other.reference in sentence
        assert "Two women of one school." in sentence
        assert told(replace(mine, actor=PERSON), History.CASES_LINKED) == []
    with pytest.raises(StepRefused):
        case_links.link(two.second, two.first, "Once more.")
    case_links.unlink(two.second, two.first)
    assert case_links.list_linked(two.first) == case_links.list_linked(two.second) == ()
    assert len(told(two.first, History.CASES_UNLINKED)) == len(told(two.second, History.CASES_UNLINKED)) == 1
    session.flush()
    assert count(session, CaseLink) == 0
    assert guards.list_bent(session, two.first.case.id) == []


def test_what_joins_cases_is_sealed_and_shows_nothing_to_one_who_does_not_see_the_other(
    two: Two, session: Session
) -> None:
    case_links.link(two.first, two.second, "Two women of one school.")
    case_links.name_poster(two.first, "@Invented_Troll", "a chat app")
    session.commit()
    for table in ("case_links", "named_posters", "find_marks", "events"):
        rows = repr(session.execute(text(f"SELECT * FROM {table}")).all())  # noqa: S608 - names of ours
        assert rows != "[]"
        assert "school" not in rows
        assert "troll" not in rows.casefold()
        assert two.second.reference not in rows
    stranger = replace(two.first.actor, scope=Scope.OWN)
    two.first.case.assignee_id, two.second.case.assignee_id = stranger.staff_id, None
    session.flush()
    narrow = replace(two.first, actor=stranger)
    assert case_links.list_linked(narrow) == ()
    assert two.second.reference not in repr([row.text for row in history_rows(narrow)])


def test_one_person_with_two_cases_has_one_that_goes_on_and_one_that_stays_readable(
    two: Two, session: Session, ports: Ports
) -> None:
    gone = next(item.row.number for item in list_items(two.second) if str(item.values["url"]).endswith("/gone"))
    mark_gone(two.second, gone)
    risks.set_risks(two.second, [RiskFlag.SUICIDE], "She said so.")
    before = (
        urls(two.second),
        session.scalar(select(func.count(Request.id)).where(Request.case_id == two.second.case.id)),
    )
    with pytest.raises(StepRefused):
        case_links.merge(two.first, two.second, "")
    assert case_links.list_fresh(two.first, two.second) == ("https://invented-new.org/two",)

    added = case_links.merge(two.first, two.second, SAID)

    assert added.added == ("https://invented-new.org/two",)
    assert urls(two.first) == [*HERS.split("\n"), "https://invented-new.org/two"]
    assert all(item.row.request_id for item in list_items(two.first)), "each in a request, as any other link"
    after = (
        urls(two.second),
        session.scalar(select(func.count(Request.id)).where(Request.case_id == two.second.case.id)),
    )
    assert after == before
    assert two.second.case.status is CaseStatus.CLOSED
    assert [each.flag for each in risks.list_risks(two.first)] == [RiskFlag.SUICIDE]
    assert case_links.find_merged(two.first) is CaseLinkKind.TOOK_IN
    assert case_links.find_merged(two.second) is CaseLinkKind.GOES_ON
    for mine, other in ((two.first, two.second), (two.second, two.first)):
        [sentence] = told(mine, History.CASES_MERGED)
        assert SAID in sentence
        assert other.reference in sentence
        [sentence] = told(replace(mine, actor=PERSON), History.CASES_MERGED)
        assert SAID in sentence
        assert other.reference not in sentence, "who reads one page learns of no other case"
    session.commit()
    opened = open_by_words(make_work(session, ports), two.words)
    assert opened.reference == two.second.reference


def test_a_place_without_a_link_goes_on_too_and_the_same_words_once(session: Session, two: Two) -> None:
    place = ReportedPlace(platform="WhatsApp", text="A group named “invented”, since Monday.")
    same = ReportedPlace(platform="whatsapp", text="a group named  “invented”, since monday.")
    for work, places in ((two.first, [place]), (two.second, [same, replace(place, text="Another group.")])):
        submission.keep_items(work, submission.plan_items(work, drafts.read_text("", ports=work.ports), places))
    added = case_links.merge(two.first, two.second, SAID)
    assert added.places == 1
    described = [str(item.values["description"]) for item in list_items(two.first) if not item.row.url_index]
    assert described == [place.text, "Another group."]
    assert all(item.row.request_id for item in list_items(two.first)), "each in a request, as any other"


def test_what_is_gone_in_the_first_and_was_reported_later_in_the_second_is_back(two: Two) -> None:
    shared = next(item.row for item in list_items(two.first) if str(item.values["url"]).endswith("invented01"))
    mark_gone(two.first, shared.number)
    assert shared.state is ItemState.REMOVED
    theirs = next(item.row for item in list_items(two.second) if str(item.values["url"]).endswith("invented01"))
    assert len(case_links.list_fresh(two.first, two.second)) == 2, "seen gone later than it was reported"
    theirs.added_at = two.first.now + timedelta(hours=1)
    added = case_links.merge(two.first.at(two.first.now + timedelta(hours=2)), two.second, SAID)
    assert added.back == 1
    assert [item.row.state for item in list_items(two.first) if item.row.number == shared.number] == [ItemState.BACK]
    assert len(list_items(two.first)) == len({str(item.values["url"]) for item in list_items(two.first)})


def test_what_was_put_together_by_mistake_is_parted_and_the_closed_one_is_open_again(two: Two) -> None:
    case_links.merge(two.first, two.second, SAID)
    case_links.unlink(two.first, two.second)
    assert two.second.case.status is CaseStatus.OPEN
    assert "https://invented-new.org/two" in urls(two.first), "what was added stays where it was added"
    assert case_links.find_merged(two.first) is case_links.find_merged(two.second) is None
    assert len(told(two.second, History.CASES_PARTED)) == 1
    with pytest.raises(StepRefused):
        case_links.unlink(two.first, two.second)


def test_a_childs_case_goes_on_and_is_never_the_one_that_is_closed(two: Two) -> None:
    two.second.case.path = Path.CHILD
    with pytest.raises(StepRefused, match="child"):
        case_links.merge(two.first, two.second, SAID)
    assert two.second.case.status is CaseStatus.OPEN


def test_cases_of_two_teams_are_never_joined_and_a_case_that_leaves_takes_no_link_along(
    two: Two, session: Session, ports: Ports
) -> None:
    case_links.link(two.first, two.second, "The same class.")
    case_links.name_poster(two.first, "troll")
    case_links.name_poster(two.second, "troll")
    handover.take_back(replace(two.second, actor=PERSON))
    session.flush()
    assert case_links.list_linked(two.first) == ()
    assert count(session, CaseLink) == 0
    assert case_links.list_posters(two.first)[0].others == ()
    assert two.second.reference not in repr([row.text for row in history_rows(two.first)])
    with pytest.raises(StepRefused):
        case_links.link(two.first, two.second, "Once more.")
    with pytest.raises(StepRefused):
        case_links.merge(two.first, two.first, SAID)


@pytest.mark.parametrize("typed", ["invented_troll", "@Invented_Troll ", "https://x.com/Invented_Troll?s=1"])
def test_two_cases_that_name_one_account_show_each_other_however_it_was_written(two: Two, typed: str) -> None:
    case_links.name_poster(two.first, "@invented_troll", "a chat app")
    case_links.name_poster(two.second, typed)
    case_links.name_poster(two.second, typed)
    for mine, other in ((two.first, two.second), (two.second, two.first)):
        [poster] = case_links.list_posters(mine)
        assert poster.others == (other.reference,)
    team_id = two.first.case.team_id
    assert team_id is not None
    if "/" not in typed:
        both = tuple(sorted((two.first.reference, two.second.reference)))
        assert finding.find_cases(two.first, typed, team_ids=[team_id]) == both
    case_links.drop_poster(two.second, case_links.list_posters(two.second)[0].id)
    assert case_links.list_posters(two.first)[0].others == ()
    assert case_links.list_posters(two.second) == ()


def test_an_account_is_marked_again_when_a_case_comes_to_the_team(two: Two, session: Session) -> None:
    case_links.name_poster(two.first, "troll")
    case_links.name_poster(two.second, "troll")
    session.flush()
    for row in session.scalars(select(FindMark)):
        session.delete(row)
    session.flush()
    finding.mark_case(two.first)
    finding.mark_case(two.second)
    assert case_links.list_posters(two.first)[0].others == (two.second.reference,)


def test_nothing_of_an_erased_case_is_left_with_the_other(two: Two, session: Session) -> None:
    case_links.link(two.first, two.second, "The same class.")
    case_links.name_poster(two.second, "troll")
    session.flush()
    erasure.erase(replace(two.second, actor=PERSON))
    session.flush()
    assert count(session, CaseLink) == 0
    assert count(session, NamedPoster) == 0
    assert case_links.list_linked(two.first) == ()
    assert guards.list_bent(session, two.first.case.id) == []


def test_a_row_from_outside_tells_the_person_nothing(two: Two, session: Session) -> None:
    case_links.link(two.first, two.second, "The same class.")
    session.flush()
    session.connection().exec_driver_sql("UPDATE case_links SET kind = 'goes_on'")
    session.expire_all()
    assert case_links.find_merged(replace(two.first, actor=PERSON)) is None
