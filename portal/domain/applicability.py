"""Which regimes can be used for this person, this content and this platform on this day, each with the reason.

Everything is read from the regime's own record: no law has code of its own here. What ties a case to a law's territory
is in `portal.domain.ties`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from portal.domain.lifecycle import Depiction, Filer
from portal.domain.regimes import (
    Certainty,
    Confidence,
    Coverage,
    Filers,
    Regime,
    Status,
    TerritorialScope,
)
from portal.domain.ties import ORDER, Answer, CaseFacts, PlatformFacts, judge_tie, rank_answer
from portal.domain.wording import Sentence, format_sentence

__all__ = ["DOUBTS", "Applicability", "CaseFacts", "PlatformFacts", "assess", "is_doubt", "prefer_national"]

# Why a law that can be used may not fit all the same. Whoever sends the letter is told so; the letter itself gives the
# other side no ground to put it aside.
DOUBTS = frozenset(
    {
        "It is not known what kind of service the platform is.",
        "It is not sure that this law reaches this kind of service, but the platform has a form of its own for it.",
        "This law binds only services that an authority has named.",
        "It is not sure that this law can be used by the one who asks.",
        "This law may reach this kind of content.",
        "This law is only for the one who took the picture.",
    }
)


def is_doubt(reason: str) -> bool:
    """Whether the reason of a verdict is why the law may not fit, not why it does."""
    return reason in DOUBTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicability:
    """Whether a regime applies, why, and whether the portal puts it in a notice."""

    regime: str
    applies: Certainty
    wording: Sentence
    offered: bool
    replaced_by: str | None = None  # the national form of the same right, which is used in its place

    @property
    def reason(self) -> str:
        """One English sentence; `wording` can be rendered in any language."""
        return str(self.wording)


def assess(regime: Regime, facts: CaseFacts, platform: PlatformFacts, on: date) -> Applicability:
    """Whether `regime` can be used on the day `on`. A "no" anywhere is no; else a "maybe" anywhere is maybe.

    It is offered where the content or the filer may leave a doubt, but not the territory, nor whether such a service is
    bound at all: a letter would else cite the laws of every country to somebody who gave none.
    """
    tie = judge_tie(regime, facts, platform)
    applies, wording = _find_weakest(tie, regime, facts, platform, on)
    if applies is Certainty.NO:
        return Applicability(regime=regime.id, applies=applies, wording=wording, offered=False)
    usable = regime.offered and regime.confidence is not Confidence.MEMORY
    if not usable:
        wording = format_sentence("This law may apply, but what is known of it is not sure enough to use it.")
    is_bound = tie[0] is Certainty.YES and not _has_only_form(regime, platform)
    return Applicability(regime=regime.id, applies=applies, wording=wording, offered=usable and is_bound)


def prefer_national(found: Sequence[tuple[Regime, Applicability]]) -> list[tuple[Regime, Applicability]]:
    """The same verdicts, where both can be used with the national form of a right in place of the general one.

    Commands, pages, the API and letters all go through this.
    """
    usable = [regime for regime, verdict in found if verdict.offered]
    forms = {replaced: regime for regime in reversed(usable) for replaced in regime.in_place_of}
    return [
        (regime, _replace(verdict, forms[regime.id]) if verdict.offered and regime.id in forms else verdict)
        for regime, verdict in found
    ]


def _replace(verdict: Applicability, form: Regime) -> Applicability:
    wording = format_sentence("%(law)s is used in its place: it is the national form of the same right.", law=form.name)
    return replace(verdict, wording=wording, offered=False, replaced_by=form.id)


def _find_weakest(tie: Answer, regime: Regime, facts: CaseFacts, platform: PlatformFacts, on: date) -> Answer:
    """The first of the least sure answers. Where all agree the tie speaks: that is what people need to know."""
    weakest = min(tie, _judge_law(regime, on), key=rank_answer)
    for judge in _JUDGES:
        if weakest[0] is Certainty.NO:
            break
        weakest = min(weakest, judge(regime, facts, platform), key=rank_answer)
    return weakest


def _judge_law(regime: Regime, on: date) -> Answer:
    if regime.is_in_force_on(on):
        return Certainty.YES, format_sentence("This law is in force.")
    if regime.status is Status.BILL:
        return Certainty.NO, format_sentence("This law is a bill, not law.")
    if regime.status is not Status.IN_FORCE:
        return Certainty.NO, format_sentence("This law is not known to be in force.")
    if regime.in_force_from is not None and on < regime.in_force_from:
        return Certainty.NO, format_sentence("This law is in force from %(day)s only.", day=regime.in_force_from)
    return Certainty.NO, format_sentence("This law is no longer in force.")


def _judge_platform(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    reach = regime.reach
    if reach.platforms or reach.designations:
        return _judge_named(regime, platform)
    if platform.category is None:
        unsure = bool(reach.platform_categories)
        return (Certainty.MAYBE if unsure else Certainty.YES), format_sentence(
            "It is not known what kind of service the platform is."
        )
    if _is_reached_kind(reach, platform.category):
        return Certainty.YES, format_sentence("This law reaches this kind of service.")
    if _has_only_form(regime, platform):
        return Certainty.MAYBE, format_sentence(
            "It is not sure that this law reaches this kind of service, but the platform has a form of its own for it."
        )
    return Certainty.NO, format_sentence("This law does not reach this kind of service.")


def _is_reached_kind(reach: TerritorialScope, category: str) -> bool:
    listed = not reach.platform_categories or category in reach.platform_categories
    return listed and category not in reach.not_categories


def _has_only_form(regime: Regime, platform: PlatformFacts) -> bool:
    """Whether a service of a kind that the law leaves out runs the form that the law asks for all the same."""
    if platform.category is None or _is_reached_kind(regime.reach, platform.category):
        return False
    return any(form.partition("_")[0] == regime.reach.own_form for form in platform.forms)


def _judge_named(regime: Regime, platform: PlatformFacts) -> Answer:
    """A law that binds only services which an authority has named, or designated."""
    if platform.id is None:
        return Certainty.MAYBE, format_sentence("This law binds only services that an authority has named.")
    if platform.id in regime.reach.platforms or platform.designation in regime.reach.designations:
        return Certainty.YES, format_sentence("This law reaches this service, which an authority has named.")
    return Certainty.NO, format_sentence(
        "This law binds only services that an authority has named, and not this one, as far as is known."
    )


def _judge_filer(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    cover = max(_FILERS[facts.filer](regime.filers), regime.filers.anyone, key=lambda each: ORDER[each])
    if cover is Certainty.YES:
        return cover, format_sentence("This law can be used by the one who asks.")
    if cover is Certainty.MAYBE:
        return cover, format_sentence("It is not sure that this law can be used by the one who asks.")
    return cover, format_sentence("This law cannot be used by the one who asks.")


def _judge_content(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    cover = _cover_depiction(regime.covers, facts)
    if facts.threat_only:
        cover = _lower(cover, regime.covers.threat)
    cover = _cover_age(cover, regime.covers, facts.under_18)
    if cover is Certainty.YES:
        return cover, format_sentence("This law reaches this kind of content.")
    if cover is Certainty.MAYBE:
        return cover, format_sentence("This law may reach this kind of content.")
    return cover, format_sentence("This law does not reach this kind of content.")


def _judge_ownership(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    if not regime.reach.needs_ownership or facts.took_it_themselves:
        return Certainty.YES, format_sentence("This law is open to this person.")
    if facts.took_it_themselves is None:
        return Certainty.MAYBE, format_sentence("This law is only for the one who took the picture.")
    return Certainty.NO, format_sentence("This law is only for the one who took the picture.")


def _cover_depiction(covers: Coverage, facts: CaseFacts) -> Certainty:
    """Where the person cannot tell the kind of picture, only a law that reaches every kind reaches it surely."""
    if facts.depiction is Depiction.UNSURE:
        return _agree(covers.real, covers.synthetic, _altered(covers))
    if facts.depiction is Depiction.SYNTHETIC and facts.altered is not False:
        return _altered(covers) if facts.altered else _agree(covers.synthetic, _altered(covers))
    return _DEPICTIONS[facts.depiction](covers)


def _altered(covers: Coverage) -> Certainty:
    return covers.synthetic if covers.altered is None else covers.altered


def _agree(*covers: Certainty) -> Certainty:
    return covers[0] if len(set(covers)) == 1 else Certainty.MAYBE


def _cover_age(cover: Certainty, covers: Coverage, under_18: bool | None) -> Certainty:
    """The weaker of what the law says of the picture and of the age; an age not known is sure only where both agree."""
    if under_18 is None:
        return _lower(cover, _agree(covers.minors, covers.adults))
    return _lower(cover, covers.minors if under_18 else covers.adults)


def _lower(one: Certainty, other: Certainty) -> Certainty:
    return min(one, other, key=lambda each: ORDER[each])


_Judge = Callable[[Regime, CaseFacts, PlatformFacts], Answer]

_JUDGES: tuple[_Judge, ...] = (_judge_platform, _judge_filer, _judge_content, _judge_ownership)
_FILERS: Mapping[Filer, Callable[[Filers], Certainty]] = MappingProxyType(
    {
        Filer.SELF: lambda filers: filers.person,
        Filer.PARENT: lambda filers: filers.parent,
        Filer.REPRESENTATIVE: lambda filers: filers.representative,
    }
)
_DEPICTIONS: Mapping[Depiction, Callable[[Coverage], Certainty]] = MappingProxyType(
    {
        Depiction.REAL: lambda covers: covers.real,
        Depiction.SYNTHETIC: lambda covers: covers.synthetic,
        Depiction.FALSE: lambda covers: covers.false_depiction,
        Depiction.PRIVATE: lambda covers: covers.personal_data,
    }
)
