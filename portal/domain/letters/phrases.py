"""How letters say recurring things: days, instants, periods, who and what. Every phrase is a key for translation.

`mark` names a phrase in a table for the translation catalogue; it is translated where the table is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.domain.applicability import is_doubt
from portal.domain.clocks import ClockState
from portal.domain.letters.blocks import Translate
from portal.domain.letters.law_facts import ClockFact, StepFact, StepValue
from portal.domain.lifecycle import Answer, ItemState, LetterKind, SendingChannel
from portal.domain.regimes import Binding, NoticeField, Trigger, Unit
from portal.domain.wording import as_form


def mark(message: str) -> str:
    """The message itself."""
    return message


class English:
    """The letter's own language: the keys are its sentences."""

    def __call__(self, message: str, /, **values: str) -> str:
        return message % values if values else message

    def plural(self, one: str, many: str, count: int, /) -> str:
        return (one if count == 1 else many) % {"count": str(count)}


WEEKDAYS = (
    mark("Monday"),
    mark("Tuesday"),
    mark("Wednesday"),
    mark("Thursday"),
    mark("Friday"),
    mark("Saturday"),
    mark("Sunday"),
)
MONTHS = (
    mark("January"),
    mark("February"),
    mark("March"),
    mark("April"),
    mark("May"),
    mark("June"),
    mark("July"),
    mark("August"),
    mark("September"),
    mark("October"),
    mark("November"),
    mark("December"),
)

PERIODS: Mapping[Unit, tuple[str, str]] = {
    Unit.HOURS: (mark("%(count)s hour"), mark("%(count)s hours")),
    Unit.CALENDAR_DAYS: (mark("%(count)s day"), mark("%(count)s days")),
    Unit.WORKING_DAYS: (mark("%(count)s working day"), mark("%(count)s working days")),
    Unit.WEEKS: (mark("%(count)s week"), mark("%(count)s weeks")),
    Unit.MONTHS: (mark("%(count)s month"), mark("%(count)s months")),
    Unit.YEARS: (mark("%(count)s year"), mark("%(count)s years")),
}

# Read after "within 48 hours of" and as what started a clock.
STARTS: Mapping[Trigger, str] = {
    Trigger.NOTICE_RECEIVED: mark("receiving the notice"),
    Trigger.IDENTITY_PROVEN: mark("the proof of identity"),
    Trigger.PLATFORM_CONFIRMED: mark("the confirmation of the platform"),
    Trigger.DECISION_RECEIVED: mark("the decision reaching the person"),
    Trigger.AUTHOR_NOTIFIED: mark("the message to the author"),
    Trigger.COUNTER_NOTICE_RECEIVED: mark("receiving the counter-notice"),
    Trigger.COMPLAINT_RECEIVED: mark("receiving the complaint"),
    Trigger.AUTHORITY_ORDER: mark("the order of the authority"),
    Trigger.AUTHORITY_DECISION: mark("the decision of the authority"),
    Trigger.COURT_ORDER: mark("the order of the court"),
    Trigger.KNOWLEDGE: mark("learning of the content"),
    Trigger.INCIDENT: mark("the day it happened"),
    Trigger.REMOVED: mark("removal of the content"),
    Trigger.UPDATE_RECEIVED: mark("the last report on progress"),
    Trigger.DEADLINE_MISSED: mark("the end of the period before it"),
}

BINDINGS: Mapping[Binding, str] = {
    Binding.DUTY: mark("duty under the law"),
    Binding.SAFE_HARBOUR: mark("condition of the law's protection, not a duty"),
    Binding.PRECONDITION: mark("time that has to pass before the next step"),
    Binding.LIMITATION: mark("last day of the person"),
    Binding.TARGET: mark("published aim, not law"),
    Binding.FOLLOW_UP: mark("date set by the sender, not by law"),
}

