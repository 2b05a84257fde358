"""What would make letters stronger: answers that laws ask for and the report does not have, each asked once.

Every letter of a case says what its report says, those of later links and re-uploads too. So an answer is given here
once, and fills all of them. What is stated above a signature is none of it: that is made for each letter, on its day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import UNSENT, Filer
from portal.domain.regimes import NoticeField
from portal.domain.report import Report
from portal.services.cases.mandates import renew_mandate
from portal.services.cases.opening import CaseStamp
from portal.services.intake.drafts import SavingPlan, keep_report, plan_report
from portal.services.requests import preparing
from portal.services.requests.citations import WRITTEN, Citation
from portal.services.requests.dossier import Dossier, read_dossiers
from portal.services.work import CaseWork


class Topic(StrEnum):
    """One thing that a person can add. The order is that of the page."""

    NAME = "name"
    EMAIL = "email"
    WHAT = "what"
    AGE = "age"
    AUTHORITY = "authority"
    PHONE = "phone"
    ADDRESS = "address"


TOPIC_OF: Mapping[NoticeField, Topic] = MappingProxyType(
    {
        NoticeField.LEGAL_NAME: Topic.NAME,
        NoticeField.NAME: Topic.NAME,
        NoticeField.EMAIL: Topic.EMAIL,
        NoticeField.CONTACT: Topic.EMAIL,
        NoticeField.IDENTITY: Topic.EMAIL,
        NoticeField.DEPICTION: Topic.WHAT,
        NoticeField.AGE: Topic.AGE,
        NoticeField.AUTHORITY: Topic.AUTHORITY,
        NoticeField.IS_SUBJECT_OR_AUTHORISED: Topic.AUTHORITY,
        NoticeField.PHONE: Topic.PHONE,
        NoticeField.POSTAL_ADDRESS: Topic.ADDRESS,
    }
)
GIVES_AWAY = frozenset({Topic.PHONE, Topic.ADDRESS})
# Answers by which the laws of a request are picked.
_PICKING = ("depiction", "under_18", "country", "subdivision", "took_it", "is_online")


@dataclass(frozen=True, kw_only=True)
class MissingFact:
    """Something to add, and the platforms whose letters get better by it."""

    topic: Topic
    platforms: tuple[str, ...]
    is_vital: bool  # one of these letters can cite no law at all without it, whatever is stated for it


@dataclass(frozen=True, kw_only=True)
class MissingFacts:
    """What letters that have not gone lack, those first without which a letter cites nothing."""

    facts: tuple[MissingFact, ...]
    letters: int  # how many letters get better by at least one of them

    @property
    def topics(self) -> frozenset[Topic]:
        return frozenset(fact.topic for fact in self.facts)


def find_missing_facts(work: CaseWork, dossiers: Iterable[Dossier] | None = None) -> MissingFacts:
    """Of every request of the case that is not sent; `dossiers` are all, where the caller has them. Reads only."""
    lacking: dict[Topic, list[Dossier]] = {}
    touched: set[int] = set()
    for dossier in read_dossiers(work) if dossiers is None else dossiers:
        if dossier.request.state not in UNSENT:
            continue
        topics = _topics_of(dossier)
        for topic in topics:
            lacking.setdefault(topic, []).append(dossier)
        touched |= {dossier.number} if topics else set()
    facts = (
        MissingFact(
            topic=topic,
            platforms=tuple(dict.fromkeys(dossier.name for dossier in lacking[topic])),
            is_vital=not all(_can_cite(dossier) for dossier in lacking[topic]),
        )
        for topic in Topic
        if topic in lacking
    )
    return MissingFacts(facts=tuple(sorted(facts, key=lambda fact: not fact.is_vital)), letters=len(touched))


@dataclass(frozen=True, kw_only=True, repr=False)
class FactsPlan:
    """The report with what was added, and whether the laws of its requests have to be picked anew."""

    saving: SavingPlan
    picks_anew: bool
    authority: str | None  # where whoever acts for another said it now

    @property
    def stamp(self) -> CaseStamp:
        return self.saving.stamp


def plan_facts(work: CaseWork, report: Report, *, version: int | None) -> FactsPlan:
    """The case with these answers. Reads only. Raises Changed when another tab saved since `version`, and NoRoom."""
    before = work.report
    is_other = any(getattr(report, name) != getattr(before, name) for name in _PICKING)
    says_authority = report.filer is Filer.REPRESENTATIVE and report.authority != before.authority
    return FactsPlan(
        saving=plan_report(work, report, version=version),
        picks_anew=is_other,
        authority=report.authority if says_authority else None,
    )


def keep_facts(work: CaseWork, plan: FactsPlan) -> None:
    """Write them down. For whoever holds the case as it stood at the plan's stamp."""
    keep_report(work, plan.saving)
    if plan.authority is not None:
        renew_mandate(work, plan.authority, plan.saving.report.authority_ends_on)
    if plan.picks_anew:
        work.session.flush()
        preparing.pick_anew(work)


def _topics_of(dossier: Dossier) -> frozenset[Topic]:
    """What the letter lacks. What gives somebody away is no part of it where a law can be cited without."""
    lacking = [frozenset(_topics_in(citation, dossier.report)) for citation in dossier.citations]
    all_of_them = frozenset[Topic]().union(*lacking)
    can_do_without = any(not topics & GIVES_AWAY for topics in lacking)
    return all_of_them - GIVES_AWAY if can_do_without else all_of_them


def _topics_in(citation: Citation, report: Report) -> Iterator[Topic]:
    for each in citation.missing:
        for proof in each.missing:
            if proof in TOPIC_OF:
                yield TOPIC_OF[proof]
            elif proof in WRITTEN and report.depiction is None:
                yield Topic.WHAT


def _can_cite(dossier: Dossier) -> bool:
    """Whether a law has all it asks for, but for what is stated when the letter is made."""
    return any(citation.is_complete or citation.waits_for_statement for citation in dossier.citations)
