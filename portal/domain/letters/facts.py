"""What a letter is made from: plain, frozen values, never database rows.

Only values live here, and all of them can be written as JSON without loss (dates and instants as ISO 8601 text, words
as their value, tuples as lists). A letter keeps its facts for ever: the same facts give the same bytes, and the bundle
for a regulator carries them inside itself. Instants are aware; `zone` names the time zone in which the sender counts.
What a letter says of the law stands in `law_facts.py`.

Three kinds of text stand in the fields, and redaction depends on knowing which is which:
- the law's and the directory's own words (`basis`, `citation`, a platform's name): public, they stay;
- sentences the portal wrote about the case (`ChronologyRow.what`, `Exhibit.title`): they hold nothing of the person's;
- the person's own data and words (names, contact, links, `explanation`, texts): blacked out in a redacted twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.letters.kinds import (
    ComplaintAsk,
    ErasureAsk,
    ExhibitKind,
    FollowUp,
    IdentityOffer,
    Paper,
    StatedBy,
    Statement,
    Supplier,
)
from portal.domain.letters.law_facts import BasisFact
from portal.domain.lifecycle import (
    Answer,
    Depiction,
    Filer,
    ItemState,
    LetterKind,
    MandateAct,
    Proof,
    SendingChannel,
    SentAs,
)


@dataclass(frozen=True, kw_only=True)
class SenderOrganisation:
    """The letterhead of a helpline. A person who writes alone has none."""

    name: str
    address_lines: tuple[str, ...] = ()
    email: str | None = None
    phone: str | None = None
    website: str | None = None


@dataclass(frozen=True, kw_only=True)
class Recipient:
    name: str
    channel: SendingChannel
    department: str | None = None  # "Designated agent", "Data protection officer"
    address_lines: tuple[str, ...] = ()
    contact: str | None = None  # the e-mail address or the web form it goes to
    country: str | None = None  # ISO 3166-1 alpha-2
    service: str | None = None  # the service's name, where `name` is the company that answers for it
    languages: tuple[str, ...] = ()  # which it works in, ISO 639; empty: not known


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Who writes. `name` is the one they sign with; with a pseudonym it says so where a law allows one."""

    role: Filer
    name: str | None
    is_pseudonym: bool = False
    acts_for: str | None = None  # the person's name, where someone acts for them and they may be named
    authority: str | None = None  # "mandate of 3 November 2026", "parental responsibility"
    email: str | None = None
    phone: str | None = None
    address_lines: tuple[str, ...] = ()
    country: str | None = None  # where the person lives, ISO 3166-1 alpha-2
    country_name: str | None = None  # the same in the letter's language
    subdivision: str | None = None


@dataclass(frozen=True, kw_only=True)
class Signature:
    name: str
    signed_at: datetime
    is_for_letter: bool = True  # made for this very letter; else it stands under statements that were made before it
    is_mandated: bool = False  # of a member of the team, under the person's written mandate


@dataclass(frozen=True, kw_only=True)
class StatedFact:
    """One statement with its day. One that was not made for this letter is told with "as I stated on"."""

    statement: Statement
    at: datetime
    by: StatedBy
    is_for_letter: bool
    speaker: str | None = None  # MANDATED only: the member's name
    mandated_on: date | None = None  # MANDATED only: the day of the person's written mandate
    mandate_covers: tuple[MandateAct, ...] = ()  # what it names; empty where it named nothing yet
    mandate_limit: str | None = None  # in its own words


@dataclass(frozen=True, kw_only=True)
class LetterHeader:
    """What every letter has. `zone` is the sender's; `written_at` is the letter's date and the PDF's date."""

    reference: str
    language: str  # BCP 47: "en", "pt-BR", "zh-Hans"
    paper: Paper
    written_at: datetime
    zone: str
    recipient: Recipient
    reporter: Reporter
    signature: Signature | None
    organisation: SenderOrganisation | None = None
    is_redacted: bool = False  # set by `redaction.redacted`, never by hand
    answer_page: str | None = None  # where the recipient can answer without an account; to nobody else


@dataclass(frozen=True, kw_only=True)
class ContentFact:
    """What the letter is about, without describing the image."""

    depiction: Depiction
    under_18: bool = False  # when it was made
    explanation: str | None = None  # the person's own words
    work: str | None = None  # copyright only: what the work is, and that the person made it
    is_open: bool = False  # what it shows was not asked, as of a child: `depiction` is then no more than a filler


@dataclass(frozen=True, kw_only=True)
class LinkFact:
    """One place. `url` as the person gave it after cleaning, or `description` where there is no link."""

    number: int
    platform: str
    url: str | None = None
    description: str | None = None
    state: ItemState = ItemState.REPORTED
    state_at: datetime | None = None
    removed_at: datetime | None = None  # of a link that is back: when it had gone


