"""The redacted twin of a letter: the same letter, with everything that could identify the person blacked out.

Deny by default: a text stays only if its field is listed here as public. A field that is added later is therefore
blacked out until somebody decides otherwise. Of what stays, the texts the portal wrote about the case are searched once
more for what identifies the person: a file could be named after them, a site could carry their name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from portal.domain.letters.blocks import BAR
from portal.domain.letters.facts import (
    AnswerFact,
    ChronologyRow,
    ComplaintFacts,
    CopyFact,
    EarlierComplaint,
    ErasureFacts,
    Exhibit,
    FormFact,
    LetterFacts,
    LetterHeader,
    LinkFact,
    NextStepFact,
    Party,
    Recipient,
    Reporter,
    SenderOrganisation,
    SentFact,
    SupplierFacts,
    ThreatFacts,
)
from portal.domain.letters.law_facts import (
    BasisFact,
    ClockFact,
    DutyFact,
    ElementFact,
    SourceFact,
    StatementFact,
    StepFact,
    StepValue,
    WordingFact,
)
from portal.domain.letters.phrases import FORM_POINTED, POINTED
from portal.domain.letters.texts import Spot, change_texts

F = TypeVar("F", bound=LetterFacts)

# The law's and the directory's own texts, and the words without which a letter would not be the same letter.
PUBLIC: Mapping[type, frozenset[str]] = {
    LetterHeader: frozenset({"reference", "language", "zone"}),
    Recipient: frozenset({"name", "department", "address_lines", "contact", "country", "service", "languages"}),
    Reporter: frozenset({"country", "country_name"}),
    SenderOrganisation: frozenset({"name", "address_lines", "email", "phone", "website"}),
    Party: frozenset({"country"}),
    NextStepFact: frozenset({"body", "basis"}),
    ErasureFacts: frozenset({"grounds"}),
    ComplaintFacts: frozenset({"history_digest", "authority_asks", "authority_limits", "check_url"}),
    BasisFact: frozenset({"regime_id", "name", "citation", "basis", "version", "reason", "letter"}),
    ElementFact: frozenset({"key", "label"}),
    WordingFact: frozenset({"title", "limit", "says", "grounds", "conditions", "requests", "addressee"}),
    StatementFact: frozenset({"text"}),
    DutyFact: frozenset({"text", "rule"}),
    ClockFact: frozenset(
        {"regime_id", "rule_id", "label", "zone", "counting", "standard", "calendar_version", "zone_version", "version"}
    ),
    SourceFact: frozenset({"url", "supports"}),
    StepFact: frozenset({"at", "text", "key"}),
    StepValue: frozenset({"name", "text"}),
    SentFact: frozenset({"reference", "digest", "address"}),
    AnswerFact: frozenset({"notice"}),
    FormFact: frozenset({"label"}),
    EarlierComplaint: frozenset({"law", "answer"}),
    Exhibit: frozenset({"digest", "media", "name", "twin_digest", "twin_name", "twin_media"}),
    ChronologyRow: frozenset({"zone"}),
    CopyFact: frozenset({"media"}),
}

# Public too, but about the case: searched for what identifies the person.
SEARCHED: Mapping[type, frozenset[str]] = {
    LinkFact: frozenset({"platform"}),
    SentFact: frozenset({"recipient"}),
    AnswerFact: frozenset({"sender"}),
    ChronologyRow: frozenset({"what", "source", "about"}),
    EarlierComplaint: frozenset({"body"}),
    Exhibit: frozenset({"title", "about"}),
    Party: frozenset({"name", "legal_name", "address_lines"}),
    SupplierFacts: frozenset({"site"}),
}

# Parts of a name shorter than this are too common to search for by themselves.
SHORTEST_PART = 3


def redacted(facts: F) -> F:
    """The facts of the redacted twin. Every bar has the same length, so that it tells nothing."""
    secret, known = _pattern_of(facts), _names_of_directory(facts)

    def change(spot: Spot, text: str) -> str:
        if not text or spot.field in PUBLIC.get(spot.owner, ()):
            return text
        if spot.field in SEARCHED.get(spot.owner, ()):
            return _bar_outside(text, secret, known) if secret else text
        return text if _is_pointer(spot, text) else BAR

    changed = change_texts(facts, change)
    reporter = replace(changed.frame.reporter, address_lines=_one_bar(changed.frame.reporter.address_lines))
    frame = replace(changed.frame, reporter=reporter, is_redacted=True)
    result = replace(changed, frame=frame)
    if isinstance(result, ThreatFacts):
        result = replace(result, accounts=_one_bar(result.accounts))
    if isinstance(result, ComplaintFacts):
        notices = tuple(replace(sent, text=_one_bar(sent.text)) for sent in result.notices)
        # When it was found is the person's own; the exhibits are those of the redacted copy.
        exhibits = tuple(_show_twin(exhibit) for exhibit in result.exhibits)
        rows = tuple(row for row in result.chronology if not row.is_day)
        result = replace(result, notices=notices, exhibits=exhibits, chronology=rows, found_on=None)
    return result


def _is_pointer(spot: Spot, text: str) -> bool:
    """Whether it only says where in the letter something stands."""
    if (spot.owner, spot.field) == (FormFact, "value"):
        return text in FORM_POINTED
    return (spot.owner, spot.field) == (ElementFact, "value") and POINTED.issuperset(text.split("; "))


def _show_twin(exhibit: Exhibit) -> Exhibit:
    """The redacted exhibit in the place of the full one; where there is none, only that one is left out."""
    if exhibit.twin_digest is None:
        return replace(exhibit, digest="", size=0, name=None)
    size = exhibit.size if exhibit.twin_size is None else exhibit.twin_size
    name, media = exhibit.twin_name or exhibit.name, exhibit.twin_media or exhibit.media
    return replace(exhibit, digest=exhibit.twin_digest, size=size, name=name, media=media)


def _names_of_directory(facts: LetterFacts) -> tuple[str, ...]:
    """Names from the public directory of platforms: they tell nothing about the person, whatever she is called."""
    party = facts.party if isinstance(facts, ComplaintFacts) and facts.party.is_listed else None
    return tuple(name for name in (party.name, party.legal_name, *party.address_lines) if name) if party else ()


def _bar_outside(text: str, secret: re.Pattern[str], known: Sequence[str]) -> str:
    """Bar what is found, but leave the names of the directory whole."""
    if not known:
        return secret.sub(BAR, text)
    kept = re.compile("(" + "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in known) + ")")
    return "".join(part if number % 2 else secret.sub(BAR, part) for number, part in enumerate(kept.split(text)))


def _one_bar(lines: tuple[str, ...]) -> tuple[str, ...]:
    """However many lines there were, one bar: their number tells something too."""
    return (BAR,) if lines else ()


def _pattern_of(facts: LetterFacts) -> re.Pattern[str] | None:
    """Finds what identifies the person, whole and in parts, whatever the case of its letters.

    An address is barred as a whole only: barring its first part wherever that is a word would tell what it is.
    """
    reporter, signature = facts.frame.reporter, facts.frame.signature
    names = [name for name in (reporter.name, reporter.acts_for, signature and signature.name) if name]
    whole = [*names, reporter.email, reporter.phone, *reporter.address_lines]
    whole += [part.strip() for line in reporter.address_lines for part in line.split(",")]
    alternatives = [re.escape(text) for text in whole if text and len(text) >= SHORTEST_PART]
    for name in names:
        alternatives.extend(_name_patterns(name.split()))
    if not alternatives:
        return None
    return re.compile("|".join(sorted(set(alternatives), key=len, reverse=True)), re.IGNORECASE)


def _name_patterns(parts: Sequence[str]) -> list[str]:
    """The parts joined in the ways addresses join them, and each part that is long enough as a word of its own."""
    patterns = [rf"(?<!\w){re.escape(part)}(?!\w)" for part in parts if len(part) >= SHORTEST_PART]
    if len(parts) > 1:
        patterns.append(r"[\s._\-]*".join(re.escape(part) for part in parts))
    return patterns
