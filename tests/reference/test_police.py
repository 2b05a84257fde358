"""What can be reported to the police: every record is sound, and a slip in one is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from portal.domain.police import Act, Crime, DoorKind, PoliceDoor, PoliceRecord
from portal.domain.regimes import Certainty, Confidence, Source
from portal.reference.audit import find_gaps
from portal.reference.police import find_police_faults, load_police
from portal.reference.registry import load_registry
from portal.reference.strict import BadReference

REGISTRY = load_registry()
SOURCE = Source(key="code", url="https://law.example/191", official=True, seen_on=date(2026, 11, 30), supports="All.")
CRIME = Crime(
    key="show",
    acts=(Act.PUBLICATION,),
    citation="Criminal Code, s 1",
    summary="It is a crime to show it.",
    made_images=Certainty.MAYBE,
    confidence=Confidence.HIGH,
    sources=("code",),
)
DOOR = PoliceDoor(kind=DoorKind.EMERGENCY, name="Police", address="112", confidence=Confidence.HIGH, sources=("code",))
RECORD = PoliceRecord(
    id="police-xx", jurisdiction="XX", crimes=(CRIME,), doors=(DOOR,), sources=(SOURCE,), version="2026-11-30.1"
)


def list_gaps(record: PoliceRecord) -> list[str]:
    """What is said of a record where there is no other."""
    registry = replace(REGISTRY, regimes=MappingProxyType({}))
    vars(registry).update(platforms={}, regulators={}, police={record.jurisdiction: record})
    return [gap for gap in find_gaps(registry) if gap.startswith(f"{record.id}: ")]


def test_a_sound_record_has_no_faults() -> None:
    assert list(find_police_faults(RECORD)) == []
    assert list_gaps(RECORD) == []


FAULTS: Iterable[tuple[PoliceRecord, str]] = (
    (replace(RECORD, id="police-yy"), "the id of XX is police-xx"),
    (replace(RECORD, crimes=(), doors=()), "neither a crime nor a way"),
    (replace(RECORD, crimes=(CRIME, CRIME)), "crime show stands twice"),
    (replace(RECORD, crimes=(replace(CRIME, acts=()),)), "is for no act"),
    (replace(RECORD, crimes=(replace(CRIME, sources=()),)), "names no source"),
    (replace(RECORD, crimes=(replace(CRIME, sources=("other",)),)), "unknown source 'other'"),
    (replace(RECORD, sources=(replace(SOURCE, official=False),)), "rests on no official text that was opened"),
    (replace(RECORD, sources=(replace(SOURCE, opened=False),)), "rests on no official text that was opened"),
    (replace(RECORD, doors=(replace(DOOR, address="call us"),)), "is no number that a phone can call"),
    (replace(RECORD, doors=(replace(DOOR, kind=DoorKind.FORM),)), "'112' is no address on the web"),
    (
        replace(
            RECORD,
            crimes=(replace(CRIME, in_force_from=date(2026, 2, 1), in_force_until=date(2026, 1, 1)),),
        ),
        "ends before it begins",
    ),
)


@pytest.mark.parametrize(("record", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_a_record_that_cannot_be_is_named(record: PoliceRecord, fault: str) -> None:
    assert any(fault in found for found in find_police_faults(record))


@pytest.mark.parametrize(
    "url", ["https://www.smith-lawyers.com/x", "https://www.mondaq.com/1", "https://citynews.example/2"]
)
def test_a_law_firm_or_the_press_alone_bears_no_more_than_a_low_grade(url: str) -> None:
    source = replace(SOURCE, url=url, official=False)
    medium = replace(RECORD, crimes=(replace(CRIME, confidence=Confidence.MEDIUM),), doors=(), sources=(source,))
    assert any("only law firms or the press" in gap for gap in list_gaps(medium))
    low = replace(medium, crimes=(replace(CRIME, confidence=Confidence.LOW),))
    assert any("rests on law firms alone" in gap for gap in list_gaps(low)) is ("news" not in url)
    off = replace(medium, crimes=(replace(CRIME, confidence=Confidence.MEMORY, sources=()),))
    assert list_gaps(off) == []


def test_a_bare_address_and_words_for_the_makers_are_gaps() -> None:
    bare = replace(RECORD, sources=(replace(SOURCE, url="http://185.232.52.101/law"),))
    assert any("bare address" in gap for gap in list_gaps(bare))
    noted = replace(RECORD, crimes=(replace(CRIME, note="Check before use."),))
    assert any("words for its makers" in gap for gap in list_gaps(noted))


def test_a_file_of_another_country_stops_the_start(tmp_path: Path) -> None:
    folder = Path(load_police.__code__.co_filename).parent / "police"
    (tmp_path / "yy.yaml").write_text((folder / "pl.yaml").read_text("utf-8"), "utf-8")
    with pytest.raises(BadReference, match="belongs to PL"):
        load_police(tmp_path)


def test_an_own_record_stands_in_for_ours(tmp_path: Path) -> None:
    folder = Path(load_police.__code__.co_filename).parent / "police"
    text = (folder / "pl.yaml").read_text("utf-8").replace("kk-191a", "own")
    (tmp_path / "pl.yaml").write_text(text, "utf-8")
    assert [crime.key for crime in load_police(folder, tmp_path)["PL"].crimes] == ["own"]


DATED = [
    pytest.param(crime, id=f"{record.id}-{crime.key}")
    for record in REGISTRY.police.values()
    for crime in record.crimes
    if crime.in_force_from
]


@pytest.mark.parametrize("crime", DATED)
def test_a_crime_is_law_on_its_first_day_and_not_the_day_before(crime: Crime) -> None:
    assert crime.in_force_from is not None
    assert [crime.is_in_force_on(crime.in_force_from + timedelta(days)) for days in (-1, 0, 1)] == [False, True, True]
