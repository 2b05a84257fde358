"""The person's written mandate to the team that helps: under it the team may state what a representative may state.

It is given on the person's own page, or signed on paper and recorded by the team with its day and where it is kept. It
ends on its last day, when the person ends it, and when the case is taken back. It lets nobody swear for the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.domain.lifecycle import ActorKind, Filer, History, StepRefused, require_open
from portal.models.accounts import Team
from portal.models.events import Event
from portal.services.cases.mandates import check_end
from portal.services.cases.room import require_room_for_words
from portal.services.history.events import NewEvent, read_detail
from portal.services.law.local_days import place_zone
from portal.services.work import CaseWork

LONGEST = 2_000
_TURNS = (History.TEAM_MANDATE_GIVEN, History.TEAM_MANDATE_ENDED, History.TAKEN_BACK, History.HANDED_TO_TEAM)
NO_TEAM_MANDATE = (
    "The team has no written mandate of the person that covers this, so it can only write down what the person said."
)


@dataclass(frozen=True, kw_only=True, repr=False)
class TeamMandateCommand:
    """`signed_on` is the day of the paper; on the person's own page it is today. `kept` says where the paper is."""

    signature: str = ""  # the person's, typed on her own page
    signed_on: date | None = None
    ends_on: date | None = None
    kept: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class TeamMandate:
    """As it stands. `kept` is empty where the person gave it on her own page."""

    team: str
    signed_on: date
    ends_on: date | None
    kept: str


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
    )


def require_team_mandate(work: CaseWork) -> TeamMandate:
    """Raises StepRefused where the team has none."""
    found = find_team_mandate(work)
    if found is None:
        raise StepRefused(NO_TEAM_MANDATE)
    return found


def give_team_mandate(work: CaseWork, command: TeamMandateCommand) -> None:
    """Written down by the person with a signature, or by the team from a signed paper. Raises StepRefused, NoRoom."""
    require_open(work.case.status)
    team = work.session.get(Team, work.case.team_id) if work.case.team_id else None
    if team is None:
        raise StepRefused("No team helps with this case, so there is nobody to give a mandate to.")
    if work.report.filer not in {None, Filer.SELF}:
        raise StepRefused("Whoever acts for somebody else cannot pass that on. They state it themselves.")
    today = _today(work)
    if work.actor.kind is ActorKind.PERSON:
        if not command.signature.strip():
            raise StepRefused("Type the name you sign with.")
        signed_on = today
    else:
        if command.signed_on is None or command.signed_on > today:
            raise StepRefused("Write the day on which the person signed the paper. It cannot be ahead.")
        if not command.kept.strip():
            raise StepRefused("Write what the paper is and where it is kept.")
        signed_on = command.signed_on
    if len(command.kept) > LONGEST or len(command.signature) > LONGEST:
        raise StepRefused(f"This text is too long: {LONGEST:,} characters fit.")
    require_room_for_words(work, command.kept, command.signature)
    check_end(command.ends_on, today)
    facts = {
        "signed_on": signed_on.isoformat(),
        "ends_on": command.ends_on.isoformat() if command.ends_on else None,
    }
    detail = {"team": team.name, "signature": command.signature.strip(), "kept": command.kept.strip()}
    work.record(NewEvent(kind=History.TEAM_MANDATE_GIVEN, at=work.now, facts=facts, detail=detail))


def end_team_mandate(work: CaseWork) -> None:
    """From now on the team states nothing in the person's name; what it stated stays stated. Raises StepRefused."""
    require_team_mandate(work)
    work.record(NewEvent(kind=History.TEAM_MANDATE_ENDED, at=work.now))


def _today(work: CaseWork) -> date:
    return work.now.astimezone(place_zone(work.case.country, work.case.subdivision, work.ports.config)).date()
