"""A call becomes a case: the same report, limits and rules as the person's own, and what only a call brings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.domain.lifecycle import ActorKind, AgeBand, History, RiskFlag, StepRefused
from portal.domain.report import Report
from portal.services.casefile import follow_ups
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.casefile.queue import listing as queue
from portal.services.cases import ages, mail_contact, risks, safe_contact
from portal.services.cases.safe_contact import Choices
from portal.services.history.events import NewEvent
from portal.services.intake import submission
from portal.services.intake.submission import Receipt, SubmissionPlan
from portal.services.work import CaseWork

SAID_ON_THE_PHONE = "Said on the phone when the case was opened."
LINKS_FOLLOW = "The caller sends the links. None was given on the phone."


class WordsBy(StrEnum):
    """How the caller wants to get the six words."""

    READ = "read"
    PAPER = "paper"
    MAIL = "mail"  # none at first: a way back by a link, once the address is confirmed
    LATER = "later"


@dataclass(frozen=True, kw_only=True, repr=False)
class PhoneCall:
    """What was said. `told` is the text that was read to the caller and agreed to; without it no case is opened.

    `age`: how old the person was when it was made, where they said it. `links_on`: the day on which the team looks
    whether the links came, where the caller sends them later.
    """

    report: Report
    told: str
    risks: Collection[RiskFlag] = ()
    safe: Choices | None = None
    age: AgeBand | None = None
    links_on: date | None = None
    words_by: WordsBy = WordsBy.LATER


def plan_case(work: CaseWork, call: PhoneCall) -> SubmissionPlan:
    """The case as it will be. Reads only. Raises Incomplete, StepRefused."""
    if work.actor.kind is not ActorKind.STAFF or not call.told:
        raise StepRefused("Read out what happens with the report first. The case is opened once the caller agrees.")
    return submission.plan_submission(work, told=call.report, links_follow=call.links_on is not None)


def keep_case(work: CaseWork, plan: SubmissionPlan, call: PhoneCall) -> Receipt:
    """Open the case for its team, assigned to the member. For whoever holds it as it stood at the plan's stamp.

    Raises StepRefused, BadAddress.
    """
    told = NewEvent(kind=History.CONSENT_TOLD, at=work.now, detail={"text": call.told})
    receipt = submission.keep_submission(work, plan, told=[told])
    work.case.assignee_id = None  # so that taking it stands in the history, whoever began the call
    queue.take_case(work)
    if call.age is not None:
        ages.set_age(work, call.age)
    if call.risks:
        risks.set_risks(work, call.risks, SAID_ON_THE_PHONE)
    if call.safe is not None:
        safe_contact.keep_told(work, call.safe)
    if call.links_on is not None and work.actor.staff_id is not None:
        new = NewFollowUp(due_on=call.links_on, owner_id=work.actor.staff_id, note=LINKS_FOLLOW)
        follow_ups.set_follow_up(work, new)
    if call.words_by is WordsBy.MAIL:
        mail_contact.set_address(work, call.report.email)
    return receipt
