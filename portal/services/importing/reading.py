"""From the rows of a table to the cases they are: what each line says, what is wrong with it, what belongs together.

A line that cannot be read keeps its whole case back, so that no case is imported by half.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from portal.adapters.mail import BadAddress, read_address
from portal.domain.imports import (
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_NUMBER,
    LONGEST_PLACE,
    BadCell,
    Column,
    DayOrder,
    Fault,
    ImportCase,
    ImportLink,
    ImportPlace,
    Sent,
    read_age,
    read_found,
    read_sent,
    read_state,
    read_what,
    read_yes_no,
)
from portal.domain.intake import DIVIDED_COUNTRIES
from portal.domain.lifecycle import AgeBand, Depiction
from portal.domain.report import ReportedLink, YesNo
from portal.domain.tables import ReadTable
from portal.reference.platform_names import find_named
from portal.services.intake.drafts import LINK_LIMIT, as_reported, read_text
from portal.services.ports import Ports

Found = TypeVar("Found")
Placed = ImportLink | ImportPlace
NO_LINK = "No link can be read here. Write the whole address, or put the words into the columns for places."
NOTHING = "There is neither a link nor a place in words. Add one, or write threat where nothing is online yet."
TOO_MANY = f"A case holds {LINK_LIMIT} links. Give the rest another number."
TWO_AGES = "The age and the answer under 18 do not fit together. Write the right one."
_LONGEST: Mapping[Column, int] = MappingProxyType(
    {
        Column.NUMBER: LONGEST_NUMBER,
        Column.NAME: LONGEST_NAME,
        Column.PLATFORM: LONGEST_NAME,
        Column.PLACE: LONGEST_PLACE,
        Column.NOTE: LONGEST_NOTE,
        Column.TICKET: LONGEST_NAME,
    }
)


@dataclass(frozen=True, kw_only=True, repr=False)
class CountryNames:
    """Countries and their parts by how they are written, in small letters: codes, and names in the page's language."""

    countries: Mapping[str, str]
    parts: Mapping[str, Mapping[str, str]]  # by the code of the country


@dataclass(frozen=True, kw_only=True, repr=False)
class Reading:
    """What a table comes to. `cases` can be imported; the lines with faults, and the others of their cases, cannot."""

    cases: tuple[ImportCase, ...]
    faults: tuple[Fault, ...]
    left: int  # lines that are not imported
    twice: tuple[int, ...]  # lines that say again what an earlier one says

    @property
    def links(self) -> int:
        return sum(len(case.links) for case in self.cases)

    @property
    def lines(self) -> int:
        return sum(len(case.lines) for case in self.cases)

    @property
    def sent(self) -> int:
        return sum(each.sent is not None for case in self.cases for each in list_placed(case))

    @property
    def gone(self) -> int:
        return sum(each.is_gone for case in self.cases for each in list_placed(case))

    @property
    def children(self) -> int:
        return sum(case.under_18 is YesNo.YES for case in self.cases)

    @property
    def threats(self) -> int:
        return sum(case.is_threat for case in self.cases)

    def count_platforms(self) -> Counter[str]:
        """How many links and places there are by slug, domain or name of the platform."""
        links = Counter(link.platform for case in self.cases for link in case.links)
        return links + Counter(place.slug for case in self.cases for place in case.places)


def list_placed(case: ImportCase) -> Sequence[Placed]:
    """The links of a case, then its places in words."""
    return [*case.links, *case.places]


@dataclass(kw_only=True, repr=False)
class _Line:
    """One line as far as it could be read."""

    line: int
    case: ImportCase
    faults: list[Fault] = field(default_factory=list)


def read_cases(
    table: ReadTable,
    columns: Sequence[Column | None],
    order: DayOrder,
    names: CountryNames,
    *,
    today: date,
    ports: Ports,
) -> Reading:
    """Nothing is saved. Lines keep their numbers in the file."""
    reader = _Reader(columns, order, names, today, ports)
    lines = [reader.read(line, row) for line, row in zip(table.lines, table.rows, strict=True)]
    groups: dict[str, list[_Line]] = {}
    for each in lines:
        groups.setdefault(each.case.key, []).append(each)
    cases, faults, left, twice = [], [], 0, []
    for group in groups.values():
        if not group[0].case.number:  # lines without a number that are the same case are the same line
            twice += [each.line for each in group[1:]]
            group = group[:1]
        joined, found = _join(group)
        faults += found
        if found:
            left += len(group)
        else:
            cases.append(joined)
    return Reading(
        cases=tuple(cases),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        left=left,
        twice=tuple(sorted(twice)),
    )


