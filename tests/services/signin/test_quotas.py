"""Counting by network, and what is asked above the free number: work or waiting, each for one time only."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from altcha import Challenge, Payload, solve_challenge
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.domain import quotas as rules
from portal.domain.lifecycle import CaseStatus
from portal.domain.quotas import FREE, LASTS, TOP, WAITS, Counted, find_level, is_enough
from portal.models.cases import Case
from portal.models.quotas import Quota, UsedProof
from portal.services.intake import drafts
from portal.services.ports import Ports
from portal.services.signin import flood_challenges, quotas
from portal.services.signin.flood_challenges import ChallengeAnswer
from tests.services.factories import NOW, make_case, make_draft, make_work

KEY = bytes(range(32))
HERE, THERE = b"h" * 16, b"t" * 16
ASKED = ChallengeAnswer(HERE, Counted.DRAFT, 0)


@pytest.fixture
def easy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that takes no time; its rules stay the same."""
    monkeypatch.setattr(flood_challenges, "TRIES", (4,) * len(rules.TRIES))
    monkeypatch.setattr(flood_challenges, "TRY_COST", 1)


def solve(work: str) -> str:
    """What a device sends back."""
    challenge = Challenge.from_dict(json.loads(work))
    solution = solve_challenge(challenge)
    assert solution is not None
    return Payload(challenge, solution).to_base64()


def change(payload: str, **values: object) -> str:
    """The payload with other parameters, as somebody would who wants to pay less."""
    plain = json.loads(base64.b64decode(payload))
    plain["challenge"]["parameters"].update(values)
    return base64.b64encode(json.dumps(plain).encode()).decode()


@pytest.mark.parametrize("counted", list(Counted))
def test_the_first_are_free_and_the_last_level_has_no_end(counted: Counted) -> None:
    free = FREE[counted]
    assert find_level(counted, 0) is None
    assert find_level(counted, free - 1) is None
    assert find_level(counted, free) == 0
    assert find_level(counted, 2 * free - 1) == 0
    assert find_level(counted, 2 * free) == 1
    assert find_level(counted, 1_000_000) == TOP


def test_each_level_takes_more_and_never_longer_than_ten_minutes() -> None:
    assert list(WAITS) == sorted(set(WAITS))
    assert list(rules.TRIES) == sorted(set(rules.TRIES))
    assert len(WAITS) == len(rules.TRIES) == TOP + 1
    assert max(WAITS) <= timedelta(minutes=10)


@given(st.sampled_from(Counted), st.integers(0, 10_000))
def test_the_level_never_falls_and_rises_by_one(counted: Counted, used: int) -> None:
    before, after = find_level(counted, used), find_level(counted, used + 1)
    low = -1 if before is None else before
    assert (-1 if after is None else after) - low in {0, 1}


def test_what_was_begun_one_level_lower_still_counts() -> None:
    assert is_enough(2, 2)
    assert is_enough(1, 2)
    assert not is_enough(0, 2)


def test_each_network_and_each_kind_is_counted_alone(session: Session) -> None:
    for _each in range(3):
        used = quotas.count_request(session, HERE, Counted.DRAFT, now=NOW)
    assert used == 3
    assert quotas.count_request(session, THERE, Counted.DRAFT, now=NOW) == 1
    assert quotas.count_request(session, HERE, Counted.MESSAGE, now=NOW) == 1


def test_two_at_the_same_time_are_two(sessions: sessionmaker[Session]) -> None:
    def count(_number: int) -> int:
        with sessions.begin() as session:
            return quotas.count_request(session, HERE, Counted.DRAFT, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(count, range(40)))
    assert sorted(numbers) == list(range(1, 41))


def test_one_proof_used_by_many_at_the_same_time_counts_once(sessions: sessionmaker[Session], easy: None) -> None:
    paid = solve(flood_challenges.make_work(KEY, ASKED, now=NOW))

    def use(_number: int) -> bool:
        with sessions.begin() as session:
            return flood_challenges.accept_work(session, KEY, paid, ASKED, now=NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(16))) == 1


def test_a_day_later_everything_is_gone(session: Session, easy: None) -> None:
    quotas.count_request(session, HERE, Counted.DRAFT, now=NOW)
    assert flood_challenges.accept_work(
        session, KEY, solve(flood_challenges.make_work(KEY, ASKED, now=NOW)), ASKED, now=NOW
    )
    quotas.purge(session, now=NOW + timedelta(minutes=59))
    assert count_rows(session) == (1, 1)
    quotas.purge(session, now=NOW + LASTS + timedelta(seconds=2))
    assert count_rows(session) == (1, 0)
    quotas.purge(session, now=NOW + timedelta(days=1))
    assert count_rows(session) == (0, 0)


