"""What a complaint states: for itself on a day, or in every letter that it tells of, each with the day it was made.

A statement about one letter says nothing about another. So what was stated for a letter counts for a complaint only
where it was stated for every request that the complaint rests on; else it is stated for the complaint itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import ComplaintState, Filer, History, MandateAct, Path, StepRefused, require_open
from portal.domain.notices import is_demanded
from portal.domain.regimes import NoticeField, Regime
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.services.cases.team_mandates import find_team_mandate
from portal.services.history.events import NewEvent, read_detail
from portal.services.law.local_days import place_zone
from portal.services.requests.citations import WRITTEN, lets_represent
from portal.services.requests.content import RequestStatement, read_statement, situation_of
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.lookup import find_complaint
from portal.services.requests.statement_views import LettersToState
from portal.services.requests.statements import (
    STATEABLE,
    SWORN,
    StatementCommand,
    describe_speaker,
    find_limit,
    find_moment,
    find_signature,
    find_signed,
    find_speaker,
    list_stated_on,
    require_represented,
)
from portal.services.work import CaseWork


def to_state(work: CaseWork, regime: Regime) -> LettersToState:
    """What a complaint under this law asks to be stated; `wanted` is empty where it asks for nothing."""
    dossiers = read_dossiers(work)
    zone = place_zone(work.case.country, work.case.subdivision, work.ports.config)
    stated_today = list_stated_on(work.report, dossiers, work.now, zone)
    return LettersToState(
        wanted=list_wanted(work, regime),
        stated_today=stated_today,
        signed_today=(find_signed(dossiers) or work.report.signature) if stated_today else "",
        uncovered=(),
        others=(),
        is_for_another=work.report.filer in {Filer.PARENT, Filer.REPRESENTATIVE},
        is_copyright=False,
        mandate=find_team_mandate(work),
    )


def to_state_of(work: CaseWork, number: int) -> LettersToState:
    """The same for a complaint that is there. Raises UnknownNumber."""
    return to_state(work, work.ports.registry.regime(find_complaint(work, number).regime))


def list_wanted(work: CaseWork, regime: Regime) -> tuple[NoticeField, ...]:
    """What the law of a complaint asks to be stated. Of a child nothing is asked about consent.

    A law that asks for no more than a signature gets it under the statement that the complaint is right.
    """
    situation = situation_of(work.report)
    asked = {proof for each in regime.elements if is_demanded(each, situation) for proof in each.proofs}
    asked = asked | {NoticeField.NO_CONSENT} if asked & WRITTEN else asked
    if work.report.path is Path.CHILD:
        asked -= {NoticeField.NO_CONSENT}
    found = tuple(each for each in STATEABLE if each in asked)
    return found or ((NoticeField.ACCURACY,) if NoticeField.SIGNATURE in asked else ())


def state(work: CaseWork, command: StatementCommand) -> None:
    """Write down what is stated for complaints, named by their numbers, that were not handed in.

    Raises StepRefused, MandateOver, BadInstant, UnknownNumber.
    """
    require_open(work.case.status)
    found = [find_complaint(work, number) for number in command.numbers]
    if any(complaint.state is not ComplaintState.PREPARED for complaint in found):
        raise StepRefused("This complaint was sent, so its papers stay as they are.")
    if not found or not command.statements:
        raise StepRefused("Nothing is stated yet. Tick what you state.")
    by = find_speaker(work, command)
    at, made = find_moment(work, command), describe_speaker(work, by, command.statements, MandateAct.COMPLAINTS)
    if by is StatedBy.MANDATED:
        for complaint in found:
            require_represented([work.ports.registry.regime(complaint.regime)])
    said = sorted(command.statements - SWORN)
    work.record_all(
        [
            NewEvent(
                kind=History.STATED,
                at=at,
                complaint_id=complaint.id,
                facts={**made, "statements": said},
                detail={"signature": find_signature(work, command), **find_limit(work, by)},
            )
            for complaint in found
        ]
    )


def find_own(work: CaseWork, complaint: Complaint) -> RequestStatement | None:
    """What was last stated for the complaint itself."""
    query = select(Event).where(Event.complaint_id == complaint.id, Event.kind == History.STATED)
    event = work.session.scalars(query.order_by(Event.sequence.desc()).limit(1)).one_or_none()
    return read_statement(event, read_detail(event, work.key)) if event else None


def _name_right(made: RequestStatement) -> tuple[object, ...]:
    """By which right something was stated."""
    return made.by, made.mandated_on, made.covers, made.limit


def _covers_complaints(made: RequestStatement) -> bool:
    """Whether the mandate, as it stood then, is for complaints too; one that named no acts was."""
    return not made.covers or MandateAct.COMPLAINTS in made.covers


def find_common(parts: Sequence[Dossier], regime: Regime) -> RequestStatement | None:
    """What was stated for each of these requests, on the day when it had been stated for the last of them.

    None where something was stated for some of them only, by one for some and by somebody else for others, or by the
    team under a mandate where the law of the complaint lets no representative state it.
    """
    made = [part.statement for part in parts if part.statement is not None]
    if not made or len(made) < len(parts) or len({_name_right(each) for each in made}) > 1:
        return None
    if made[0].by is StatedBy.MANDATED and not (lets_represent(regime) and _covers_complaints(made[0])):
        return None
    last = max(made, key=lambda each: each.at)
    said = frozenset.intersection(*(each.statements for each in made)) - SWORN
    return replace(last, statements=said) if said else None
