"""A person's sets of recovery words: a second one beforehand, and new ones from the team once a check was passed.

A team's re-issue takes two members. The first types what the caller said, and learns only whether it fits. The second
confirms and is shown the new words once; they are drawn at that moment and kept nowhere. All sets before stop.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select

from portal.adapters import vault
from portal.adapters.vault import SealContext
from portal.domain.lifecycle import ActorKind, Handler, History, StepRefused
from portal.models.accounts import WebSession
from portal.models.cases import CaseKey
from portal.models.contacts import Contact, MailLink
from portal.models.reissues import CaseCheck, Reissue
from portal.services.background.duties import do_each
from portal.services.cases import mail_contact, safe_contact
from portal.services.cases.keys import add_words
from portal.services.history.events import NewEvent
from portal.services.ports import Ports
from portal.services.signin.sessions import end_of_case
from portal.services.work import CaseWork, Work

MOST_SETS = 2
MOST_WRONG = 5
SHORTEST_ANSWER = 6
LONGEST = 300
REISSUE_LASTS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class WordSet:
    """A set of words that opens the case. The words themselves are known to nobody here."""

    number: int  # in the order in which they were made
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class EndedWays:
    """Which other ways into a case ended with a set of words."""

    sessions: int  # other browsers that had it open
    links: int  # mailed links that nobody had used yet
    has_address: bool
    has_feed: bool  # a secret address from which a calendar read
    has_check: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckView:
    """What the person wants to be asked. `is_worn_out`: too many wrong answers, so it no longer counts."""

    question: str
    tries_left: int
    set_at: datetime

    @property
    def is_worn_out(self) -> bool:
        return self.tries_left <= 0


@dataclass(frozen=True, kw_only=True, repr=False)
class ReissueView:
    """A re-issue that waits for its second member."""

    started_by: UUID
    started_at: datetime
    ends_at: datetime
    may_confirm: bool


def list_sets(work: CaseWork) -> tuple[WordSet, ...]:
    """The sets that open the case, oldest first."""
    rows = _rows(work)
    return tuple(WordSet(number=number, made_at=row.created_at) for number, row in enumerate(rows, start=1))


def has_words(case_id: UUID) -> ColumnElement[bool]:
    """Whether any words open the case, for a query that asks more."""
    return select(CaseKey.id).where(CaseKey.case_id == case_id, CaseKey.holder == Handler.PERSON).exists()


def make_first_set(work: CaseWork) -> str:
    """The first six words of a case that a team took down on the telephone. They are returned once, and kept nowhere.

    Raises StepRefused where there are words already: from then on new ones take two members.
    """
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id != work.case.assignee_id:
        raise StepRefused("Only the member who has this case can read out its words.")
    if _rows(work):
        raise StepRefused("This case has its six words already. New ones take two members of the team.")
    words = work.ports.words.draw()
    add_words(work, work.case, work.key, words)
    work.record(NewEvent(kind=History.FIRST_WORDS_MADE, at=work.now))
    return words


def note_repeated(work: CaseWork) -> None:
    """The caller said some of the words back, and they were right."""
    work.record(NewEvent(kind=History.WORDS_REPEATED, at=work.now))


def make_second_set(work: CaseWork) -> str:
    """Six more words that open the case. They are returned once. Raises StepRefused."""
    _require_person(work)
    if len(_rows(work)) >= MOST_SETS:
        raise StepRefused("There are two sets of words already. Stop one of them first.")
    words = work.ports.words.draw()
    add_words(work, work.case, work.key, words)
    work.record(NewEvent(kind=History.WORDS_ADDED, at=work.now))
    return words


def stop_set(work: CaseWork, number: int, *, token: str) -> EndedWays:
    """From now on this set opens nothing, and whatever else its finder may have opened or made ends with it: open
    sessions, the way back by mail, links on their way, the calendar's address, the check for new words.

    `token` is of the session that goes on. Returns what there was. Raises StepRefused for the last one.
    """
    _require_person(work)
    rows = _rows(work)
    if not 1 <= number <= len(rows):
        raise StepRefused("This set of words is not there any more.")
    if len(rows) == 1:
        raise StepRefused("This is the only set of words. Make a second one first; then this one can be stopped.")
    work.session.delete(rows[number - 1])
    work.session.flush()
    work.record(NewEvent(kind=History.WORDS_STOPPED, at=work.now))
    return EndedWays(
        links=mail_contact.end_links(work),
        has_address=mail_contact.remove_address(work),
        has_feed=safe_contact.end_feed(work),
        has_check=remove_check(work),
        sessions=end_sessions(work, token=token),
    )


def end_sessions(work: CaseWork, *, token: str) -> int:
    """Close the case in every other browser of the person. `token` is of the one that goes on. Returns how many."""
    work.case.ways_ended += 1
    ended = end_of_case(work.session, work.case.id, but=token)
    if ended:
        work.record(NewEvent(kind=History.SESSIONS_ENDED, at=work.now, facts={"count": ended}))
    return ended


def set_check(work: CaseWork, question: str, answer: str) -> None:
    """What the team shall ask before it gives out new words. Replaces the one before. Raises StepRefused."""
    _require_person(work)
    if not question.strip() or len(question) > LONGEST:
        raise StepRefused("Write what we should ask you.")
    if not is_long_enough(answer):
        raise StepRefused(f"The answer needs at least {SHORTEST_ANSWER} letters or numbers, so that nobody guesses it.")
    _forget_check(work)
    row = CaseCheck(id=uuid4(), case_id=work.case.id, salt=vault.new_salt(), wrong_tries=0, created_at=work.now)
    row.sealed = work.sealed_for(row, {"question": question.strip()})
    _keep_verifier(row, _derive(row, answer), work.ports)
    work.session.add(row)
    work.session.flush()
    work.record(NewEvent(kind=History.CHECK_SET, at=work.now))


def is_long_enough(answer: str) -> bool:
    """Whether an answer is not guessed at the first try; only its letters and numbers count."""
    return len(_normal(answer)) >= SHORTEST_ANSWER


def remove_check(work: CaseWork) -> bool:
    """Without a check the team gives out no new words. Whether there was one. Raises StepRefused."""
    _require_person(work)
    is_gone = _forget_check(work)
    if is_gone:
        work.record(NewEvent(kind=History.CHECK_REMOVED, at=work.now))
    return is_gone


def check_view(work: CaseWork) -> CheckView | None:
    """The question, for the person and for the team."""
    row = _find_check(work)
    if row is None:
        return None
    question = work.read_sealed(row)["question"]
    return CheckView(question=question, tries_left=MOST_WRONG - row.wrong_tries, set_at=row.created_at)


def start_reissue(work: CaseWork, answer: str) -> bool:
    """The first member types what the caller said. Whether it fits; each wrong answer counts, five end it.

    The count has to be committed also when the answer is wrong. Raises StepRefused.
    """
    member = _require_staff(work)
    row = work.session.scalars(
        select(CaseCheck).where(CaseCheck.case_id == work.case.id).with_for_update()
    ).one_or_none()
    if row is None:
        raise StepRefused(
            "The person chose no check for this, so nobody can give out new words. Without words a case stays closed "
            "to its caller; a new report can be made."
        )
    if row.wrong_tries >= MOST_WRONG:
        raise StepRefused(
            "There were five wrong answers, so the check no longer counts. Only someone with words can set it again."
        )
    if _find_open(work) is not None:
        raise StepRefused("New words wait for the second member already.")
    if not hmac.compare_digest(_derive(row, answer), _read_verifier(row, work.ports)):
        row.wrong_tries += 1
        work.record(NewEvent(kind=History.CHECK_FAILED, at=work.now))
        return False
    row.wrong_tries = 0
    work.session.add(
        Reissue(
            id=uuid4(), case_id=work.case.id, started_by=member, started_at=work.now, ends_at=work.now + REISSUE_LASTS
        )
    )
    work.record(NewEvent(kind=History.WORDS_ASKED, at=work.now))
    return True


def confirm_reissue(work: CaseWork) -> str:
    """A second member gives out new words, which are returned once. Every older way in ends. Raises StepRefused."""
    member = _require_staff(work)
    row = _find_open(work, to_change=True)
    if row is None:
        raise StepRefused("Nobody has started this within the last day. The first member starts it with the check.")
    if row.started_by == member:
        raise StepRefused("You heard the answer, so another member of the team has to give out the words.")
    row.confirmed_by, row.over_at = member, work.now
    _end_other_ways(work)
    words = work.ports.words.draw()
    add_words(work, work.case, work.key, words)
    work.record(NewEvent(kind=History.WORDS_GIVEN_OUT, at=work.now))
    return words


def cancel_reissue(work: CaseWork) -> None:
    """End what was started. Any member of the team can. Raises StepRefused."""
    _require_staff(work)
    row = _find_open(work)
    if row is not None:
        row.over_at = work.now
        work.record(NewEvent(kind=History.WORDS_CANCELLED, at=work.now))


def reissue_view(work: CaseWork) -> ReissueView | None:
    """What waits for its second member."""
    row = _find_open(work)
    if row is None:
        return None
    may_confirm = work.actor.staff_id not in {None, row.started_by}
    return ReissueView(
        started_by=row.started_by, started_at=row.started_at, ends_at=row.ends_at, may_confirm=may_confirm
    )


def move_to_new_secret(work: Work) -> int:
    """Seal verifiers from under an older server secret anew. Returns how many."""
    rows = work.session.scalars(select(CaseCheck).where(CaseCheck.server_key != work.ports.keys.id)).all()
    return do_each(rows, lambda row: _carry(row, work.ports), what="moving a check to the new secret").done


def _carry(row: CaseCheck, ports: Ports) -> int:
    _keep_verifier(row, _read_verifier(row, ports), ports)
    return 1


def _end_other_ways(work: CaseWork) -> None:
    """Sets of words, open sessions of the person, and the way in by mail, which a stranger may have asked for."""
    case_id = work.case.id
    work.case.ways_ended += 1
    work.session.execute(delete(CaseKey).where(CaseKey.case_id == case_id, CaseKey.holder == Handler.PERSON))
    work.session.execute(delete(WebSession).where(WebSession.case_id == case_id))
    work.session.execute(delete(MailLink).where(MailLink.case_id == case_id))
    for contact in work.session.scalars(select(Contact).where(Contact.case_id == case_id)):
        contact.link_key = None


def _rows(work: CaseWork) -> list[CaseKey]:
    query = select(CaseKey).where(CaseKey.case_id == work.case.id, CaseKey.holder == Handler.PERSON)
    return list(work.session.scalars(query.order_by(CaseKey.created_at, CaseKey.id)))


def _forget_check(work: CaseWork) -> bool:
    row = _find_check(work)
    work.session.execute(delete(Reissue).where(Reissue.case_id == work.case.id, Reissue.over_at.is_(None)))
    if row is None:
        return False
    work.session.delete(row)
    work.session.flush()
    return True


def _find_check(work: CaseWork) -> CaseCheck | None:
    return work.session.scalars(select(CaseCheck).where(CaseCheck.case_id == work.case.id)).one_or_none()


def _find_open(work: CaseWork, *, to_change: bool = False) -> Reissue | None:
    """What was started and is not over. `to_change` takes the row's lock, so that two presses give out one set."""
    query = select(Reissue).where(
        Reissue.case_id == work.case.id, Reissue.over_at.is_(None), Reissue.ends_at > work.now
    )
    newest = query.order_by(Reissue.started_at.desc()).limit(1)
    return work.session.scalars(newest.with_for_update() if to_change else newest).one_or_none()


def _normal(answer: str) -> str:
    """What is said on the telephone and typed by another: case, spaces, hyphens and dots do not matter."""
    plain = unicodedata.normalize("NFKC", answer).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _derive(row: CaseCheck, answer: str) -> bytes:
    return vault.derive_from_secret(_normal(answer), row.salt)


def _keep_verifier(row: CaseCheck, derived: bytes, ports: Ports) -> None:
    row.verifier, row.server_key = vault.seal(ports.keys.outbox, _verifier_context(row), derived), ports.keys.id


def _read_verifier(row: CaseCheck, ports: Ports) -> bytes:
    return ports.keys.open_outbox(_verifier_context(row), row.verifier)


def _verifier_context(row: CaseCheck) -> SealContext:
    return SealContext("case_checks.verifier", str(row.id), str(row.case_id))


def _require_person(work: CaseWork) -> None:
    if work.actor.kind is not ActorKind.PERSON:
        raise StepRefused("Only the person can do this, on their own case page.")


def _require_staff(work: CaseWork) -> UUID:
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id is None:
        raise StepRefused("Only the team can do this.")
    return work.actor.staff_id
