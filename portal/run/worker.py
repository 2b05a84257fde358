"""The background worker: `python -m portal.run.worker` takes jobs from the queue and looks at the clocks each minute.

It ends cleanly on SIGTERM and SIGINT. Its log holds no content: kinds and counts only.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from portal import logs
from portal.adapters.mail import make_mailer
from portal.adapters.signing import by_id, public_keys
from portal.adapters.tasks import BadQueue, TaskQueue, open_queue
from portal.config import ConfigError, load_config
from portal.db import begin_reading
from portal.mailbox_file import MailboxServer
from portal.models.jobs import JobKind
from portal.run.beside import Aside, Pulse
from portal.run.ending import Ending
from portal.secret_file import ensure_secret_file
from portal.services.alerts import digests, levels, own_dates
from portal.services.background import jobs, letter_turns, outbox
from portal.services.background.duties import do_each
from portal.services.cases import documents, erasure, mail_contact, safe_contact
from portal.services.complaints import officer_links
from portal.services.complaints.bundle import make_bundle
from portal.services.figures import years
from portal.services.history import checkpoints, witness
from portal.services.importing import waiting as imports
from portal.services.importing.running import run_import
from portal.services.inbox import mailboxes, upkeep
from portal.services.intake import drafts
from portal.services.letters.ahead import make_ahead, make_reminder_ahead
from portal.services.operations import audits, sweep
from portal.services.partners import calls
from portal.services.signin import kept_forms, quotas
from portal.services.tracking import looks
from portal.services.tracking.mailing import record_left
from portal.services.webhooks import case_events, deliveries
from portal.services.work import Work
from portal.wiring import Parts

RUNNERS: dict[JobKind, jobs.Runner] = {
    JobKind.BUNDLE: make_bundle,
    JobKind.LETTER: make_ahead,
    JobKind.REMINDER: make_reminder_ahead,
    JobKind.IMPORT: run_import,
    JobKind.MAILED: record_left,
}
IN_HAND: set[jobs.Lease] = set()  # jobs of this process that have begun and not ended
SWEEP_LASTS = timedelta(seconds=20)  # then it goes on a minute later, because mail and bundles wait for the same worker
WAITS_AT_MOST = timedelta(seconds=3)  # mail, for a sweep that goes on
HOUR = timedelta(hours=1)
SILENCE = timedelta(seconds=150)  # of the queue, until the rounds are gone without it
GARBAGE = 50_000  # objects between two looks for garbage

log = logging.getLogger("portal.run.worker")


Side = Callable[[Callable[[], object]], object]


def _at_once(work: Callable[[], object]) -> None:
    work()


class Rounds:
    """What the worker does each minute, and each hour, by itself: a duty that fails keeps none of the others waiting.

    Nothing of it hangs on the minute at which it is called: when an hourly duty was done last is remembered here, and
    so is the place at which a sweep stopped.
    """

    def __init__(
        self, parts: Parts, *, aside: Side = _at_once, fetching: Side = _at_once, outward: Side = _at_once
    ) -> None:
        """`aside` runs what may take minutes; `fetching` and `outward` wait for other machines, for mail and for all
        else: in a process, where nothing else has to wait for any of them.
        """
        self.parts = parts
        self._position: sweep.Position | None = None
        self._done_at: dict[str, datetime] = {}
        self._at_start: dict[str, Callable[[], object]] = {"guards": lambda: guard_rows(parts)}
        self._served_at = parts.clock()
        self._each_minute: dict[str, Callable[[], object]] = {
            "sweep": self._sweep,
            "counts of days": lambda: purge_counts(parts),
            "empty drafts": lambda: purge_empty(parts),
            "signing the day": lambda: sign_day(parts),
            "witness": lambda: write_witness(parts),
            "links asked for": lambda: answer_asks(parts),
            "dates": lambda: remind_of_dates(parts),
            "levels of deadlines": lambda: tell_of_deadlines(parts),
            "days of members": lambda: write_digests(parts),
            "mail": lambda: deliver_due_mail(parts),
            "what happened in cases": lambda: tell_of_cases(parts),
            "other machines": lambda: outward(lambda: ask_others(parts)),
            "mail that came in": lambda: take_in_mail(parts),
            "mailboxes": lambda: fetching(lambda: fetch_mailboxes(parts)) if parts.config.mailboxes else None,
        }
        self._each_hour: dict[str, Callable[[], object]] = {
            "our own dates": lambda: tell_of_own_dates(parts),
            "locks": lambda: purge_locks(parts),
            "officers' links": lambda: purge_links(parts),
            "forms of signed-out staff": lambda: purge_kept_forms(parts),
            "tables of cases": lambda: purge_imports(parts),
            "what endpoints were told": lambda: purge_deliveries(parts),
            "files of documents": lambda: purge_files(parts, documents.purge_files),
            "files of officers' links": lambda: purge_files(parts, officer_links.purge_files),
            "history": lambda: aside(lambda: look_over(parts)),
        }

    def start(self) -> None:
        """What came due while nothing ran; mail waits until the worker can be told to stop."""
        do_each(("guards", "sweep", "signing the day", "witness", "locks"), self._do, what="a duty of the worker")

    def go(self) -> None:
        """Everything whose time has come."""
        do_each((*self._each_minute, *self._list_hourly()), self._do, what="a duty of the worker")

    def _list_hourly(self) -> list[str]:
        now = self.parts.clock()
        return [name for name in self._each_hour if name not in self._done_at or now - self._done_at[name] >= HOUR]

    def _do(self, name: str) -> int:
        begun_at = self.parts.clock()
        (self._at_start | self._each_minute | self._each_hour)[name]()
        self._done_at[name] = begun_at
        return 1

    def _sweep(self) -> None:
        self._position = run_sweep(self.parts, after=self._position, meanwhile=self._serve_waiting)

    def _serve_waiting(self) -> None:
        """What somebody waits for, while a sweep takes long."""
        now = self.parts.clock()
        if now - self._served_at >= WAITS_AT_MOST:
            do_each(("links asked for", "mail"), self._do, what="a duty of the worker")
            self._served_at = self.parts.clock()


def connect(queue: TaskQueue, parts: Parts) -> tuple[Rounds, Pulse]:
    """Let `queue` run the jobs of this portal, and call the rounds each minute."""
    rounds = Rounds(parts, aside=Aside().start, fetching=Aside().start, outward=Aside().start)

    def go_alone() -> None:
        rounds.go()
        run_left_jobs(parts)  # those the sweep has only told the silent queue of

    def run(row_id: UUID) -> None:
        if not (run_job(parts, row_id) or deliver_mail(parts, row_id)):
            answer_ask(parts, row_id)

    pulse = Pulse(rounds.go, go_alone, patience=SILENCE)
    queue.handle(run, pulse.go)
    return rounds, pulse


def run_job(parts: Parts, job_id: UUID) -> bool:
    """Run one job now. False where it is not there to be run."""
    return jobs.run_job(parts.sessions, job_id, clock=parts.clock, ports=parts.ports, runners=RUNNERS, in_hand=IN_HAND)


def deliver_mail(parts: Parts, row_id: UUID) -> bool:
    """Try to hand over one mail now. False where it is not there to be sent, or no mail server is set."""
    server = parts.config.mail
    if server is None:
        return False
    outcome = outbox.deliver(parts.sessions, row_id, mailer=make_mailer(server), clock=parts.clock, ports=parts.ports)
    return outcome is not outbox.Delivery.NOT_OURS


def answer_ask(parts: Parts, ask_id: UUID) -> bool:
    """Look whether the address of somebody who asked for a link opens anything. False where it is not there."""
    with parts.sessions.begin() as session:
        return mail_contact.answer_ask(parts.work(session), ask_id)


def answer_asks(parts: Parts) -> int:
    """The same for every one that waits, also those the queue lost; how many."""
    with parts.sessions() as session:
        begin_reading(session)
        waiting = mail_contact.list_asks(session)
    return do_each(waiting, lambda ask_id: answer_ask(parts, ask_id), what="answering somebody who asked").done


def remind_of_dates(parts: Parts) -> None:
    """Write to whoever wants to hear of a date that has come."""
    if parts.config.mail is not None:
        safe_contact.remind_due(parts.sessions, now=parts.clock(), ports=parts.ports)


def tell_of_deadlines(parts: Parts) -> None:
    """Write down which deadlines have come to a level, and tell whoever wants to hear of it."""
    end = parts.clock() + SWEEP_LASTS
    told = levels.note_levels(
        parts.sessions, now=parts.clock(), ports=parts.ports, may_go_on=lambda: parts.clock() < end
    )
    if told.done:
        log.info("%d deadlines have come to another level", told.done)


def tell_of_own_dates(parts: Parts) -> None:
    """The same for what no law has a date for."""
    own_dates.note_own_dates(parts.sessions, now=parts.clock(), ports=parts.ports)


def write_digests(parts: Parts) -> None:
    """Write to each member whose hour has come what waits for them today."""
    if parts.config.mail is not None:
        digests.send_digests(parts.sessions, now=parts.clock(), ports=parts.ports)


def ask_others(parts: Parts) -> None:
    """What other machines are told and asked; whoever is slow there holds up nothing but this."""

    def do(duty: Callable[[Parts], object]) -> int:
        duty(parts)
        return 1

    do_each((tell_endpoints, look_at_links), do, what="a duty of the worker")


def tell_of_cases(parts: Parts) -> int:
    """Write down what endpoints are to hear of what happened in cases; how many tellings."""
    return case_events.tell_of_cases(parts.sessions, parts.work)


def look_at_links(parts: Parts) -> int:
    """See whether links answer that members wanted looked at; how many were."""
    return looks.look_at_due(parts.sessions, clock=parts.clock, ports=parts.ports)


def tell_endpoints(parts: Parts) -> None:
    """Tell the organisation's own systems what they wait to hear."""
    deliveries.deliver_due(parts.sessions, clock=parts.clock, ports=parts.ports)