STATES: Mapping[ClockState, str] = {
    ClockState.RUNNING: mark("running"),
    ClockState.MET: mark("met in time"),
    ClockState.MET_LATE: mark("met late"),
    ClockState.DONE: mark("done; the law gives no number of days"),
    ClockState.MISSED: mark("missed"),
    ClockState.STOPPED: mark("stopped"),
    ClockState.OPEN: mark("open: the law gives no number of days"),
    ClockState.PAUSED: mark("paused until what was asked for is given"),
}

PLACES: Mapping[ItemState, str] = {
    ItemState.REPORTED: mark("reported"),
    ItemState.ASKED: mark("removal asked"),
    ItemState.ACKNOWLEDGED: mark("acknowledged"),
    ItemState.REMOVED: mark("removed"),
    ItemState.REFUSED: mark("refused"),
    ItemState.GEO_BLOCKED: mark("blocked in some countries only"),
    ItemState.BACK: mark("back again"),
}

# At the head of a letter, to its recipient.
SENT_BY: Mapping[SendingChannel, str] = {
    SendingChannel.FORM: mark("Sent through your online reporting form"),
    SendingChannel.EMAIL: mark("By e-mail"),
    SendingChannel.POST: mark("By post"),
}

# Of an earlier letter, to its recipient.
SENT_EARLIER: Mapping[SendingChannel, str] = {
    SendingChannel.FORM: mark("through your online reporting form"),
    SendingChannel.EMAIL: mark("by e-mail"),
    SendingChannel.POST: mark("by post"),
}

# Of a letter to somebody else.
CHANNELS: Mapping[SendingChannel, str] = {
    SendingChannel.FORM: mark("through the online form of its recipient"),
    SendingChannel.EMAIL: mark("by e-mail"),
    SendingChannel.POST: mark("by post"),
}

ANSWERS: Mapping[Answer, str] = {
    Answer.ACKNOWLEDGED: mark("receipt acknowledged"),
    Answer.MORE_ASKED: mark("more information asked"),
    Answer.IDENTITY_ASKED: mark("proof of identity asked"),
    Answer.UPDATE: mark("state of the matter told"),
    Answer.EXTENDED: mark("more time taken"),
    Answer.REMOVED: mark("removed"),
    Answer.PARTLY: mark("removed in part"),
    Answer.REFUSED: mark("refused"),
    Answer.GEO_BLOCKED: mark("blocked in some countries only"),
    Answer.NOT_FOUND: mark("refused: content not found"),
    Answer.NOT_VIOLATION: mark("refused: no violation of its rules"),
    Answer.NO_REASON: mark("closed without a reason"),
    Answer.LOGIN_ASKED: mark("sign-in asked"),
    Answer.PASSED_ON: mark("passed on to the one who posted it"),
    Answer.WRONG_PLACE: mark("another address named"),
    Answer.COUNTER_NOTICE: mark("counter-notice reported"),
    Answer.LEGAL_THREAT: mark("legal steps announced"),
    Answer.AUTO_REPLY: mark("automatic reply"),
}

KINDS: Mapping[LetterKind, str] = {
    LetterKind.NOTICE: mark("Notice"),
    LetterKind.REMINDER: mark("Reminder"),
    LetterKind.ERASURE: mark("Erasure request"),
    LetterKind.COMPLAINT: mark("Complaint"),
    LetterKind.COPYRIGHT: mark("Copyright notice"),
    LetterKind.FOLLOW_UP: mark("Further letter"),
    LetterKind.SUPPLIER: mark("Letter to a company behind the site"),
    LetterKind.PRESERVATION: mark("Request to keep evidence"),
    LetterKind.POLICE: mark("Sheet for the police"),
}

