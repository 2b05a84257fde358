"""When and how it is safe to write to a person, and reminders of dates, by mail and in a calendar. Nobody gets any of
it who did not ask for it, and one press ends all of it.

The hours are obeyed by the outbox (`portal.services.background.safe_hours`). What a calendar reads are times alone:
without the case's key nothing else could be told, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.adapters.calendar_files import write_calendar
from portal.adapters.link_tokens import BadToken, make_token, read_token
from portal.adapters.vault import CannotOpen
from portal.db import begin_reading
from portal.domain.clocks import ClockState
from portal.domain.lifecycle import SETTLED, ActorKind, CaseStatus, History, StepRefused
from portal.domain.regimes import Binding
from portal.domain.reminders import LONGEST_BEFORE, TITLES, find_reminder, place_in_calendar
from portal.domain.safe_hours import SafeHours
from portal.models.cases import Case
from portal.models.clocks import Clock
from portal.models.outbox import MailKind
from portal.models.requests import Request
from portal.models.safe_contacts import SafeContact
from portal.services.background import outbox, safe_hours
from portal.services.background.duties import Tally, do_each
from portal.services.background.safe_hours import NOTHING, Carried
from portal.services.cases import mail_contact
from portal.services.clocks.own_dates import list_own_dates
from portal.services.history.events import NewEvent, hold_case
from portal.services.law.local_days import place_zone
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.work import CaseWork, Work

FEED_LASTS = timedelta(days=365)
LOOKS_BACK = timedelta(days=30)  # how long a calendar shows what is past
LONGEST_WORDS = 500


@dataclass(frozen=True, kw_only=True, repr=False)
class Choices:
    """What a person chooses on one page. `words`: what to say, and not to say, to whoever answers."""

    hours: SafeHours | None = None
    words: str = ""
    title: str = ""
    mails_dates: bool = False


@dataclass(frozen=True, kw_only=True, repr=False)
class FeedView:
    """The secret address from which a calendar reads. `token` is its last part."""

    token: str
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class SafeContactView:
    """What was chosen, and the calendar's address where there is one."""

    choices: Choices
    feed: FeedView | None

    @property
    def has_reminders(self) -> bool:
        return self.choices.mails_dates or self.feed is not None


def read_safe_contact(work: CaseWork) -> SafeContactView:
    """As the case's key reads it; where nothing was chosen, nothing is."""
    row = _find(work.session, work.case.id)
    if row is None:
        return SafeContactView(choices=Choices(), feed=None)
    values = work.read_sealed(row)
    return SafeContactView(
        choices=Choices(
            hours=safe_hours.read_hours(values["hours"]),
            words=values["words"],
            title=values["title"],
            mails_dates=row.told_until is not None,
        ),
        feed=_feed_of(work, row, values),
    )


def save_choices(work: CaseWork, choices: Choices) -> None:
    """Keep what was chosen. Dates are told by mail from now on, none that is past. Raises StepRefused."""
    _require_person(work)
    contact = mail_contact.contact_view(work)
    if choices.mails_dates and (contact is None or not contact.is_confirmed):
        raise StepRefused("We have no confirmed e-mail address yet. Give one first.")
    row, values = _take(work)
    _write(work, row, values | _values_of(choices))
    if not choices.mails_dates:
        _stop_mails(work.session, row, now=work.now)
    elif row.told_until is None:
        row.told_until = work.now
    work.record(NewEvent(kind=History.SAFE_CONTACT_SET, at=work.now))


def keep_told(work: CaseWork, choices: Choices) -> None:
    """What a person said on the telephone about writing to them, written down by their team when the case is opened.

    The person can change all of it later; dates are mailed only where the person asks for it. Raises StepRefused.
    """
    if work.actor.kind is not ActorKind.STAFF or _find(work.session, work.case.id) is not None:
        raise StepRefused("Only the person can choose this.")
    row, values = _take(work)
    _write(work, row, values | _values_of(choices))
    work.record(NewEvent(kind=History.SAFE_CONTACT_SET, at=work.now))


def _values_of(choices: Choices) -> dict[str, Any]:
    return {
        "hours": safe_hours.write_hours(choices.hours),
        "title": choices.title,
        "words": choices.words[:LONGEST_WORDS],
    }


