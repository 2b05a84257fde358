"""What ties a case to the territory of a law: where the person lives, and which company answers for people there.

The tie is real or it is not there. A company of the same group in the law's territory ties nobody whom another company
answers for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from portal.domain.directory import Company
from portal.domain.lifecycle import Depiction, Filer
from portal.domain.regimes import Certainty, ConnectingFactor, Regime, RegimeKind
from portal.domain.territories import Territory, find_region, reaches
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
    country_name: str | None = None  # in English, with its article: for the reasons
    part_name: str | None = None
    filer: Filer = Filer.SELF
    took_it_themselves: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformFacts:
    """What is known of the platform. None is unknown, never "no"."""

    id: str | None = None  # slug in the directory
    category: str | None = None  # a category of the directory
    seat_country: str | None = None
    establishments: tuple[str, ...] = ()  # other countries where it has a company
    companies: tuple[Company, ...] = ()  # which company answers for whom; empty where there is but one, or nobody knows
    forms: frozenset[str] = frozenset()  # kinds of its own channels
    serves: tuple[str, ...] | None = None  # countries it offers its service in, where that is limited
    designation: str | None = None  # "vlop" or "vlose"; None: not designated


Answer = tuple[Certainty, Sentence]
ORDER: Mapping[Certainty, int] = MappingProxyType({Certainty.NO: 0, Certainty.MAYBE: 1, Certainty.YES: 2})


def rank_answer(answer: Answer) -> int:
    return ORDER[answer[0]]


def judge_tie(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    """The best of the ties, since one is enough."""
    answers = [_TIES[tie](regime, facts, platform) for tie in regime.reach.ties]
    nothing = (Certainty.NO, format_sentence("Nothing ties this case to the territory of this law."))
    return max(answers, key=rank_answer, default=nothing)


def _judge_anywhere(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    if regime.kind is RegimeKind.SUPPORT:
        return Certainty.YES, format_sentence("This service is open wherever the person lives.")
    return Certainty.YES, format_sentence("This law binds the platform wherever the person lives.")


def _judge_residence(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
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
        return Certainty.YES, _tell_residence(regime, facts, platform)
    return Certainty.NO, format_sentence("The person does not live where this law applies.")


def _tell_residence(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Sentence:
    """Where the person lives, by its name where it is known, and the company that answers for people there."""
    is_part = any("-" in jurisdiction for jurisdiction in regime.jurisdictions)
    place = facts.part_name if is_part else facts.country_name
    if place is None:
        return format_sentence("The person lives where this law applies.")
    company = _find_company(regime, facts, platform) if regime.kind in _AGAINST_COMPANIES else None
    if company is None:
        return format_sentence("The person lives in %(place)s, where this law applies.", place=place)
    return format_sentence(
        "The person lives in %(place)s, where this law applies. %(company)s answers for people there.",
        place=place,
        company=company.name,
    )


def _judge_seat(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    """An establishment ties only where it is the one that answers for this person: a company of the same group in the
    law's territory that has nothing to do with people elsewhere does not tie them.
    """
    if platform.companies and facts.country is not None:
        company = _find_company(regime, facts, platform)
        if company is not None and company.country is not None:
            return _judge_company(regime, facts, company, company.country)
    seats = _list_seats(platform)
    if not seats:  # of a platform that nothing is known of, nothing ties the case to this territory
        unknown = Certainty.MAYBE if platform.id else Certainty.NO
        return unknown, format_sentence("It is not known where the platform is established.")
    found = {reaches(regime, seat, None, None) for seat in seats}
    if found == {True}:
        return Certainty.YES, format_sentence("The platform is established where this law applies.")
    if True in found:
        return Certainty.MAYBE, format_sentence(
            "One of the platform's companies is established where this law applies. "
            "Whether it answers for people where the person lives is not known."
        )
    if None in found:
        return Certainty.MAYBE, format_sentence(
            "The platform is established in this country; in which part is not known."
        )
    return Certainty.NO, format_sentence("The platform is not established where this law applies.")


def _list_seats(platform: PlatformFacts) -> list[str]:
    named = [company.country for company in platform.companies if company.country]
    return [*platform.establishments, *filter(None, [platform.seat_country]), *named]


def _find_company(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Company | None:
    """The company that answers for this person's region, as far as it is surely known."""
    if facts.country is None:
        return None
    region = find_region(facts.country, facts.territory)
    for company in platform.companies:
        regions = company.provider_for if regime.kind in _OF_SERVICES else company.controller_for
        if company.is_sure and region in regions:
            return company
    return None


def _judge_company(regime: Regime, facts: CaseFacts, company: Company, country: str) -> Answer:
    lies = reaches(regime, country, None, None)
    if lies is None:
        return Certainty.MAYBE, format_sentence(
            "%(company)s is established in this country; in which part is not known.", company=company.name
        )
    if lies is False:
        return Certainty.NO, format_sentence(
            "%(company)s answers for people where the person lives, and is not established where this law applies.",
            company=company.name,
        )
    if facts.country_name is None:
        return Certainty.YES, format_sentence(
            "%(company)s, established where this law applies, answers for people where the person lives.",
            company=company.name,
        )
    return Certainty.YES, format_sentence(
        "%(company)s, established where this law applies, answers for people in %(place)s.",
        company=company.name,
        place=facts.country_name,
    )


def _judge_notifies(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    """A notice that anybody may give, under a law that protects people somewhere else."""
    if platform.id is None:
        return Certainty.NO, format_sentence("Nothing ties this case to the territory of this law.")
    return Certainty.MAYBE, format_sentence(
        "Anybody may send a notice under this law, but it protects people where it applies, and the person lives "
        "elsewhere. No letter relies on it."
    )


def _judge_offers(regime: Regime, facts: CaseFacts, platform: PlatformFacts) -> Answer:
    if facts.country and reaches(regime, facts.country, facts.subdivision, facts.territory):
        return Certainty.YES, format_sentence("The platform is used by a person who lives where this law applies.")
    if platform.serves is None:
        return Certainty.MAYBE, format_sentence("The platform may offer its service where this law applies.")
    if any(reaches(regime, country, None, None) is not False for country in platform.serves):
        return Certainty.YES, format_sentence("The platform offers its service where this law applies.")
    return Certainty.NO, format_sentence("The platform does not offer its service where this law applies.")


# Of these the service's provider is obliged, of all others the one who decides about the data.
_OF_SERVICES = frozenset({RegimeKind.REMOVAL, RegimeKind.APPEAL})
_AGAINST_COMPANIES = frozenset({*_OF_SERVICES, RegimeKind.ERASURE, RegimeKind.DATA_RIGHT})

_Judge = Callable[[Regime, CaseFacts, PlatformFacts], Answer]

_TIES: Mapping[ConnectingFactor, _Judge] = MappingProxyType(
    {
        ConnectingFactor.ANYWHERE: _judge_anywhere,
        ConnectingFactor.RESIDENCE: _judge_residence,
        ConnectingFactor.SEAT: _judge_seat,
        ConnectingFactor.OFFERS: _judge_offers,
        ConnectingFactor.NOTIFIES: _judge_notifies,
    }
)
