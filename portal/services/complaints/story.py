"""Which requests a complaint tells of: those it rests on, and every earlier one to the same organisation."""

from __future__ import annotations

from collections.abc import Sequence

from portal.models.complaints import Complaint
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.lookup import list_requests, requests_of
from portal.services.work import CaseWork


def read_story(work: CaseWork, complaint: Complaint) -> tuple[Dossier, ...]:
    """All requests that the papers of a complaint tell of, by number."""
    return with_earlier(work, read_dossiers(work, requests_of(work.session, complaint)))


def with_earlier(work: CaseWork, parts: Sequence[Dossier]) -> tuple[Dossier, ...]:
    """The requests of a complaint and every other one that went to the same organisation: a refusal before is part of
    the story.
    """
    if not parts:
        return ()
    own = {part.number for part in parts}
    others = [row for row in list_requests(work) if row.sent_at is not None and row.number not in own]
    asked = {part.request.platform for part in parts}
    rows = [part.request for part in parts] + [row for row in others if row.platform in asked]
    return read_dossiers(work, sorted(rows, key=lambda row: row.number))
