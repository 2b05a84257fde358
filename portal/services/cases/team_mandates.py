"""The person's written mandate to the team that helps: under it the team may state what a representative may state.

It is given on the person's own page, or signed on paper and recorded by the team with its day and where it is kept. It
ends on its last day, when the person ends it, and when the case is taken back. It lets nobody swear for the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, Filer, History, MandateAct, StepRefused, require_open
from portal.models.accounts import Team
from portal.models.events import Event
from portal.services.cases.mandates import check_end
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent, read_detail
from portal.services.law.local_days import place_zone
from portal.services.work import CaseWork

LONGEST = 2_000
_TURNS = (History.TEAM_MANDATE_GIVEN, History.TEAM_MANDATE_ENDED, History.TAKEN_BACK, History.HANDED_TO_TEAM)
# What a mandate from before it named acts was asked for: the statements of letters and complaints.
_BEFORE = (MandateAct.LETTERS, MandateAct.BELIEF, MandateAct.COMPLAINTS)
_ACTS: Mapping[MandateAct, str] = {
    MandateAct.LETTERS: "letters to platforms",
    MandateAct.BELIEF: "statements of what the person believes",
    MandateAct.COMPLAINTS: "complaints to authorities",
    MandateAct.MESSAGES: "answers to what they write back",
}
NO_TEAM_MANDATE = (
    "The team has no written mandate of the person that covers this. It can only record what the person said."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class TeamMandateCommand:
    """`signed_on` is the day of the paper; on the person's own page it is today. `kept` says where the paper is.

    `covers` are the acts that it names, `limit` a limit in its own words, such as one platform alone.
    """

    signature: str = ""  # the person's, typed on her own page
    signed_on: date | None = None
    ends_on: date | None = None
    kept: str = ""
    covers: frozenset[MandateAct] = frozenset(MandateAct)
    limit: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class TeamMandate:
    """As it stands. `kept` is empty where the person gave it on her own page."""

    team: str
    signed_on: date
    ends_on: date | None
    kept: str
    covers: tuple[MandateAct, ...]
    limit: str


def find_team_mandate(work: CaseWork) -> TeamMandate | None:
    """The newest one that has not ended."""
    query = select(Event).where(Event.case_id == work.case.id, Event.kind.in_(_TURNS))
    event = work.session.scalars(query.order_by(Event.sequence.desc()).limit(1)).one_or_none()
    if event is None or event.kind is not History.TEAM_MANDATE_GIVEN:
        return None
    detail = read_detail(event, work.key)
    ends_on = date.fromisoformat(event.facts["ends_on"]) if event.facts["ends_on"] else None
    if ends_on is not None and ends_on < _today(work):
        return None
    return TeamMandate(
        team=str(detail["team"]),
        signed_on=date.fromisoformat(event.facts["signed_on"]),
        ends_on=ends_on,
        kept=str(detail.get("kept") or ""),
        covers=tuple(each for each in MandateAct if each in event.facts.get("covers", _BEFORE)),
        limit=str(detail.get("limit") or ""),
    )


def require_team_mandate(work: CaseWork, *acts: MandateAct) -> TeamMandate:
    """Raises StepRefused where the team has none, or it does not cover all of these acts."""
    found = find_team_mandate(work)
    if found is None:
        raise StepRefused(NO_TEAM_MANDATE)
    if outside := [_ACTS[act] for act in acts if act not in found.covers]:
        raise StepRefused(
            f"The written mandate does not cover this: {', '.join(outside)}. Ask the person to say it themselves, or "
            "to give a mandate that covers it."
        )
    return found


def give_team_mandate(work: CaseWork, command: TeamMandateCommand) -> None:
    """Written down by the person with a signature, or by the team from a signed paper. Raises StepRefused, NoRoom."""
    require_open(work.case.status)
    team = work.session.get(Team, work.case.team_id) if work.case.team_id else None
    if team is None:
        raise StepRefused("No team helps with this case, so there is nobody to give a mandate to.")
    if work.report.filer not in {None, Filer.SELF}:
        raise StepRefused("If you act for someone else, you cannot pass that on. You say it yourself.")
    today = _today(work)
    signed_on = _find_signed(work, command, today)
    if not command.covers:
        raise StepRefused("Choose at least one thing that the mandate covers.")
    if max(len(command.kept), len(command.signature), len(command.limit)) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, command.kept, command.signature, command.limit)
    check_end(command.ends_on, today)
    facts = {
        "signed_on": signed_on.isoformat(),
        "ends_on": command.ends_on.isoformat() if command.ends_on else None,
        "covers": sorted(command.covers),
    }
    detail = {"team": team.name, "signature": command.signature.strip(), "kept": command.kept.strip()}
    if command.limit.strip():
        detail["limit"] = command.limit.strip()
    work.record(NewEvent(kind=History.TEAM_MANDATE_GIVEN, at=work.now, facts=facts, detail=detail))


def _find_signed(work: CaseWork, command: TeamMandateCommand, today: date) -> date:
    """The day on which the person signed it. Raises StepRefused where nobody did, or nothing tells of it."""
    if work.actor.kind is ActorKind.PERSON:
        if not command.signature.strip():
            raise StepRefused("Type the name you sign with.")
        return today
    if command.signed_on is None or command.signed_on > today:
        raise StepRefused("Write the day on which the person signed the paper. It cannot be ahead.")
    if not command.kept.strip():
        raise StepRefused("Write what the paper is and where it is kept.")
    return command.signed_on


def end_team_mandate(work: CaseWork) -> None:
    """From now on the team states nothing in the person's name; what it stated stays stated. Raises StepRefused."""
    require_team_mandate(work)
    work.record(NewEvent(kind=History.TEAM_MANDATE_ENDED, at=work.now))


def _today(work: CaseWork) -> date:
    return work.now.astimezone(place_zone(work.case.country, work.case.subdivision, work.ports.config)).date()
