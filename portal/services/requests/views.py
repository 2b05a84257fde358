"""What pages show of one request's laws, links, channels and next steps: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from portal.domain.directory import Category
from portal.domain.escalation import EscalationKind, EscalationState
from portal.domain.lifecycle import ItemState, SendingChannel
from portal.domain.regimes import Binding, Confidence, RegimeKind


@dataclass(frozen=True, kw_only=True)
class ElementView:
    """One thing a notice has to contain, and whether it is there. `regime_names` say who asks for it."""

    key: str
    label: str
    is_met: bool
    is_optional: bool
    note: str | None
    regime_names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BasisView:
    """A law that a request cites. `binding` is that of its main clock; `warning` is what to know before using it."""

    regime: str
    name: str
    citation: str
    kind: RegimeKind
    summary: str
    reason: str
    version: str
    confidence: Confidence
    binding: Binding
    elements: tuple[ElementView, ...]
    is_cited: bool  # False where something it demands is missing: the letter then leaves it out
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class ChannelView:
    """A way to reach the recipient, best first. `via` is how it is sent, `kind` the directory's own word for it."""

    kind: str
    label: str
    via: SendingChannel
    address: str
    checked_on: date | None
    is_stale: bool
    warning: str | None


@dataclass(frozen=True, kw_only=True)
class FieldView:
    """A field of the platform's form, ready to copy."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class TheirFieldView:
    """A field of the platform's own form. `is_filled`: something of the letter goes in, also where it was not given.

    `choose` are the visible words of a list; `left_out` is how many characters did not fit below `limit`.
    """

    label: str
    value: str
    is_filled: bool
    choose: str
    note: str
    limit: int | None
    left_out: int
    beyond_law: bool


@dataclass(frozen=True, kw_only=True)
class TheirFormView:
    """What is known of a form, in its order. `one_each`: it takes one link, and there are several."""

    page: str
    language: str
    checked_on: date
    one_each: bool
    fields: tuple[TheirFieldView, ...]

    @property
    def whole(self) -> str:
        """All that goes in, field by field, to copy at once."""
        return "\n\n".join(f"{each.label}:\n{each.value}" for each in self.fields if each.value)


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One place where the content is. `shown` is the short text for lists; `url` is None where there is no link."""

    number: int
    shown: str
    url: str | None
    description: str
    platform: str
    platform_name: str
    state: ItemState
    request_number: int | None
    added_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class DetailsView:
    """What a law asks for this request, as it stands: the report's own words unless changed for this request."""

    name: str
    email: str
    phone: str
    postal_address: str
    explanation: str
    release_to_poster: bool
    identity_offer: str
    answers_to_me: bool
    confirmed: tuple[str, ...]


class NextStep(StrEnum):
    """What can be done with a request now; the web chooses the page for it."""

    COMPLETE = "complete"  # a law asks for something that is missing
    CONSENT = "consent"  # the person has not allowed sharing with platforms
    SEND = "send"
    WAIT = "wait"
    ANSWER_BACK = "answer_back"  # the platform asks for more
    REMIND = "remind"
    COMPLAIN = "complain"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class NextStepView:
    kind: NextStep
    text: str


@dataclass(frozen=True, kw_only=True)
class EscalationView:
    """An option after a refusal or a missed clock: who, what it can do, what comes first, when it opens."""

    kind: EscalationKind
    category: Category | None  # of the directory, where it lists such companies
    body: str
    regime: str | None
    regulator: str | None
    what: str
    state: EscalationState
    is_open: bool
    opens: str
    opens_at: datetime | None
    closes: str
    closes_at: datetime | None
    preconditions: tuple[str, ...]
    contents: tuple[str, ...]  # what a complaint there has to contain
    answers_within: str | None  # the body's own clock, in words
    is_sure: bool  # false: nobody saw a source for this step
    warning: str | None
    is_near: bool = False  # whether the body, or the law, is of the country where the person lives
