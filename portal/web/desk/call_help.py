"""Whom to call for somebody in danger, in their country: the emergency number and those who listen."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.police import PoliceDoor
from portal.services.law.police import find_police
from portal.web.helplines import Helpline, helplines_near
from portal.web.unit_of_work import unit


@dataclass(frozen=True, kw_only=True)
class CallHelp:
    """`emergency` is empty where the country is not known, or no source names its number."""

    emergency: PoliceDoor | None
    lines: tuple[Helpline, ...]


def find_help(country: str | None, subdivision: str | None, *, is_child: bool) -> CallHelp:
    """Nothing is asked of the database: the records alone know it."""
    registry, known = unit().ports.registry, country or ""
    on = unit().config.day_at(unit().now)
    emergency = find_police(known, subdivision, registry, on=on).emergency if known else None
    return CallHelp(emergency=emergency, lines=helplines_near(registry.regulators, known, is_child=is_child))
