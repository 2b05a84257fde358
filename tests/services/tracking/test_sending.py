"""Requests: how links become requests, which laws they cite, and what sending and answers do to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import (
    Answer,
    Filer,
    History,
    ItemState,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
    SendingChannel,
    StepRefused,
)
from portal.domain.regimes import Binding, NoticeField, RegimeKind
from portal.domain.report import NameKind, YesNo
from portal.models.events import Event
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.casefile import sharing as case_sharing
from portal.services.cases.consent import NoConsent
from portal.services.cases.instants import BadInstant
from portal.services.cases.opening import UnknownNumber
from portal.services.letters import kept_letters, letters
from portal.services.letters.printing import LetterStopped
from portal.services.ports import Ports
from portal.services.requests import preparing
from portal.services.requests.content import Details, RequestContent
from portal.services.requests.preparing import DetailsCommand, DetailsRefused
from portal.services.requests.views import NextStep
from portal.services.tracking import answers, request_page, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.sending import ReceiptCommand, SentCommand
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from tests.services.factories import NOW, make_case, make_report
from tests.services.fakes import DAY, HOUR, print_quickly, send

RECEIVED = ReceiptCommand(at=NOW + 3 * HOUR, proof=Proof.CONFIRMATION)
SIX_PLATFORMS = "\n".join(
    f"https://{host}/{number}"
    for host in ("x.com/a/status", "www.instagram.com/p", "www.reddit.com/r/a/comments", "www.facebook.com/photo",
                 "www.tiktok.com/@a/video", "pictures.example.org")
    for number in range(1001, 1006)
)  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    print_quickly(monkeypatch)


def view(session: Session, opened: CaseWork, ports: Ports, number: int = 1, now: datetime = NOW) -> RequestView:
    return request_page.request_view(opened.at(now), number)


def answer(
    session: Session, opened: CaseWork, ports: Ports, given: Answer, *, at: datetime = NOW + DAY, **more: Any
) -> None:
    command = AnswerCommand(answer=given, at=at, **more)
    answers.log_answer(opened.at(at), 1, command)


def test_thirty_links_on_six_platforms_become_six_requests(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links=SIX_PLATFORMS)
    found = request_page.request_views(opened.at(NOW))
    assert [len(each.items) for each in found] == [5] * 6
    assert [each.number for each in found] == [1, 2, 3, 4, 5, 6]
    assert all(each.state is RequestState.PREPARED for each in found)


def test_planning_again_changes_nothing(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    before = request_page.request_views(opened.at(NOW))
    preparing.group_links_into_requests(opened.at(NOW))
    assert request_page.request_views(opened.at(NOW)) == before


def test_a_platform_outside_the_directory_stands_in_the_table_as_a_hash_only(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://pictures.example.org/album/7")
    row = session.scalars(select(Request)).one()
    assert row.platform.startswith("other-")
    assert "example" not in row.platform
    assert view(session, opened, ports).platform_name == "example.org"


def test_the_same_unknown_platform_has_another_hash_in_another_case(session: Session, ports: Ports) -> None:
    for _ in range(2):
        make_case(session, ports, links="https://pictures.example.org/album/7")
    one, other = session.scalars(select(Request.platform))
    assert one != other


def test_a_hard_duty_stands_first_and_a_mere_standard_last(session: Session, ports: Ports) -> None:
    found = {}
    for country in ("NZ", "IE"):
        opened = make_case(session, ports, links="https://www.instagram.com/p/Abc123/", country=country)
        found[country] = view(session, opened, ports).bases
        assert all(basis.reason and basis.is_cited for basis in found[country])
    assert [basis.regime for basis in found["NZ"]] == ["us-take-it-down", "nz-hdca-24"]
    assert [basis.binding for basis in found["NZ"]] == [Binding.DUTY, Binding.SAFE_HARBOUR]
    assert [basis.regime for basis in found["IE"]] == ["us-take-it-down", "eu-dsa-16"]


def test_each_law_keeps_the_version_it_was_cited_with(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    for basis in view(session, opened, ports).bases:
        assert basis.version == ports.registry.regimes[basis.regime].version


def test_copyright_stands_in_a_request_of_its_own_with_the_warning_who_reads_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, took_it=YesNo.YES)
    number = preparing.prepare_copyright(opened.at(NOW), 1)
    assert "us-dmca-512" not in {basis.regime for basis in view(session, opened, ports).bases}
    shown = view(session, opened, ports, number)
    assert {basis.kind for basis in shown.bases} == {RegimeKind.COPYRIGHT}
    assert all(basis.warning for basis in shown.bases)
    assert any("passed on" in warning for warning in shown.warnings)
    assert any("public list" in warning for warning in shown.warnings)
    with pytest.raises(StepRefused, match="already"):
        preparing.prepare_copyright(opened.at(NOW), 1)


def test_copyright_is_refused_to_somebody_who_did_not_take_the_picture(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, took_it=YesNo.NO)
    with pytest.raises(DetailsRefused, match="took the picture"):
        preparing.prepare_copyright(opened.at(NOW), 1)


def test_a_law_whose_element_is_missing_is_named_and_left_out_of_the_letter(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://pictures.example.org/7", phone="", postal_address="")
    shown = view(session, opened, ports)
    assert {basis.regime: basis.is_cited for basis in shown.bases} == {"us-take-it-down": True, "nz-hdca-24": False}
    assert all("Harmful Digital" in name for each in shown.missing for name in each.regime_names)
    send(session, opened, ports)
    assert [basis.regime for basis in view(session, opened, ports).bases] == ["us-take-it-down"]


def test_what_is_missing_can_be_given_for_one_request_only(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, phone="", postal_address="")
    given = DetailsCommand(phone="+64 20 1", postal_address="2 Invented Street")
    preparing.set_details(opened.at(NOW), 1, given)
    assert view(session, opened, ports).missing == ()
    assert view(session, opened, ports, 2).missing != ()
    assert opened.report.phone == ""


def test_without_any_complete_law_no_letter_is_made_and_the_missing_thing_is_named(
    session: Session, ports: Ports
) -> None:
    opened = make_case(session, ports, country="", links="https://pictures.example.org/7")
    report = make_report(signature="", signed_at=None, country="")
    opened.write_report(report)
    with pytest.raises(LetterStopped) as stopped:
        send(session, opened, ports)
    assert ["sign it" in problem.text for problem in stopped.value.problems] == [True]
    found = view(session, opened, ports)
    assert any("signature" in each.label for each in found.missing)
    assert found.next_step.kind is NextStep.SEND, "it is said and signed when the letter is made"


def test_what_the_letters_own_page_does_not_ask_is_named_with_its_law(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, country="", links="https://pictures.example.org/7", depiction=None)
    with pytest.raises(LetterStopped) as stopped:
        send(session, opened, ports)
    assert {problem.code for problem in stopped.value.problems} == {"element_missing"}
    assert all("asks for this, and it is missing" in problem.text for problem in stopped.value.problems)
    assert view(session, opened, ports).next_step.kind is NextStep.COMPLETE


@pytest.mark.parametrize(
    ("changes", "proof", "is_there"),
    [
        ({}, NoticeField.LEGAL_NAME, True),
        ({"name_kind": NameKind.PSEUDONYM}, NoticeField.LEGAL_NAME, False),
        ({"name_kind": NameKind.PSEUDONYM}, NoticeField.NAME, True),
        ({"email": "", "phone": "", "postal_address": ""}, NoticeField.CONTACT, False),
        ({"email": ""}, NoticeField.CONTACT, True),
        ({"states_no_consent": False}, NoticeField.NO_CONSENT, False),
        ({"states_no_consent": False, "explanation": ""}, NoticeField.EXPLANATION, False),
        ({"explanation": "It hurts."}, NoticeField.EXPLANATION, True),
        ({"filer": Filer.PARENT}, NoticeField.AUTHORITY, True),
        ({"filer": Filer.REPRESENTATIVE}, NoticeField.AUTHORITY, False),
        ({"filer": Filer.REPRESENTATIVE, "authority": "A mandate."}, NoticeField.AUTHORITY, True),
        ({"signed_at": None}, NoticeField.SIGNATURE, False),
    ],
)
def test_the_checker_sees_what_the_report_supplies(
    changes: Mapping[str, Any], proof: NoticeField, is_there: bool
) -> None:
    report = make_report(**{"signed_at": NOW, **changes})
    contents = RequestContent(report=report, details=Details(), places=("https://x.com/1",), organisation=None)
    assert (proof in contents.proofs()) is is_there


def test_sending_makes_the_letter_fixes_the_laws_and_starts_the_clocks(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    shown = view(session, opened, ports, now=NOW + HOUR)
    assert shown.state is RequestState.SENT
    assert shown.ticket == "T-1"
    assert [item.state for item in shown.items] == [ItemState.ASKED]
    assert len(shown.letters) == 1
    assert {clock.state for clock in shown.clocks} == {ClockState.RUNNING}
    assert all(clock.estimated for clock in shown.clocks)
    assert shown.main_clock is not None
    assert shown.main_clock.due_at == NOW + 49 * HOUR


def test_a_proven_receipt_moves_the_start_and_ends_the_estimate(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    sending.record_received(opened.at(NOW + 4 * HOUR), 1, RECEIVED)
    main = view(session, opened, ports, now=NOW + 4 * HOUR).main_clock
    assert main is not None
    assert (main.due_at, main.estimated) == (NOW + 51 * HOUR, False)
    with pytest.raises(StepRefused, match="already recorded"):
        sending.record_received(opened.at(NOW + 4 * HOUR), 1, RECEIVED)


@pytest.mark.parametrize(
    ("sent_at", "received_at", "text"),
    [
        (NOW + 2 * HOUR, None, "future"),
        (NOW - timedelta(days=400), None, "more than a year"),
        (NOW, NOW - HOUR, "before it was sent"),
        (NOW.replace(tzinfo=None), None, "time zone"),
    ],
)
def test_a_time_that_cannot_be_right_is_refused_and_changes_nothing(
    session: Session, ports: Ports, sent_at: datetime, received_at: datetime | None, text: str
) -> None:
    opened = make_case(session, ports)
    with pytest.raises(BadInstant, match=text):
        send(session, opened, ports, at=sent_at, received_at=received_at, now=NOW)
    assert view(session, opened, ports).state is RequestState.PREPARED


def test_a_clock_that_is_a_little_fast_counts_as_now(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports, at=NOW + timedelta(minutes=4), now=NOW)
    assert view(session, opened, ports).sent_at == NOW


def test_nothing_is_sent_to_platforms_without_consent(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, share_with_platforms=False)
    assert view(session, opened, ports).next_step.kind is NextStep.CONSENT
    with pytest.raises(NoConsent):
        send(session, opened, ports)
    case_sharing.change_consent(opened.at(NOW), "platforms", given=True)
    send(session, opened, ports)


def test_nothing_sent_ever_changes(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    text = kept_letters.letter_text(opened, 1)
    with pytest.raises(StepRefused):
        preparing.set_details(opened.at(NOW), 1, DetailsCommand(name="Another"))
    with pytest.raises(StepRefused):
        send(session, opened, ports)
    opened.write_report(make_report(name="Another", signature="Another"))
    assert kept_letters.letter_text(opened, 1) == text


def test_links_added_after_the_letter_was_made_get_a_request_of_their_own(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/someone/status/1111")
    letters.make_letter(opened.at(NOW), LetterKind.NOTICE, 1)
    cases_item = session.scalars(select(Item)).one()
    session.add(_another(opened, cases_item))
    session.flush()
    preparing.group_links_into_requests(opened.at(NOW))
    found = request_page.request_views(opened.at(NOW))
    assert [[item.number for item in each.items] for each in found] == [[1], [2]]


def _another(opened: CaseWork, item: Item) -> Item:
    row = Item(id=opened.case.id, case_id=opened.case.id, number=2, platform=item.platform, state=ItemState.REPORTED)
    row.added_at = row.changed_at = NOW
    row.sealed = opened.sealed_for(row, {"url": "https://x.com/someone/status/2222", "platform": "x"})
    return row


@pytest.mark.parametrize(
    ("given", "state", "item"),
    [
        (Answer.ACKNOWLEDGED, RequestState.ACKNOWLEDGED, ItemState.ACKNOWLEDGED),
        (Answer.MORE_ASKED, RequestState.MORE_ASKED, ItemState.ASKED),
        (Answer.EXTENDED, RequestState.EXTENDED, ItemState.ASKED),
        (Answer.REFUSED, RequestState.REFUSED, ItemState.REFUSED),
        (Answer.GEO_BLOCKED, RequestState.GEO_BLOCKED, ItemState.GEO_BLOCKED),
        (Answer.REMOVED, RequestState.REMOVED, ItemState.REMOVED),
    ],
)
def test_an_answer_says_what_became_of_request_and_links(
    session: Session, ports: Ports, given: Answer, state: RequestState, item: ItemState
) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    answer(session, opened, ports, given, text="Their words.", extension_until=date(2026, 12, 24))
    shown = view(session, opened, ports, now=NOW + DAY)
    assert shown.state is state
    assert [each.state for each in shown.items] == [item]
    assert shown.answers[0].text == "Their words."
    assert shown.answers[0].extension_until == date(2026, 12, 24)


def test_removal_in_time_meets_the_clocks_and_removal_of_a_part_does_not(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1 https://x.com/a/status/2")
    send(session, opened, ports)
    answer(session, opened, ports, Answer.REMOVED, at=NOW + 2 * HOUR, items=(1,))
    shown = view(session, opened, ports, now=NOW + 2 * HOUR)
    assert shown.state is RequestState.PARTLY
    assert shown.main_clock is not None
    assert shown.main_clock.state is ClockState.RUNNING
    answer(session, opened, ports, Answer.REMOVED, at=NOW + 3 * HOUR, items=(2,))
    shown = view(session, opened, ports, now=NOW + 3 * HOUR)
    assert shown.state is RequestState.REMOVED
    assert {clock.state for clock in shown.clocks} == {ClockState.MET}
    assert shown.next_step.kind is NextStep.NONE


def test_an_answer_about_a_link_of_another_request_is_refused(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    with pytest.raises(UnknownNumber):
        answer(session, opened, ports, Answer.REMOVED, items=(2,))


def test_an_acknowledgement_after_a_refusal_does_not_undo_it(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    answer(session, opened, ports, Answer.REFUSED)
    answer(session, opened, ports, Answer.ACKNOWLEDGED, at=NOW + 2 * DAY)
    assert view(session, opened, ports).state is RequestState.REFUSED


def test_an_answer_before_the_sending_is_refused(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    with pytest.raises(StepRefused, match="not been sent"):
        answer(session, opened, ports, Answer.REFUSED)
    send(session, opened, ports)
    with pytest.raises(BadInstant):
        answer(session, opened, ports, Answer.REFUSED, at=NOW)


def test_an_extension_counts_only_when_told_within_the_period(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, country="IE", links="https://www.instagram.com/p/Abc123/")
    number = preparing.prepare_erasure(opened.at(NOW), 1)
    send(session, opened, ports, number, received_at=NOW + HOUR)
    first = view(session, opened, ports, number).main_clock
    assert first is not None
    assert first.last_day == date(2026, 12, 23)
    told = AnswerCommand(answer=Answer.EXTENDED, at=NOW + 20 * DAY)
    answers.log_answer(opened.at(NOW + 20 * DAY), number, told)
    longer = view(session, opened, ports, number, now=NOW + 20 * DAY).main_clock
    assert longer is not None
    assert longer.extended
    assert longer.last_day == date(2027, 2, 23)


def test_a_link_seen_gone_settles_its_request_when_it_was_the_last(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1 https://x.com/a/status/2")
    send(session, opened, ports)
    answers.mark_gone(opened.at(NOW + 2 * HOUR), 1)
    assert view(session, opened, ports).state is RequestState.SENT
    answers.mark_gone(opened.at(NOW + 3 * HOUR), 2)
    shown = view(session, opened, ports, now=NOW + 3 * HOUR)
    assert shown.state is RequestState.REMOVED
    assert {clock.state for clock in shown.clocks} == {ClockState.MET}
    assert opened.case.next_due_at is None
    with pytest.raises(StepRefused):
        answers.mark_gone(opened.at(NOW + 3 * HOUR), 2)


def test_a_link_that_is_back_gets_a_new_request_and_the_old_one_stays(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1")
    send(session, opened, ports)
    answers.mark_gone(opened.at(NOW + 2 * HOUR), 1)
    answers.mark_back(opened.at(NOW + DAY), 1)
    old, new = request_page.request_views(opened.at(NOW + DAY))
    assert (old.state, new.state) == (RequestState.REMOVED, RequestState.PREPARED)
    assert [item.number for item in old.items] == [item.number for item in new.items] == [1]
    assert new.items[0].state is ItemState.BACK


def test_a_refusal_offers_a_new_notice_for_what_is_left(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, took_it=YesNo.YES, links="https://x.com/a/status/1 https://x.com/a/status/2")
    send(session, opened, ports)
    answer(session, opened, ports, Answer.REFUSED, items=(2,))
    answers.mark_gone(opened.at(NOW + DAY), 1)
    number = preparing.prepare_again(opened.at(NOW + DAY), 1)
    shown = view(session, opened, ports, number, now=NOW + DAY)
    assert [item.number for item in shown.items] == [2]
    assert RegimeKind.COPYRIGHT not in {basis.kind for basis in shown.bases}


def test_a_closed_request_stops_its_clocks(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    sending.close_request(opened.at(NOW + 2 * HOUR), 1)
    shown = view(session, opened, ports, now=NOW + 2 * HOUR)
    assert shown.state is RequestState.CLOSED
    assert {clock.state for clock in shown.clocks} == {ClockState.STOPPED}
    with pytest.raises(StepRefused):
        sending.close_request(opened.at(NOW + 2 * HOUR), 1)


def test_an_erasure_request_cites_data_protection_law_and_exists_once(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    assert view(session, opened, ports).can_prepare_erasure
    number = preparing.prepare_erasure(opened.at(NOW), 1)
    shown = view(session, opened, ports, number)
    assert shown.kind is RequestKind.ERASURE
    assert {basis.regime for basis in shown.bases} == {"nz-privacy-act-2020"}
    assert not view(session, opened, ports).can_prepare_erasure
    with pytest.raises(StepRefused, match="already"):
        preparing.prepare_erasure(opened.at(NOW), 1)


def test_removal_of_the_links_settles_the_erasure_request_about_them_too(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, links="https://x.com/a/status/1")
    number = preparing.prepare_erasure(opened.at(NOW), 1)
    send(session, opened, ports, number)
    send(session, opened, ports)
    answers.mark_gone(opened.at(NOW + DAY), 1)
    assert view(session, opened, ports, number).state is RequestState.REMOVED


def test_the_letter_tells_the_platform_no_more_than_the_laws_ask_for(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports, country="", links="https://pictures.example.org/album/7")
    shown = view(session, opened, ports)
    assert [basis.regime for basis in shown.bases] == ["us-take-it-down"]
    text = next(field.value for field in shown.fields if field.label == "The whole letter as text")
    assert "+64 20 0000 0000" not in text
    assert "Invented Street" not in text
    assert "ana.example@example.net" in text
    assert not any("phone" in warning for warning in shown.warnings)


def test_channels_come_best_first_and_an_unchecked_one_is_marked(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    channels = view(session, opened, ports).channels
    assert channels[0].kind == "ncii_form"
    assert all(channel.is_stale for channel in channels if channel.checked_on is None)
    assert len({channel.address for channel in channels}) == len(channels)
    assert not any(channel.kind.startswith("copyright") for channel in channels)


def test_a_refusal_opens_the_ladder_and_a_missed_clock_a_reminder(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    assert view(session, opened, ports, now=NOW + 2 * HOUR).next_step.kind is NextStep.WAIT
    send(session, opened, ports, 2)
    answer(session, opened, ports, Answer.REFUSED)
    shown = view(session, opened, ports, now=NOW + DAY + HOUR)
    assert shown.next_step.kind is NextStep.COMPLAIN
    ready = {option.regulator for option in shown.escalation if option.is_open}
    assert "nz-netsafe" in ready
    assert "us-ftc" not in ready  # its 48 hours still run, whatever the platform said
    later = view(session, opened, ports, now=NOW + 4 * DAY)
    assert "us-ftc" in {option.regulator for option in later.escalation if option.is_open}


def test_every_step_stands_in_the_history_without_the_persons_words_in_plain(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    send(session, opened, ports)
    answer(session, opened, ports, Answer.REFUSED, text="No, Ana.")
    events = session.scalars(select(Event).order_by(Event.sequence)).all()
    kinds = [event.kind for event in events]
    assert kinds[-4:] == [History.LETTER_MADE, History.SENT, History.RECEIPT_CONFIRMED, History.ANSWERED]
    assert "Ana" not in str([event.facts for event in events])


def test_a_request_of_an_unknown_number_is_not_there(session: Session, ports: Ports) -> None:
    opened = make_case(session, ports)
    command = SentCommand(has_checked=True, channel=SendingChannel.POST, sent_at=NOW)
    with pytest.raises(UnknownNumber):
        sending.record_sent(opened.at(NOW), 9, command)
