"""Which regimes can be used for this person, this content and this platform on this day, each with the reason.

Everything is read from the regime's own record: no law has code of its own here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from portal.domain.lifecycle import Depiction, Filer
from portal.domain.regimes import Certainty, Confidence, ConnectingFactor, Coverage, Filers, Regime, RegimeKind, Status
from portal.domain.territories import Territory, reaches
from portal.domain.wording import Sentence, format_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What is known of the person and the content. None is unknown, never "no"."""

    country: str | None  # ISO 3166-1 alpha-2 of residence
    subdivision: str | None = None  # the part of ISO 3166-2 after the hyphen
    territory: Territory | None = None  # where the country's code is that of a part of a state
    under_18: bool | None = None  # when the picture was made
    depiction: Depiction = Depiction.UNSURE
    altered: bool | None = None  # of a synthetic one: a real picture changed (true), or made whole (false)
    threat_only: bool = False  # nothing is online yet
    filer: Filer = Filer.SELF
    took_it_themselves: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFacts:
    """What is known of the platform. None is unknown, never "no"."""

    id: str | None = None  # slug in the directory
    category: str | None = None  # a category of the directory
    seat_country: str | None = None
    establishments: tuple[str, ...] = ()  # other countries where it has a company
    serves: tuple[str, ...] | None = None  # countries it offers its service in, where that is limited
    designation: str | None = None  # "vlop" or "vlose"; None: not designated


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicability:
    """Whether a regime applies, why, and whether the portal puts it in a notice."""

    regime: str
    applies: Certainty
    wording: Sentence
    offered: bool

    @property
    def reason(self) -> str:
        """One English sentence; `wording` can be rendered in any language."""
        return str(self.wording)


_Answer = tuple[Certainty, Sentence]
_ORDER: Mapping[Certainty, int] = MappingProxyType({Certainty.NO: 0, Certainty.MAYBE: 1, Certainty.YES: 2})


def assess(regime: Regime, facts: CaseFacts, platform: PlatformFacts, on: date) -> Applicability:
    """Whether `regime` can be used on the day `on`. A "no" anywhere is no; else a "maybe" anywhere is maybe.

    It is offered where the content or the filer may leave a doubt, but not the territory: a letter would else cite the
    laws of every country to somebody who gave none.
    """
    tie = _judge_tie(regime, facts, platform)
    applies, wording = _find_weakest(tie, regime, facts, platform, on)
    if applies is Certainty.NO:
        return Applicability(regime=regime.id, applies=applies, wording=wording, offered=False)
    usable = regime.offered and regime.confidence is not Confidence.MEMORY
    if not usable:
        wording = format_sentence("This law may apply, but what is known of it is not sure enough to use it.")
    return Applicability(regime=regime.id, applies=applies, wording=wording, offered=usable and tie[0] is Certainty.YES)


def _find_weakest(tie: _Answer, regime: Regime, facts: CaseFacts, platform: PlatformFacts, on: date) -> _Answer:
    """The first of the least sure answers. Where all agree the tie speaks: that is what people need to know."""
    weakest = min(tie, _judge_law(regime, on), key=_rank)
    for judge in _JUDGES:
        if weakest[0] is Certainty.NO:
            break
        weakest = min(weakest, judge(regime, facts, platform), key=_rank)
    return weakest


def _rank(answer: _Answer) -> int:
    return _ORDER[answer[0]]


def _judge_law(regime: Regime, on: date) -> _Answer:
    if regime.is_in_force_on(on):
        return Certainty.YES, format_sentence("This law is in force.")
    if regime.status is Status.BILL:
        return Certainty.NO, format_sentence("This law is a bill, not law.")
    if regime.status is not Status.IN_FORCE:
        return Certainty.NO, format_sentence("This law is not known to be in force.")
    if regime.in_force_from is not None and on < regime.in_force_from:
        return Certainty.NO, format_sentence("This law is in force from %(day)s only.", day=regime.in_force_from)
    return Certainty.NO, format_sentence("This law is no longer in force.")