def deliver_due_mail(parts: Parts) -> int:
    """Hand over every mail whose time has come, and mark those that a dead worker left; how many were tried."""
    if parts.config.mail is None:
        return 0
    now = parts.clock()
    with parts.sessions() as session:
        begin_reading(session)
        due, left = outbox.list_due(session, now=now), outbox.has_stuck_mail(session, now=now)
        lost = letter_turns.has_lost(session)
    if left or lost:
        with parts.sessions.begin() as session:
            unclear = outbox.give_up_unclear(session, now=now) + letter_turns.give_up_lost(session, now=now)
            log.warning("%d mails may have left or not", unclear)
    return do_each(due, lambda row_id: deliver_mail(parts, row_id), what="delivering a mail").done


def take_in_mail(parts: Parts) -> int:
    """Take mails from the folder, and look for the requests of all that came in; how many were looked at."""
    upkeep.take_folder(parts.sessions, parts.config.inbox_folder, clock=parts.clock, ports=parts.ports)
    looked_at, end = 0, parts.clock() + SWEEP_LASTS
    while some := upkeep.match_all(parts.sessions, clock=parts.clock, ports=parts.ports):
        looked_at += some
        if parts.clock() >= end:  # mail and bundles wait for the same worker
            break
    return looked_at


def fetch_mailboxes(parts: Parts) -> int:
    """Take in what is new in each mailbox; how many mails were."""

    def fetch(server: MailboxServer) -> int:
        return mailboxes.fetch(parts.sessions, server, clock=parts.clock, ports=parts.ports) or 0

    return do_each(parts.config.mailboxes, fetch, what="fetching mail").done