def make_feed(work: CaseWork) -> None:
    """A new secret address for a calendar; the one before ends. Raises StepRefused."""
    _require_person(work)
    row, values = _take(work)
    ends_at = work.now + FEED_LASTS
    made = make_token(_feed_key(work.ports.keys), ends_at=ends_at)
    feed = {"token": made.token, "made_at": work.now.isoformat(), "ends_at": ends_at.isoformat()}
    row.feed_digest = made.digest
    _write(work, row, values | {"feed": feed})
    work.record(NewEvent(kind=History.FEED_MADE, at=work.now))


def end_feed(work: CaseWork) -> bool:
    """From now on that address shows nothing. Whether there was one."""
    row = _find(work.session, work.case.id)
    if row is None or row.feed_digest is None:
        return False
    row.feed_digest = None
    _write(work, row, work.read_sealed(row) | {"feed": None})
    work.record(NewEvent(kind=History.FEED_ENDED, at=work.now))
    return True


def switch_off(work: CaseWork) -> None:
    """No reminder of any kind from now on: what waits is taken back, and the calendar's address shows nothing."""
    row = _find(work.session, work.case.id)
    if row is not None and row.told_until is not None:
        _stop_mails(work.session, row, now=work.now)
        work.record(NewEvent(kind=History.SAFE_CONTACT_SET, at=work.now))
    end_feed(work)


def write_dates(work: CaseWork) -> bytes:
    """The dates of this case as a calendar file, once."""
    row = _find(work.session, work.case.id)
    carried = safe_hours.open_carried(row, work.ports.keys) if row else NOTHING
    return _write_calendar(work, work.case.id, carried, owner=str(row.id if row else uuid4()))


def read_feed(work: Work, token: str) -> bytes:
    """What a calendar reads at this address: the dates, or a calendar with nothing in it where the address is no more,
    never was, or cannot be read. All of these are the same answer, so that it tells nobody which.
    """
    try:
        digest = read_token(_feed_keys(work.ports.keys), token, now=work.now)
        row = work.session.scalars(select(SafeContact).where(SafeContact.feed_digest == digest)).one_or_none()
        if row is not None:
            carried = safe_hours.open_carried(row, work.ports.keys)
            return _write_calendar(work, row.case_id, carried, owner=str(row.id))
    except (BadToken, CannotOpen):
        pass
    return write_calendar((), title="", owner="", written_at=work.now)


def remind_due(sessions: sessionmaker[Session], *, now: datetime, ports: Ports) -> Tally:
    """Write to everybody who wants to hear of a date that has come: one mail a day and case, however many dates.

    Each case has its own transaction and is held in it, so that workers who do the same take turns.
    """
    with sessions() as session:
        begin_reading(session)
        query = select(SafeContact.case_id).join(Clock, Clock.case_id == SafeContact.case_id)
        query = query.where(SafeContact.told_until.is_not(None), Clock.due_at <= now + LONGEST_BEFORE)
        case_ids = list(session.scalars(query.where(Clock.due_at > SafeContact.told_until).distinct()))
        case_ids += [each for each in _list_with_own(session, now) if each not in case_ids]
    return do_each(case_ids, lambda case_id: _remind(sessions, case_id, now, ports), what="reminding of a date")


def move_to_new_secret(work: Work) -> int:
    """Carry the hours from under an older server secret anew. Returns how many."""
    rows = work.session.scalars(select(SafeContact).where(SafeContact.server_key != work.ports.keys.id)).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving hours to the new secret").done


def _remind(sessions: sessionmaker[Session], case_id: UUID, now: datetime, ports: Ports) -> int:
    with sessions.begin() as session:
        hold_case(session, case_id)
        row = _find(session, case_id)
        if row is None or row.told_until is None:
            return 0
        come = [at for at in _list_moments(session, case_id) if row.told_until < at <= now]
        if not come:
            return 0
        work = Work(session=session, actor=SYSTEM, now=now, ports=ports)
        if not mail_contact.announce_date(work, case_id, _leaving_day(work, row)):
            return 0  # one has left today: tomorrow there is another
        row.told_until = now
        return 1


def _leaving_day(work: Work, row: SafeContact) -> str:
    """The day in the person's zone on which a mail that is written now leaves."""
    case = work.session.get_one(Case, row.case_id)
    zone = place_zone(case.country, case.subdivision, work.ports.config)
    leaves_at = safe_hours.find_moment(work.session, case.id, MailKind.DATE, work.ports.keys, now=work.now)
    return leaves_at.astimezone(zone).date().isoformat()


