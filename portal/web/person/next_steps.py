"""What the case page says of each request and where its main button leads, in the person's words.

The one place that names the page for each next thing: a page that takes the work over is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.services.casefile.front import CaseFront, ComplaintGroup, FrontLine
from portal.services.casefile.turns import RequestTurn, Turn, Why
from portal.services.tracking.correctable import CorrectionView, Fact
from portal.web.person.phrases import body_within, place_of_zone, short_body
from portal.web.reply_times import REPLIES

# Where letters that have not left are sent from.
SENDING = "send.show"

# What is done before a complaint is sent: what holds up a letter.
FIRST = frozenset({Why.ASKED, Why.BACK, Why.SEND, Why.COMPLETE, Why.CONSENT})

# What a line says of a request, where no date says it better.
REASONS: Mapping[Why, Any] = MappingProxyType(
    {
        Why.ASKED: _l("They ask you for something"),
        Why.BACK: _l("It came back. A new letter is ready"),
        Why.SEND: _l("The letter is ready to send"),
        Why.COMPLETE: _l("The letter needs one more thing from you"),
        Why.CONSENT: _l("Waits for your yes"),
        Why.REMIND: _l("You can remind them"),
        Why.COMPLAIN: _l("You reminded them. You can complain now"),
        Why.REFUSED: _l("They said no. See what you can do"),
        Why.PARTLY: _l("They took down only a part"),
        Why.GEO_BLOCKED: _l("They hid it in some countries only"),
        Why.LEAVING: _l("Your letter is on its way by e-mail"),
        Why.ANSWER: _l("No fixed date"),
        Why.COMPLAINED: _l("You complained. The authority has it"),
        Why.NOTHING: _l("Nothing more to do"),
        Why.MOVED: _l("It came back. See the newer letter"),
    }
)
TAGS: Mapping[Turn, Any] = MappingProxyType(
    {
        Turn.NEEDS_YOU: _l("needs you"),
        Turn.OVERDUE: _l("overdue"),
        Turn.TEAM: _l("with the team"),
        Turn.WAITING: _l("waiting"),
        Turn.GONE: _l("gone"),
        Turn.CLOSED: _l("closed"),
    }
)
WEEK = timedelta(days=6)  # in which the name of a day alone says which one it is
HOURS = timedelta(hours=72)  # up to which hours say more than days


@dataclass(frozen=True, kw_only=True)
class MainThing:
    """The one main button of the case page, and the page it leads to."""

    label: str
    address: str


def find_main_thing(front: CaseFront) -> MainThing | None:
    """The button for the next thing; None where there is nothing to do and nothing to wait for."""
    why, numbers = front.next.why, front.next.numbers
    if front.ready_complaints and why not in FIRST:
        count = sum(group.count for group in front.ready_complaints)
        label = ngettext("Send my complaint", "Send my %(num)d complaints", count)
        return MainThing(label=label, address=address_of_group(front.ready_complaints[0]))
    if why is Why.NOTHING:
        return None
    if front.team_name and front.of(Turn.TEAM) and not front.of(Turn.NEEDS_YOU, Turn.OVERDUE):
        label = _("Write to %(team)s", team=front.team_name)
        return MainThing(label=label, address=url_for("messages.show"))
    name = front.names(numbers)[0] if numbers else ""
    label, address = _main_words(why, numbers, name)
    return MainThing(label=label, address=address)


def _main_words(why: Why, numbers: tuple[int, ...], name: str) -> tuple[str, str]:
    """The label and the page of a next thing; of many requests at once where one page does them all."""
    one = url_for("request.show", number=numbers[0]) if numbers else ""
    count = len(numbers)
    if why in {Why.SEND, Why.BACK}:
        return ngettext("Send my letter to %(name)s", "Send my %(num)d letters", count, name=name), url_for(SENDING)
    if why is Why.REMIND:
        label = ngettext("Remind %(name)s", "Remind all %(num)d that are late", count, name=name)
        return label, url_for("case.links", _anchor="late")
    words: Mapping[Why, tuple[str, str]] = {
        Why.ASKED: (_("Answer %(name)s", name=name), one),
        Why.COMPLETE: (_("Add what is missing"), url_for("sharing.ask_facts")),
        Why.CONSENT: (_("Say yes to writing to them"), url_for("sharing.show")),
        Why.COMPLAIN: (_("Complain about %(name)s", name=name), one),
        Why.REFUSED: (_("See what to do about %(name)s", name=name), one),
        Why.PARTLY: (_("Ask %(name)s for the rest", name=name), one),
        Why.GEO_BLOCKED: (_("See what to do about %(name)s", name=name), one),
        Why.LEAVING: (_("See what is on its way"), url_for(SENDING)),
        Why.ANSWER: (_("Mark what is gone"), url_for("case.links")),
    }
    return words[why]


def address_of_group(group: ComplaintGroup) -> str:
    """The page of a complaint, or of all that go to the same authority."""
    page = "complaint.together" if group.count > 1 else "complaint.show"
    return url_for(page, number=group.numbers[0])


def say_group(group: ComplaintGroup) -> str:
    """ "Complaint to Netsafe about Instagram", "8 complaints to Netsafe"."""
    count, body = group.count, body_within(group.regulator_name)
    if count > 1:
        return str(ngettext("%(num)d complaint to %(body)s", "%(num)d complaints to %(body)s", count, body=body))
    if not group.about or group.about[0] == short_body(group.regulator_name):
        return str(_("Complaint to %(body)s", body=body))
    return str(_("Complaint to %(body)s about %(name)s", body=body, name=group.about[0]))


def tally(front: CaseFront) -> list[tuple[int, str]]:
    """What to count on top, each number with its word: "2 of 10 gone" first, states without a request left out."""
    counts = front.counts
    yours = counts.get(Turn.NEEDS_YOU, 0)
    more = ngettext("more needs you", "more need you", yours)
    words: list[tuple[int, str]] = [
        (counts.get(Turn.WAITING, 0), _("waiting")),
        (counts.get(Turn.OVERDUE, 0), _("overdue")),
        (yours, more if counts.get(Turn.OVERDUE) else ngettext("needs you", "need you", yours)),
        (counts.get(Turn.TEAM, 0), _("with the team")),
        (counts.get(Turn.CLOSED, 0), _("closed")),
    ]
    return [(number, word) for number, word in words if number]


def say_tag(turn: RequestTurn) -> str:
    """The one word for whose turn it is."""
    return str(_("came back") if turn.why is Why.MOVED else TAGS[turn.turn])


def say_turn(turn: RequestTurn, zone: str, now: datetime) -> str:
    """What a line says of its request, with the date where one runs or has passed."""
    if turn.due_at is None:
        return str(REASONS[turn.why])
    when = say_when(turn.due_at, zone, now)
    if turn.turn is Turn.WAITING:
        return str(
            _("has until %(when)s (estimated)", when=when) if turn.estimated else _("has until %(when)s", when=when)
        )
    return str(_("since %(when)s", when=when))


def say_nearest(line: FrontLine, zone: str, now: datetime) -> str:
    """ "Instagram has until Tuesday 20:47, in 47 hours.", for a line whose date runs."""
    if line.turn.due_at is None:
        return ""
    return str(
        _(
            "%(name)s has until %(when)s, %(left)s.",
            name=line.platform_name,
            when=say_when(line.turn.due_at, zone, now),
            left=say_left(line.turn.due_at, now),
        )
    )


def say_replies(front: CaseFront) -> str:
    """How fast the team usually answers; empty where it has not said."""
    hours = front.team.reply_hours if front.team else None
    return str(REPLIES[hours]) if hours else ""


def say_about_times(front: CaseFront, zone: str) -> str:
    """Whose time it is, and that dates are estimated where nobody has confirmed the receipt."""
    dated = [line for line in front.of(Turn.WAITING) if line.turn.due_at is not None]
    if not dated:
        return ""
    text = _("Times are %(place)s time.", place=place_of_zone(zone))
    if not any(line.turn.estimated for line in dated):
        return str(text)
    return f"{text} {_('Estimated means: they have not confirmed it.')}"


# What the page of a request says first.
NOW_WORDS: Mapping[Why, Any] = MappingProxyType(
    {
        Why.ASKED: _l("%(name)s asks you for something. Send it, then tell us."),
        Why.BACK: _l("It came back on %(name)s. A new letter is ready to send."),
        Why.SEND: _l("Your letter to %(name)s is ready to send."),
        Why.COMPLETE: _l("Your letter to %(name)s needs one more thing from you."),
        Why.CONSENT: _l("You have not said yes to writing to %(name)s."),
        Why.REMIND: _l("%(name)s is late. The deadline was %(when)s, %(left)s."),
        Why.COMPLAIN: _l("%(name)s is late. The deadline was %(when)s, and you reminded them."),
        Why.REFUSED: _l("%(name)s said no. You can do something about it."),
        Why.PARTLY: _l("%(name)s took down a part. You can ask for the rest."),
        Why.GEO_BLOCKED: _l("%(name)s hid it in some countries only. You can ask for more."),
        Why.LEAVING: _l("Your letter to %(name)s is on its way by e-mail."),
        Why.ANSWER: _l("You wait for %(name)s. There is no fixed date."),
        Why.COMPLAINED: _l("You complained about %(name)s. The authority has it now."),
        Why.NOTHING: _l("There is nothing more to do here."),
        Why.MOVED: _l("It came back on %(name)s. See the newer letter in your case."),
    }
)
FACTS: Mapping[Fact, Any] = MappingProxyType(
    {
        Fact.SENT: _l("When you sent it"),
        Fact.RECEIVED: _l("When they got it"),
        Fact.REMINDED: _l("A reminder"),
        Fact.GIVEN: _l("What you sent back"),
        Fact.ANSWER: _l("Their answer"),
        Fact.GONE: _l("A link is gone"),
        Fact.BACK: _l("A link is back"),
        Fact.TICKET: _l("Their number"),
        Fact.CLOSED: _l("You closed it"),
        Fact.LODGED: _l("When you sent the complaint"),
        Fact.COMPLAINT_ANSWER: _l("The authority’s answer"),
    }
)


def say_what_now(name: str, turn: RequestTurn, zone: str, now: datetime, *, has_moves: bool = False) -> str:
    """What to know first of a request: whose turn it is, and the date. `has_moves`: there is something to do."""
    if turn.why is Why.NOTHING and has_moves:
        return str(_("Something came back on %(name)s. Tell them.", name=name))
    if turn.due_at is None:
        return str(NOW_WORDS[turn.why]) % {"name": name, "when": "", "left": ""}
    when, left = say_when(turn.due_at, zone, now), say_left(turn.due_at, now)
    if turn.turn is Turn.WAITING:
        said = _("%(name)s has until %(when)s, %(left)s.", name=name, when=when, left=left)
    else:
        said = str(NOW_WORDS[turn.why]) % {"name": name, "when": when, "left": left}
    return (
        f"{said} {_('This date is our best guess. They have not confirmed that they got it.')}"
        if (turn.estimated)
        else str(said)
    )


def say_corrected(made: CorrectionView, zone: str, now: datetime) -> str:
    """That something was corrected, what it said before, and that dates follow it."""
    what, was = FACTS[made.fact], say_when(made.was_at, zone, now)
    if made.came_back:
        return str(_("Your letter left (%(was)s) and came back. They did not get it, so no days count.", was=was))
    if made.now_at is None:
        return str(_("Corrected: %(what)s (%(was)s). It never happened.", what=what, was=was))
    if made.now_at == made.was_at:
        return str(_("Corrected: %(what)s (%(was)s).", what=what, was=was))
    right = say_when(made.now_at, zone, now)
    said = _("Corrected: %(what)s. It was %(right)s, not %(was)s.", what=what, right=right, was=was)
    return f"{said} {_('The dates count from there.')}"


def say_when(at: datetime, zone: str, now: datetime) -> str:
    """ "Tuesday 20:47" for a moment within a week before or after now, else "Tuesday 8 December, 20:47"."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    is_near = abs(at - now) < WEEK
    return str(format_datetime(local, "EEEE HH:mm" if is_near else "EEEE d MMMM, HH:mm", rebase=False))


def say_left(at: datetime, now: datetime) -> str:
    """ "in 47 hours", "in 5 days", "2 days ago": whole ones that have passed, or are left."""
    distance = abs(at - now)
    minutes, hours, days = (
        int(distance / unit) for unit in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
    )
    is_over = at < now
    if hours < 1:
        text = ngettext("%(num)d minute ago", "%(num)d minutes ago", minutes) if is_over else (
            ngettext("in %(num)d minute", "in %(num)d minutes", minutes))  # fmt: skip
    elif distance <= HOURS:
        text = ngettext("%(num)d hour ago", "%(num)d hours ago", hours) if is_over else (
            ngettext("in %(num)d hour", "in %(num)d hours", hours))  # fmt: skip
    else:
        text = ngettext("%(num)d day ago", "%(num)d days ago", days) if is_over else (
            ngettext("in %(num)d day", "in %(num)d days", days))  # fmt: skip
    return str(text)