def run_left_jobs(parts: Parts) -> int:
    """Run every job that nobody works on; how many were run."""
    with parts.sessions() as session:
        begin_reading(session)
        waiting = jobs.list_waiting_jobs(session, now=parts.clock())
    return do_each(waiting, lambda job_id: run_job(parts, job_id), what="running a job").done


def run_sweep(
    parts: Parts, *, after: sweep.Position | None = None, meanwhile: Callable[[], None] = lambda: None
) -> sweep.Position | None:
    """Notice missed clocks, purge what is over, wake lost jobs. Returns where the next one goes on, None at the end.

    `meanwhile` is called again and again, between cases that are counted together.
    """
    end = parts.clock() + SWEEP_LASTS

    def may_go_on() -> bool:
        meanwhile()
        return parts.clock() < end

    swept = sweep.sweep(parts.sessions, now=parts.clock(), ports=parts.ports, after=after, may_go_on=may_go_on)
    if swept.missed or swept.purged or swept.jobs or swept.failed:
        found = (swept.missed, swept.purged, swept.jobs, swept.failed)
        log.info("swept: %d clocks missed, %d rows purged, %d jobs sent again, %d failed", *found)
    if swept.position is not None:
        log.warning("the sweep did not come to its end and goes on the next time")
    return swept.position


def purge_counts(parts: Parts) -> None:
    """Delete counts of days that are over, proofs too old to be used again, and partners’ calls of yesterday."""
    with parts.sessions.begin() as session:
        quotas.purge(session, now=parts.clock())
        calls.purge(session, now=parts.clock())


def purge_empty(parts: Parts) -> None:
    """Delete drafts that nobody went on with."""
    if purged := drafts.purge_empty(parts.sessions, now=parts.clock(), ports=parts.ports):
        log.info("purged: %d drafts that nobody went on with", purged)


def sign_day(parts: Parts) -> None:
    """Sign where the journal stands, once a day; whoever keeps a copy finds later changes."""
    now = parts.clock()
    with parts.sessions() as session:
        begin_reading(session)
        is_done = checkpoints.is_signed(session, now=now)
    if not is_done:
        with parts.sessions.begin() as session:
            if not witness.may_sign(session, parts.ports.locks, parts.ports.keys):
                log.error("the day is not signed: the journal is not the one it was. See flask audit verify")
                return
            checkpoints.sign_checkpoint(session, parts.signer, now=now)


