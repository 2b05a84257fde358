"""One mail a day for each member who wants it, at their hour: what has come since yesterday and what waits for them.

Numbers and references only; what it is about stands behind the sign-in. Who is away gets none: their cases stand in
the mail of whoever covers for them. A day on which nothing waits has no mail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.deadline_levels import ORDER, RAISED
from portal.domain.rights import Right, may
from portal.models.accounts import Staff
from portal.models.cases import Case
from portal.models.deadline_notices import AlertSettings
from portal.models.outbox import MailKind
from portal.services.alerts import preferences
from portal.services.alerts.levels import count_since
from portal.services.alerts.listeners import Listeners
from portal.services.background import mail_texts, outbox
from portal.services.background.duties import Tally, do_each
from portal.services.background.mail_texts import ngettext
from portal.services.background.outbox import NewMail
from portal.services.casefile.queue.filters import QueueFilter, day_of
from portal.services.casefile.queue.listing import list_first
from portal.services.casefile.queue.today import find_levels
from portal.services.cases.opening import seen_by
from portal.services.ports import Ports
from portal.services.staff.absences import covered_by
from portal.services.staff.accounts import actor_of, team_ids_of
from portal.services.work import Work
from portal.zone_names import load_zone

LISTED = 10  # references in one line
SATURDAY = 5
DAY = timedelta(days=1)
MOST_DAYS = 14  # that one mail looks back, after somebody was away
# The same views as on the first page of the desk, so that the mail never counts what the page does not show.
VIEWS: Mapping[QueueFilter, tuple[str, str]] = {
    QueueFilter.APPROVAL: ngettext(
        "{count} case waits for a second look of yours, or yours was answered",
        "{count} cases wait for a second look of yours, or yours were answered",
    ),
    QueueFilter.PROMISED: ngettext(
        "{count} case has a task of yours for today", "{count} cases have tasks of yours for today"
    ),
    QueueFilter.HANDED: ngettext("{count} case was handed to you", "{count} cases were handed to you"),
}


def send_digests(factory: sessionmaker[Session], *, now: datetime, ports: Ports) -> Tally:
    """Write the mails whose hour has come: each member's once a day, however many workers look."""
    with factory() as session:
        begin_reading(session)
        query = select(AlertSettings, Staff).join(Staff, Staff.id == AlertSettings.staff_id)
        rows = session.execute(query.where(AlertSettings.confirmed_at.is_not(None), Staff.ended_at.is_(None)))
        due = [staff.id for row, staff in rows if _is_due(row, staff, now, ports)]
    return do_each(due, lambda staff_id: _send(factory, staff_id, now, ports), what="writing a member's day")


def _is_due(row: AlertSettings, staff: Staff, now: datetime, ports: Ports) -> bool:
    """An hour that the clocks leave out comes as soon as they are behind it; one that comes twice counts once."""
    if row.digest_hour is None:
        return False
    local = now.astimezone(load_zone(staff.zone) if staff.zone else ports.config.time_zone)
    is_day = row.has_weekends or local.weekday() < SATURDAY
    return is_day and local.hour >= row.digest_hour and row.digest_on != local.date()


def _send(factory: sessionmaker[Session], staff_id: UUID, now: datetime, ports: Ports) -> int:
    """Mail and the day of the last one are written together."""
    with factory.begin() as session:
        row = session.get(AlertSettings, staff_id, with_for_update=True)
        staff = session.get(Staff, staff_id)
        if row is None or staff is None or not _is_due(row, staff, now, ports):
            return 0
        work = Work(session=session, actor=actor_of(staff), now=now, ports=ports)
        today = day_of(work).today
        days = min((today - row.digest_on).days, MOST_DAYS) if row.digest_on else 1
        lines = tuple(_list_lines(work, staff, now - days * DAY))
        row.digest_on = today
        address = preferences.find_address(row, ports.keys)
        if not lines or not address:
            return 0
        text = mail_texts.write_digest(lines, preferences.language_of(staff, work))
        cause = f"digest:{staff_id}:{today.isoformat()}"
        new = NewMail(
            case_id=None, kind=MailKind.DIGEST, cause=cause, to=address, subject=text.subject, text=text.text,
            expires_at=now + DAY,
        )  # fmt: skip
        return int(outbox.put(work, new))


def _list_lines(work: Work, staff: Staff, since: datetime) -> Iterator[str]:
    team_ids = team_ids_of(work.session, staff.id)
    if not team_ids or Listeners(work, team_ids).is_away(staff.id) or not may(staff.role, Right.READ_CASES):
        return
    today, language = day_of(work).today, preferences.language_of(staff, work)
    covered = covered_by(staff.id, today)
    mine = or_(Case.assignee_id == staff.id, Case.assignee_id.in_(covered))
    leads = may(staff.role, Right.LEAD_TEAM)
    theirs = or_(mine, Case.assignee_id.is_(None)) if leads else mine
    ours = and_(Case.team_id.in_(team_ids), seen_by(work.actor))
    found = count_since(work.session, and_(ours, theirs), since)
    raised = count_since(work.session, ours, since) if leads else found
    told = {level: (raised if level in RAISED else found)[level] for level in ORDER}
    live = find_levels(work.session, {each for some in told.values() for each in some})
    for level, references in told.items():
        # What was met, settled or taken further since it was told is no news any more.
        news = [each for each in references if each in live and ORDER.index(live[each]) >= ORDER.index(level)]
        if news:
            yield mail_texts.write_line(mail_texts.LEVELS[level], news, language, listed=LISTED)
    counts, rows = list_first(work, team_ids=team_ids, views=tuple(VIEWS), most=LISTED)
    for view, words in VIEWS.items():
        if counts[view]:
            first = [each.reference for each in rows[view]]
            yield mail_texts.write_line(words, first, language, listed=LISTED, count=counts[view])
