"""Finding a team's case by a name, only where the organisation switches that on.

A mark is a hash of one part of a name under a key that is made of the team's private key, which only its members have:
neither the database nor the server's secret tells whether a name is in it. Marks are made when a member opens a case,
so a case that nobody has opened since it was switched on, or since the team's key was changed, is not found by a name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy import func, select

from portal.adapters import vault
from portal.adapters.vault import CannotOpen
from portal.domain.lifecycle import CaseStatus
from portal.models.accounts import Team
from portal.models.cases import Case
from portal.models.name_marks import NameMark
from portal.services.cases.opening import seen_by
from portal.services.work import CaseWork, Work

PURPOSE = "names"
LONGEST = 200
MOST_PARTS = 12
MOST_FOUND = 50
AT_ONCE = 5_000  # rows that one sweep takes away
# Letters that are no other letter with a mark on it, as people write them without.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ß": "ss"})


def split_name(text: str) -> frozenset[str]:
    """The parts of a name, however it is written: without accents, in small letters, in no order."""
    spelled = unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(_PLAIN))
    letters = "".join(each for each in spelled if not unicodedata.combining(each))
    parts = "".join(each if each.isalnum() else " " for each in letters).split()
    return frozenset(parts[:MOST_PARTS])


def mark_names(work: CaseWork, team_keys: Mapping[UUID, bytes]) -> None:
    """Make the marks of the names in this case anew where they are not as they have to be. For whoever holds it."""
    team_id = work.case.team_id
    if not work.ports.config.has_name_search or team_id is None or team_id not in team_keys:
        return
    team = work.session.get_one(Team, team_id)
    if vault.public_of(team_keys[team_id]) != team.public_key:
        return  # changed at this moment; the next opening has the new one
    try:
        report = work.report
    except CannotOpen:  # changed from outside, which the case's own pages say
        return
    parts = split_name(report.name) | split_name(report.signature)
    wanted = {_value(team_keys[team_id], part) for part in parts}
    rows = {row.value: row for row in work.session.scalars(select(NameMark).where(NameMark.case_id == work.case.id))}
    for value in rows.keys() - wanted:
        work.session.delete(rows[value])
    for value in sorted(wanted - rows.keys()):
        work.session.add(NameMark(id=uuid4(), case_id=work.case.id, generation=team.generation, value=value))


def find_by_name(work: Work, text: str, team_keys: Mapping[UUID, bytes]) -> tuple[str, ...]:
    """References of the cases the member sees in which every part of this name stands, sorted; none where it is off."""
    parts = split_name(text)
    if not work.ports.config.has_name_search or not parts:
        return ()
    found: set[str] = set()
    for team_id, key in team_keys.items():
        values = {_value(key, part) for part in parts}
        query = select(Case.reference).join(NameMark, NameMark.case_id == Case.id).where(NameMark.value.in_(values))
        query = query.where(Case.team_id == team_id, seen_by(work.actor))
        query = query.where(Case.status.in_((CaseStatus.OPEN, CaseStatus.CLOSED))).group_by(Case.reference)
        found |= set(work.session.scalars(query.having(func.count() == len(values)).limit(MOST_FOUND)))
    return tuple(sorted(found))


def forget_where_off(work: Work) -> int:
    """Take every mark away where the organisation does not want them, some thousand at a time. How many went."""
    if work.ports.config.has_name_search:
        return 0
    rows = work.session.scalars(select(NameMark).limit(AT_ONCE)).all()
    for row in rows:
        work.session.delete(row)
    return len(rows)


def _value(team_key: bytes, part: str) -> bytes:
    return vault.blind_index(vault.derive_subkey(team_key, PURPOSE), part)
