"""Plain words for states and time limits. Only a duty says "must"; every other kind of promise is called what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_datetime, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.config import Config
from portal.domain.clocks import ClockState
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.letters.law_facts import StepFact, sentence_of
from portal.domain.lifecycle import (
    Answer,
    ComplaintState,
    ItemState,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
    SendingChannel,
    SentAs,
)
from portal.domain.regimes import Binding, ObligedParty
from portal.domain.report import Report
from portal.domain.wording import Value
from portal.services.clocks.views import ClockView
from portal.services.complaints.views import ComplaintLine, ComplaintOption
from portal.services.law.local_days import person_zone
from portal.services.requests.views import EscalationView

STATES: Mapping[str, Any] = MappingProxyType(
    {
        ItemState.REPORTED: _l("reported"),
        ItemState.ASKED: _l("asked"),
        ItemState.ACKNOWLEDGED: _l("they got it"),
        ItemState.REMOVED: _l("removed"),
        ItemState.REFUSED: _l("refused"),
        ItemState.GEO_BLOCKED: _l("hidden in some countries only"),
        ItemState.BACK: _l("back again"),
        RequestState.PREPARED: _l("ready, not sent yet"),
        RequestState.SENT: _l("sent"),
        RequestState.MORE_ASKED: _l("they ask for more"),
        RequestState.EXTENDED: _l("they asked for more time"),
        RequestState.PARTLY: _l("partly removed"),
        RequestState.CLOSED: _l("closed"),
        ComplaintState.LODGED: _l("sent to the authority"),
        ComplaintState.ANSWERED: _l("answered"),
    }
)

WHO: Mapping[ObligedParty, Any] = MappingProxyType(
    {
        ObligedParty.PLATFORM: _l("The platform"),
        ObligedParty.CONTROLLER: _l("The company behind it"),
        ObligedParty.AUTHOR: _l("The person who posted it"),
        ObligedParty.REGULATOR: _l("The authority"),
        ObligedParty.BODY: _l("The appeal body"),
        ObligedParty.COURT: _l("The court"),
        ObligedParty.PERSON: _l("You"),
    }
)

RUNNING: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("%(who)s must do this by %(when)s: %(what)s."),
        Binding.SAFE_HARBOUR: _l(
            "%(who)s has until %(when)s to do this: %(what)s. If not, it can lose its protection in law."
        ),
        Binding.PRECONDITION: _l("You can go on from %(when)s."),
        Binding.LIMITATION: _l("Your last day is %(when)s. What to do until then: %(what)s."),
        Binding.TARGET: _l("%(who)s aims to do this by %(when)s: %(what)s. That is their aim, not a duty."),
        Binding.FOLLOW_UP: _l("We suggest you look again on %(when)s."),
    }
)
OVER: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("%(who)s had to do this by %(when)s: %(what)s. The deadline has passed."),
        Binding.SAFE_HARBOUR: _l("%(who)s had until %(when)s to do this: %(what)s. The deadline has passed."),
        Binding.PRECONDITION: _l("You can go on now. The waiting time ended on %(when)s."),
        Binding.LIMITATION: _l("Your last day was %(when)s: %(what)s."),
        Binding.TARGET: _l("%(who)s aimed to do this by %(when)s: %(what)s. That was an aim, not a duty."),
        Binding.FOLLOW_UP: _l("It is time to look again. We suggested %(when)s."),
    }
)
ENDED: Mapping[ClockState, Any] = MappingProxyType(
    {
        ClockState.MET: _l("They did it in time: %(what)s. The deadline was %(when)s."),
        ClockState.MET_LATE: _l("They did it too late: %(what)s. The deadline was %(when)s."),
        ClockState.DONE: _l("They did this: %(what)s. The law gives no date for it."),
        ClockState.STOPPED: _l("This deadline has ended: %(what)s."),
        ClockState.PAUSED: _l("They asked you for something. This deadline waits until you send it: %(what)s."),
    }
)
# The same in a line that has the date and what is promised already.
PROMISES: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("The law says that they must."),
        Binding.SAFE_HARBOUR: _l("The law does not force them. But if they wait longer, they can be held responsible."),
        Binding.PRECONDITION: _l("From this date you can take the next step."),
        Binding.LIMITATION: _l("This is your last day for it."),
        Binding.TARGET: _l("That is their own aim, not a duty."),
        Binding.FOLLOW_UP: _l("We suggest that you look again then."),
    }
)
HOW_ENDED: Mapping[ClockState, Any] = MappingProxyType(
    {
        ClockState.OPEN: _l("The law gives no date for this."),
        ClockState.MET: _l("They did it in time."),
        ClockState.MET_LATE: _l("They did it too late."),
        ClockState.DONE: _l("They did this."),
        ClockState.STOPPED: _l("This deadline has ended."),
        ClockState.PAUSED: _l("They asked you for something. This deadline waits until you send it."),
    }
)
DAY_BINDINGS = frozenset({Binding.LIMITATION, Binding.FOLLOW_UP})

# Words for choices, as the case pages show them.
ANSWERS: Mapping[Answer, Any] = MappingProxyType(
    {
        Answer.ACKNOWLEDGED: _l("They confirmed they got it"),
        Answer.MORE_ASKED: _l("They asked for something more"),
        Answer.IDENTITY_ASKED: _l("They asked for ID"),
        Answer.UPDATE: _l("They gave an update"),
        Answer.EXTENDED: _l("They need more time"),
        Answer.REMOVED: _l("They took it down"),
        Answer.PARTLY: _l("They took some of it down"),
        Answer.REFUSED: _l("They said no"),
        Answer.GEO_BLOCKED: _l("They hid it in some countries only"),
        Answer.NOT_FOUND: _l("They can’t find it"),
        Answer.NOT_VIOLATION: _l("They say it doesn’t break their rules"),
        Answer.NO_REASON: _l("They closed it and gave no reason"),
        Answer.LOGIN_ASKED: _l("They want me to sign in first"),
        Answer.PASSED_ON: _l("They told the person who posted it"),
        Answer.WRONG_PLACE: _l("They say to ask someone else"),
        Answer.COUNTER_NOTICE: _l("The person who posted it objected"),
        Answer.LEGAL_THREAT: _l("They threaten me with a lawyer or a court"),
        Answer.AUTO_REPLY: _l("Only an automatic reply"),
    }
)
CHANNELS: Mapping[SendingChannel, Any] = MappingProxyType(
    {
        SendingChannel.FORM: _l("With the form on their site"),
        SendingChannel.EMAIL: _l("By e-mail"),
        SendingChannel.POST: _l("By post"),
    }
)
LETTERS: Mapping[LetterKind, Any] = MappingProxyType(
    {
        LetterKind.NOTICE: _l("Letter to the platform"),
        LetterKind.REMINDER: _l("Reminder"),
        LetterKind.ERASURE: _l("Letter to erase your data"),
        LetterKind.COMPLAINT: _l("Complaint"),
        LetterKind.COPYRIGHT: _l("Copyright letter"),
        LetterKind.FOLLOW_UP: _l("Answer to the platform"),
        LetterKind.SUPPLIER: _l("Letter to a company behind the site"),
        LetterKind.PRESERVATION: _l("Letter to keep the evidence"),
        LetterKind.POLICE: _l("Sheet for the police"),
    }
)
TOPICS: Mapping[FollowUp, Any] = MappingProxyType(
    {
        FollowUp.BACK: _l("It’s back"),
        FollowUp.LEFT: _l("They left some of it up"),
        FollowUp.NOT_VIOLATION: _l("They say it doesn’t break their rules"),
        FollowUp.ID_WANTED: _l("They want an identity document"),
        FollowUp.NOT_FOUND: _l("They say they can’t find it"),
        FollowUp.LOGIN: _l("They say I have to sign in first"),
        FollowUp.PUBLIC_INTEREST: _l("They say the public should see it"),
        FollowUp.CONSENT_CLAIMED: _l("They say I agreed to it"),
        FollowUp.PARODY: _l("They say it’s a joke or made by AI"),
        FollowUp.OWN_ACCOUNT: _l("They say it’s on my own account"),
        FollowUp.GEO_ONLY: _l("They hid it in some countries only"),
        FollowUp.NO_REASON: _l("They closed it without a reason"),
        FollowUp.COUNTER_NOTICE: _l("The person who posted it objected"),
        FollowUp.MORE_ASKED: _l("Send what they asked for"),
        FollowUp.EXCESS_ID: _l("They ask for too much proof of who I am"),
    }
)
SUPPLIERS: Mapping[Supplier, Any] = MappingProxyType(
    {
        Supplier.SEARCH: _l("A search engine"),
        Supplier.HOST: _l("The company that hosts the site"),
        Supplier.NETWORK: _l("The network that delivers the site"),
        Supplier.REGISTRAR: _l("The company that registered its name"),
        Supplier.PAYMENT: _l("The company that takes its payments"),
    }
)
KINDS: Mapping[RequestKind, Any] = MappingProxyType(
    {
        RequestKind.NOTICE: _l("Letter to take it down"),
        RequestKind.ERASURE: _l("Letter to erase your data"),
        RequestKind.COPYRIGHT: _l("Copyright letter"),
    }
)
PROOFS: Mapping[Proof, Any] = MappingProxyType(
    {
        Proof.TICKET: _l("They gave me a number for it"),
        Proof.CONFIRMATION: _l("They wrote that they got it"),
        Proof.DELIVERY: _l("My e-mail program says it was delivered"),
        Proof.REGISTERED: _l("The post gave me a receipt"),
        Proof.ANSWER_LINK: _l("They said so over the link in the letter"),
        Proof.NONE: _l("Nothing shows it. I just think so"),
    }
)
SENT_AS: Mapping[SentAs, Any] = MappingProxyType(
    {
        SentAs.LETTER: _l("The letter from here, as it is"),
        SentAs.OTHER: _l("Something else: other words, or just their form"),
    }
)
WORDS: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
        Answer: ANSWERS,
        SendingChannel: CHANNELS,
        LetterKind: LETTERS,
        RequestKind: KINDS,
        Proof: PROOFS,
        SentAs: SENT_AS,
        FollowUp: TOPICS,
        Supplier: SUPPLIERS,
    }
)


def plain_state(state: StrEnum) -> str:
    """The word for the state of a link, a request or a complaint. Raises KeyError for one that has none."""
    return str(STATES[state])


def plain_word(value: StrEnum) -> str:
    """The word for an answer, a channel, a kind of letter or of request. Raises KeyError for any other."""
    return str(WORDS[type(value)][value])


def short_body(name: str) -> str:
    """An authority's name as it is said: without what stands in brackets behind it."""
    return str(_(name)).partition(" (")[0]


