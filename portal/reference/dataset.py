"""All facts as files to take away: one JSON with its schema, tables as CSV, a description of them, and digests.

Made once for each process, when somebody first asks. The same records give the same bytes, so the digest of a file
names what is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from portal.domain.csv_text import write_csv
from portal.domain.directory import Platform
from portal.domain.regimes import Regime
from portal.domain.regulators import Regulator
from portal.reference.record_history import FORMS, RecordChange, find_version, list_changes, order_of, pack, version_of
from portal.reference.registry import Registry, load_registry

LICENCE = "CC0-1.0"
CREDITS = (
    "Postal and privacy contacts of companies partly from datenanfragen/data (CC0 1.0).",
    "Facts on policies partly from copies kept by Open Terms Archive, made available under ODC-By 1.0.",
)
STATEMENT = f"""The facts in these files, as far as rights in them are ours, are in the public domain: {LICENCE}
https://creativecommons.org/publicdomain/zero/1.0/

Credit that others ask for, to be passed on:
{chr(10).join(f"- {credit}" for credit in CREDITS)}

Given as they are. Not legal advice, and nobody vouches for them. Left out or empty means unknown, never "no".
"""


@dataclass(frozen=True)
class DataFile:
    """One file. `digest` is its SHA-256 in hex."""

    name: str
    media: str
    about: str
    content: bytes

    @property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class About:
    """What holds for the whole file. `version` is that of the record that changed last."""

    licence: str
    credits: tuple[str, ...]
    notice: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Everything in one file."""

    about: About
    laws: tuple[Regime, ...]
    platforms: tuple[Platform, ...]
    authorities: tuple[Regulator, ...]


@dataclass(frozen=True)
class DatasetColumn:
    """A column of a table: its name, its type (`string`, `integer`, `boolean`, `date`), and its value in a row."""

    name: str
    type: str
    read: Callable[[Any], Any]


@dataclass(frozen=True)
class DatasetTable:
    """A table: rows are tuples of what its columns read from."""

    name: str
    about: str
    columns: Sequence[DatasetColumn]
    rows: Callable[[Registry], Iterable[Any]]


def list_files(registry: Registry) -> Mapping[str, DataFile]:
    """Every file by its name."""
    return _make_files(registry.folders)


@cache
def _make_files(folders: tuple[Path, ...]) -> Mapping[str, DataFile]:
    registry = load_registry(folders[1] if len(folders) > 1 else None)
    files = [
        DataFile("facts.json", "application/json", "Everything in one file", _make_json(registry)),
        DataFile("facts.schema.json", "application/schema+json", "The form of facts.json", _make_schema()),
        *(DataFile(f"{each.name}.csv", "text/csv", each.about, make_csv(each, registry)) for each in TABLES),
    ]
    files.append(DataFile("datapackage.json", "application/json", "What the tables hold", _describe(files)))
    files.append(DataFile("LICENCE.txt", "text/plain", "The licence of the facts", STATEMENT.encode()))
    sums = "".join(f"{each.digest}  {each.name}\n" for each in files)
    files.append(DataFile("SHA256SUMS", "text/plain", "The digest of every file", sums.encode()))
    return MappingProxyType({each.name: each for each in files})


def _make_json(registry: Registry) -> bytes:
    versions = (*(regime.version for regime in registry.regimes.values()), *(each.version for each in list_changes()))
    version = max(versions, key=order_of)
    notice = "Not legal advice. Left out or null means unknown, never no."
    whole = Dataset(
        about=About(licence=LICENCE, credits=CREDITS, notice=notice, version=version),
        laws=tuple(registry.regimes.values()),
        platforms=tuple(registry.platforms.values()),
        authorities=tuple(registry.regulators.values()),
    )
    return msgspec.json.encode(whole) + b"\n"


def _make_schema() -> bytes:
    """JSON Schema 2020-12, made from the classes that the records are read into, so that it cannot disagree."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Laws, platforms and authorities about non-consensual intimate imagery",
        **msgspec.json.schema(Dataset),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n"


def make_csv(table: DatasetTable, registry: Registry) -> bytes:
    return write_csv(
        (column.name for column in table.columns),
        ((column.read(row) for column in table.columns) for row in table.rows(registry)),
    )


def _describe(files: Sequence[DataFile]) -> bytes:
    """A data package (frictionlessdata.io): each file with its size and digest, each table with its columns."""
    tables = {f"{table.name}.csv": table for table in TABLES}
    resources = []
    for file in files:
        resource: dict[str, Any] = {
            "name": file.name.partition(".")[0] if file.name in tables else file.name.replace(".", "-"),
            "path": file.name,
            "title": file.about,
            "mediatype": file.media,
            "encoding": "utf-8",
            "bytes": len(file.content),
            "hash": f"sha256:{file.digest}",
        }
        if file.name in tables:
            fields = [{"name": column.name, "type": column.type} for column in tables[file.name].columns]
            resource["schema"] = {"fields": fields, "missingValues": [""]}
        resources.append(resource)
    package = {
        "name": "laws-platforms-authorities",
        "title": "Laws, platforms and authorities about non-consensual intimate imagery",
        "licenses": [{"name": LICENCE, "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "contributors": [{"title": credit, "role": "contributor"} for credit in CREDITS],
        "resources": resources,
    }
    return msgspec.json.format(msgspec.json.encode(package), indent=1) + b"\n"


def _columns(place: int, *named: str) -> list[DatasetColumn]:
    """Columns that read attributes of the row's part at `place`: `name`, or `name:type`."""
    return [_make_column(place, *each.partition(":")[::2]) for each in named]


