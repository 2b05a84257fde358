"""Checking a complaint's file for an officer: its parts against each other, its signature, and each date counted again.

What the file says of itself was read in a child process (`adapters/papers/bundle_check.py`); here it is held against
what this portal knows: its own certificate, its laws and calendars, and the histories of its cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from portal.adapters.papers.bundle_check import check_bundle
from portal.adapters.papers.signing_keys import fingerprint_of
from portal.domain.bundle_checks import BundleReading, ChainState, FileState, WrittenClock
from portal.domain.clocks import find_rule
from portal.domain.counting import UncountablePeriod, due_at
from portal.domain.regimes import Rule
from portal.models.events import Event
from portal.services.law.obliged_places import place_of_platform
from portal.services.ports import Ports
from portal.services.work import Work

DIGEST_DIGITS = 64


class DateState(StrEnum):
    SAME = "same"
    DIFFERS = "differs"
    LONGER = "longer"  # it was extended or stood still: how long only the answers in the file tell
    UNKNOWN = "unknown"  # the law or its rule is not known here


class HistoryState(StrEnum):
    KNOWN = "known"  # an entry of a case here has this digest
    UNKNOWN = "unknown"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, kw_only=True)
class CheckedDate:
    """A date of the file, counted again by the laws and calendars of this portal."""

    clock: WrittenClock
    state: DateState
    counted: str  # what came out here, ISO; empty where nothing did
    has_other_record: bool  # the law's record here is of another version than the one in the file


@dataclass(frozen=True, kw_only=True)
class BundleReport:
    """`is_ours`: the certificate of the signature is the one that this portal signs with; None without a signature."""

    reading: BundleReading
    dates: tuple[CheckedDate, ...]
    is_ours: bool | None
    history: HistoryState

    @property
    def differing(self) -> tuple[str, ...]:
        """Names of the files that are not as some list says."""
        both = (*self.reading.sums, *self.reading.exhibits)
        return tuple(dict.fromkeys(each.name for each in both if each.state is not FileState.SAME))

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found that speaks against the file. What could not be checked does not."""
        signature = self.reading.signature
        return (
            not self.differing
            and self.reading.facts_agree is not False
            and not any(each.state is DateState.DIFFERS for each in self.dates)
            and signature is not None
            and signature.is_intact
            and signature.is_whole
            and (bool(self.is_ours) or signature.chain is ChainState.TRUSTED)
            and not signature.is_taken_back
            and (signature.stamp is None or signature.stamp.is_intact)
        )


def check_file(work: Work, content: bytes) -> BundleReport:
    """What can be said of a complaint's ZIP or PDF. Nothing of it is kept. Raises BundleRefused."""
    ports = work.ports
    reading = check_bundle(
        content, roots=ports.config.trust_roots, now=work.now, may_be_unconfined=ports.config.takes_files_unconfined
    )
    own = _find_own_fingerprint(ports)
    return BundleReport(
        reading=reading,
        dates=tuple(_check_date(clock, reading, ports) for clock in reading.clocks),
        is_ours=reading.signature.fingerprint == own if reading.signature and own else None,
        history=_find_entry(work, reading.history_digest),
    )


def _find_own_fingerprint(ports: Ports) -> str | None:
    """SHA-256 of the certificate that this portal signs with; None where it has signed nothing yet."""
    try:
        return fingerprint_of(ports.config.signing_key_file.read_bytes())
    except (OSError, ValueError):
        return None


def _check_date(clock: WrittenClock, reading: BundleReading, ports: Ports) -> CheckedDate:
    regime = ports.registry.regimes.get(clock.regime)
    rule = find_rule(regime, clock.rule, clock.started_at, ZoneInfo("UTC")) if regime else None
    if regime is None or rule is None or not _is_counted_alike(rule, clock):
        return CheckedDate(clock=clock, state=DateState.UNKNOWN, counted="", has_other_record=True)
    platforms = ports.registry.platforms.values()
    platform = next((each for each in platforms if each.name == reading.party), None)
    place = place_of_platform(regime, platform, reading.country or None)
    try:
        due = due_at(rule, clock.started_at, calendar=place.calendar, zone=place.zone)
    except UncountablePeriod:
        return CheckedDate(clock=clock, state=DateState.UNKNOWN, counted="", has_other_record=False)
    is_same = due.due_at == clock.due_at and due.last_day == clock.last_day
    other = DateState.LONGER if clock.is_extended or rule.pauses else DateState.DIFFERS
    return CheckedDate(
        clock=clock,
        state=DateState.SAME if is_same else other,
        counted=due.last_day.isoformat() if due.last_day else due.due_at.isoformat(),
        has_other_record=regime.version != clock.version,
    )


def _is_counted_alike(rule: Rule, clock: WrittenClock) -> bool:
    return (rule.amount, rule.unit, rule.counting) == (clock.amount, clock.unit, clock.counting)


def _find_entry(work: Work, digest: str) -> HistoryState:
    """Whether some case here has that very entry in its history. Whoever asks has the digest from a file of ours."""
    if len(digest) != DIGEST_DIGITS:
        return HistoryState.NOT_TOLD
    try:
        wanted = bytes.fromhex(digest)
    except ValueError:
        return HistoryState.NOT_TOLD
    is_there = work.session.scalar(select(exists().where(Event.digest == wanted)))
    return HistoryState.KNOWN if is_there else HistoryState.UNKNOWN
