"""What somebody can report to the police where they live, what to bring and what to keep. Needs no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.domain.police import Act, Crime, DoorKind, PoliceDoor, PoliceRecord
from portal.domain.regimes import Confidence, Source
from portal.domain.territories import is_within
from portal.domain.wording import Sentence, format_sentence
from portal.reference.registry import Registry
from portal.reference.territories import find_territory

# What every police asks about. A picture is nowhere on it: whoever wants to see one says so.
BRING = (
    format_sentence("Something that shows who you are, if you have it."),
    format_sentence("The names, accounts, phone numbers and links you know."),
    format_sentence("The messages, with day and time. Screenshots are fine."),
    format_sentence("A short list of what happened, in order. Your case page can print it for you."),
    format_sentence("If you paid: when, how much, and to which account."),
)
KEEP = (
    format_sentence("Keep the whole chat. Don’t delete it, even after you block the account."),
    format_sentence("Keep the links, and note the day you saw each one."),
    format_sentence("Keep the number that the police give your report. Sites and banks ask for it."),
    format_sentence("If the person in the picture was under 18, don’t copy or send the picture. Show the link only."),
)


@dataclass(frozen=True, kw_only=True)
class ReportableCrime:
    """A crime as a page shows it: `place` is the code of the country or part whose law it is."""

    place: str
    crime: Crime
    sources: tuple[Source, ...]


@dataclass(frozen=True, kw_only=True)
class PoliceHelp:
    """All of it for one place. `crimes` is empty where nobody saw one in a source; the lists hold everywhere."""

    emergency: PoliceDoor | None
    doors: tuple[PoliceDoor, ...]
    crimes: tuple[ReportableCrime, ...]
    bring: tuple[Sentence, ...]
    keep: tuple[Sentence, ...]
    notes: tuple[str, ...]

    @property
    def needs_no_link(self) -> bool:
        """Whether a threat is a crime there, though nothing is online yet."""
        return any({Act.THREAT, Act.EXTORTION} & set(each.crime.acts) for each in self.crimes)


def find_police(
    country: str, subdivision: str | None, registry: Registry, *, on: date, acts: frozenset[Act] | None = None
) -> PoliceHelp:
    """The police and the crimes of a place: of the part first, then of the country, then of its union.

    `acts` leaves out crimes that none of these acts is. What rests on memory is left out always.
    """
    records = tuple(_list_records(country, subdivision, registry))
    doors = [door for record in records for door in record.doors if door.confidence is not Confidence.MEMORY]
    emergency = next((door for door in doors if door.kind is DoorKind.EMERGENCY), None)
    crimes = (each for record in records for each in _list_crimes(record, on))
    return PoliceHelp(
        emergency=emergency,
        doors=tuple(door for door in doors if door.kind is not DoorKind.EMERGENCY),
        crimes=tuple(each for each in crimes if acts is None or acts & set(each.crime.acts)),
        bring=(*BRING, *(format_sentence(text.replace("%", "%%")) for record in records for text in record.bring)),
        keep=(*KEEP, *(format_sentence(text.replace("%", "%%")) for record in records for text in record.keep)),
        notes=tuple(record.note for record in records if record.note),
    )


def _list_records(country: str, subdivision: str | None, registry: Registry) -> Iterator[PoliceRecord]:
    """A territory where the law of its state applies of right has the state's, unless it has one of its own."""
    part = f"{country}-{subdivision.removeprefix(f'{country}-')}" if subdivision else None
    if part is not None and part in registry.police:
        yield registry.police[part]
    territory = find_territory(country)
    state = territory.state if territory is not None and territory.of_right else country
    own = registry.police.get(country) or registry.police.get(state)
    if own is not None:
        yield own
    for jurisdiction, record in registry.police.items():
        if jurisdiction != country and "-" not in jurisdiction and is_within(country, None, jurisdiction):
            yield record


def _list_crimes(record: PoliceRecord, on: date) -> Iterator[ReportableCrime]:
    known = {source.key: source for source in record.sources}
    for crime in record.crimes:
        if crime.confidence is not Confidence.MEMORY and crime.is_in_force_on(on):
            sources = tuple(known[key] for key in crime.sources)
            yield ReportableCrime(place=record.jurisdiction, crime=crime, sources=sources)
