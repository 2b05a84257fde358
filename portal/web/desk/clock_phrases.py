"""A clock in one sentence for an advocate. Only a duty says "must"; every other promise is called what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.clocks import ClockState
from portal.domain.letters.law_facts import StepFact, sentence_of
from portal.domain.regimes import Binding
from portal.domain.wording import Value
from portal.services.clocks.views import ClockView
from portal.web.desk.wording import describe_word
from portal.web.filters import show_day, show_fact, show_moment

RUNNING: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("By %(when)s %(who)s must %(what)s."),
        Binding.SAFE_HARBOUR: _l("To keep its legal protection, %(who)s has until %(when)s to %(what)s."),
        Binding.PRECONDITION: _l(
            "A waiting period: the next step opens after %(when)s. Until then %(who)s can %(what)s."
        ),
        Binding.LIMITATION: _l("The person has until %(when)s to %(what)s."),
        Binding.TARGET: _l("By %(when)s %(who)s aims to %(what)s. That is an aim, not a duty."),
        Binding.FOLLOW_UP: _l("A date of our own to look again: %(when)s (%(what)s)."),
    }
)
OVER: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("By %(when)s %(who)s had to %(what)s, and that is not recorded."),
        Binding.SAFE_HARBOUR: _l("To keep its legal protection, %(who)s had until %(when)s to %(what)s. That is over."),
        Binding.PRECONDITION: _l("The waiting period ended on %(when)s; the next step is open."),
        Binding.LIMITATION: _l("The person had until %(when)s to %(what)s."),
        Binding.TARGET: _l("By %(when)s %(who)s aimed to %(what)s. That was an aim, not a duty."),
        Binding.FOLLOW_UP: _l("It is time to look again: %(when)s (%(what)s)."),
    }
)
ENDED: Mapping[ClockState, Any] = MappingProxyType(
    {
        ClockState.MET: _l("Done in time. Deadline: %(when)s, for %(who)s to %(what)s."),
        ClockState.MET_LATE: _l("Done too late. Deadline: %(when)s, for %(who)s to %(what)s."),
        ClockState.DONE: _l("Done. The law gives no number of days for %(who)s to %(what)s."),
        ClockState.STOPPED: _l("Stopped. The deadline would have been %(when)s, for %(who)s to %(what)s."),
        ClockState.PAUSED: _l(
            "Paused until they get what they asked for. The date so far, %(when)s, moves on: %(who)s has to %(what)s."
        ),
    }
)
# Beside each clock, in a word.
STATES: Mapping[ClockState, Any] = MappingProxyType(
    {
        ClockState.RUNNING: _l("Running"),
        ClockState.MET: _l("Done in time"),
        ClockState.MET_LATE: _l("Done too late"),
        ClockState.DONE: _l("Done"),
        ClockState.MISSED: _l("Overdue"),
        ClockState.STOPPED: _l("Stopped"),
        ClockState.OPEN: _l("No date"),
        ClockState.PAUSED: _l("Paused"),
    }
)
_UNKNOWN_HOLIDAYS = "The holidays of this place are not known"  # how the step of counting begins that says so
_RECEIPT = "confirm that it has received the notice"  # the label of the duty in the records


def describe_clock(clock: ClockView, zone: str) -> str:
    """One clock in a sentence or two, its moment in the reader's zone."""
    who, what = describe_word(clock.owed_by), _(clock.label)
    if clock.due_at is None:
        return _describe_standard(clock, who, what, zone)
    table = {ClockState.RUNNING: RUNNING, ClockState.MISSED: OVER}.get(clock.state)
    sentence = str(table[clock.binding] if table else ENDED[clock.state])
    return _capitalise(sentence % {"who": who, "what": what, "when": _describe_when(clock, zone)})


def describe_state(clock: ClockView) -> str:
    """A clock in a word or two."""
    if clock.ended_at is not None and clock.label == _RECEIPT:
        return str(_("Receipt confirmed"))
    if clock.ended_at is not None and clock.due_at is None:
        return str(STATES[ClockState.DONE])
    return str(STATES[clock.state])


def say_why_estimated(clock: ClockView, is_proven: bool) -> str:
    """The one reason for which a date is only estimated, the first that there is."""
    steps = " ".join(step.text for step in clock.steps)
    if not is_proven:
        return str(_("Estimated, because receipt is not proven."))
    if _UNKNOWN_HOLIDAYS in steps:
        return str(_("Estimated, because the holidays there are not known."))
    if clock.extended:
        return str(_("Estimated, because they named no day for the longer time."))
    return str(_("Estimated. The steps below say where a moment is assumed."))


def _describe_standard(clock: ClockView, who: str, what: str, zone: str) -> str:
    started = show_moment(clock.started_at, zone)
    if clock.ended_at is not None:
        ended = show_moment(clock.ended_at, zone)
        if clock.label == _RECEIPT:
            return str(_("Receipt confirmed on %(ended)s.", ended=ended))
        return str(_("Ended on %(ended)s: %(who)s had to %(what)s.", who=who, what=what, ended=ended))
    standard = _(clock.standard) if clock.standard else _("no measure is given")
    sentence = _(
        "No number of days for %(who)s to %(what)s. By when: %(standard)s. Counted since %(started)s.",
        who=who, what=what, standard=standard, started=started,
    )  # fmt: skip
    return str(sentence)


def _describe_when(clock: ClockView, zone: str) -> str:
    """A day where the law gives the person one, else the moment."""
    if clock.binding is Binding.LIMITATION and clock.last_day is not None:
        return _show_day(clock.last_day)
    return show_moment(clock.due_at, zone) if clock.due_at else ""


def _show_day(day: date) -> str:
    return str(_("the end of %(day)s", day=format_date(day, "EEEE d MMMM y")))


def _capitalise(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def say_step(step: StepFact, zone: str) -> str:
    """A step of "why this date?", with every moment in the member's zone."""
    return sentence_of(step).render(_, lambda value: _show_value(value, zone))


def _show_value(value: Value, zone: str) -> str:
    if isinstance(value, datetime):  # before `date`, of which it is a kind
        return show_moment(value, zone)
    if isinstance(value, date):
        return show_day(value)
    return show_fact(value) if isinstance(value, str) else str(value)
