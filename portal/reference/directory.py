"""Loads the directory: one file per platform, one per country's authorities.

A record that is not in the product's form stops the start. So do two records that claim the same id or host, because
then a link would be named after whichever file happened to be read last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portal.domain.directory import Platform
from portal.domain.platform_hosts import is_safe_pattern, list_hosts
from portal.domain.regulators import Regulator
from portal.reference.strict import BadReference, build, read_yaml

# Lower case and ASCII; `*` and `#` as `HostIndex` reads them.
_HOST = re.compile(r"[a-z0-9*#-]+(\.[a-z0-9*#-]+)+")


@dataclass(frozen=True, kw_only=True)
class RegulatorFile:
    """The form of one file of authorities."""

    regulators: tuple[Regulator, ...]


def load_platforms(*folders: Path) -> Mapping[str, Platform]:
    """All platforms in the order of their slugs; a later folder's win. Raises BadReference with file and fault."""
    platforms: dict[str, Platform] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        platform = build(read_yaml(path), Platform, where=path.name)
        if platform.slug != path.stem:
            raise BadReference(f"{path.name}: the slug {platform.slug!r} is not the file's name")
        platforms[platform.slug] = platform
    _refuse_double_hosts(platforms.values())
    return dict(sorted(platforms.items()))


def load_regulators(*folders: Path) -> Mapping[str, Regulator]:
    """All authorities by id, in the order of files and of records; a later folder's win. Raises BadReference."""
    regulators: dict[str, Regulator] = {}
    for folder in folders:
        regulators |= _read_regulators(folder)
    return regulators


def _read_regulators(folder: Path) -> dict[str, Regulator]:
    regulators: dict[str, Regulator] = {}
    for regulator, path in _read_countries(folder):
        if regulator.country.lower() != path.stem:
            raise BadReference(f"{path.name}: {regulator.id} belongs to {regulator.country}")
        if regulator.id in regulators:
            raise BadReference(f"{path.name}: the id {regulator.id} is used twice")
        regulators[regulator.id] = regulator
    return regulators


def _read_countries(folder: Path) -> Iterator[tuple[Regulator, Path]]:
    for path in sorted(folder.glob("*.yaml")):
        for regulator in build(read_yaml(path), RegulatorFile, where=path.name).regulators:
            yield regulator, path


def _refuse_double_hosts(platforms: Iterable[Platform]) -> None:
    owners: dict[str, str] = {}
    for platform in platforms:
        for host in list_hosts(platform):
            if not _HOST.fullmatch(host) or not is_safe_pattern(host):
                raise BadReference(f"{platform.slug}.yaml: {host!r} is not a host name that one owner can have")
            if host in owners:
                raise BadReference(f"{platform.slug}.yaml: the host {host} already belongs to {owners[host]}")
            owners[host] = platform.slug
