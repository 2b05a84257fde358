"""All tables in one place, for the migrations and for tests: importing this module fills `Base.metadata`."""

from __future__ import annotations

from portal.db import Base
from portal.models import (
    accounts,
    cases,
    clocks,
    complaints,
    contacts,
    documents,
    events,
    fingerprints,
    follow_ups,
    guards,
    holds,
    invitations,
    items,
    jobs,
    journal,
    laws,
    letters,
    messages,
    observations,
    officers,
    outbox,
    quotas,
    reissues,
    requests,
    safe_contacts,
    security_notices,
    signin,
    team_keys,
)

__all__ = ["ALL", "metadata"]

ALL = (
    accounts,
    cases,
    clocks,
    complaints,
    contacts,
    documents,
    events,
    fingerprints,
    follow_ups,
    guards,
    holds,
    invitations,
    items,
    jobs,
    journal,
    laws,
    letters,
    messages,
    observations,
    officers,
    outbox,
    quotas,
    reissues,
    requests,
    safe_contacts,
    security_notices,
    signin,
    team_keys,
)
metadata = Base.metadata
