"""A case whose key is in hand: reading and sealing what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.vault import Place
from portal.db import Base
from portal.domain.report import Report
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.history.events import NewEvent, record
from portal.services.ports import Actor


@dataclass(frozen=True, repr=False)
class OpenCase:
    """A case whose key is in hand, and who holds it open."""

    case: Case
    key: bytes
    actor: Actor

    @property
    def reference(self) -> str:
        return self.case.reference

    @property
    def place(self) -> Place:
        return case_place(self.case)

    def read(self) -> dict[str, Any]:
        """All that is sealed in the case's own row. Raises CannotOpen."""
        return vault.open_values(self.key, self.place, self.case.sealed or b"")

    @property
    def report(self) -> Report:
        return msgspec.convert(self.read()["report"], Report)

    def write(self, **values: Any) -> None:
        """Replace some of what is sealed in the case's own row; a value of None takes the name out."""
        merged = {**self.read(), **values} if self.case.sealed else values
        kept = {name: value for name, value in merged.items() if value is not None}
        self.case.sealed = vault.seal_values(self.key, self.place, kept)

    def write_report(self, report: Report) -> None:
        self.write(report=msgspec.to_builtins(report))

    def sealed_for(self, row: Base, values: Mapping[str, Any]) -> bytes:
        """`values` sealed for one row of this case."""
        return vault.seal_values(self.key, self._place_of(row), dict(values))

    def read_sealed(self, row: Base) -> dict[str, Any]:
        """What `sealed_for` sealed in that row. Raises CannotOpen."""
        return vault.open_values(self.key, self._place_of(row), row.sealed)  # type: ignore[attr-defined]

    def record(self, session: Session, happening: NewEvent, *, now: datetime) -> Event:
        """Append to this case's history."""
        return record(session, self.case.id, self.key, happening, actor=self.actor, now=now)

    def _place_of(self, row: Base) -> Place:
        return Place(row.__tablename__, str(row.id), str(self.case.id))  # type: ignore[attr-defined]


def case_place(case: Case) -> Place:
    return Place("cases", str(case.id), str(case.id))