class _Reader:
    """Reads the lines of one table."""

    def __init__(
        self, columns: Sequence[Column | None], order: DayOrder, names: CountryNames, today: date, ports: Ports
    ) -> None:
        self._places = {column: place for place, column in enumerate(columns) if column}
        self._order, self._names, self._today, self._ports = order, names, today, ports

    def read(self, line: int, row: Sequence[str]) -> _Line:
        cells = {column: row[place] for column, place in self._places.items()}
        faults: list[Fault] = [
            Fault(line=line, column=column, text=f"This is too long. At most {most:,} characters fit.")
            for column, most in _LONGEST.items()
            if len(cells.get(column, "")) > most
        ]

        def take(column: Column, read: Callable[[str], Found], default: Found) -> Found:
            try:
                return read(cells[column]) if cells.get(column) else default
            except BadCell as error:
                faults.append(Fault(line=line, column=column, text=str(error)))
                return default

        sent_on = take(Column.SENT_ON, lambda text: read_sent(text, self._today, self._order), None)
        ticket = cells.get(Column.TICKET, "")
        if ticket and not cells.get(Column.SENT_ON):
            faults.append(Fault(line=line, column=Column.SENT_ON, text="There is a ticket. Write the day it was sent."))
        state = {
            "sent": Sent(on=sent_on, ticket=ticket) if sent_on else None,
            "is_gone": take(Column.STATE, read_state, False),
            "line": line,
        }
        none: tuple[ImportLink, ...] = ()
        links = take(Column.LINK, lambda text: self._read_links(text, state), none)
        places = () if links else self._read_places(cells, state)
        not_said: tuple[Depiction | None, bool] = (None, False)
        depiction, is_threat = take(Column.WHAT, read_what, not_said)
        if not links and not places and not is_threat and not cells.get(Column.LINK):
            faults.append(Fault(line=line, column=None, text=NOTHING))
        said = take(Column.UNDER_18, read_yes_no, None)
        age = take(Column.AGE, read_age, None)
        told = (YesNo.NO if age is AgeBand.ADULT else YesNo.YES) if age else None
        if told and said in {YesNo.YES, YesNo.NO} and said is not told:
            faults.append(Fault(line=line, column=Column.AGE, text=TWO_AGES))
        country = take(Column.COUNTRY, self._read_country, "")
        case = ImportCase(
            key="",
            number=cells.get(Column.NUMBER, ""),
            lines=(line,),
            links=links,
            places=places,
            is_threat=is_threat and not links and not places,
            country=country,
            subdivision=take(Column.REGION, lambda text: self._read_part(country, text), ""),
            depiction=depiction,
            under_18=told or said,
            age=age,
            name=cells.get(Column.NAME, ""),
            email=take(Column.EMAIL, _read_mail, ""),
            notes=tuple(filter(None, [cells.get(Column.NOTE, "")])),
            found_on=take(Column.FOUND_ON, lambda text: read_found(text, self._today, self._order), None),
            found_words=cells.get(Column.FOUND_ON, ""),
        )
        return _Line(line=line, case=replace(case, key=_make_key(case, row)), faults=faults)

    def _read_links(self, text: str, state: Mapping[str, Any]) -> tuple[ImportLink, ...]:
        found = read_text(text, ports=self._ports).found.items
        if not found:
            raise BadCell(NO_LINK)
        return tuple(
            ImportLink(**{name: getattr(as_reported(link), name) for name in _OF_LINK}, text=text, **state)
            for link in found
        )

    def _read_places(self, cells: Mapping[Column, str], state: Mapping[str, Any]) -> tuple[ImportPlace, ...]:
        text, platform = cells.get(Column.PLACE, ""), cells.get(Column.PLATFORM, "")
        if not text or cells.get(Column.LINK):
            return ()
        platform = platform or text.partition(":")[0][:LONGEST_NAME]
        slug = find_named(platform, self._ports.registry.platforms) or platform
        return (ImportPlace(platform=platform, text=text, slug=slug, **state),)

    def _read_country(self, text: str) -> str:
        code = self._names.countries.get(text.casefold())
        if code is None:
            raise BadCell("This country is not known. Write its name, or its two letters such as NZ.")
        return code

    def _read_part(self, country: str, text: str) -> str:
        """A part changes the law in some countries only; elsewhere it is not asked, and so not kept."""
        if country not in DIVIDED_COUNTRIES:
            return ""
        code = self._names.parts.get(country, {}).get(text.casefold().removeprefix(f"{country.casefold()}-"))
        if code is None:
            raise BadCell("This part of the country is not known. Write its name or its letters, such as NSW.")
        return code


