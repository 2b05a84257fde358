"""Invented reports and cases in the states that pages are looked at in. Made through the use cases, with past times."""

from __future__ import annotations

import fcntl
import pickle
import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.directory import AddressOutcome
from portal.domain.incoming import IncomingState, MatchedBy, Nature
from portal.domain.lifecycle import Answer, CloseReason, Filer, Handler, LetterKind, Role, SendingChannel
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.domain.report import ReportedPlace, YesNo
from portal.domain.rights import needs_team
from portal.domain.safe_hours import SafeHours
from portal.domain.tables import make_table, split_text
from portal.domain.webhooks import WebhookEvent
from portal.models.accounts import Membership, Staff, Team
from portal.models.incoming import IncomingMail
from portal.models.requests import Request
from portal.models.snippets import SnippetUse
from portal.services.alerts import levels
from portal.services.casefile import follow_ups, referrals
from portal.services.casefile.bulk import many_requests as bulk
from portal.services.casefile.bulk.actions import BulkAction, BulkCommand
from portal.services.casefile.follow_ups import NewFollowUp
from portal.services.casefile.referrals import NewReferral
from portal.services.cases import handover, messages, opening, safe_contact, tags
from portal.services.cases.safe_contact import Choices
from portal.services.complaints import complaints
from portal.services.complaints.complaints import LodgedCommand
from portal.services.directory.address_checks import note_outcome
from portal.services.importing import waiting as imports
from portal.services.importing.reading import CountryNames
from portal.services.inbox import case_mail
from portal.services.inbox.matching import Match, put_into_case
from portal.services.inbox.receiving import CameIn, seal_for_server
from portal.services.intake import case_links, drafts
from portal.services.letters import letters, threats
from portal.services.letters.threats import ThreatCommand
from portal.services.phone import calls
from portal.services.ports import Actor, Ports
from portal.services.requests import preparing
from portal.services.signin import sessions
from portal.services.staff import accounts, saved_views, snippets
from portal.services.staff.accounts import NewStaff
from portal.services.staff.snippets import SnippetCommand
from portal.services.tracking import answers, mailing, request_page, send_round, sending
from portal.services.tracking.answers import AnswerCommand
from portal.services.tracking.parcels import MailCommand
from portal.services.tracking.sending import RemindedCommand, SentCommand
from portal.services.webhooks.endpoints import Hears, add_endpoint
from portal.services.work import CaseWork
from tests.browser.site import NOW, PASSWORD, Site, start_site
from tests.browser.story import PASTED
from tests.second_factor import give_code
from tests.services.factories import make_case, make_draft, make_work
from tests.suite import run_folder
from tests.web.filled_years import fill_year
from tests.web.world import say_over_link

LATER = NOW + timedelta(days=3)
TEAM = "Harbour"
MANY_LINKS = "\n".join(
    f"https://www.instagram.com/p/InventedAndRatherLong{number:04}/" if number % 2 else
    f"https://forum.example-{number % 7}.org/threads/invented-title-of-some-length/page-{number}"
    for number in range(500)
)  # fmt: skip
HARD_TO_READ = f"{PASTED}\nsome words\nhttps://\nA very long {'w' * 120} word"


KNOWN = "scenes.pickle"  # beside what a portal keeps
TOGETHER = "0" * 32
WITHOUT_CASE = UUID(int=7)  # a mail
CONTENT = (
    "From: X Safety <no-reply@x.com>\nSubject: Re: [Case INV-{number}-40771] Your report of posts that show you\n"
    "Date: Tue, 24 Nov 2026 08:00:00 +0000\nAuthentication-Results: mx.example.org; dkim=pass header.d=x.com\n\n"
    "Hello,\n\nThank you for your report. It does not go against our rules.\n\nX Safety\n"
)


@dataclass(frozen=True)
class Scenes:
    """Cookies of browsers that hold these reports and cases open, and the reference of the one on the desk."""

    cookies: dict[str, str]
    reference: str
    membership: UUID  # of somebody in the team of that case
    team: UUID
    call: str  # the reference of an unfinished call of the team
    entry: int  # of that case's history, which can be corrected
    snippet: UUID  # a ready text of that team
    webhook: UUID  # an address that hears of that team's cases
    tag: UUID  # of that team and of that case
    referral: UUID  # to a lawyer, not told yet
    promise: UUID  # a follow-up date
    table: UUID  # of cases, which waits for the word of a member
    done: str = TOGETHER  # the token of something that was done to many of its requests


