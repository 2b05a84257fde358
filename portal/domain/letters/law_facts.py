"""What a letter says of the law: its bases, what each demands of a notice, its clocks and why a date is that date.

The same kind of values as in `facts.py`: frozen, plain, written as JSON without loss. All of it is public text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portal.domain.clocks import ClockState
from portal.domain.regimes import Binding, Confidence, LetterAsk, NoticeField, ObligedParty, RegimeKind, Trigger, Unit
from portal.domain.steps import CountingStep
from portal.domain.wording import Sentence, Value


@dataclass(frozen=True, kw_only=True)
class ElementFact:
    """One thing a basis demands of the notice, and how this notice has it. No `value` means that it is missing."""

    key: str
    label: str
    value: str | None
    proofs: tuple[NoticeField, ...] = ()
    required: bool = True
    confidence: Confidence = Confidence.HIGH
    confirmed: bool = False  # a person looked at a fact that rests on memory, and confirmed it


@dataclass(frozen=True, kw_only=True)
class SourceFact:
    url: str
    supports: str
    seen_on: date
    official: bool


@dataclass(frozen=True, kw_only=True)
class StepValue:
    """What goes into one place of a step's sentence; exactly one of the four is set."""

    name: str
    text: str | None = None
    number: int | None = None
    on: date | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StepFact:
    """One line of "why this date": `at` is the day or instant it is about (ISO 8601), `text` says it in English.

    `key` and `values` are the same sentence with its places apart, so that a letter can say it in its own language.
    """

    at: str
    text: str
    key: str | None = None
    values: tuple[StepValue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClockFact:
    """One clock and its whole explanation.

    `started_at` is None in a notice that has not left: then only the period is told. With `estimated` the start is
    assumed (a sending whose receipt is not proven). `due_at` is None where the law gives a standard, not a number.
    `state` is None before the start. `zone` is the obliged organisation's.
    """

    regime_id: str
    rule_id: str
    label: str  # a verb phrase: "remove the content"
    owed_by: ObligedParty
    binding: Binding
    trigger: Trigger
    amount: int | None
    unit: Unit
    zone: str
    counting: str
    standard: str | None = None
    started_at: datetime | None = None
    due_at: datetime | None = None
    last_day: date | None = None
    ended_at: datetime | None = None
    estimated: bool = False
    extended: bool = False
    state: ClockState | None = None
    steps: tuple[StepFact, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    calendar_version: str | None = None
    zone_version: str | None = None
    version: str | None = None  # of the law record
    confidence: Confidence = Confidence.HIGH
    confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class StatementFact:
    """A statement in the law's own words, and what has to have been stated for it to be printed."""

    states: tuple[NoticeField, ...]
    text: str


@dataclass(frozen=True, kw_only=True)
class DutyFact:
    """What the recipient has to do, in the law's own words; `rule` is the clock, `asks` what it makes a duty."""

    text: str
    rule: str | None = None
    asks: tuple[LetterAsk, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WordingFact:
    """The law's own sentences for this letter, in the voice of its sender. Only `duties` say "must"."""

    title: str
    limit: str
    says: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    statements: tuple[StatementFact, ...] = ()
    duties: tuple[DutyFact, ...] = ()
    conditions: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    addressee: str | None = None


@dataclass(frozen=True, kw_only=True)
class BasisFact:
    """One legal basis as it stood when the letter was made."""

    regime_id: str
    name: str
    citation: str
    kind: RegimeKind
    basis: str  # the law's sentence: what it obliges the recipient to do
    version: str
    reason: str | None = None  # why it applies here
    identical_copies: bool = False  # the law reaches identical copies too
    binding: Binding = Binding.DUTY  # of its primary clock
    elements: tuple[ElementFact, ...] = ()
    clocks: tuple[ClockFact, ...] = ()
    sources: tuple[SourceFact, ...] = ()
    confidence: Confidence = Confidence.HIGH
    confirmed: bool = False
    letter: str | None = None  # in a bundle: reference of the letter that cited it
    wording: WordingFact | None = None  # None: the law's record has no sentences of its own for letters


def step_of(step: CountingStep) -> StepFact:
    """A step of a computed date as a fact."""
    values = tuple(_step_value(name, value) for name, value in step.sentence.values)
    return StepFact(at=step.at, text=step.text, key=step.sentence.key, values=values)


def sentence_of(step: StepFact) -> Sentence:
    """What such a fact says, with its places apart; one that was kept without them has none."""
    if step.key is None:
        return Sentence(step.text.replace("%", "%%"))
    return Sentence(step.key, tuple((each.name, _value_of(each)) for each in step.values))


def _value_of(value: StepValue) -> Value:
    return next(each for each in (value.at, value.on, value.number, value.text) if each is not None)


def _step_value(name: str, value: Value) -> StepValue:
    if isinstance(value, datetime):  # before `date`, of which it is a kind
        return StepValue(name=name, at=value)
    if isinstance(value, date):
        return StepValue(name=name, on=value)
    return StepValue(name=name, number=value) if isinstance(value, int) else StepValue(name=name, text=value)