def count_rows(session: Session) -> tuple[int, int]:
    used = session.scalar(select(func.count()).select_from(UsedProof)) or 0
    return session.scalar(select(func.count()).select_from(Quota)) or 0, used


def test_work_is_accepted_once_and_only_as_it_was_asked(session: Session, easy: None) -> None:
    paid = solve(flood_challenges.make_work(KEY, ASKED, now=NOW))
    for other in (replace(ASKED, bucket=THERE), replace(ASKED, counted=Counted.LINKS), replace(ASKED, level=2)):
        assert not flood_challenges.accept_work(session, KEY, paid, other, now=NOW)
    assert not flood_challenges.accept_work(session, KEY[::-1], paid, ASKED, now=NOW)
    assert not flood_challenges.accept_work(session, KEY, paid, ASKED, now=NOW + LASTS)
    assert flood_challenges.accept_work(session, KEY, paid, ASKED, now=NOW + LASTS - timedelta(seconds=1))
    assert not flood_challenges.accept_work(session, KEY, paid, ASKED, now=NOW)


def test_work_that_was_made_lighter_or_not_done_is_not_accepted(session: Session, easy: None) -> None:
    paid = solve(flood_challenges.make_work(KEY, ASKED, now=NOW))
    data = {"bucket": HERE.hex(), "counted": "draft", "level": 5, "ends_at": 4_000_000_000}
    for lighter in ({"cost": 1_000}, {"keyPrefix": "00"}, {"keySignature": None}, {"data": data}, {"nonce": "00" * 16}):
        assert not flood_challenges.accept_work(session, KEY, change(paid, **lighter), ASKED, now=NOW)
    challenge = Challenge.from_dict(json.loads(flood_challenges.make_work(KEY, ASKED, now=NOW)))
    undone = {"challenge": challenge.to_dict(), "solution": {"counter": 1, "derivedKey": "00" * 32}}
    assert not flood_challenges.accept_work(session, KEY, encode(undone), ASKED, now=NOW)
    assert count_rows(session)[1] == 0


NONSENSE: tuple[object, ...] = ("x", 1, [], None)


def encode(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "payload",
    ["", "x", "\0", "é", "[]", encode([]), encode({}), encode({"challenge": {}}), encode({"challenge": 1}), "A" * 4001]
    + [encode({"challenge": {"parameters": part}, "solution": part}) for part in NONSENSE],
)
def test_nonsense_is_no_work_and_no_wait(session: Session, payload: str) -> None:
    assert not flood_challenges.accept_work(session, KEY, payload, ASKED, now=NOW)
    assert not flood_challenges.accept_wait(session, KEY, payload, ASKED, now=NOW)
    assert flood_challenges.read_wait(KEY, payload, ASKED, now=NOW) is None


@pytest.mark.parametrize("level", range(TOP + 1))
def test_a_wait_is_over_to_the_second_and_counts_once(session: Session, level: int) -> None:
    asked = replace(ASKED, level=level)
    ticket = flood_challenges.begin_wait(KEY, asked, now=NOW)
    over = NOW + WAITS[level]
    assert ticket.seconds_left(NOW) == WAITS[level].total_seconds()
    assert ticket.seconds_left(over - timedelta(milliseconds=1)) == 1
    assert ticket.seconds_left(over) == 0
    assert not flood_challenges.accept_wait(session, KEY, ticket.text, asked, now=over - timedelta(milliseconds=1))
    assert not flood_challenges.accept_wait(session, KEY, ticket.text, replace(asked, bucket=THERE), now=over)
    assert not flood_challenges.accept_wait(session, KEY, ticket.text + "x", asked, now=over)
    assert flood_challenges.accept_wait(session, KEY, ticket.text, asked, now=over)
    assert not flood_challenges.accept_wait(session, KEY, ticket.text, asked, now=over)


def test_a_wait_of_another_purpose_or_too_old_is_none(session: Session) -> None:
    ticket = flood_challenges.begin_wait(KEY, ASKED, now=NOW)
    over = NOW + WAITS[0]
    assert not flood_challenges.accept_wait(
        session, KEY, ticket.text, replace(ASKED, counted=Counted.MESSAGE), now=over
    )
    assert not flood_challenges.accept_wait(session, KEY, ticket.text, ASKED, now=over + LASTS)


