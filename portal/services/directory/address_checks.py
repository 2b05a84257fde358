"""Keeping the directory true: what came of using an address, and what nobody has looked at for too long.

Staff say it, and whoever has sent a letter of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters.link_check import Probe
from portal.domain.directory import AUTHORITY_DAYS, PLATFORM_DAYS, AddressOutcome, ChannelKind, Platform, is_stale
from portal.domain.lifecycle import ActorKind, StepRefused
from portal.domain.regulators import Regulator, RegulatorKind
from portal.models.observations import Observation
from portal.reference.registry import Registry
from portal.services.work import Work


class UnknownAddress(StepRefused):
    """The directory has no such address of this platform or authority."""


@dataclass(frozen=True, kw_only=True)
class AddressStatus:
    """What was last seen of an address: the day it worked, and trouble that came after it."""

    worked_on: date | None = None
    trouble: AddressOutcome | None = None
    trouble_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class DirectoryAddress:
    """An address of the directory with the days that matter."""

    subject: str
    name: str
    what: str  # the kind of channel, or of authority
    address: str
    compiled_on: date
    checked_on: date | None
    days: int  # its shelf life


NOTHING_SEEN = AddressStatus()
APART = 5.0  # seconds between two questions to one host


def note_outcome(work: Work, subject: str, address: str, outcome: AddressOutcome) -> None:
    """What came of using an address today. Raises UnknownAddress."""
    known = {contact.address for contact in list_contacts(work.ports.registry) if contact.subject == subject}
    if address not in known:
        raise UnknownAddress("The directory does not have this address any more. Load the page again.")
    row = Observation(id=uuid4(), subject=subject, address=address, outcome=outcome)
    row.seen_on, row.by_person = work.ports.config.day_at(work.now), work.actor.kind is not ActorKind.STAFF
    work.session.add(row)
    work.session.flush()


def read_statuses(session: Session, subjects: Collection[str] | None = None) -> Mapping[tuple[str, str], AddressStatus]:
    """What was seen of the addresses of some platforms and authorities, or of all, by subject and address."""
    query = select(Observation)
    if subjects is not None:
        query = query.where(Observation.subject.in_(subjects))
    found: dict[tuple[str, str], AddressStatus] = {}
    for row in sorted(session.scalars(query), key=_weigh):
        before = found.get((row.subject, row.address), NOTHING_SEEN)
        if row.outcome is AddressOutcome.WORKED:
            found[row.subject, row.address] = AddressStatus(worked_on=row.seen_on)
        else:
            found[row.subject, row.address] = AddressStatus(
                worked_on=before.worked_on, trouble=row.outcome, trouble_on=row.seen_on
            )
    return found


def _weigh(row: Observation) -> tuple[date, int, UUID]:
    """By day; on one day staff's trouble is the last word. One person's trouble is none where it worked for others, so
    that nobody can talk an address away.
    """
    if row.outcome is AddressOutcome.WORKED:
        return row.seen_on, 1, row.id
    return row.seen_on, 0 if row.by_person else 2, row.id


def last_checked(checked_on: date | None, seen: AddressStatus) -> date | None:
    """The later day of the record's own check and of an address that worked."""
    return max((day for day in (checked_on, seen.worked_on) if day is not None), default=None)


def list_contacts(registry: Registry) -> Iterator[DirectoryAddress]:
    """Every address of the directory that somebody could send to."""
    for platform in registry.platforms.values():
        yield from _of_platform(platform)
    for regulator in registry.regulators.values():
        yield from _of_regulator(regulator)


def list_stale(
    registry: Registry, seen: Mapping[tuple[str, str], AddressStatus], *, on: date, days: int | None = None
) -> list[tuple[DirectoryAddress, date | None, AddressStatus]]:
    """What nobody has checked within its shelf life (or within `days`), and what was reported as not working."""
    found = []
    for contact in list_contacts(registry):
        own = seen.get((contact.subject, contact.address), NOTHING_SEEN)
        checked_on = last_checked(contact.checked_on, own)
        if own.trouble or is_stale(on, checked_on, days or contact.days):
            found.append((contact, checked_on, own))
    return found


def check_links(
    contacts: Iterable[DirectoryAddress],
    *,
    look: Callable[[str], Probe],
    clock: Callable[[], float],
    wait: Callable[[float], None],
) -> Iterator[tuple[DirectoryAddress, Probe]]:
    """Each web address once, one after the other, never the same host twice within `APART` seconds."""
    last: dict[str, float] = {}
    seen: dict[str, Probe] = {}
    for contact in contacts:
        host = urlsplit(contact.address).hostname
        if not contact.address.startswith(("https://", "http://")) or host is None:
            continue
        if contact.address not in seen:
            due = last.get(host, float("-inf")) + APART
            wait(max(0.0, due - clock()))
            seen[contact.address] = look(contact.address)
            last[host] = clock()
        yield contact, seen[contact.address]


def _of_platform(platform: Platform) -> Iterator[DirectoryAddress]:
    for channel in platform.channels:
        if channel.kind is not ChannelKind.PRIVACY_POLICY:
            yield DirectoryAddress(
                subject=platform.slug,
                name=platform.name,
                what=channel.kind.value,
                address=channel.address,
                compiled_on=platform.compiled_on,
                checked_on=channel.checked_on,
                days=PLATFORM_DAYS,
            )
    for address in platform.postal_addresses:
        yield DirectoryAddress(
            subject=platform.slug,
            name=platform.name,
            what="post",
            address="\n".join((platform.legal_entity or platform.name, *address.lines)),
            compiled_on=platform.compiled_on,
            checked_on=None,
            days=PLATFORM_DAYS,
        )


def _of_regulator(regulator: Regulator) -> Iterator[DirectoryAddress]:
    post = "\n".join(regulator.postal_address)
    kind = RegulatorKind(regulator.kind).value
    for address in dict.fromkeys(filter(None, (*regulator.forms, regulator.email, post))):
        yield DirectoryAddress(
            subject=regulator.id,
            name=regulator.name,
            what=kind,
            address=address,
            compiled_on=regulator.compiled_on,
            checked_on=regulator.checked_on,
            days=AUTHORITY_DAYS,
        )