def guard_rows(parts: Parts) -> None:
    """Give rows from before there were guards theirs, once in the life of a database."""
    if done := audits.adopt(parts.sessions, now=parts.clock(), ports=parts.ports):
        log.info("%d rows from before there were guards have theirs now", done)


def write_witness(parts: Parts) -> None:
    """Write down beside the database how far the journal has come."""
    with parts.sessions() as session:
        begin_reading(session)
        if not witness.write_down(session, parts.ports.locks, parts.ports.keys):
            log.error("the journal does not hold what it held before. See flask audit verify")


def check_history(parts: Parts) -> None:
    """The check of the night, where it is time; supervisors are told of what it finds."""
    now = parts.clock()
    with parts.sessions() as session:
        begin_reading(session)
        if not audits.is_due(session, parts.ports.keys, now=now):
            return
    keys = by_id(public_keys(ensure_secret_file(parts.config.audit_key_file)))
    found = audits.run(parts.sessions, keys=keys, now=now, ports=parts.ports)
    looked_at = "everything" if found.cases is None else f"{found.cases} cases"
    log.log(logging.ERROR if found.breaks else logging.INFO, "checked %s: %d breaks", looked_at, len(found.breaks))


def look_over(parts: Parts) -> None:
    """What may take minutes and looks at everything: the check of the history, then the figures of the years."""

    def do(duty: Callable[[Parts], None]) -> int:
        duty(parts)
        return 1

    do_each((check_history, count_figures), do, what="a duty of the worker")


def count_figures(parts: Parts) -> None:
    """Count the figures of the years again, once a day."""
    now = parts.clock()
    with parts.sessions() as session:
        begin_reading(session)
        if not years.is_due(session, now=now):
            return
    counted = years.count_years(parts.sessions, now=now, ports=parts.ports)
    log.info("counted the figures of %d years", len(counted))


def purge_kept_forms(parts: Parts) -> None:
    """Delete what a member typed when signed out, and did not come back for."""
    with parts.sessions.begin() as session:
        kept_forms.purge(session, now=parts.clock())


def purge_deliveries(parts: Parts) -> None:
    """Forget what endpoints were told weeks ago."""
    with parts.sessions.begin() as session:
        deliveries.purge(session, now=parts.clock())


def purge_imports(parts: Parts) -> None:
    """Forget tables that nobody said a word to, and what came of old ones."""
    with parts.sessions.begin() as session:
        imports.purge(parts.work(session))


def purge_links(parts: Parts) -> int:
    """Destroy the papers of officers' links whose days are over; how many."""
    return officer_links.purge_links(parts.sessions, now=parts.clock(), ports=parts.ports)


def purge_files(parts: Parts, purge: Callable[[Work], None]) -> None:
    """Delete files again that should be gone."""
    with parts.sessions() as session:
        begin_reading(session)
        purge(parts.work(session))


def purge_locks(parts: Parts) -> None:
    """Destroy locks and files of erased cases where a crash came between, or the storage did not answer."""
    with parts.sessions() as session:
        begin_reading(session)
        gone = erasure.purge_locks(parts.work(session))
    if gone:
        log.info("what was left of %d erased cases was destroyed", gone)


def save_looking() -> None:
    """Look for garbage seldom: laws and code stay, and looking through them was a fifth of a sweep's time."""
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def main() -> int:
    """Run until told to stop. 0 after a clean end, 2 for a setting that cannot be used."""
    os.umask(0o077)  # what the portal writes is for its own user only, whoever started it
    log.setLevel(logging.INFO)
    try:
        parts = Parts(load_config(os.environ))
        logs.set_up(parts.config.log_format)
        queue = open_queue(parts.config.queue_url, parts.ports.keys.queue_keys())
        rounds, pulse = connect(queue, parts)
        parts.ports, parts.signer  # noqa: B018 - settings that cannot be used are told here
    except (ConfigError, BadQueue) as error:
        sys.stderr.write(f"The worker cannot start: {error}\n")
        return 2
    save_looking()
    rounds.start()
    consumer = queue.make_consumer()
    ending = Ending()
    consumer.start()
    pulse.start()
    ending.listen(signal.SIGTERM, signal.SIGINT)  # after the start, which sets handlers of its own
    ending.wait()
    pulse.stop()
    consumer.stop(graceful=True)  # waits for the job in hand, though not for ever
    pulse.wait()
    for lease in tuple(IN_HAND):
        jobs.give_back(parts.sessions, lease)
        log.warning("a job was given back at the end, to be done by the next worker")
    return 0


if __name__ == "__main__":
    sys.exit(main())