# English names of offices, which English gives an article within a sentence. "The" is small there.
_ARTICLE = re.compile(r"(?:The|An?) ")
_OFFICE = re.compile(
    r"\b(?:Agency|Authority|Board|Cent(?:er|re)|Commission(?:er)?|Committee|Coordinator|Court|Foundation|General|Office|"
    r"Ombudsman|Police|Tribunal)\b"
)


def body_within(name: str) -> str:
    """An authority's name as it is said within a sentence: "the Federal Trade Commission", "Netsafe"."""
    said = short_body(name)
    if said != name.partition(" (")[0] or getattr(get_locale(), "language", "en") != "en":
        return said  # another language has other articles, or none
    if _ARTICLE.match(said):
        return said[0].lower() + said[1:]
    return f"the {said}" if _OFFICE.search(said.partition(",")[0]) and not said.startswith("In ") else said


# What the records say where no end is known; a law that is named for it tells the person nothing more.
_ENDLESS = re.compile(r"no (?:fixed )?(?:time )?limit(?: is)?(?: known)?(?: in [^;]+)?", re.IGNORECASE)


def say_until(option: EscalationView | ComplaintOption, zone: str) -> str:
    """Until when a step can be taken; nothing where no end of it is known."""
    if option.closes_at:
        return str(_("Until: %(when)s.", when=format_short_moment(option.closes_at, zone)))
    if not option.closes or _ENDLESS.fullmatch(option.closes):
        return ""
    return str(_("Until: %(when)s.", when=_(option.closes)))


