"""The organisation's own words in a yearly report: read, and kept, by whoever leads a team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.figures.reports import LONGEST_PART, PARTS, Part, ReportKind, words_of
from portal.domain.lifecycle import StepRefused
from portal.models.figures import ReportWords
from portal.services.figures.years import hold_years
from portal.services.work import Work


@dataclass(frozen=True, kw_only=True)
class WrittenParts:
    """The words of each part, and the version they are; 0 where nobody has written any yet."""

    words: Mapping[Part, str]
    version: int


def read_words(session: Session, kind: ReportKind, year: int) -> WrittenParts:
    """Those of this year; where there are none, those of the year before last written, which hold mostly still."""
    row = _find(session, kind, year)
    if row is not None:
        return WrittenParts(words=words_of(kind, row.words), version=row.version)
    before = select(ReportWords).where(ReportWords.kind == kind, ReportWords.year < year)
    earlier = session.scalars(before.order_by(ReportWords.year.desc()).limit(1)).one_or_none()
    return WrittenParts(words=words_of(kind, earlier.words if earlier else {}), version=0)


def keep_words(work: Work, kind: ReportKind, year: int, words: Mapping[Part, str], *, version: int | None) -> None:
    """Keep them, unless somebody else did since `version`. Raises StepRefused, also for what is too long."""
    if any(len(text) > LONGEST_PART for text in words.values()):
        raise StepRefused(f"This text is too long: {LONGEST_PART:,} characters fit.")
    if work.actor.staff_id is None:
        raise StepRefused("Only a member of staff can write this.")
    hold_years(work.session)
    row = _find(work.session, kind, year)
    if (row.version if row else 0) != version:
        raise StepRefused(
            "A colleague has changed these words meanwhile. Look at theirs. Saving again puts yours in their place."
        )
    kept = {part.value: words[part].strip() for part in PARTS[kind]}
    if row is None:
        row = ReportWords(id=uuid4(), kind=kind, year=year)
        work.session.add(row)
    row.words, row.version, row.changed_at, row.staff_id = kept, version + 1, work.now, work.actor.staff_id
    work.session.flush()


def _find(session: Session, kind: ReportKind, year: int) -> ReportWords | None:
    return session.scalars(select(ReportWords).where(ReportWords.kind == kind, ReportWords.year == year)).one_or_none()