PROOFS: Mapping[NoticeField, str] = {
    NoticeField.SIGNATURE: mark("a signature"),
    NoticeField.LEGAL_NAME: mark("a legal name"),
    NoticeField.NAME: mark("a name"),
    NoticeField.EMAIL: mark("an e-mail address"),
    NoticeField.PHONE: mark("a telephone number"),
    NoticeField.POSTAL_ADDRESS: mark("a postal address"),
    NoticeField.CONTACT: mark("a way to be reached"),
    NoticeField.LOCATION: mark("where the content is"),
    NoticeField.DESCRIPTION: mark("which content is meant"),
    NoticeField.EXPLANATION: mark("why it is unlawful or does harm"),
    NoticeField.NO_CONSENT: mark("that there was no consent"),
    NoticeField.DEPICTION: mark("what the content is"),
    NoticeField.IS_SUBJECT_OR_AUTHORISED: mark("that the sender is the person shown or acts for them"),
    NoticeField.AUTHORITY: mark("the authority to act"),
    NoticeField.GOOD_FAITH: mark("a statement of good faith"),
    NoticeField.ACCURACY: mark("a statement of accuracy"),
    NoticeField.PERJURY: mark("a statement under penalty of perjury"),
    NoticeField.WORK: mark("the copyright work"),
    NoticeField.REQUEST: mark("what is asked"),
    NoticeField.AGE: mark("the age of the person in the picture"),
    NoticeField.EVIDENCE: mark("copies or records that back what is said"),
    NoticeField.RECIPIENT: mark("whom it goes to or is about"),
    NoticeField.AUTHOR: mark("who posted it, as far as that is known"),
    NoticeField.IDENTITY: mark("a way to prove identity"),
    NoticeField.IDENTITY_DOCUMENT: mark("the number or a copy of an identity document"),
    NoticeField.RELEASE_CHOICE: mark("whether identity may be passed on"),
    NoticeField.RESIDENCE: mark("the country of residence"),
    NoticeField.PLATFORM_STEP: mark("what was asked of the platform, and when"),
    NoticeField.PLATFORM_ANSWER: mark("what the platform answered"),
    NoticeField.DATE: mark("the date"),
}


def format_day(day: date, translate: Translate) -> str:
    """`24 November 2026`."""
    month = translate(MONTHS[day.month - 1])
    return translate("%(day)s %(month)s %(year)s", day=str(day.day), month=month, year=str(day.year))


def format_weekday(day: date, translate: Translate) -> str:
    """`Tuesday 24 November 2026`."""
    weekday = translate(WEEKDAYS[day.weekday()])
    return translate("%(weekday)s %(day)s", weekday=weekday, day=format_day(day, translate))


def format_utc(at: datetime, translate: Translate) -> str:
    """`24 November 2026, 18:04 UTC`."""
    moment = at.astimezone(UTC)
    return translate("%(day)s, %(time)s UTC", day=format_day(moment.date(), translate), time=_time(moment))


def format_instant(at: datetime, zone: str, translate: Translate) -> str:
    """Local time with its zone and offset, and the same instant in UTC; seconds only where they are not zero."""
    local = at.astimezone(ZoneInfo(zone))
    if zone == "UTC":
        return translate("%(day)s at %(time)s UTC", day=format_weekday(local.date(), translate), time=_time(local))
    return translate(
        "%(day)s at %(time)s in the zone %(zone)s (UTC%(offset)s), which is %(utc)s",
        day=format_weekday(local.date(), translate),
        time=_time(local),
        zone=zone.replace("_", " "),
        offset=_offset(local),
        utc=_utc_beside(local, translate),
    )


def format_moment(at: datetime, translate: Translate) -> str:
    """An instant in the zone it carries: `3 November 2026, 10:04 (UTC+01:00)`; for chronologies."""
    day, offset = format_day(at.date(), translate), _offset(at)
    if at.utcoffset() == timedelta():
        return translate("%(day)s, %(time)s UTC", day=day, time=_time(at))
    return translate("%(day)s, %(time)s (UTC%(offset)s)", day=day, time=_time(at), offset=offset)


def format_period(amount: int, unit: Unit, translate: Translate) -> str:
    """`48 hours`, `1 month`. Raises KeyError for a unit without a number."""
    one, many = PERIODS[unit]
    return translate.plural(one, many, amount)


