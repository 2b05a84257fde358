"""What a use case works with: the transaction, who acts, the moment, the ports, and the case where one is open.

One frozen value travels through the use cases as their first argument. A use case reads the clock nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

import msgspec
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.db import Base
from portal.domain.lifecycle import BEGINNINGS, NEWS, ActorKind, CaseStatus, require_open
from portal.domain.report import Report
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.history.events import NewEvent, record_all
from portal.services.ports import Actor, Ports

# Whoever is not of the team that has the case: what they do is new to it.
_BRING_NEWS = frozenset({ActorKind.PERSON, ActorKind.PARTNER, ActorKind.PLATFORM})
_REPORT = "_opened_report"  # where work on a case keeps it, beside the sealed bytes that it was opened from


@dataclass(frozen=True, kw_only=True, repr=False)
class Work:
    """One transaction, who acts in it, the moment that counts as now (aware), and the ports."""

    session: Session
    actor: Actor
    now: datetime
    ports: Ports

    def at(self, now: datetime) -> Self:
        """The same work at another moment."""
        return replace(self, now=now)

    def on(self, case: Case, key: bytes) -> CaseWork:
        """Work on one case whose key is in hand."""
        return CaseWork(session=self.session, actor=self.actor, now=self.now, ports=self.ports, case=case, key=key)


@dataclass(frozen=True, kw_only=True, repr=False)
class CaseWork(Work):
    """Work on one case whose key is in hand: reading and sealing what belongs to it, and its history."""

    case: Case
    key: bytes

    @property
    def is_unwritten(self) -> bool:
        """Whether the case is in no table yet, so that there is nothing of it to read."""
        return inspect(self.case).transient

    @property
    def is_draft(self) -> bool:
        """Whether it is not handed in yet: it has neither links nor requests in their tables."""
        return self.case.status is CaseStatus.DRAFT

    @property
    def reference(self) -> str:
        return self.case.reference

    @property
    def place(self) -> SealContext:
        return case_context(self.case)

    def read(self) -> dict[str, Any]:
        """All that is sealed in the case's own row. Raises CannotOpen."""
        return vault.open_values(self.key, self.place, self.case.sealed or b"")

    @property
    def report(self) -> Report:
        """Opened once as long as the case's row is the same."""
        kept: tuple[bytes | None, Report] | None = vars(self).get(_REPORT)
        if kept is None or kept[0] is not self.case.sealed:
            kept = self.case.sealed, msgspec.convert(self.read()["report"], Report)
            vars(self)[_REPORT] = kept
        return kept[1]

    def write(self, **values: Any) -> None:
        """Replace some of what is sealed in the case's own row; a value of None takes the name out."""
        self.case.sealed = self.seal_with(**values)

    def seal_with(self, **values: Any) -> bytes:
        """What `write` would put into the case's own row, for whoever writes it later if nothing has changed."""
        merged = {**self.read(), **values} if self.case.sealed else values
        kept = {name: value for name, value in merged.items() if value is not None}
        return vault.seal_values(self.key, self.place, kept)

    def write_report(self, report: Report) -> None:
        self.write(report=msgspec.to_builtins(report))

    def sealed_for(self, row: Base, values: Mapping[str, Any]) -> bytes:
        """`values` sealed for one row of this case."""
        return vault.seal_values(self.key, self._place_of(row), dict(values))

    def read_sealed(self, row: Base) -> dict[str, Any]:
        """What `sealed_for` sealed in that row. Raises CannotOpen."""
        return vault.open_values(self.key, self._place_of(row), row.sealed)  # type: ignore[attr-defined]

    def record(self, event: NewEvent) -> Event:
        """Append to this case's history. Raises StepRefused for something new in a case that is not open."""
        return self.record_all([event])[0]

    def record_all(self, events: Sequence[NewEvent]) -> list[Event]:
        """Append several to this case's history, in this order. Raises as `record`."""
        if any(event.kind in BEGINNINGS for event in events):
            require_open(self.case.status)
        if self.actor.kind in _BRING_NEWS and self.case.team_id and any(each.kind in NEWS for each in events):
            self.case.news_at = self.case.news_at or self.now
        return record_all(self.session, self.case.id, self.key, events, actor=self.actor, now=self.now)

    def _place_of(self, row: Base) -> SealContext:
        return SealContext(row.__tablename__, str(row.id), str(self.case.id))  # type: ignore[attr-defined]


def case_context(case: Case) -> SealContext:
    return SealContext("cases", str(case.id), str(case.id))
