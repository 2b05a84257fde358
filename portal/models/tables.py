"""All tables in one place, for the migrations and for tests: importing this module fills `Base.metadata`."""

from __future__ import annotations

from portal.db import Base
from portal.models import (
    accounts,
    cases,
    clocks,
    complaints,
    events,
    items,
    jobs,
    journal,
    laws,
    letters,
    messages,
    observations,
    requests,
)

__all__ = ["ALL", "metadata"]

ALL = (
    accounts,
    cases,
    clocks,
    complaints,
    events,
    items,
    jobs,
    journal,
    laws,
    letters,
    messages,
    observations,
    requests,
)
metadata = Base.metadata