def _make_column(place: int, name: str, kind: str) -> DatasetColumn:
    return DatasetColumn(name, kind or "string", lambda row: getattr(row[place], name))


_LAW_ID = DatasetColumn("law", "string", lambda row: row[0].id)
_VERSION = DatasetColumn("version", "string", lambda row: version_of(row[0]))
_PLATFORM_ID = DatasetColumn("platform", "string", lambda row: row[0].slug)


def _digest(change: RecordChange) -> str:
    """Of the record as that version has it, as JSON with its keys in order."""
    record = find_version(FORMS[change.kind], change.record, change.version)
    return sha256(msgspec.json.encode(pack(record), order="sorted")).hexdigest()


TABLES: tuple[DatasetTable, ...] = (
    DatasetTable(
        "laws",
        "Laws, one a row",
        _columns(
            0,
            *("id", "name", "native_name", "citation", "jurisdictions", "kind", "status", "in_force_from:date"),
            *("in_force_until:date", "offered:boolean", "confidence", "summary", "obliged", "in_place_of", "version"),
        ),
        lambda registry: ((law,) for law in registry.regimes.values()),
    ),
    DatasetTable(
        "clocks",
        "Times that laws set, one a row",
        [
            _LAW_ID,
            *_columns(
                1,
                *("id", "label", "owed_by", "binding", "trigger", "amount:integer", "unit", "counting", "standard"),
                *("in_force_from:date", "in_force_until:date", "confidence", "sources"),
            ),
        ],
        lambda registry: ((law, rule) for law in registry.regimes.values() for rule in law.rules),
    ),
    DatasetTable(
        "elements",
        "What a letter has to contain, one a row",
        [_LAW_ID, *_columns(1, "key", "label", "when", "confidence", "sources")],
        lambda registry: ((law, element) for law in registry.regimes.values() for element in law.elements),
    ),
    DatasetTable(
        "steps",
        "Next steps that laws open, one a row, in their order",
        [
            _LAW_ID,
            *_columns(1, "body", "regulator", "regime", "opens", "closes", "answers_within", "confidence", "sources"),
        ],
        lambda registry: ((law, step) for law in registry.regimes.values() for step in law.escalation),
    ),
    DatasetTable(
        "sources",
        "Where facts about laws were read, one a row",
        [_LAW_ID, *_columns(1, "key", "url", "official:boolean", "opened:boolean", "seen_on:date", "supports")],
        lambda registry: ((law, source) for law in registry.regimes.values() for source in law.sources),
    ),
    DatasetTable(
        "platforms",
        "Platforms, one a row",
        [
            *_columns(
                0,
                *("slug", "name", "category", "hosts", "legal_entity", "seat_country", "establishments", "confidence"),
                *("compiled_on:date", "sources"),
            ),
            _VERSION,
        ],
        lambda registry: ((platform,) for platform in registry.platforms.values()),
    ),
    DatasetTable(
        "channels",
        "Ways to reach platforms, one a row",
        [_PLATFORM_ID, *_columns(1, "kind", "address", "countries", "confidence", "source", "checked_on:date")],
        lambda registry: ((one, channel) for one in registry.platforms.values() for channel in one.channels),
    ),
    DatasetTable(
        "authorities",
        "Authorities and help services, one a row",
        [
            *_columns(
                0,
                *("id", "name", "native_name", "country", "subdivision", "kind", "role", "audience", "website"),
                *("complaint_url", "email", "phone", "hours", "postal_address", "languages"),
                *("takes_complaints:boolean", "joint_statement_signatory:boolean", "confidence", "checked_on:date"),
                *("compiled_on:date", "sources"),
            ),
            _VERSION,
        ],
        lambda registry: ((body,) for body in registry.regulators.values()),
    ),
    DatasetTable(
        "versions",
        "Every version of every record, newest first, with the SHA-256 of the whole record as it was",
        [
            *_columns(0, "kind", "record", "version", "name", "is_first:boolean", "fields", "note"),
            DatasetColumn("sha256", "string", lambda row: _digest(row[0])),
        ],
        lambda _registry: ((change,) for change in list_changes()),
    ),
)
