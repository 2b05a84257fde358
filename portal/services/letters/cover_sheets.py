"""The sheet for whoever sends a letter: how it goes, what its recipient learns, which records of the law it relies on.

None of that is for the recipient, so none of it stands in the letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.domain.applicability import is_doubt
from portal.domain.letters.facts import ContentFact, FollowUpFacts, LetterFacts, NoticeFacts, ThreatFacts
from portal.domain.lifecycle import LetterKind, SendingChannel
from portal.services.letters import kept_letters
from portal.services.letters.drafting import read_facts
from portal.services.work import CaseWork


class Learned(StrEnum):
    """What the recipient of a letter learns from it."""

    NAME = "name"
    PSEUDONYM = "pseudonym"
    PERSON = "person"  # the name of the one for whom somebody acts
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    COUNTRY = "country"
    WORDS = "words"  # the sender's own
    FINGERPRINTS = "fingerprints"
    LINKS = "links"


@dataclass(frozen=True, kw_only=True)
class RecordUsed:
    """A record of a law as the letter cites it."""

    name: str
    citation: str
    version: str
    doubt: str = ""  # why it may not fit, which the letter does not say


@dataclass(frozen=True, kw_only=True, repr=False)
class CoverSheet:
    """`address` is empty where none is known; `may_pass_identity` None where the letter says nothing of it."""

    number: int
    kind: LetterKind
    reference: str
    made_at: datetime
    left_at: datetime | None
    recipient: str
    channel: SendingChannel
    address: str
    learns: tuple[Learned, ...]
    may_pass_identity: bool | None
    records: tuple[RecordUsed, ...]
    digest: str
    language: str  # BCP 47
    foreign: tuple[str, ...] = ()  # the languages that the recipient works in, where the letter's is none of them


def read_cover_sheet(work: CaseWork, number: int) -> CoverSheet:
    """The sheet of letter `number`, from the very facts that the letter was made from. Raises UnknownNumber."""
    letter = kept_letters.find_letter(work, number)
    facts = read_facts(work, letter)
    recipient = facts.frame.recipient
    return CoverSheet(
        number=letter.number,
        kind=letter.kind,
        reference=facts.frame.reference,
        made_at=letter.made_at,
        left_at=letter.left_at,
        recipient=recipient.service or recipient.name,
        channel=recipient.channel,
        address=recipient.contact or ", ".join(recipient.address_lines),
        learns=tuple(_list_learned(facts)),
        may_pass_identity=_may_pass_identity(facts),
        records=tuple(
            RecordUsed(
                name=each.name,
                citation=each.citation,
                version=f"{each.regime_id} {each.version}",
                doubt=each.reason if each.reason and is_doubt(each.reason) else "",
            )
            for each in {each.regime_id: each for each in facts.bases}.values()
        ),
        digest=letter.digest,
        language=facts.frame.language,
        foreign=() if facts.frame.language in recipient.languages else recipient.languages,
    )


def _may_pass_identity(facts: LetterFacts) -> bool | None:
    """A notice asks to keep the name wherever the person allowed nothing; other letters only where it was said."""
    said: bool | None = getattr(facts, "may_pass_identity", None)
    return bool(said) if isinstance(facts, NoticeFacts) else said


def _list_learned(facts: LetterFacts) -> Iterator[Learned]:
    reporter = facts.frame.reporter
    given = {
        Learned.PSEUDONYM if reporter.is_pseudonym else Learned.NAME: reporter.name,
        Learned.PERSON: reporter.acts_for,
        Learned.EMAIL: reporter.email,
        Learned.PHONE: reporter.phone,
        Learned.ADDRESS: reporter.address_lines,
        Learned.COUNTRY: reporter.country,
        Learned.WORDS: _find_own_words(facts),
        Learned.FINGERPRINTS: facts.copies if isinstance(facts, NoticeFacts) else (),
        Learned.LINKS: facts.links,
    }
    return (each for each, value in given.items() if value)


def _find_own_words(facts: LetterFacts) -> str | None:
    """What the sender wrote of the content, of the threat, or in answer to the recipient."""
    content = getattr(facts, "content", None)
    if isinstance(content, ContentFact) and content.explanation:
        return content.explanation
    if isinstance(facts, ThreatFacts):
        return facts.threat
    return facts.given if isinstance(facts, FollowUpFacts) else None