def format_lapse(lapse: timedelta, translate: Translate) -> str:
    """How long ago: days and hours, at least one hour."""
    hours = max(1, int(lapse.total_seconds()) // 3600)
    days, rest = divmod(hours, 24)
    parts = []
    if days:
        parts.append(format_period(days, Unit.CALENDAR_DAYS, translate))
    if rest:
        parts.append(format_period(rest, Unit.HOURS, translate))
    return translate("%(first)s and %(second)s", first=parts[0], second=parts[1]) if len(parts) == 2 else parts[0]


def describe_due(clock: ClockFact, translate: Translate) -> str:
    """The end of a period, to be read after "on": an instant for hours, a local day's end for longer ones.

    Raises ValueError for a clock without a date.
    """
    if clock.due_at is None:
        raise ValueError(f"{clock.regime_id} {clock.rule_id} has no date")
    if clock.last_day is None:
        return format_instant(clock.due_at, clock.zone, translate)
    return translate(
        "%(day)s, at the end of that day in the zone %(zone)s (%(utc)s)",
        day=format_weekday(clock.last_day, translate),
        zone=clock.zone.replace("_", " "),
        utc=format_utc(clock.due_at, translate),
    )


def describe_step(step: StepFact, translate: Translate) -> str:
    """A step of "why this date" in the letter's language."""
    if step.key is None:
        return translate(step.text)
    return translate(step.key, **{value.name: _format_value(value, translate) for value in step.values})


def describe_step_at(step: StepFact, translate: Translate) -> str:
    """The day or the instant a step is about."""
    if "T" in step.at:
        return format_moment(datetime.fromisoformat(step.at), translate)
    return format_day(date.fromisoformat(step.at), translate)


def _format_value(value: StepValue, translate: Translate) -> str:
    if value.at is not None:
        return format_moment(value.at, translate)
    if value.on is not None:
        return format_weekday(value.on, translate)
    # A step's own words ("the first Monday of June") are phrases of the law's, with a key of their own.
    return str(value.number) if value.number is not None else translate(value.text or "")


def _time(at: datetime) -> str:
    return at.strftime("%H:%M:%S" if at.second else "%H:%M")


def _offset(at: datetime) -> str:
    text = at.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _utc_beside(local: datetime, translate: Translate) -> str:
    moment = local.astimezone(UTC)
    if moment.date() == local.date():
        return translate("%(time)s UTC", time=_time(moment))
    return format_utc(moment, translate)


_HEAD, _SIGNED, _REQUESTS = (
    mark("at the head of the letter"),
    mark("stated above the signature"),
    mark("in the letter's requests"),
)
# Where a letter has what a law asks of it. A pointer tells nothing about the person, so a redacted twin keeps it.
POINTERS: Mapping[NoticeField, str] = {
    NoticeField.SIGNATURE: mark("below the statements"),
    NoticeField.LEGAL_NAME: _HEAD,
    NoticeField.NAME: _HEAD,
    NoticeField.EMAIL: _HEAD,
    NoticeField.PHONE: _HEAD,
    NoticeField.POSTAL_ADDRESS: _HEAD,
    NoticeField.CONTACT: _HEAD,
    NoticeField.RECIPIENT: _HEAD,
    NoticeField.LOCATION: mark("in Annex A"),
    NoticeField.EXPLANATION: mark("in the letter's account of the content"),
    NoticeField.DEPICTION: mark("the kind of content is stated"),
    NoticeField.NO_CONSENT: mark("in the letter's account of the content"),
    NoticeField.IS_SUBJECT_OR_AUTHORISED: mark("the capacity is stated"),
    NoticeField.AUTHORITY: mark("the authority to act is stated"),
    NoticeField.GOOD_FAITH: _SIGNED,
    NoticeField.ACCURACY: _SIGNED,
    NoticeField.PERJURY: _SIGNED,
    NoticeField.WORK: mark("named in the letter"),
    NoticeField.REQUEST: _REQUESTS,
    NoticeField.RELEASE_CHOICE: _REQUESTS,
    NoticeField.IDENTITY: mark("an offer to prove identity"),
    NoticeField.IDENTITY_DOCUMENT: mark("in the letter's words on who asks"),
    NoticeField.DATE: mark("the date of the letter"),
}
CHILD_POINTER = mark("a child is shown")  # stands where a law asks that there was no consent: a child can give none
POINTED = frozenset((*POINTERS.values(), CHILD_POINTER))
# The same places in a complaint, which has parts and no annex.
_IN_COMPLAINT: Mapping[str, str] = {
    _HEAD: mark("at the head of page 1"),
    _REQUESTS: mark("on page 1, in what is asked"),
    POINTERS[NoticeField.LOCATION]: mark("in the list of links, in part 1"),
    POINTERS[NoticeField.EXPLANATION]: mark("on page 1 and in part 1"),
    POINTERS[NoticeField.WORK]: mark("in part 1"),
    POINTERS[NoticeField.IDENTITY_DOCUMENT]: mark("in the words on who asks"),
    POINTERS[NoticeField.DATE]: mark("the date on page 1"),
}
# Where in a complaint something stands that the authority's own form asks for and that is too long for a table.
FORM_POINTERS: Mapping[NoticeField, str] = {
    NoticeField.LOCATION: mark("in the list of links, in this part"),
    NoticeField.EXPLANATION: mark("in the statement of the one who complains, in this part"),
    NoticeField.PLATFORM_STEP: mark("in parts 2 and 3"),
    NoticeField.RECIPIENT: mark("on page 1, and below in this part"),
}
FORM_POINTED = frozenset(FORM_POINTERS.values())


def point_within_complaint(value: str, translate: Translate) -> str:
    """Where a complaint has what a law asks, from what stands for a letter: pointers are changed, all else is kept."""
    return "; ".join(translate(_IN_COMPLAINT.get(each, each)) for each in value.split("; "))


_PLATFORM_TOLD = "This law binds the platform wherever the person lives."
# Why a law applies, as its rules say it, and as the person themselves says it to the recipient.
_OWN_REASONS: Mapping[str, str] = {
    _PLATFORM_TOLD: mark("This law binds you wherever I live."),
    "The person lives where this law applies.": mark("I live where this law applies."),
    "The person lives in %(place)s, where this law applies.": mark("I live in %(place)s, where this law applies."),
    "The person lives in %(place)s, where this law applies. %(company)s answers for people there.": mark(
        "I live in %(place)s, where this law applies. %(company)s answers for people there."
    ),
    "%(company)s, established where this law applies, answers for people where the person lives.": mark(
        "%(company)s, established where this law applies, answers for people where I live."
    ),
}
# To an authority the platform is somebody else.
_REASONS_TO_BODIES = {**_OWN_REASONS, _PLATFORM_TOLD: mark("This law binds the platform wherever I live.")}
_PLATFORM_TOLD_FOR_OTHER = mark("This law binds you wherever the person lives.")
_REASON_FORMS = tuple((as_form(key), said, _REASONS_TO_BODIES[key]) for key, said in _OWN_REASONS.items())


def find_ground(reason: str | None) -> str | None:
    """Why a law applies, for a paper; None where nothing is known but why it may not."""
    return None if reason is None or is_doubt(reason) else reason


def say_reason_for_other(reason: str, translate: Translate) -> str:
    """Why a law applies, to the platform, in the words of somebody who writes for the person."""
    return translate(_PLATFORM_TOLD_FOR_OTHER if reason == _PLATFORM_TOLD else reason)


def say_reason(reason: str, translate: Translate, *, to_body: bool = False) -> str:
    """Why a law applies, in the words of the person who writes for themselves: to the platform, or to an authority."""
    for form, to_platform, to_authority in _REASON_FORMS:
        if found := form.fullmatch(reason):
            return translate(to_authority if to_body else to_platform, **found.groupdict())
    return translate(reason)