def _list_moments(session: Session, case_id: UUID) -> Iterable[datetime]:
    """When to be reminded of each date of an open case, also those that are past; where no law has a date, of ours."""
    dated = [find_reminder(due_at, binding) for due_at, binding in session.execute(_dates_of(case_id)) if due_at]
    return [*dated, *(each.due_at for each in list_own_dates(session, Case.id == case_id))]


def _list_with_own(session: Session, now: datetime) -> list[UUID]:
    """The cases of those who want to hear of dates, in which one of ours has come since they were last told."""
    told = {
        row.case_id: row.told_until
        for row in session.execute(
            select(SafeContact.case_id, SafeContact.told_until).where(SafeContact.told_until.is_not(None))
        )
    }
    theirs = Case.id.in_(select(SafeContact.case_id).where(SafeContact.told_until.is_not(None)))
    come = (each for each in list_own_dates(session, theirs, come_by=now) if told[each.case_id] < each.due_at <= now)
    return list(dict.fromkeys(each.case_id for each in come))


def _dates_of(case_id: UUID) -> Select[datetime | None, Binding]:
    """Clocks that run or have run out, of requests that are not settled and of complaints."""
    query = select(Clock.due_at, Clock.binding).join(Case, Case.id == Clock.case_id)
    query = query.outerjoin(Request, Request.id == Clock.request_id)
    return query.where(
        Clock.case_id == case_id,
        Case.status == CaseStatus.OPEN,
        Clock.state.in_((ClockState.RUNNING, ClockState.MISSED)),
        Clock.due_at.is_not(None),
        or_(Request.id.is_(None), Request.state.not_in(SETTLED)),
    )


def _write_calendar(work: Work, case_id: UUID, carried: Carried, *, owner: str) -> bytes:
    moments = (at for at in _list_moments(work.session, case_id) if at > work.now - LOOKS_BACK)
    placed = place_in_calendar(moments, carried.hours)
    return write_calendar(placed, title=carried.title or TITLES[0], owner=owner, written_at=work.now)


def _find(session: Session, case_id: UUID) -> SafeContact | None:
    return session.scalars(select(SafeContact).where(SafeContact.case_id == case_id)).one_or_none()


def _take(work: CaseWork) -> tuple[SafeContact, dict[str, Any]]:
    """The row and what is sealed in it; a new one where there is none."""
    row = _find(work.session, work.case.id)
    if row is not None:
        return row, work.read_sealed(row)
    row = SafeContact(id=uuid4(), case_id=work.case.id, told_until=None, feed_digest=None)
    return row, {"hours": None, "words": "", "title": "", "feed": None}


def _write(work: CaseWork, row: SafeContact, values: dict[str, Any]) -> None:
    row.sealed = work.sealed_for(row, values)
    carried = Carried(hours=safe_hours.read_hours(values["hours"]), title=values["title"])
    safe_hours.seal_carried(row, carried, work.ports.keys)
    work.session.add(row)
    work.session.flush()


def _stop_mails(session: Session, row: SafeContact, *, now: datetime) -> None:
    row.told_until = None
    outbox.cancel(session, row.case_id, MailKind.DATE, now=now)


def _carry(row: SafeContact, keys: ServerKeys) -> int:
    safe_hours.seal_carried(row, safe_hours.open_carried(row, keys), keys)
    return 1


def _feed_of(work: CaseWork, row: SafeContact, values: dict[str, Any]) -> FeedView | None:
    """None also for one whose year is over, or that was signed under a secret that is no more."""
    feed = values["feed"]
    if row.feed_digest is None or feed is None:
        return None
    try:
        read_token(_feed_keys(work.ports.keys), feed["token"], now=work.now)
    except BadToken:
        return None
    made_at, ends_at = (datetime.fromisoformat(feed[name]) for name in ("made_at", "ends_at"))
    return FeedView(token=feed["token"], made_at=made_at, ends_at=ends_at)


def _feed_key(keys: ServerKeys) -> bytes:
    return vault.derive_subkey(keys.outbox, "calendar addresses")


def _feed_keys(keys: ServerKeys) -> tuple[bytes, ...]:
    return tuple(_feed_key(each) for each in keys.every())


def _require_person(work: CaseWork) -> None:
    if work.actor.kind is not ActorKind.PERSON:
        raise StepRefused("Only the person can choose this.")
