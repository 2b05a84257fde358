"""The page of links: adding what was pasted, taking one out, putting away what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from portal.adapters.links.hosts import ShownBack
from portal.domain.paging import ListPart, cut
from portal.domain.report import RejectedText, Report, ReportedLink
from portal.reference.registry import Registry
from portal.services.intake import drafts
from portal.services.intake.drafts import ReadText
from portal.services.ports import Ports


@dataclass(frozen=True, kw_only=True)
class PlatformLinks:
    """The links on one platform with their numbers in the report; `total` counts those on other pages too."""

    name: str
    total: int
    links: tuple[tuple[int, ReportedLink], ...]

    @property
    def has_news(self) -> bool:
        """Whether something is to be said of one of them."""
        return any(link.told or link.given for _number, link in self.links)


Change = Callable[[Report], Report]


@dataclass(frozen=True)
class LinksChange:
    """What was asked for on the page. `only_adds`: it fits whatever was changed in another tab."""

    apply: Change
    only_adds: bool


def read_change(typed: Mapping[str, str], *, ports: Ports) -> LinksChange | None:
    """What is to be done to the report's links before the page is shown again; None where it is time to go on.

    What was pasted is read here, which can take a moment.
    """
    if "remove" in typed:
        return LinksChange(lambda report: _remove(report, typed["remove"]), only_adds=False)
    if "dismiss" in typed:
        return LinksChange(lambda report: _dismiss(report, typed["dismiss"]), only_adds=False)
    text = typed.get("pasted", "")
    if not text.strip():
        return None
    read = drafts.read_text(text, ports=ports)
    return LinksChange(lambda report: _add(report, read), only_adds=True)


def split_rejected(
    rejected: Sequence[RejectedText],
) -> tuple[list[tuple[int, RejectedText]], list[tuple[int, RejectedText]]]:
    """What is to be looked at again, and words that were only typed beside the links; each with its place."""
    placed = list(enumerate(rejected))
    words = [(place, one) for place, one in placed if one.why == ShownBack.NO_LINK.value]
    return [(place, one) for place, one in placed if one.why != ShownBack.NO_LINK.value], words


def group_links(report: Report, registry: Registry) -> list[PlatformLinks]:
    """By platform, those with most links first."""
    numbered: dict[str, list[tuple[int, ReportedLink]]] = {}
    for number, link in enumerate(report.links, start=1):
        numbered.setdefault(link.platform, []).append((number, link))
    known = registry.platforms
    named = [
        PlatformLinks(name=known[slug].name if slug in known else slug, total=len(links), links=tuple(links))
        for slug, links in numbered.items()
    ]
    return sorted(named, key=lambda one: (-one.total, one.name.lower()))


def cut_links(groups: Sequence[PlatformLinks], page: int, size: int) -> ListPart[PlatformLinks]:
    """One page of the links, still by platform; each platform keeps the number of all its links."""
    flat = [(group, row) for group in groups for row in group.links]
    part = cut(flat, page, size)
    rows = [
        replace(group, links=tuple(row for owner, row in part.rows if owner is group))
        for group in groups
        if any(owner is group for owner, _row in part.rows)
    ]
    return ListPart(rows=rows, page=part.page, pages=part.pages, total=part.total, first=part.first)


def _add(report: Report, read: ReadText) -> Report:
    after = drafts.add_read_links(report, read)
    return replace(after, rejected=_join(report.rejected, after.rejected))


def _remove(report: Report, number: str) -> Report:
    """Without the link of that number, counted from one."""
    place = _read_number(number) - 1
    return drafts.remove_link(report, report.links[place].url) if 0 <= place < len(report.links) else report


def _read_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _dismiss(report: Report, which: str) -> Report:
    """Without one of the rejected texts, by its place, or without all. What was pasted is kept as it came."""
    if which == "all":
        return replace(report, rejected=())
    place = _read_number(which)
    return replace(report, rejected=tuple(one for index, one in enumerate(report.rejected) if index != place))


def _join(before: tuple[RejectedText, ...], fresh: tuple[RejectedText, ...]) -> tuple[RejectedText, ...]:
    """What was not understood earlier stays until it is put away; the same text is shown once."""
    return tuple({one.text: one for one in (*before, *fresh)}.values())