def _judge_tie(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    """The best of the ties, since one is enough."""
    answers = [_TIES[tie](regime, facts, platform) for tie in regime.reach.ties]
    nothing = (Certainty.NO, format_sentence("Nothing ties this case to the territory of this law."))
    return max(answers, key=_rank, default=nothing)


def _judge_anywhere(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    if regime.kind is RegimeKind.SUPPORT:
        return Certainty.YES, format_sentence("This service is open wherever the person lives.")
    return Certainty.YES, format_sentence("This law binds the platform wherever the person lives.")


def _judge_residence(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    if facts.country is None:
        return Certainty.MAYBE, format_sentence("It is not known where the person lives.")
    lives = reaches(regime, facts.country, facts.subdivision, facts.territory)
    if lives is None and facts.territory:
        return Certainty.MAYBE, format_sentence("A part of this law may apply where the person lives.")
    if lives is None:
        return Certainty.MAYBE, format_sentence("This law applies in a part of the country; which part is not known.")
    if lives and regime.kind is RegimeKind.SUPPORT:
        return Certainty.YES, format_sentence("The person lives where this service works.")
    if lives:
        return Certainty.YES, format_sentence("The person lives where this law applies.")
    return Certainty.NO, format_sentence("The person does not live where this law applies.")


def _judge_seat(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    seats = [*platform.establishments, *([platform.seat_country] if platform.seat_country else [])]
    if not seats:  # of a platform that nothing is known of, nothing ties the case to this territory
        unknown = Certainty.MAYBE if platform.id else Certainty.NO
        return unknown, format_sentence("It is not known where the platform is established.")
    found = {reaches(regime, seat, None, None) for seat in seats}
    if True in found:
        return Certainty.YES, format_sentence("The platform is established where this law applies.")
    if None in found:
        return Certainty.MAYBE, format_sentence(
            "The platform is established in this country; in which part is not known."
        )
    return Certainty.NO, format_sentence("The platform is not established where this law applies.")


def _judge_offers(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    if facts.country and reaches(regime, facts.country, facts.subdivision, facts.territory):
        return Certainty.YES, format_sentence("The platform is used by a person who lives where this law applies.")
    if platform.serves is None:
        return Certainty.MAYBE, format_sentence("The platform may offer its service where this law applies.")
    if any(reaches(regime, country, None, None) is not False for country in platform.serves):
        return Certainty.YES, format_sentence("The platform offers its service where this law applies.")
    return Certainty.NO, format_sentence("The platform does not offer its service where this law applies.")


def _judge_platform(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    reach = regime.reach
    if reach.platforms or reach.designations:
        return _judge_named(regime, platform)
    if platform.category is None:
        unsure = bool(reach.platform_categories)
        return (Certainty.MAYBE if unsure else Certainty.YES), format_sentence(
            "It is not known what kind of service the platform is."
        )
    listed = not reach.platform_categories or platform.category in reach.platform_categories
    if listed and platform.category not in reach.not_categories:
        return Certainty.YES, format_sentence("This law reaches this kind of service.")
    return Certainty.NO, format_sentence("This law does not reach this kind of service.")


def _judge_named(regime: Regime, platform: PlatformFacts) -> _Answer:
    """A law that binds only services which an authority has named, or designated."""
    if platform.id is None:
        return Certainty.MAYBE, format_sentence("This law binds only services that an authority has named.")
    if platform.id in regime.reach.platforms or platform.designation in regime.reach.designations:
        return Certainty.YES, format_sentence("This law reaches this service, which an authority has named.")
    return Certainty.NO, format_sentence(
        "This law binds only services that an authority has named, and not this one, as far as is known."
    )


def _judge_filer(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    cover = max(_FILERS[facts.filer](regime.filers), regime.filers.anyone, key=lambda each: _ORDER[each])
    if cover is Certainty.YES:
        return cover, format_sentence("This law can be used by the one who asks.")
    if cover is Certainty.MAYBE:
        return cover, format_sentence("It is not sure that this law can be used by the one who asks.")
    return cover, format_sentence("This law cannot be used by the one who asks.")


def _judge_content(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
    cover = _cover_depiction(regime.covers, facts)
    if facts.threat_only:
        cover = _lower(cover, regime.covers.threat)
    cover = _cover_age(cover, regime.covers, facts.under_18)
    if cover is Certainty.YES:
        return cover, format_sentence("This law reaches this kind of content.")
    if cover is Certainty.MAYBE:
        return cover, format_sentence("This law may reach this kind of content.")
    return cover, format_sentence("This law does not reach this kind of content.")


def _judge_ownership(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> _Answer:
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
    return min(one, other, key=lambda each: _ORDER[each])


_Judge = Callable[[Regime, CaseFacts, PlatformFacts], _Answer]

_JUDGES: tuple[_Judge, ...] = (_judge_platform, _judge_filer, _judge_content, _judge_ownership)
_TIES: Mapping[ConnectingFactor, _Judge] = MappingProxyType(
    {
        ConnectingFactor.ANYWHERE: _judge_anywhere,
        ConnectingFactor.RESIDENCE: _judge_residence,
        ConnectingFactor.SEAT: _judge_seat,
        ConnectingFactor.OFFERS: _judge_offers,
    }
)
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
