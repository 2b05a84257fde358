"""Doing one thing to many requests of a case at once: what will happen to each, what will not and why, and what came
of it.

The rules are those of the single steps, which are called for each request in its turn. A press counts once: its token
is kept with what came of it, and the same token again tells that and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import select

from portal.domain.lifecycle import (
    RequestState,
)
from portal.models.bulk_steps import BulkStep
from portal.models.jobs import Job
from portal.services.background import jobs
from portal.services.background.jobs import JobView
from portal.services.casefile.bulk.actions import (
    IN_BACKGROUND,
    MOST,
    TOO_MANY,
    BulkAction,
    BulkCommand,
    Choice,
    Outlook,
    Result,
)
from portal.services.casefile.bulk.rules import Rules
from portal.services.casefile.bulk.steps import STEPS
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.requests.lookup import list_complaints, list_requests
from portal.services.work import CaseWork


def list_choosable(
    work: CaseWork, dossiers: Iterable[Dossier] | None = None
) -> tuple[tuple[int, str, str, RequestState], ...]:
    """Number, platform, its name and state of every request; `dossiers` are all of them, where they were read."""
    known = read_dossiers(work) if dossiers is None else dossiers
    return tuple((each.number, each.request.platform, each.name, each.request.state) for each in known)


def foresee(work: CaseWork, action: BulkAction, choice: Choice, at_most: int = MOST) -> tuple[Outlook, ...]:
    """What would happen to each request of a choice, by number. Reads only."""
    dossiers = read_dossiers(work)
    chosen = [each for each in dossiers if choice.has(each.number, each.request.platform, each.request.state)]
    rules = Rules(work, dossiers, chosen)
    looks = [rules.look(action, each) for each in chosen]
    if action is BulkAction.LODGED and choice.has_no_request:
        looks += rules.list_without_request()
    if action is BulkAction.LODGED:
        looks = list(_mark_first(looks))
    done = 0
    for index, look in enumerate(looks):
        done += look.will
        if look.will and done > at_most:
            looks[index] = replace(look, why=TOO_MANY)
    return tuple(looks)


def _mark_first(looks: Iterable[Outlook]) -> Iterator[Outlook]:
    """Where several requests are about one complaint, its number is asked once."""
    seen: set[int] = set()
    for look in looks:
        number = look.complaint.number if look.complaint and look.will else None
        yield replace(look, is_first=number not in seen)
        seen |= {number} if number else set()


def do_to_all(work: CaseWork, command: BulkCommand) -> tuple[Result, ...]:
    """Do it to each request that it can be done to, and keep what became of each under the command's token.

    The case has to be held. The same token again tells what came of it, and does nothing.
    """
    if known := find_results(work, command.token):
        return known
    choice = Choice(is_all=command.is_all, numbers=frozenset(command.numbers))
    looks = foresee(work, command.action, choice, command.at_most)
    done = STEPS[command.action](work, command, looks)
    keep_step(work, command.token, command.action.value, done)
    return done


def find_results(work: CaseWork, token: str) -> tuple[Result, ...]:
    """What came of a press before; nothing where there was none."""
    row = _find_step(work, token)
    return tuple(msgspec.convert(work.read_sealed(row)["results"], list[Result])) if row else ()


def find_action(work: CaseWork, token: str) -> str | None:
    """What a press before was about, in the word it was kept under; None where there was none."""
    row = _find_step(work, token)
    return row.action if row else None


def find_jobs(work: CaseWork, action: BulkAction, results: Iterable[Result]) -> Mapping[int, JobView]:
    """How far the papers of these requests are, by number; nothing for steps that are done at once."""
    kind = IN_BACKGROUND.get(action)
    if kind is None:
        return {}
    done = [each for each in results if each.is_done]
    if action is BulkAction.COMPLAIN:
        rows = {each.number: each.id for each in list_complaints(work)}
        subjects = {each.number: rows[each.complaint] for each in done if each.complaint in rows}
    else:
        rows = {each.number: each.id for each in list_requests(work)}
        subjects = {each.number: rows[each.number] for each in done}
    found: Mapping[UUID, Job] = jobs.find_newest(work.session, set(subjects.values()), kind)
    return {
        number: jobs.job_view(found[subject], now=work.now) for number, subject in subjects.items() if subject in found
    }


def _find_step(work: CaseWork, token: str) -> BulkStep | None:
    query = select(BulkStep).where(BulkStep.case_id == work.case.id, BulkStep.token == token)
    return work.session.scalars(query).one_or_none()


def keep_step(work: CaseWork, token: str, action: str, done: Sequence[Result]) -> None:
    """Keep what came of a press under its token."""
    row = BulkStep(id=uuid4(), case_id=work.case.id, token=token, action=action, done_at=work.now)
    row.sealed = work.sealed_for(row, {"results": [msgspec.to_builtins(each) for each in done]})
    work.session.add(row)
    work.session.flush()