def clock_promise(clock: ClockView) -> str:
    """What kind of promise a date is, where the date and what is promised are said beside it."""
    if clock.state is ClockState.MISSED and clock.binding is Binding.LIMITATION:
        return str(_("This was your last day for it."))
    table = {ClockState.RUNNING: PROMISES, ClockState.MISSED: PROMISES}.get(clock.state)
    return str(table[clock.binding] if table else HOW_ENDED[clock.state])


def name_complaint(line: ComplaintLine) -> str:
    """Whom a complaint is about, else whom it goes to."""
    return line.about or short_body(line.regulator_name)


_START = "The event that starts the period:"


def step_words(step: StepFact, zone: str) -> str:
    """A step of "why this date?", with every moment in the reader's zone."""
    if step.text.startswith(_START):
        return str(_("The time starts: %(moment)s.", moment=format_short_moment(datetime.fromisoformat(step.at), zone)))
    return sentence_of(step).render(_, lambda value: _say_value(value, zone))


def _say_value(value: Value, zone: str) -> str:
    if isinstance(value, datetime):  # before `date`, of which it is a kind
        return format_short_moment(value, zone)
    if isinstance(value, date):
        return str(format_date(value, "EEEE d MMMM y"))
    return str(_(value)) if isinstance(value, str) else str(value)


