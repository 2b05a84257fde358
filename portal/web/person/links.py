"""The page of links: adding what was pasted, taking one out, putting away what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from portal.domain.report import Rejected, Report, ReportedLink
from portal.reference.registry import Registry
from portal.services import intake
from portal.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class PlatformLinks:
    """The links on one platform, in the order they were given."""

    name: str
    is_known: bool
    links: tuple[ReportedLink, ...]


def change_links(report: Report, typed: Mapping[str, str], *, ports: Ports) -> tuple[Report, bool]:
    """The report after what was asked for, and whether the page has to be shown again."""
    if "remove" in typed:
        return intake.remove_link(report, typed["remove"]), True
    if "dismiss" in typed:
        return _put_away(report, typed["dismiss"]), True
    text = typed.get("pasted", "")
    if not text.strip():
        return report, "add" in typed
    after = intake.add_links(report, text, ports=ports)
    return replace(after, rejected=_join(report.rejected, after.rejected)), True


def group_links(report: Report, registry: Registry) -> list[PlatformLinks]:
    """By platform, those with most links first."""
    ordered = sorted(report.links, key=lambda link: link.platform)
    groups = [(slug, tuple(links)) for slug, links in groupby(ordered, key=lambda link: link.platform)]
    known = registry.platforms
    named = [
        PlatformLinks(name=known[slug].name if slug in known else slug, is_known=slug in known, links=links)
        for slug, links in groups
    ]
    return sorted(named, key=lambda one: (-len(one.links), one.name.lower()))


def _put_away(report: Report, which: str) -> Report:
    """Without one of the rejected texts, by its place, or without all. What was pasted is kept as it came."""
    if which == "all":
        return replace(report, rejected=())
    place = int(which) if which.isascii() and which.isdigit() and len(which) < 6 else -1
    return replace(report, rejected=tuple(one for index, one in enumerate(report.rejected) if index != place))


def _join(before: tuple[Rejected, ...], fresh: tuple[Rejected, ...]) -> tuple[Rejected, ...]:
    """What was not understood earlier stays until it is put away; the same text is shown once."""
    return tuple({one.text: one for one in (*before, *fresh)}.values())
