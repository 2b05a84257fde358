"""What the worker does for mail that comes in: files from its folder, looking for requests, moving to a new secret."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.db import begin_reading
from portal.domain.incoming import LARGEST_MAIL, IncomingState
from portal.domain.mail_files import is_email
from portal.models.incoming import IncomingMail
from portal.services.background.duties import do_each
from portal.services.inbox.matching import mark_of, match_mail
from portal.services.inbox.receiving import (
    list_received,
    open_for_server,
    receive,
    seal_for_server,
    split_mailbox,
)
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.work import Work

CARRIED = (IncomingState.RECEIVED, IncomingState.UNMATCHED, IncomingState.WAITING)  # rest on a secret of the server
AT_ONCE = 500  # mails of one round; the rest waits for the next one
REFUSED = "refused"  # folder within the folder, for what is no mail or too large
_LOOKED_AT = 256 * 1024

log = logging.getLogger("portal.services.inbox")


class NoMail(ValueError):
    """A file that holds no e-mail."""


def read_mails(path: Path) -> Iterator[bytes]:
    """The mails of a file: one of its own (.eml), or a mailbox of many. Raises NoMail, OSError."""
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
        if not is_email(head):
            raise NoMail(f"{path.name} is no e-mail")
        file.seek(0)
        if head.lstrip(b"\r\n").startswith(b"From "):
            yield from split_mailbox(file)
        else:
            yield file.read(LARGEST_MAIL + 1)


def take_folder(sessions: sessionmaker[Session], folder: Path, *, clock: Callable[[], datetime], ports: Ports) -> int:
    """Take in every file of the folder; how many mails were new. A file goes once all of its mails are kept.

    A program that puts a file there gives it its name last: what begins with a dot or ends in .part is left alone. A
    file that is no mail is moved to REFUSED, and looked at by whoever runs the portal.
    """
    if not folder.is_dir():
        return 0
    files = sorted(each for each in folder.iterdir() if each.is_file())[:AT_ONCE]
    waiting = [each for each in files if not each.name.startswith(".") and each.suffix != ".part"]
    return do_each(waiting, lambda path: _take_file(sessions, path, clock, ports), what="taking in a file of mail").done


def _take_file(sessions: sessionmaker[Session], path: Path, clock: Callable[[], datetime], ports: Ports) -> int:
    new = 0
    try:
        for content in read_mails(path):
            with sessions.begin() as session:
                new += receive(Work(session=session, actor=SYSTEM, now=clock(), ports=ports), content)
    except ValueError as error:  # no mail, or too large
        aside = path.parent / REFUSED
        aside.mkdir(mode=0o700, exist_ok=True)
        path.replace(aside / path.name)
        log.warning("a file of mail was not taken: %s", type(error).__name__)
        return new
    path.unlink()
    return new


def match_all(sessions: sessionmaker[Session], *, clock: Callable[[], datetime], ports: Ports) -> int:
    """Look for the requests of the mails that came in; how many were looked at."""
    with sessions() as session:
        begin_reading(session)
        waiting = list_received(session, most=AT_ONCE)

    def match(row_id: UUID) -> int:
        with sessions.begin() as session:
            match_mail(Work(session=session, actor=SYSTEM, now=clock(), ports=ports), row_id)
        return 1

    return do_each(waiting, match, what="looking for the request of a mail").done


def move_to_new_secret(work: Work) -> int:
    """Seal and mark mails that rest on an older secret anew. Returns how many."""
    query = select(IncomingMail).where(IncomingMail.server_key != work.ports.keys.id, IncomingMail.state.in_(CARRIED))
    rows = work.session.scalars(query).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving a mail to the new secret").done


def _carry(row: IncomingMail, keys: ServerKeys) -> int:
    is_whole = row.mark is not None and mark_of(keys, row, like=row.mark) == row.mark
    if row.wrapped is None:
        row.sealed = seal_for_server(keys, row.id, open_for_server(row, keys))
    if is_whole:  # one that was bent stays so
        row.mark = mark_of(keys, row)
    row.server_key = keys.id
    return 1