_NOTHING_SAID = "no "  # how a record begins that says only that there is no date


def clock_sentence(clock: ClockView, zone: str) -> str:
    """What a clock says, in one or two sentences; its moment in the reader's zone."""
    is_done = clock.state is ClockState.DONE
    if not is_done and (clock.state is ClockState.OPEN or clock.due_at is None):
        started, standard = format_short_moment(clock.started_at, zone), clock.standard or clock.label
        if standard.startswith(_NOTHING_SAID):
            return str(_("The law gives no date for this. The time began %(started)s.", started=started))
        text = _("The law gives no date for this. By when: %(standard)s. The time began %(started)s.",
                 standard=_(standard), started=started)  # fmt: skip
        return str(text)
    table = {ClockState.RUNNING: RUNNING, ClockState.MISSED: OVER}.get(clock.state)
    sentence = str(table[clock.binding] if table else ENDED[clock.state])
    return sentence % {"who": _who(clock, sentence), "what": _(clock.label), "when": format_due(clock, zone)}


def format_due(clock: ClockView, zone: str) -> str:
    """The end of a clock: a day where days are all that matters to the reader, else the moment in their zone."""
    if clock.due_at is None:
        return ""
    if clock.binding in DAY_BINDINGS and clock.last_day is not None:
        return str(format_date(clock.last_day, "EEEE d MMMM y"))
    return format_short_moment(clock.due_at, zone)


def format_short_moment(at: datetime, zone: str) -> str:
    """ "Tuesday 24 November 2026, 14:00 (Auckland time)"."""
    return str(_("%(moment)s (%(place)s time)", moment=format_day_and_time(at, zone), place=place_of_zone(zone)))


def format_day_and_time(at: datetime, zone: str) -> str:
    """ "Tuesday 24 November 2026, 14:00", where the page says once whose time it is."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return str(format_datetime(local, "EEEE d MMMM y, HH:mm", rebase=False))


def place_of_zone(zone: str) -> str:
    """The town that a time zone is named for, as "Auckland"."""
    return zone.rpartition("/")[2].replace("_", " ")


def reader_zone(report: Report, config: Config) -> str:
    """The zone in which the person reads times: their country's, else the portal's own."""
    return person_zone(report, config).key


def _who(clock: ClockView, sentence: str) -> str:
    """With a small letter where it stands inside a sentence."""
    who = str(WHO[clock.owed_by])
    return who if sentence.startswith("%(who)s") else who[:1].lower() + who[1:]
