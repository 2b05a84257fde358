"""How a fact of the records is pointed at: an anchor that stays, and the line to cite it by.

An anchor is made from what the fact is (its key, its clock, its body), never from its place in the list, so that a new
fact above it moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TypeVar

from flask import Flask, url_for
from flask_babel import gettext as _

from portal.domain.directory import ContactChannel, Platform
from portal.domain.regimes import Element, Escalation, Regime, Rule, Source
from portal.domain.regulators import Regulator
from portal.web.filters import show_day
from portal.web.unit_of_work import unit

T = TypeVar("T", Element, Rule, Escalation, Source, ContactChannel, str)
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class CiteLine:
    """What a cite line says. A record that nobody kept, as one of an organisation's own, has a day for a version."""

    record: str
    version: str
    checked_on: date | None
    address: str  # whole, with the anchor

    @property
    def text(self) -> str:
        """The line, in the page's language."""
        values = {"record": self.record, "version": self.version, "address": self.address}
        if self.checked_on is None:
            return str(_("%(record)s. Version %(version)s, not checked since. %(address)s", **values))
        day = show_day(self.checked_on)
        return str(_("%(record)s. Version %(version)s, checked on %(day)s. %(address)s", day=day, **values))


def anchor_all(facts: Iterable[T], kind: str) -> Iterator[tuple[str, T]]:
    """Each fact with its anchor, `clock-respond`. Two that would share one are told apart by a number."""
    seen: dict[str, int] = {}
    for fact in facts:
        anchor = f"{kind}-{_name(fact)}"
        seen[anchor] = seen.get(anchor, 0) + 1
        yield (anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor]}"), fact


def cite_law(law: Regime, anchor: str = "", sources: Iterable[str] = ()) -> CiteLine:
    """A law, or a fact of it that rests on the sources of these keys. The address is that of this very version."""
    named = [source for source in law.sources if source.key in set(sources)] or law.sources
    return CiteLine(
        record=law.name,
        version=law.version,
        checked_on=max((source.seen_on for source in named), default=None),
        address=_whole(url_for("changes.show_version", regime=law.id, version=law.version), anchor),
    )


def cite_platform(
    platform: Platform, version: str | None, anchor: str = "", channel: ContactChannel | None = None
) -> CiteLine:
    """A platform, or one of its channels, in the version that was kept; without one, on its page of today."""
    if version is None:
        address = url_for("directory.platform", platform=platform.slug)
    else:
        address = url_for("directory.platform_version", platform=platform.slug, version=version)
    return CiteLine(
        record=platform.name,
        version=version or platform.compiled_on.isoformat(),
        checked_on=channel.checked_on if channel else None,
        address=_whole(address, anchor),
    )


def cite_body(body: Regulator, version: str | None) -> CiteLine:
    """An authority or a service in the version that was kept; without one, on the page of its own country and part."""
    if version is None:
        address = place_of(body)
    else:
        address = url_for("directory.authority_version", regulator=body.id, version=version)
    return CiteLine(
        record=body.name,
        version=version or body.compiled_on.isoformat(),
        checked_on=body.checked_on,
        address=_whole(address, body.id),
    )


def place_of(body: Regulator) -> str:
    """The path of the page that lists it, with those of its country and part."""
    part = body.subdivision.removeprefix(f"{body.country}-") if body.subdivision else None
    return url_for("directory.authorities", country=body.country, subdivision=part)


def init_citations(app: Flask) -> None:
    """The filters and functions of the open pages' templates."""
    app.jinja_env.filters["anchored"] = anchor_all
    app.jinja_env.globals.update(cite_law=cite_law, cite_platform=cite_platform, cite_body=cite_body)


def _whole(path: str, anchor: str) -> str:
    return f"{unit().config.base_url}{path}{f'#{anchor}' if anchor else ''}"


def _name(fact: object) -> str:
    """What the fact is, in letters, digits and dashes."""
    match fact:
        case Element() | Source():
            return _slug(fact.key)
        case Rule():
            return _slug(f"{fact.id} from {fact.in_force_from}" if fact.in_force_from else fact.id)
        case Escalation():
            return _slug(fact.regulator or fact.regime or fact.body[:40])
        case ContactChannel():
            return f"{_slug(fact.kind.value)}-{_digest(fact.address)}"
        case _:
            return _digest(str(fact))


def _slug(text: str) -> str:
    return _NO_WORD.sub("-", text.casefold()).strip("-")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
