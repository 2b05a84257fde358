"""Cases of one team that have to do with each other: linked with a reason, put together because one person has two, or
naming the same account. Nothing of one case is told in another but its reference, and that only while one team has
both and the member sees both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from portal.adapters import vault
from portal.domain.lifecycle import (
    ActorKind,
    CaseStatus,
    CloseReason,
    History,
    ItemState,
    Path,
    RiskFlag,
    StepRefused,
    require_open,
)
from portal.domain.report import ReportedPlace
from portal.models.case_links import CaseLink, CaseLinkKind, NamedPoster
from portal.models.cases import Case
from portal.models.items import Item
from portal.services.cases import finding, handover, risks
from portal.services.cases.messages import staff_names
from portal.services.cases.opening import seen_by
from portal.services.cases.room import require_room_for_words
from portal.services.history import guards
from portal.services.history.events import NewEvent
from portal.services.intake import drafts, submission
from portal.services.intake.submission import AddedLinks
from portal.services.requests.dossier_rows import OpenedItem, list_items
from portal.services.work import CaseWork

LONGEST = 2_000
LONGEST_ACCOUNT = 200
MOST_POSTERS = 100  # of one case
NO_OTHER = "No other case of your team has this reference."
_CHILD_LAST = (
    "This is the case of a child, and the other is not. Open the case of the child and put them together "
    "there. Then it goes on with all that protects it."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class LinkedCase:
    """Another case that a member linked with this one, as far as the reader sees it."""

    reference: str
    kind: CaseLinkKind
    status: CaseStatus
    reason: str
    by: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class PosterView:
    """An account that posted, and the references of the other cases that name it."""

    id: UUID
    account: str
    place: str
    others: tuple[str, ...]


def link(work: CaseWork, other: CaseWork, reason: str) -> None:
    """Both cases say from now on that they have to do with each other. Both are held. Raises StepRefused, NoRoom."""
    _require_two(work, other)
    reason = _read(reason, "Write why: a colleague has to know what the two have in common.")
    for mine, theirs in ((work, other), (other, work)):
        require_room_for_words(mine, reason)
        _add(mine, theirs, CaseLinkKind.LINKED, reason)
        _record(mine, theirs, History.CASES_LINKED, {"reason": reason})


def merge(first: CaseWork, second: CaseWork, said: str) -> AddedLinks:
    """One person has both: `first` goes on, `second` is closed and stays readable as it is. Both are held.

    `said` is how the person said that both are theirs; without that nothing is put together. Links and described places
    of the second that are online and that the first has not are added to it as any other, and what the team had to
    know first of the second it has to know of the first. Raises StepRefused, NoRoom.
    """
    _require_two(first, second)
    said = _read(said, "Write how the person said that both cases are theirs.")
    for case in (first, second):
        require_open(case.case.status)
        require_room_for_words(case, said)
    if _is_child(second) and not _is_child(first):
        raise StepRefused(_CHILD_LAST)
    text = drafts.read_text("\n".join(list_fresh(first, second)), ports=first.ports)
    added = submission.keep_items(first, submission.plan_items(first, text, list_fresh_places(first, second)))
    if added.over:
        raise StepRefused("The links of both do not fit into one case. Link the cases instead.")
    _carry_risks(first, second)
    _add(first, second, CaseLinkKind.TOOK_IN, said)
    _record(first, second, History.CASES_MERGED, {"text": said})
    _add(second, first, CaseLinkKind.GOES_ON, said)
    _record(second, first, History.CASES_MERGED, {"text": said})
    handover.close(second, reason=CloseReason.TWICE)
    return added


def unlink(work: CaseWork, other: CaseWork) -> None:
    """The two have nothing to do with each other; what was put together is parted, and the closed one opened again.

    Links that were added stay where they were added. Both are held. Raises StepRefused.
    """
    _require_staff(work)
    rows = [row for mine, theirs in ((work, other), (other, work)) if (row := _find(mine, theirs))]
    if not rows:
        raise StepRefused("These cases are not linked.")
    kind = History.CASES_UNLINKED if rows[0].kind is CaseLinkKind.LINKED else History.CASES_PARTED
    for row in rows:
        work.session.delete(row)
    _record(work, other, kind, {})
    _record(other, work, kind, {})
    closed = {row.case_id for row in rows if row.kind is CaseLinkKind.GOES_ON}
    for mine in (work, other):
        if mine.case.id in closed and mine.case.status is CaseStatus.CLOSED:
            handover.reopen(mine)


def list_fresh(first: CaseWork, second: CaseWork) -> tuple[str, ...]:
    """The links of the second case that are not gone and that the first has not, in their order; also those that the
    first has as gone, where they were reported in the second afterwards: they are back. Reads only.
    """
    rows = first.session.scalars(select(Item).where(Item.case_id == first.case.id, Item.url_index.is_not(None)))
    known = {row.url_index: row for row in rows}
    found = []
    for item in list_items(second):
        if item.row.url_index is None or item.row.state is ItemState.REMOVED:
            continue
        url = str(item.values["url"])
        same = known.get(vault.blind_index(first.key, url))
        if same is None or (same.state is ItemState.REMOVED and same.changed_at < item.row.added_at):
            found.append(url)
    return tuple(found)


def list_fresh_places(first: CaseWork, second: CaseWork) -> tuple[ReportedPlace, ...]:
    """The same of what is described in words because it has no link; the same words on the same platform once."""
    seen = {_plain(place) for _item, place in _list_places(first)}
    found = []
    for item, place in _list_places(second):
        if item.row.state is not ItemState.REMOVED and _plain(place) not in seen:
            seen.add(_plain(place))
            found.append(place)
    return tuple(found)


def _list_places(work: CaseWork) -> Iterator[tuple[OpenedItem, ReportedPlace]]:
    for item in list_items(work):
        if item.row.url_index is None:
            platform, text = (str(item.values.get(name) or "") for name in ("platform", "description"))
            yield item, ReportedPlace(platform=platform, text=text)


def _plain(place: ReportedPlace) -> tuple[str, str]:
    """However it was spaced and whatever letters were large."""
    return " ".join(place.platform.casefold().split()), " ".join(place.text.casefold().split())


def list_linked(work: CaseWork) -> tuple[LinkedCase, ...]:
    """The cases that were linked with this one, of those that the member sees, by reference; nothing for the person."""
    if work.actor.kind is not ActorKind.STAFF or work.case.team_id is None:
        return ()
    query = select(CaseLink, Case.reference, Case.status).join(Case, Case.id == CaseLink.other_id)
    query = query.where(CaseLink.case_id == work.case.id, Case.team_id == work.case.team_id, seen_by(work.actor))
    rows = work.session.execute(query.order_by(Case.reference)).all()
    names = staff_names(work.session, (row.staff_id for row, *_rest in rows)) if rows else {}
    return tuple(
        LinkedCase(
            reference=reference,
            kind=row.kind,
            status=status,
            reason=work.read_sealed(row)["reason"],
            by=names.get(row.staff_id, ""),
            made_at=row.made_at,
        )
        for row, reference, status in rows
    )


def find_merged(work: CaseWork) -> CaseLinkKind | None:
    """Whether the case was put together with another one: what that other is to it. For the person as well, so a row
    that is not as it was written says nothing.
    """
    if work.case.team_id is None:
        return None
    merged = (CaseLink.case_id == work.case.id, CaseLink.kind != CaseLinkKind.LINKED)
    kinds = {row["kind"] for row, fits in guards.read_rows(work.session, CaseLink, *merged) if fits}
    return next((kind for kind in (CaseLinkKind.GOES_ON, CaseLinkKind.TOOK_IN) if kind in kinds), None)


def name_poster(work: CaseWork, account: str, place: str = "") -> None:
    """Write down the name of an account that posted; once more changes nothing. Raises StepRefused, NoRoom."""
    _require_staff(work)
    require_open(work.case.status)
    account = " ".join(account.split())[:LONGEST_ACCOUNT]
    if not finding.plain_account(account):
        raise StepRefused("Write the name of the account, in letters or digits.")
    known = list_posters(work)
    if any(finding.plain_account(each.account) == finding.plain_account(account) for each in known):
        return
    if len(known) >= MOST_POSTERS:
        raise StepRefused(f"A case may name {MOST_POSTERS} accounts.")
    require_room_for_words(work, account + place)
    row = NamedPoster(id=uuid4(), case_id=work.case.id, staff_id=work.actor.staff_id, named_at=work.now)
    row.sealed = work.sealed_for(row, {"account": account, "place": place.strip()[:LONGEST_ACCOUNT]})
    work.session.add(row)
    finding.mark_poster(work, row.id, account)
    work.record(NewEvent(kind=History.POSTER_NAMED, at=work.now, detail={"text": account}))


def drop_poster(work: CaseWork, poster_id: UUID) -> None:
    """It was wrong; the history keeps both. Raises StepRefused."""
    _require_staff(work)
    row = work.session.get(NamedPoster, poster_id)
    if row is None or row.case_id != work.case.id:
        raise StepRefused("This account is not in the case any more.")
    account = work.read_sealed(row)["account"]
    finding.mark_poster(work, row.id, "")
    work.session.delete(row)
    work.record(NewEvent(kind=History.POSTER_DROPPED, at=work.now, detail={"text": account}))


def list_posters(work: CaseWork) -> tuple[PosterView, ...]:
    """The accounts of this case, with the team's other cases that name them as far as the member sees those."""
    if work.actor.kind is not ActorKind.STAFF:
        return ()
    query = select(NamedPoster).where(NamedPoster.case_id == work.case.id)
    rows = work.session.scalars(query.order_by(NamedPoster.named_at, NamedPoster.id)).all()
    others = finding.list_same_posters(work) if rows else {}
    opened = ((row, work.read_sealed(row)) for row in rows)
    return tuple(
        PosterView(id=row.id, account=values["account"], place=values["place"], others=others.get(row.id, ()))
        for row, values in opened
    )