def copy_scenes(folder: Path) -> None:
    """A portal's folder with everything in it; whichever process of the run asks first builds it, for all."""
    shutil.copytree(_build_once(), folder)


def read_scenes() -> Scenes:
    """What is known of everything that `copy_scenes` copies."""
    return pickle.loads((_build_once() / KNOWN).read_bytes())  # type: ignore[no-any-return]  # noqa: S301 - our own


@lru_cache(maxsize=1)
def _build_once() -> Path:
    run, built = run_folder(), run_folder() / "scenes"
    with (run / "scenes.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.exists():
            folder = Path(tempfile.mkdtemp(dir=run)) / "var"
            with start_site(folder) as site:
                scenes = build_scenes(site)
            (folder / KNOWN).write_bytes(pickle.dumps(scenes))
            folder.rename(built)
    return built


def build_scenes(site: Site) -> Scenes:
    """Everything, three days after it was reported, so that its clocks have run out."""
    ports = site.parts.ports
    site.clock.now = LATER
    with site.parts.sessions.begin() as session:
        team, key, mere = _make_staff(session)
        busy = _make_busy_case(session, ports, team, key, mere)
        opened = {
            "draft": _make_draft(session, ports, links=HARD_TO_READ),
            "draft of a child": _make_draft(session, ports, under_18=YesNo.YES, filer=Filer.PARENT, country="GB"),
            "draft of a threat": _make_draft(session, ports, is_online=YesNo.NO, links=""),
            "large draft": _make_draft(session, ports, links=MANY_LINKS),
            "new case": _make_new_case(session, ports),
            "large case": make_case(session, ports, links=MANY_LINKS, now=LATER),
            "case": busy,
            "closed case": _make_closed_case(session, ports),
            "case of a threat": _make_threat(session, ports),
            "sending": _make_sending_case(session, ports),
            "sending of a child": make_case(session, ports, links=PASTED, now=NOW, under_18=YesNo.YES),
            "case of a parent": make_case(
                session,
                ports,
                links=PASTED,
                now=LATER,
                filer=Filer.PARENT,
                authority="Her mother.",
            ),
        }
        cookies = {name: hold_open(session, one) for name, one in opened.items()}
        cookies["receipt"] = hold_open(session, opened["new case"], with_receipt=True)
        cookies |= {login: _sign_in(session, login) for login in ("mere", "ines", "vera", "lena", "otto")}
        cookies |= {"half way": _come_half_way(session, "ines"), "new": _come_half_way(session, "jonah")}
        team_id = team.id
        membership = session.scalars(select(Membership.id).join(Staff).where(Staff.login == "mere")).one()
        cookies["nobody"] = ""
        snippet = _keep_snippet(session, ports, mere, team_id)
        hears = Hears(team_id=team_id)
        events = [WebhookEvent.DEADLINE_LEVEL]
        webhook, _secret = add_endpoint(
            make_work(session, ports, actor=mere), "https://hooks.example.org/recourse", events, hears
        )
        tag = _join_cases(session, ports, replace(busy.at(LATER), actor=mere))
        typed = {"country": ["NZ"], "danger": ["y"], "safe_words": ["Say you are from the dentist."]}
        work = make_work(session, ports, now=LATER, actor=mere)
        call = calls.begin_call(work, typed, team_id=team.id, language="en").reference
        table = _keep_table(session, ports, mere, team_id)
        fill_year(session, number=600, flagged=True)
        entry = request_page.request_view(busy.at(LATER), 1).correctable[0].sequence
        referral, promise = _work_together(replace(busy.at(LATER), actor=mere))
    site.pass_time()
    levels.note_levels(site.parts.sessions, now=LATER + timedelta(days=2), ports=ports)
    return Scenes(
        cookies=cookies,
        reference=busy.reference,
        membership=membership,
        team=team_id,
        call=call,
        entry=entry,
        snippet=snippet,
        webhook=webhook,
        tag=tag,
        referral=referral,
        promise=promise,
        table=table,
    )


def _make_threat(session: Session, ports: Ports) -> CaseWork:
    """Nothing is online; a letter to keep the evidence is made."""
    opened = make_case(session, ports, links="", is_online=YesNo.NO, country="AU", now=LATER)
    threats.make_threat_paper(opened.at(LATER), ThreatCommand(accounts=("@night.clips",), recipient="Telegram"))
    return opened


def _make_new_case(session: Session, ports: Ports) -> CaseWork:
    """Nothing has left yet; a copyright notice of its own, the last request, waits to be claimed."""
    opened = make_case(session, ports, links=PASTED, now=LATER, share_with_platforms=None, took_it=YesNo.YES)
    preparing.prepare_copyright(opened.at(LATER), 1)
    return opened


def _make_sending_case(session: Session, ports: Ports) -> CaseWork:
    """One letter went a moment ago, by its form; the second is ready, one by mail too, the third is being made."""
    opened = make_case(session, ports, links=f"https://imgur.com/a/1 {PASTED}", now=LATER).at(LATER)
    mailed, first, second, third = 1, 2, 3, 4
    note_outcome(opened, "imgur", "abuse@imgur.com", AddressOutcome.WORKED)
    for number in (mailed, first, second):
        letters.make_missing_letter(opened, number)
    door = send_round.read_step(opened, first).doors[0]
    sending.record_sent(opened, first, SentCommand(channel=door.via, sent_at=LATER, address=door.address))
    send_round.begin_round(opened, (), "", only=third)
    return opened


def _work_together(work: CaseWork) -> tuple[UUID, UUID]:
    """A referral and a promise of the member who has the case open, by their ids."""
    agreed = frozenset({ReferralPart.NAME, ReferralPart.CONTACT, ReferralPart.LINKS})
    new = NewReferral(kind=ReferralKind.LAWYER, to="Invented Law, +64 1", agreed=agreed, consent="By phone: yes.")
    owner = work.actor.staff_id
    assert owner is not None
    due = NewFollowUp(due_on=LATER.date(), owner_id=owner, note="Call her back.")
    follow_ups.set_follow_up(work, due)
    work.session.flush()
    return referrals.refer(work, new), follow_ups.list_follow_ups(work)[0].id


def _join_cases(session: Session, ports: Ports, work: CaseWork) -> UUID:
    """Another case of the team, linked and naming the same account; a tag of both, by its id; and a named view."""
    team_id = work.case.team_id
    assert team_id is not None
    other = make_case(session, ports, links=PASTED, now=LATER, handler=Handler.TEAM, team_id=str(team_id))
    theirs = replace(other.at(LATER), actor=work.actor)
    case_links.link(work, theirs, "Two people of one school, posted by the same account within a week.")
    for one in (work, theirs):
        case_links.name_poster(one, "@invented_night_clips", "a chat app")
    tags.keep_tag(work, team_id, "Wave of May", [team_id])
    tag = tags.list_tags(work, [team_id])[0].id
    tags.set_tags(work, [tag])
    saved_views.save_view(work, "New Zealand, no one moves", "country=NZ&stale=y&columns=due&columns=team")
    return tag


def _make_staff(session: Session) -> tuple[Team, bytes, Actor]:
    accounts.make_recovery_key(session, now=NOW)
    team, key = accounts.create_team(session, TEAM, now=NOW)
    made = {}
    for login, role in (
        ("mere", Role.ADVOCATE), ("ines", Role.SUPERVISOR), ("vera", Role.ADMINISTRATOR), ("jonah", Role.ADVOCATE),
        ("lena", Role.LEGAL_REVIEWER), ("otto", Role.AUDITOR),
    ):  # fmt: skip
        new = NewStaff(login=login, name=login.capitalize(), role=role, password=PASSWORD)
        made[login] = accounts.add_staff(session, new, now=NOW)
        if needs_team(role):
            accounts.add_membership(session, made[login], team, None if login == "jonah" else key, now=NOW)
    return team, key, accounts.actor_of(made["mere"])


def _make_draft(session: Session, ports: Ports, *, links: str = PASTED, **changes: object) -> CaseWork:
    """A draft with every question that a report can have."""
    values = {"filer": Filer.REPRESENTATIVE, "under_18": YesNo.UNSURE, "country": "AU", "subdivision": "VIC"}
    opened, _ = make_draft(session, ports, links=links, now=LATER, **{**values, **changes})
    places = (ReportedPlace(platform="WhatsApp", text="A group named “invented group”, since Monday."),)
    drafts.save_report(opened.at(LATER), replace(opened.report, places=places), version=None)
    return opened


def _keep_snippet(session: Session, ports: Ports, mere: Actor, team_id: UUID) -> UUID:
    """A ready text for messages; its id."""
    work = make_work(session, ports, actor=mere)
    text = "We read this on {today}, {my name}."
    command = SnippetCommand(team_id=team_id, use=SnippetUse.MESSAGE, title="We read it", text=text)
    snippets.keep(work, command, [team_id])
    return snippets.list_snippets(work, [team_id])[0].id


def _keep_table(session: Session, ports: Ports, mere: Actor, team_id: UUID) -> UUID:
    """A table with all that its page can say: what is wrong, what was sent, what stands twice; its id."""
    rows = (
        "Our number,Link,Country,What,Sent on,Found,Note",
        "H1,https://www.instagram.com/p/Invented1/,NZ,AI,2026-11-20,03/04/2026,Calls on Mondays",
        f"H2,https://forum.example.org/{'a-long-title-' * 12},NZ,real,,,",
        "H3,see the chat,Atlantis,holiday,2027-01-01,,",
        ",https://x.com/someone/status/1111,NZ,real,,,",
        ",https://x.com/someone/status/1111,NZ,real,,,the same again",
    )
    work = make_work(session, ports, now=LATER, actor=mere)
    names = CountryNames(countries={"nz": "NZ"}, parts={})
    planned = imports.plan(work, make_table(split_text("\n".join(rows))), names=names, language="en")
    return imports.begin(work, planned, team_id=team_id)


def _make_busy_case(session: Session, ports: Ports, team: Team, key: bytes, mere: Actor) -> CaseWork:
    """A case with a team, in which every kind of thing has happened. Returns it as the person holds it."""
    own = make_case(
        session, ports, links=f"{PASTED} https://pictures.example.org/album/7", country="IE", now=NOW,
        handler=Handler.TEAM, team_id=str(team.id), explanation="These were private.",
    )  # fmt: skip
    opened = opening.open_for_staff(
        make_work(session, ports, actor=mere), own.reference, team_keys={UUID(str(team.id)): key}, to_change=True
    )
    for number in (1, 2, 3, 4):
        sent = SentCommand(
            has_checked=True,
            channel=SendingChannel.FORM,
            sent_at=NOW,
            received_at=NOW if number < 3 else None,
            ticket=f"INV-{number}",
        )
        letters.make_missing_letter(opened.at(NOW), number)
        sending.record_sent(opened.at(NOW), number, sent)
    _log(session, ports, opened, 1, Answer.REFUSED, "This does not go against our rules.")
    _log(session, ports, opened, 2, Answer.REMOVED, "We removed the posts.")
    _log(session, ports, opened, 3, Answer.EXTENDED, "We need more time.", until=20)
    first = request_page.request_view(opened.at(LATER), 2).items[0].number
    answers.mark_back(opened.at(LATER), first)
    reminder = letters.make_letter(opened.at(LATER), LetterKind.REMINDER, 1)
    left = RemindedCommand(at=LATER, channel=SendingChannel.EMAIL, letter=reminder.number, address="abuse@x.example")
    sending.record_reminded(opened.at(LATER), 1, left)
    letters.make_letter(opened.at(LATER), LetterKind.REMINDER, 1)
    preparing.prepare_erasure(opened.at(LATER), 1)
    _complain(session, ports, opened)
    messages.send_message(opened.at(LATER), "The letters are out. What about the new link?")
    messages.send_message(own.at(LATER), "It is the same one.")
    messages.add_note(opened.at(LATER), "Only to be reached in the morning.")
    hours = SafeHours(days=frozenset({0, 2, 4}), first=time(9), last=time(12), zone="Europe/Dublin")
    chosen = Choices(hours=hours, words="Say that you are from the dentist.", title="Call back")
    safe_contact.save_choices(own.at(LATER), chosen)
    safe_contact.make_feed(own.at(LATER))
    bulk.do_to_all(opened.at(LATER), BulkCommand(action=BulkAction.GONE, token=TOGETHER, numbers=(1, 2)))
    for number in (5, 6):
        letters.make_missing_letter(opened.at(LATER), number)
    letter = mailing.read_offer(opened.at(LATER), 5).letter
    mailing.send_letter(opened.at(LATER), 5, MailCommand(letter=letter, address="abuse@x.example", has_checked=True))
    _come_in(session, ports, own)
    return own


def _come_in(session: Session, ports: Ports, own: CaseWork) -> None:
    """Mail: one that was read in the case, one that waits there, and one that has no case."""
    request_id = session.scalars(select(Request.id).where(Request.case_id == own.case.id, Request.number == 1)).one()
    open_anyway = replace(ports, config=replace(ports.config, takes_files_unconfined=True))
    for number, row_id in enumerate((UUID(int=5), UUID(int=6), WITHOUT_CASE), 1):
        content = CONTENT.format(number=number).encode()
        came = CameIn(content=content, envelope=(), at=LATER)
        row = IncomingMail(id=row_id, digest=row_id.bytes, server_key=ports.keys.id, state=IncomingState.UNMATCHED)
        row.nature, row.received_at, row.size = Nature.ANSWER, LATER, len(content)
        row.sealed = seal_for_server(ports.keys, row_id, came)
        session.add(row)
        session.flush()
        if row_id != WITHOUT_CASE:
            put_into_case(
                make_work(session, ports, now=LATER), row, came, Match(own.case.id, request_id, MatchedBy.ADDRESS)
            )
        if number == 1:
            case_mail.read_in(replace(own.at(LATER), ports=open_anyway), 1, end_transaction=lambda: None)
    say_over_link(make_work(session, ports, now=LATER), own.case.id, request_id)


def _log(
    session: Session, ports: Ports, opened: CaseWork, number: int, answer: Answer, text: str, *, until: int = 0
) -> None:
    at = NOW + timedelta(days=1)
    day = (at + timedelta(days=until)).date() if until else None
    command = AnswerCommand(answer=answer, at=at, text=text, extension_until=day)
    answers.log_answer(opened.at(at), number, command)


def _complain(session: Session, ports: Ports, opened: CaseWork) -> None:
    """One complaint whose papers are being made, and one that was handed in."""
    options = [one for one in complaints.options(opened.at(LATER)) if one.is_open]
    for one in options[:2]:
        wish = "Have it taken down."
        complaints.prepare(opened.at(LATER), one.regime, one.regulator, one.request_numbers[:1], wish=wish)
    complaints.record_lodged(opened.at(LATER), 2, LodgedCommand(has_checked=True, at=LATER, ticket="INV-R-2"))


def _make_closed_case(session: Session, ports: Ports) -> CaseWork:
    opened = make_case(session, ports, links="https://www.instagram.com/p/Invented61/", now=NOW)
    handover.close(opened.at(LATER), reason=CloseReason.REMOVED)
    return opened


def hold_open(session: Session, opened: CaseWork, *, with_receipt: bool = False) -> str:
    """The cookie of a browser that holds this case or draft open."""
    session.flush()
    values = {"case_id": str(opened.case.id), "case_key": opened.key.hex()}
    receipt = {
        "reference": opened.reference, "words": "anchor ember willow lantern meadow copper",
        "submitted_at": LATER.isoformat(), "digest": "0" * 64,
    }  # fmt: skip
    token = sessions.new_token()
    kept = {**values, "receipt": receipt} if with_receipt else values
    sessions.save(session, token, kept, now=LATER, lasts=None)
    return token


def _come_half_way(session: Session, login: str) -> str:
    """The cookie of a browser in which only this member's password was given. Only "jonah" has no second factor."""
    found = accounts.sign_in(session, login, PASSWORD)
    if login != "jonah":
        give_code(session, login)
    values = {
        "entering_id": str(found.actor.staff_id),
        "private_key": found.private_key.hex(),
        "since": LATER.isoformat(),
        "salt": found.salt.hex(),
    }
    token = sessions.new_token()
    sessions.save(session, token, values, now=LATER, lasts=None)
    return token


def _sign_in(session: Session, login: str) -> str:
    """The cookie of a browser in which this member of staff is signed in."""
    found = accounts.sign_in(session, login, PASSWORD)
    values = {
        "staff_id": str(found.actor.staff_id),
        "private_key": found.private_key.hex(),
        "confirmed_at": LATER.isoformat(),
    }
    token = sessions.new_token()
    sessions.save(session, token, values, now=LATER, lasts=None)
    return token
