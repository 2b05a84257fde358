"""What pages show of letters: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.domain.lifecycle import LATER_LETTERS, LetterKind


@dataclass(frozen=True, kw_only=True)
class ProblemView:
    """Why a letter cannot be made yet: a code and a plain sentence. `confirm` names the fact the person can confirm."""

    code: str
    text: str
    confirm: str | None = None


@dataclass(frozen=True, kw_only=True)
class LetterView:
    number: int
    kind: LetterKind
    made_at: datetime
    pages: int
    language: str
    paper: str
    digest: str
    redacted_digest: str
    left_at: datetime | None = None
    discarded_at: datetime | None = None
    request_number: int | None
    complaint_number: int | None

    @property
    def is_later(self) -> bool:
        """Whether its sending is recorded by itself: it starts no clock."""
        return self.kind in LATER_LETTERS