_OF_LINK = tuple(ReportedLink.__dataclass_fields__)


def _read_mail(text: str) -> str:
    try:
        return read_address(text)
    except BadAddress as error:
        raise BadCell("This is no e-mail address. Check it, or empty the cell.") from error


def _make_key(case: ImportCase, row: Sequence[str]) -> str:
    """By the own number; without one by where it is and whose it is, so that a new note makes no new case. A line that
    has neither is known by all that stands in it.
    """
    if case.number:
        return json.dumps(["number", " ".join(case.number.casefold().split())])
    where = [link.url for link in case.links] + [[place.slug, place.text] for place in case.places]
    whose = [case.name.casefold(), case.email.casefold()]
    return json.dumps(["line", sorted(map(json.dumps, where)), *whose] if where else ["line", *row])


# What can stand once in a case, whatever the line.
_ONCE: Mapping[str, Column] = MappingProxyType(
    {
        "country": Column.COUNTRY,
        "subdivision": Column.REGION,
        "depiction": Column.WHAT,
        "under_18": Column.UNDER_18,
        "age": Column.AGE,
        "name": Column.NAME,
        "email": Column.EMAIL,
    }
)


def _join(group: Sequence[_Line]) -> tuple[ImportCase, list[Fault]]:
    """The case that some lines are together, and what is wrong with them."""
    faults = [fault for each in group for fault in each.faults]
    joined: dict[str, Any] = {}
    for name, column in _ONCE.items():
        said = [(each.line, getattr(each.case, name)) for each in group if getattr(each.case, name)]
        joined[name] = said[0][1] if said else getattr(group[0].case, name)
        faults += [
            Fault(line=line, column=column, text=f"Line {said[0][0]} of the same case says something else. Write one.")
            for line, value in said[1:]
            if value != said[0][1]
        ]
    links = {link.url: link for each in reversed(group) for link in reversed(each.case.links)}
    places = {(place.slug, place.text): place for each in reversed(group) for place in reversed(each.case.places)}
    found = [each.case for each in group if each.case.found_on]
    first = min(found, key=lambda case: case.found_on or date.max, default=group[0].case)
    case = ImportCase(
        key=group[0].case.key,
        number=group[0].case.number,
        lines=tuple(each.line for each in group),
        links=tuple(reversed(links.values())),
        places=tuple(reversed(places.values())),
        is_threat=not links and not places,
        notes=tuple(dict.fromkeys(note for each in group for note in each.case.notes)),
        found_on=first.found_on,
        found_words=first.found_words,
        **joined,
    )
    return case, [*faults, *_check_joined(case)]


def _check_joined(case: ImportCase) -> Iterator[Fault]:
    if len(case.links) > LINK_LIMIT:
        line = case.links[LINK_LIMIT].line
        yield Fault(
            line=line, column=Column.LINK, text=f"A case holds {LINK_LIMIT} links. Give the rest another number."
        )
    for platform in {place.slug for place in case.places}:
        sent = {place.sent for place in case.places if place.slug == platform}
        if len(sent) > 1:
            line = next(place.line for place in case.places if place.slug == platform)
            text = "Places in words on one platform were sent on different days. Give them different case numbers."
            yield Fault(line=line, column=Column.SENT_ON, text=text)