@dataclass(frozen=True, kw_only=True)
class CopyFact:
    """A file that the recipient can look for: digits that the person's own device made. The file is in no letter."""

    media: str  # "photo" or "video"
    sha256: str
    md5: str
    pdq: str | None = None  # of a photo, where its quality is good enough to match with


@dataclass(frozen=True, kw_only=True)
class SentFact:
    """A letter that has left. `text` are its paragraphs as sent, for the bundle."""

    reference: str
    kind: LetterKind
    recipient: str
    channel: SendingChannel
    sent_at: datetime
    received_at: datetime | None = None
    is_receipt_proven: bool = False
    ticket: str | None = None
    has_no_ticket: bool = False  # somebody said that the recipient gave none
    digest: str | None = None  # SHA-256 of the PDF as sent
    exhibit: int | None = None
    text: tuple[str, ...] = ()
    sent_as: SentAs = SentAs.LETTER  # with OTHER, `text` is what was written down of it, and may be empty
    address: str | None = None  # the very address or form that was used
    proof: Proof | None = None  # by what receipt is known; None: none is recorded, or nobody was asked


@dataclass(frozen=True, kw_only=True)
class AnswerFact:
    at: datetime
    sender: str
    meaning: Answer
    notice: str  # reference of the letter it answers
    ticket: str | None = None
    text: str | None = None
    exhibit: int | None = None


@dataclass(frozen=True, kw_only=True)
class NextStepFact:
    """What follows when nothing is done: "a complaint", to whom, under which law."""

    body: str
    basis: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChronologyRow:
    at: datetime
    what: str  # the portal's sentence; nothing the person wrote
    source: str  # how it is known: "recorded by the portal", "the platform's e-mail"
    about: str | None = None  # which letter to whom, or which law: names of the directory and of the laws
    is_day: bool = False  # only the day of `at` is known
    zone: str | None = None  # in which `at` is told, where it is not the sender's: that of the one who owes it
    detail: str | None = None  # the person's or the platform's own words
    exhibit: int | None = None


@dataclass(frozen=True, kw_only=True)
class EarlierComplaint:
    """A complaint that had to come before this one, and what came of it."""

    body: str  # to whom it was made
    law: str
    lodged_at: datetime
    ticket: str | None = None
    answer: str | None = None  # the portal's sentence on the last answer; none has come where it is empty
    answered_at: datetime | None = None
    exhibit: int | None = None  # its own papers


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    number: int
    kind: ExhibitKind
    title: str  # the portal's: "Notice as it was sent"
    digest: str  # SHA-256 in hex; empty in a redacted copy that leaves this exhibit out
    media: str  # media type
    size: int  # bytes
    about: str | None = None  # which letter to whom: "RC-7K2M-9TQX-2 to Instagram"
    name: str | None = None  # of the file in the bundle: "exhibit-2.pdf"
    twin_digest: str | None = None  # of its redacted copy, where there is one
    twin_size: int | None = None
    twin_name: str | None = None  # of its file, where that is another one
    twin_media: str | None = None
    file_name: str | None = None  # the person's own, for what was uploaded
    dated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Party:
    """The organisation complained of. One that is in the directory is named everywhere, in a redacted copy too."""

    name: str
    is_listed: bool = False
    legal_name: str | None = None
    address_lines: tuple[str, ...] = ()
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormFact:
    """One field of the authority's own form: what goes in, or where in the complaint it stands; empty: neither."""

    label: str  # as it was seen on the authority's own pages
    value: str


@dataclass(frozen=True, kw_only=True)
class RulesFact:
    """The recipient's own rules, which a letter without any law relies on."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class NoticeFacts:
    """A notice to a platform, citing every basis that applies; where there is none, its own rules."""

    frame: LetterHeader
    content: ContentFact
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...]
    statements: tuple[Statement, ...]
    may_pass_identity: bool | None = None  # to whoever posted it; False unless the person said otherwise
    stated: tuple[StatedFact, ...] = ()  # `statements`, each with its day and who made it
    own_rules: RulesFact | None = None  # only where no law is cited
    copies: tuple[CopyFact, ...] = ()  # known identical copies, where the person chose to name them


@dataclass(frozen=True, kw_only=True)
class CopyrightFacts:
    """A copyright notice: a paper of its own, citing copyright laws only, on the person's own claim for this letter."""

    frame: LetterHeader
    work: str
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...]
    statements: tuple[Statement, ...]
    stated: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReminderFacts:
    """A reminder of a notice whose clock has run out, or that was left unanswered."""

    frame: LetterHeader
    content: ContentFact
    notice: SentFact
    links: tuple[LinkFact, ...]  # those that are still to be dealt with
    bases: tuple[BasisFact, ...]  # with the clocks as they stand at `frame.written_at`
    answers: tuple[AnswerFact, ...] = ()
    next_steps: tuple[NextStepFact, ...] = ()
    may_pass_identity: bool | None = None
    reminded: tuple[datetime, ...] = ()  # when earlier reminders left, oldest first