def send(
    session: Session, now: datetime, *, wait: str = "", work: str = "", bucket: bytes = HERE
) -> flood_challenges.Challenge | None:
    return flood_challenges.let_pass(session, KEY, bucket, Counted.DRAFT, wait=wait, work=work, now=now)


def test_above_the_free_number_a_shared_network_gets_through_by_either_way(session: Session, easy: None) -> None:
    for _each in range(FREE[Counted.DRAFT]):
        assert send(session, NOW) is None
    held = send(session, NOW)
    assert held is not None
    again = send(session, NOW + timedelta(seconds=5), wait=held.wait.text)
    assert again is not None
    assert again.wait == held.wait, "who presses too early keeps the wait that has begun"
    assert send(session, held.wait.ripe_at, wait=held.wait.text) is None
    assert send(session, NOW, work=solve(again.work)) is None
    assert send(session, NOW, bucket=THERE) is None, "another network notices nothing"


def test_many_waits_begun_at_once_are_one_wait(session: Session) -> None:
    for _each in range(FREE[Counted.DRAFT]):
        send(session, NOW)
    held = [send(session, NOW) for _each in range(200)]
    over = NOW + WAITS[0]
    again = [send(session, over, wait=each.wait.text) for each in held if each]
    assert [each for each in again if each is None] == [None]
    later = [each.wait for each in again if each]
    assert {wait.ripe_at for wait in later} == {over + WAITS[0]}, "the rest wait anew from when one went on"
    assert sum(send(session, over + WAITS[0], wait=wait.text) is None for wait in later) == 1


def test_a_wait_begun_after_somebody_went_on_counts(session: Session) -> None:
    """Two people of one network who wait one after the other both go on; what overlaps is no wait of its own."""
    first = flood_challenges.begin_wait(KEY, ASKED, now=NOW)
    beside = flood_challenges.begin_wait(KEY, ASKED, now=first.ripe_at - timedelta(milliseconds=1))
    after = flood_challenges.begin_wait(KEY, ASKED, now=first.ripe_at)
    other_kind = replace(ASKED, counted=Counted.MESSAGE)
    message = flood_challenges.begin_wait(KEY, other_kind, now=NOW)
    assert flood_challenges.accept_wait(session, KEY, first.text, ASKED, now=first.ripe_at)
    assert not flood_challenges.accept_wait(session, KEY, beside.text, ASKED, now=after.ripe_at)
    assert flood_challenges.accept_wait(session, KEY, after.text, ASKED, now=after.ripe_at)
    assert flood_challenges.accept_wait(session, KEY, message.text, other_kind, now=after.ripe_at)


def test_of_many_waits_used_at_the_same_time_one_goes_on(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        quotas.count_request(session, HERE, Counted.DRAFT, now=NOW)
    tickets = [flood_challenges.begin_wait(KEY, ASKED, now=NOW).text for _each in range(16)]

    def use(text: str) -> bool:
        with sessions.begin() as session:
            return flood_challenges.accept_wait(session, KEY, text, ASKED, now=NOW + WAITS[0])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, tickets)) == 1


def test_even_a_network_that_flooded_gets_the_next_person_in_within_ten_minutes(session: Session) -> None:
    session.add(Quota(bucket=HERE, counted=Counted.DRAFT, used=1_000_000, ends_at=NOW + timedelta(days=1)))
    session.flush()
    held = send(session, NOW)
    assert held is not None
    assert held.wait.seconds_left(NOW) <= 600
    assert send(session, held.wait.ripe_at, wait=held.wait.text) is None


def test_drafts_that_nobody_went_on_with_are_gone_after_a_day_and_no_others(
    sessions: sessionmaker[Session], ports: Ports
) -> None:
    with sessions.begin() as session:
        for _each in range(drafts.AT_ONCE + 3):
            drafts.start_draft(make_work(session, ports), language="en")
    with sessions.begin() as session:
        begun = make_draft(session, ports)[0].case.id
        handed_in = make_case(session, ports).case.id
    with sessions.begin() as session:
        young = drafts.start_draft(make_work(session, ports, now=NOW + timedelta(hours=2)), language="en")[0].case.id
    assert drafts.purge_empty(sessions, now=NOW + timedelta(days=1), ports=ports) == 0
    later = NOW + timedelta(days=1, seconds=1)
    assert drafts.purge_empty(sessions, now=later, ports=ports) == drafts.AT_ONCE + 3
    with sessions() as session:
        assert set(session.scalars(select(Case.id))) == {begun, handed_in, young}
        assert session.get_one(Case, young).status is CaseStatus.DRAFT
    assert {lock.case_id for lock in ports.locks.list_all()} == {begun, handed_in, young}
