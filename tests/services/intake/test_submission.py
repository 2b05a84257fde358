"""From draft to receipt, and links added later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.domain.lifecycle import CaseStatus, CloseReason, Filer, Handler, History, ItemState, Path
from portal.domain.report import Report, ReportedPlace, YesNo
from portal.models.cases import Consent, Mandate
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.cases import handover, opening
from portal.services.cases.opening import Changed
from portal.services.intake import drafts, submission
from portal.services.intake.submission import Incomplete
from portal.services.law.applicability import count_letters
from portal.services.ports import Ports
from portal.services.requests.lookup import list_requests
from portal.services.tracking import answers
from tests.services.factories import LINKS, NOW, make_case, make_draft, make_report, make_team, make_work
from tests.services.people import fresh, kinds
from tests.statements import counted


def test_a_draft_keeps_its_answers_and_not_its_words(session: Session, ports: Ports) -> None:
    opened, words = drafts.start_draft(make_work(session, ports), language="en")
    drafts.save_report(opened.at(NOW), Report(country="NZ"), version=opened.case.version)
    session.commit()
    again = opening.open_by_words(make_work(session, ports), words)
    assert again.report.country == "NZ"
    assert set(again.read()) == {"report"}
    for word in words.split():
        assert word not in str(again.read()), "a later key to an older copy of the row reads them nowhere"
    assert again.case.retention_until == NOW + timedelta(days=7)


def test_the_slow_part_of_a_beginning_holds_nobody_up(
    session: Session, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    derive = vault.derive_from_secret

    def watch(secret: str, salt: bytes) -> bytes:
        held.append(session.in_transaction())
        return derive(secret, salt)

    monkeypatch.setattr(vault, "derive_from_secret", watch)
    drafts.start_draft(make_work(session, ports), language="en")
    assert held == [False]
    assert session.in_transaction()


def test_two_tabs_do_not_overwrite_each_other(session: Session, ports: Ports) -> None:
    opened, _ = drafts.start_draft(make_work(session, ports), language="en")
    session.commit()
    seen = opened.case.version
    drafts.save_report(opened.at(NOW), Report(country="NZ"), version=seen)
    session.commit()
    with pytest.raises(Changed):
        drafts.save_report(opened.at(NOW), Report(country="AU"), version=seen)
    assert opened.report.country == "NZ"


def test_links_are_added_once_and_what_is_not_understood_is_kept(ports: Ports) -> None:
    report = drafts.add_links(Report(), LINKS + "\nhtp:/broken", ports=ports)
    again = drafts.add_links(report, LINKS, ports=ports)
    assert [link.platform for link in again.links] == ["x", "instagram", "example.org"]
    assert "htp:/broken" in report.rejected[0].text
    assert again.pasted.count("instagram.com") == 2


def test_links_over_the_limit_are_shown_back(ports: Ports) -> None:
    text = "\n".join(f"https://example.org/{number}" for number in range(501))
    report = drafts.add_links(Report(), text, ports=ports)
    assert len(report.links) == 500
    assert [one.text for one in report.rejected] == ["https://example.org/500"]


def test_submitting_makes_items_consents_and_requests(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    items = session.scalars(select(Item).order_by(Item.number)).all()
    assert [item.number for item in items] == [1, 2, 3]
    assert {item.state for item in items} == {ItemState.REPORTED}
    assert opened.case.status is CaseStatus.OPEN
    assert opened.case.item_count == 3
    assert {row.recipient for row in session.scalars(select(Consent))} == {"platforms", "regulators"}
    assert len(session.scalars(select(Request)).all()) == 3


def test_a_site_outside_the_directory_has_no_name_in_a_plain_column(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    item = session.scalars(select(Item).where(Item.number == 3)).one()
    assert "example" not in item.platform
    assert opened.read_sealed(item)["platform"] == "example.org"


def test_the_receipt_proves_the_report_without_holding_it(session: Session, ports: Ports) -> None:
    opened, _words = make_draft(session, ports)
    receipt = submission.submit(opened.at(NOW))
    assert receipt.reference == opened.reference
    assert receipt.digest == submission.digest_report(opened.report)
    assert receipt.digest != submission.digest_report(replace(opened.report, name="Other"))


def test_a_report_without_any_place_is_not_accepted_for_removal(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports, links="")
    with pytest.raises(Incomplete) as caught:
        submission.submit(opened.at(NOW))
    assert caught.value.missing


def test_a_place_described_in_words_is_enough(session: Session, ports: Ports) -> None:
    places = (ReportedPlace(platform="instagram", text="The account that calls itself example.person"),)
    opened = make_case(session, ports, links="", places=places)
    item = session.scalars(select(Item)).one()
    assert item.platform == "instagram"
    assert opened.read_sealed(item)["description"] == places[0].text


def test_a_threat_becomes_a_case_without_requests(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="", is_online=YesNo.NO)
    assert opened.case.path is Path.THREAT
    assert session.scalars(select(Request)).all() == []


def test_whoever_acts_for_another_leaves_a_mandate_with_its_end(session: Session, ports: Ports) -> None:
    ends_on = NOW.date() + timedelta(days=90)
    opened = make_case(
        session, ports, filer=Filer.REPRESENTATIVE, authority="She asked me in writing.", authority_ends_on=ends_on
    )
    mandate = session.scalars(select(Mandate)).one()
    assert mandate.ends_on == ends_on
    assert opened.read_sealed(mandate) == {"authority": "She asked me in writing."}


@pytest.mark.parametrize(("country", "left"), [("NZ", 0), ("GB", 3)])
def test_what_is_left_out_is_counted_in_letters(ports: Ports, country: str, left: int) -> None:
    report = drafts.add_links(make_report(country=country), LINKS, ports=ports)
    count = count_letters(report, without={"email", "contact_by"}, now=NOW, ports=ports)
    assert (count.possible, count.without) == (3, left)
    assert count_letters(report, without=(), now=NOW, ports=ports).without == 3


def test_what_only_a_law_wants_holds_no_report_up(session: Session, ports: Ports) -> None:
    opened, _ = make_draft(session, ports, links="https://x.com/a/status/1", country="US", states_good_faith=False)
    assert submission.submit(opened.at(NOW)).reference


def test_saving_says_yes_to_letters_only_where_the_page_said_so(session: Session, ports: Ports) -> None:
    for allows, given in ((False, set()), (True, {"platforms"})):
        opened, _ = make_draft(session, ports, share_with_platforms=None, share_with_regulators=None)
        work = opened.at(NOW)
        submission.keep_submission(work, submission.plan_submission(work, allows_letters=allows))
        session.flush()
        query = select(Consent.recipient).where(Consent.case_id == opened.case.id)
        assert set(session.scalars(query)) == given


def test_a_report_that_nobody_signed_has_no_moment_of_signing(session: Session, ports: Ports) -> None:
    assert make_case(session, ports, signature="").report.signed_at is None
    assert make_case(session, ports).report.signed_at == NOW


@pytest.mark.parametrize("named", ["Instagram", "insta", "my Instagram story", "instagram.com", "IG"])
def test_a_place_without_a_link_is_known_by_any_usual_name(session: Session, ports: Ports, named: str) -> None:
    places = (ReportedPlace(platform=named, text="The account that calls itself example.person"),)
    opened = make_case(session, ports, links="https://www.instagram.com/p/Abc123/", places=places)
    assert {item.platform for item in session.scalars(select(Item))} == {"instagram"}
    assert len(list_requests(opened)) == 1
    assert opened.report.places == places, "what was typed is kept"


def test_links_added_later_get_numbers_and_requests_of_their_own(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    text = "https://www.reddit.com/r/x/comments/abc/ and https://x.com/someone/status/1111"
    found = submission.add_items(opened.at(NOW), text)
    session.flush()
    assert (found.added, found.known) == (("https://www.reddit.com/r/x/comments/abc/",), 1)
    assert [item.number for item in session.scalars(select(Item).order_by(Item.number))] == [1, 2, 3, 4]
    assert opened.case.item_count == 4
    assert len(session.scalars(select(Request)).all()) == 4


def test_links_added_to_a_childs_threat_make_letters(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="", is_online=YesNo.NO, under_18=YesNo.YES)
    submission.add_items(opened.at(NOW), "https://x.com/a/status/1")
    assert opened.case.path is Path.CHILD
    assert opened.report.is_online is YesNo.YES
    assert len(list_requests(opened)) == 1


def test_a_team_chosen_in_the_report_is_given_the_case(session: Session, ports: Ports) -> None:
    team, _ = make_team(session)
    opened = make_case(session, ports, handler=Handler.TEAM, team_id=str(team.id))
    assert (opened.case.handler, opened.case.team_id) == (Handler.TEAM, team.id)


def test_a_threat_that_comes_true_gets_requests(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="", is_online=YesNo.NO)
    submission.add_items(opened.at(NOW), "https://x.com/a/status/1")
    assert opened.case.path is Path.REMOVAL
    assert len(session.scalars(select(Request)).all()) == 1


@pytest.mark.parametrize("sites", [7, 70])
def test_handing_in_many_links_takes_few_statements(session: Session, ports: Ports, sites: int) -> None:
    links = " ".join(f"https://invented-{number % sites}.org/album/{number}" for number in range(480))
    opened, _words = make_draft(session, ports, links=links)
    work = fresh(opened)
    with counted(session) as count:
        submission.submit(work)
        session.commit()
    assert len(list_requests(work)) == sites
    assert count() <= 60


@pytest.mark.parametrize(("handler", "most"), [(Handler.PERSON, 15), (Handler.TEAM, 19)])
def test_a_report_becomes_a_case_in_few_statements(session: Session, ports: Ports, handler: Handler, most: int) -> None:
    make_case(session, ports)  # so that its laws are kept
    team, _key = make_team(session)
    opened, _words = make_draft(session, ports, handler=handler, team_id=str(team.id))
    session.commit()
    work = fresh(opened)
    with counted(session) as count:
        submission.submit(work)
        session.commit()
    asks_for_locks = session.get_bind().dialect.name == "postgresql"
    assert count() <= most + 3 * asks_for_locks


def paste(first: int, last: int) -> str:
    return "\n".join(f"https://x.com/someone/status/{number}" for number in range(first, last))


def test_what_was_added_was_there_and_did_not_fit_is_told_apart(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=paste(1000, 1480))
    found = submission.add_items(opened.at(NOW), f"{paste(1470, 1570)}\nhttp://")
    assert (len(found.added), found.back, found.known, len(found.over)) == (20, 0, 10, 70)
    assert opened.case.item_count == 500
    assert found.added[0].endswith("/1480")
    assert found.over[0].endswith("/1500")
    assert [one.text for one in found.rejected] == ["http://"]
    assert len(found.left.splitlines()) == 71
    again = submission.add_items(opened.at(NOW), found.over[0])
    assert (again.added, again.known, again.over) == ((), 0, found.over[:1])


def test_more_links_than_fit_at_all_are_told_to_the_last(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://www.reddit.com/r/x/comments/abc/")
    found = submission.add_items(opened.at(NOW), paste(1000, 1600))
    assert (len(found.added), len(found.over)) == (499, 101)


def test_what_was_not_understood_earlier_is_kept(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1 http://")
    submission.add_items(opened.at(NOW), "https://x.com/a/status/2 ftp://one.example/a")
    assert [one.text for one in opened.report.rejected] == ["http://", "ftp://one.example/a"]
    assert "http://" in opened.report.pasted


def test_a_pasted_link_that_was_marked_as_gone_is_back_and_gets_a_new_request(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1 https://x.com/a/status/2")
    answers.mark_gone(opened.at(NOW), 1)
    found = submission.add_items(opened.at(NOW), "https://x.com/a/status/1 https://x.com/a/status/2")
    assert (found.added, found.back, found.known, found.left) == ((), 1, 1, "")
    item = session.scalars(select(Item).where(Item.number == 1)).one()
    assert item.state is ItemState.BACK
    assert item.request_id is not None
    happened = kinds(session, opened)
    assert History.ITEM_BACK in happened
    assert History.ITEMS_ADDED not in happened


def test_a_text_that_adds_nothing_leaves_no_trace_in_the_history(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1")
    handover.close(opened.at(NOW), reason=CloseReason.REMOVED)
    found = submission.add_items(opened.at(NOW), "https://x.com/a/status/1 and words")
    assert (found.known, found.has_links) == (1, True)
    assert kinds(session, opened)[-1] is History.CLOSED