@dataclass(frozen=True, kw_only=True)
class ErasureFacts:
    """A data-protection request to a controller."""

    frame: LetterHeader
    content: ContentFact
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...]
    grounds: tuple[str, ...]  # the law's grounds that are relied on, one sentence each
    asks: tuple[ErasureAsk, ...]
    identity: IdentityOffer
    identity_words: str = ""  # the person's own words on how they show who they are, in place of the offer
    statements: tuple[Statement, ...] = ()
    may_pass_identity: bool | None = None
    stated: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FollowUpFacts:
    """A letter after the first one. `links` are those it is about; `given` is what the sender answers in own words."""

    frame: LetterHeader
    content: ContentFact
    topic: FollowUp
    notice: SentFact
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...]
    answers: tuple[AnswerFact, ...] = ()
    given: str | None = None
    statements: tuple[Statement, ...] = ()
    stated: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SupplierFacts:
    """A letter to who stands behind the site `site`, after or beside the notice to the site itself."""

    frame: LetterHeader
    content: ContentFact
    role: Supplier
    site: str
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...] = ()  # that bind this company itself; none: all is asked, nothing is owed
    notice: SentFact | None = None  # what was sent to the site
    statements: tuple[Statement, ...] = ()
    stated: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ThreatFacts:
    """What a threat's papers say; nothing has to be online. `accounts` are names or addresses of who threatens."""

    frame: LetterHeader
    content: ContentFact
    accounts: tuple[str, ...]
    is_for_police: bool = False
    threat: str | None = None  # what was threatened, in the person's words
    threatened_on: str | None = None  # when, as the person gave it
    links: tuple[LinkFact, ...] = ()  # what is online already, if anything
    bases: tuple[BasisFact, ...] = ()
    statements: tuple[Statement, ...] = ()
    stated: tuple[StatedFact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintFacts:
    """The bundle to a regulator: everything needed to check each date and each file."""

    frame: LetterHeader
    content: ContentFact
    party: Party
    competence: BasisFact  # the law under which the regulator is asked, with the regulator's own clock
    links: tuple[LinkFact, ...]
    bases: tuple[BasisFact, ...]  # the laws the party was asked under, with their clocks
    notices: tuple[SentFact, ...]
    answers: tuple[AnswerFact, ...]
    chronology: tuple[ChronologyRow, ...]
    exhibits: tuple[Exhibit, ...]
    asks: tuple[ComplaintAsk, ...]
    statements: tuple[Statement, ...] = ()
    wish: str | None = None  # what the person wants of the authority, in their own words
    may_pass_identity: bool | None = None
    stated: tuple[StatedFact, ...] = ()
    history_digest: str | None = None  # SHA-256 of the newest entry of the case's history
    is_threat: bool = False  # nothing is online yet, and the law takes a report all the same: no place is named
    authority_asks: tuple[str, ...] = ()  # in place of `asks`, where this authority's record has its own
    authority_limits: tuple[str, ...] = ()  # what the complainant knows that it does not do
    found_on: date | None = None
    how_found: str | None = None  # the person's own words
    check_url: str | None = None  # where anybody can have the file checked
    form: tuple[FormFact, ...] = ()  # the authority's own form, field by field in its order, where somebody saw it
    earlier: tuple[EarlierComplaint, ...] = ()  # to the organisation itself, and what else the law puts first


LetterFacts = (
    NoticeFacts
    | CopyrightFacts
    | ReminderFacts
    | ErasureFacts
    | ComplaintFacts
    | FollowUpFacts
    | SupplierFacts
    | ThreatFacts
)

TYPES: Mapping[LetterKind, type[LetterFacts]] = {
    LetterKind.NOTICE: NoticeFacts,
    LetterKind.REMINDER: ReminderFacts,
    LetterKind.ERASURE: ErasureFacts,
    LetterKind.COMPLAINT: ComplaintFacts,
    LetterKind.COPYRIGHT: CopyrightFacts,
    LetterKind.FOLLOW_UP: FollowUpFacts,
    LetterKind.SUPPLIER: SupplierFacts,
    LetterKind.PRESERVATION: ThreatFacts,
    LetterKind.POLICE: ThreatFacts,
}


def kind_of(facts: LetterFacts) -> LetterKind:
    """The kind of letter these facts make. Raises LookupError for anything else."""
    if isinstance(facts, ThreatFacts):
        return LetterKind.POLICE if facts.is_for_police else LetterKind.PRESERVATION
    for kind, cls in TYPES.items():
        if isinstance(facts, cls):
            return kind
    raise LookupError(f"{type(facts).__name__} are not the facts of a letter")
