"""Every way into a case that there is, for its person: what opens it, who may read it, and how each of them ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select

from portal.domain.lifecycle import Handler, History, StepRefused
from portal.models.accounts import Team
from portal.models.cases import CaseKey
from portal.models.complaints import Complaint
from portal.models.events import Event
from portal.models.officers import OfficerLink
from portal.services.casefile import sharing
from portal.services.casefile.page import SENTENCES
from portal.services.cases import mail_contact, recovery_words, safe_contact
from portal.services.cases.mail_contact import ContactView, MailLinkView
from portal.services.cases.recovery_words import CheckView, WordSet
from portal.services.cases.safe_contact import FeedView
from portal.services.complaints import officer_links
from portal.services.history.events import NewEvent
from portal.services.signin import sessions
from portal.services.signin.sessions import SessionView
from portal.services.work import CaseWork

# What makes another way into the case, or uses one that its person should hear of.
NEW_WAYS = (
    History.WORDS_ADDED,
    History.WORDS_STOPPED,
    History.WORDS_ASKED,
    History.WORDS_GIVEN_OUT,
    History.CHECK_SET,
    History.CONTACT_SET,
    History.CONTACT_CONFIRMED,
    History.RETURN_CHOSEN,
    History.OPENED_BY_LINK,
    History.FEED_MADE,
    History.SESSIONS_ENDED,
    History.HANDED_TO_TEAM,
    History.OFFICER_LINK_MADE,
    History.OFFICER_LINK_USED,
)
TOLD_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class TeamWay:
    """The team that can open the case."""

    name: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OfficerWay:
    """A link by which an authority's officer can still take the papers of one complaint."""

    complaint_number: int
    made_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, repr=False)
class WaysIn:
    """Every way into one case."""

    sets: tuple[WordSet, ...]
    contact: ContactView | None
    links: tuple[MailLinkView, ...]
    feed: FeedView | None
    check: CheckView | None
    sessions: tuple[SessionView, ...]
    team: TeamWay | None
    officers: tuple[OfficerWay, ...]


@dataclass(frozen=True, kw_only=True)
class NewWay:
    """Something that made or used a way in, as a sentence."""

    number: int  # of the event
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class UnseenWays:
    """What the person has not said yet that they know. `may_be_put_away`: this visit began after all of it.

    Whoever has the phone for a minute, while the case is open there, makes a way in and cannot hide that.
    """

    rows: tuple[NewWay, ...]
    may_be_put_away: bool

    @property
    def last_number(self) -> int:
        return self.rows[-1].number


def list_ways(work: CaseWork, *, token: str) -> WaysIn:
    """All of them; `token` is of the session that looks."""
    return WaysIn(
        sets=recovery_words.list_sets(work),
        contact=mail_contact.contact_view(work),
        links=mail_contact.list_links(work),
        feed=safe_contact.read_safe_contact(work).feed,
        check=recovery_words.check_view(work),
        sessions=tuple(sessions.list_of_case(work.session, work.case.id, token, now=work.now)),
        team=_team(work),
        officers=_officers(work),
    )


def find_news(work: CaseWork, *, token: str) -> UnseenWays | None:
    """What happened to the ways in since the report was sent, for a month, until the person has said they know it."""
    query = select(Event.sequence, Event.kind, Event.at).where(
        Event.case_id == work.case.id,
        Event.kind.in_(NEW_WAYS),
        Event.sequence > work.case.ways_seen,
        Event.at > max(work.now - TOLD_FOR, work.case.submitted_at or work.case.created_at),
    )
    found = work.session.execute(query.order_by(Event.sequence)).all()
    if not found:
        return None
    rows = tuple(NewWay(number=number, at=at, text=SENTENCES[kind]) for number, kind, at in found)
    began_at = sessions.began_at(work.session, token)
    return UnseenWays(rows=rows, may_be_put_away=began_at is not None and began_at >= max(row.at for row in rows))


def put_news_away(work: CaseWork, number: int, *, token: str) -> None:
    """The person knows of everything up to this event. Raises StepRefused in a visit that began before it."""
    news = find_news(work, token=token)
    if news is None:
        return
    if not news.may_be_put_away:
        raise StepRefused("You can hide this when you come back next time.")
    work.case.ways_seen = min(number, news.last_number)


def end_session(work: CaseWork, which: str, *, token: str) -> int:
    """Close the case in one other browser. Returns how many there were of that id."""
    ended = sessions.end_of_case(work.session, work.case.id, but=token, only=which)
    if ended:
        work.record(NewEvent(kind=History.SESSIONS_ENDED, at=work.now, facts={"count": ended}))
    return ended


def end_officer_links(work: CaseWork) -> None:
    officer_links.end_links_of_case(work)


def stop_link(work: CaseWork) -> None:
    """No mailed link opens the case any more; the address stays."""
    mail_contact.choose_link(work, wanted=False)


# Ways that end by their name. Sessions have ids, and sets of words numbers.
ENDS: Mapping[str, Callable[[CaseWork], object]] = MappingProxyType(
    {
        "return": stop_link,
        "address": mail_contact.remove_address,
        "links": mail_contact.end_links,
        "feed": safe_contact.end_feed,
        "check": recovery_words.remove_check,
        "team": sharing.take_back,
        "officers": end_officer_links,
    }
)


def _team(work: CaseWork) -> TeamWay | None:
    query = (
        select(Team.name, CaseKey.created_at)
        .join(CaseKey, CaseKey.team_id == Team.id)
        .where(CaseKey.case_id == work.case.id, CaseKey.holder == Handler.TEAM)
    )
    row = work.session.execute(query).first()
    return TeamWay(name=row[0], since=row[1]) if row else None


def _officers(work: CaseWork) -> tuple[OfficerWay, ...]:
    query = (
        select(Complaint.number, OfficerLink.made_at, OfficerLink.ends_at)
        .join(Complaint, Complaint.id == OfficerLink.complaint_id)
        .where(
            OfficerLink.case_id == work.case.id,
            OfficerLink.used_at.is_(None),
            OfficerLink.ended_at.is_(None),
            OfficerLink.ends_at > work.now,
        )
    )
    rows = work.session.execute(query.order_by(OfficerLink.made_at)).all()
    return tuple(OfficerWay(complaint_number=number, made_at=made, ends_at=ends) for number, made, ends in rows)