def _require_two(work: CaseWork, other: CaseWork) -> None:
    _require_staff(work)
    if work.case.id == other.case.id or work.case.team_id is None or work.case.team_id != other.case.team_id:
        raise StepRefused(NO_OTHER)
    if _find(work, other) or _find(other, work):
        raise StepRefused("These cases are linked already. Unlink them first.")


def _require_staff(work: CaseWork) -> None:
    if work.actor.kind is not ActorKind.STAFF:
        raise StepRefused("Only the team links cases.")


def _read(words: str, none: str) -> str:
    words = words.strip()[:LONGEST]
    if not words:
        raise StepRefused(none)
    return words


def _is_child(work: CaseWork) -> bool:
    return bool(work.case.under_18) or work.case.path is Path.CHILD


def _carry_risks(first: CaseWork, second: CaseWork) -> None:
    mine, theirs = risks.list_risks(first), risks.list_risks(second)
    flags: set[RiskFlag] = {each.flag for each in mine}
    for each in theirs:
        if each.flag not in flags:
            flags.add(each.flag)
            risks.set_risks(first, flags, each.reason)


def _add(work: CaseWork, other: CaseWork, kind: CaseLinkKind, reason: str) -> None:
    row = CaseLink(id=uuid4(), case_id=work.case.id, other_id=other.case.id, kind=kind)
    row.staff_id, row.made_at = work.actor.staff_id, work.now
    row.sealed = work.sealed_for(row, {"reason": reason})
    work.session.add(row)


def _record(work: CaseWork, other: CaseWork, kind: History, detail: dict[str, str]) -> None:
    """The other stands in it by its id alone, which is a reference only for whoever sees that case."""
    work.record(NewEvent(kind=kind, at=work.now, facts={"other": str(other.case.id)}, detail=detail))


def _find(work: CaseWork, other: CaseWork) -> CaseLink | None:
    query = select(CaseLink).where(CaseLink.case_id == work.case.id, CaseLink.other_id == other.case.id)
    return work.session.scalars(query).one_or_none()
