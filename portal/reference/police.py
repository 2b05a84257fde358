"""Loads what can be reported to the police: one file for each country with its parts, or for a union."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.domain.police import Crime, DoorKind, PoliceDoor, PoliceRecord
from portal.domain.regimes import Confidence, Source
from portal.reference.strict import BadReference, build, read_yaml

_NUMBER = re.compile(r"\+?[0-9][0-9 -]*")


@dataclass(frozen=True, kw_only=True)
class PoliceFile:
    """The form of one file."""

    police: tuple[PoliceRecord, ...]


def load_police(*folders: Path) -> Mapping[str, PoliceRecord]:
    """All records by jurisdiction, in the order of the files; a later folder's win. Raises BadReference."""
    found: dict[str, PoliceRecord] = {}
    for folder in folders:
        found |= _read_folder(folder)
    return found


def _read_folder(folder: Path) -> dict[str, PoliceRecord]:
    found: dict[str, PoliceRecord] = {}
    for path in sorted(folder.glob("*.yaml")):
        for record in build(read_yaml(path), PoliceFile, where=path.name).police:
            if record.jurisdiction.partition("-")[0].lower() != path.stem:
                raise BadReference(f"{path.name}: {record.id} belongs to {record.jurisdiction}")
            if record.jurisdiction in found:
                raise BadReference(f"{path.name}: {record.jurisdiction} has two records")
            for fault in find_police_faults(record):
                raise BadReference(f"{path.name}: {record.id}: {fault}")
            found[record.jurisdiction] = record
    return found


def find_police_faults(record: PoliceRecord) -> Iterator[str]:
    """What a record says that cannot be, one line each."""
    known = {source.key: source for source in record.sources}
    if record.id != f"police-{record.jurisdiction.lower()}":
        yield f"the id of {record.jurisdiction} is police-{record.jurisdiction.lower()}"
    if len(known) < len(record.sources):
        yield "a source key stands twice"
    if not record.crimes and not record.doors:
        yield "it names neither a crime nor a way to the police"
    keys = [crime.key for crime in record.crimes]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield f"crime {key} stands twice"
    for crime in record.crimes:
        yield from _find_crime_faults(crime)
        yield from _find_bearing_faults(f"crime {crime.key}", crime.confidence, crime.sources, known)
    for door in record.doors:
        yield from _find_door_faults(door)
        yield from _find_bearing_faults(f"{door.kind} {door.address}", door.confidence, door.sources, known)


def _find_crime_faults(crime: Crime) -> Iterator[str]:
    if not crime.acts:
        yield f"crime {crime.key} is for no act"
    if crime.in_force_from and crime.in_force_until and crime.in_force_until < crime.in_force_from:
        yield f"crime {crime.key} ends before it begins"


def _find_door_faults(door: PoliceDoor) -> Iterator[str]:
    if door.kind in {DoorKind.EMERGENCY, DoorKind.PHONE}:
        if not _NUMBER.fullmatch(door.address):
            yield f"{door.address!r} is no number that a phone can call"
    elif not urlsplit(door.address).hostname or urlsplit(door.address).scheme != "https":
        yield f"{door.address!r} is no address on the web"


def _find_bearing_faults(
    place: str, confidence: Confidence, keys: Sequence[str], known: Mapping[str, Source]
) -> Iterator[str]:
    """A fact rests on sources that are there; a high one on an official text that was opened."""
    if not keys and confidence is not Confidence.MEMORY:
        yield f"{place} names no source, so it can only be from memory"
    for key in keys:
        if key not in known:
            yield f"{place} rests on the unknown source {key!r}"
    if confidence is Confidence.HIGH and not any(known[key].is_official_text for key in keys if key in known):
        yield f"{place} is graded high, and rests on no official text that was opened"
