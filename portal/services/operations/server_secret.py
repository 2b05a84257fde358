"""The server's secret: a new one in front of those before, and the end of those nobody needs any more.

A secret finds cases by their words and seals what waits for the worker. Words that were drawn under an older secret
move to the newer one when they are next typed, so both stay readable meanwhile.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.journal import Noted
from portal.models.cases import CaseKey
from portal.models.contacts import Contact
from portal.models.deadline_notices import AlertSettings
from portal.models.incoming import IncomingMail, MailboxPlace
from portal.models.partners import PartnerKey
from portal.models.reissues import CaseCheck
from portal.models.safe_contacts import SafeContact
from portal.models.webhooks import WebhookEndpoint
from portal.secret_file import new_secret, read_secret_file
from portal.services.history import journal
from portal.services.inbox.upkeep import CARRIED
from portal.services.ports import ServerKeys


class StillNeeded(ValueError):
    """Somebody could not come back without an older secret. The message says how many."""


@dataclass(frozen=True)
class SecretUse:
    """What rests on a secret: sets of words, and what the server carries (addresses, questions, mail that came in).

    The first in the list is the one in use. What is carried moves to it by itself, words only when they are typed.
    """

    id: str
    sets_of_words: int
    carried: int


def rotate(session: Session, path: Path, *, now: datetime) -> str:
    """Put a new secret in front. Every process has to start anew before it counts. Returns its id. Raises OSError."""
    older = read_secret_file(path)
    journal.note(session, Noted.KEYS_CHANGED, facts={"key": "server", "older": len(older)}, now=now)
    _write(path, [new_secret(), *(secret.hex() for secret in older)])
    return ServerKeys.from_secrets(read_secret_file(path)).id


def list_uses(session: Session, path: Path) -> list[SecretUse]:
    """Each secret, the one in use first. Words from before ids were noted count for the oldest."""
    keys = ServerKeys.from_secrets(read_secret_file(path)).every()
    words = _count(session, CaseKey.server_key, CaseKey.words_index.is_not(None))
    columns = [Contact.server_key, CaseCheck.server_key, SafeContact.server_key]
    columns += [AlertSettings.server_key, WebhookEndpoint.server_key]
    carried = sum((_count(session, column) for column in columns), Counter[str | None]())
    carried += _count(session, IncomingMail.server_key, IncomingMail.state.in_(CARRIED))
    carried += _count(session, MailboxPlace.server_key, MailboxPlace.token.is_not(None))
    known = {each.id for each in keys}
    words[keys[-1].id] += sum(count for server_key, count in words.items() if server_key not in known)
    return [SecretUse(each.id, words[each.id], carried[each.id]) for each in keys]


def retire(session: Session, path: Path, *, anyway: bool = False, now: datetime) -> int:
    """Destroy the older secrets. Returns how many. Raises StillNeeded where somebody needs them, unless `anyway`.

    Guards of rows are renewed before, see `audits.renew`: what is left under an older secret is found as bent.
    """
    require_unneeded(session, path, anyway=anyway)
    secrets = read_secret_file(path)
    journal.note(session, Noted.KEYS_CHANGED, facts={"key": "server", "older": 0}, now=now)
    _write(path, [secrets[0].hex()])
    return len(secrets) - 1


def require_unneeded(session: Session, path: Path, *, anyway: bool = False) -> None:
    """Raises StillNeeded where somebody could not come back without the older secrets."""
    older = list_uses(session, path)[1:]
    if any(use.carried for use in older):
        raise StillNeeded("The worker has not moved everything to the new secret yet; it does so each minute.")
    first = ServerKeys.from_secrets(read_secret_file(path)).id
    working = (PartnerKey.revoked_at.is_(None), PartnerKey.server_key != first)
    if (unused := sum(_count(session, PartnerKey.server_key, *working).values())) and not anyway:
        raise StillNeeded(
            f"{unused} keys of partners were made under an older secret and have not been used since. "
            "They would let nobody in. Revoke them, or wait until they are used."
        )
    needed = sum(use.sets_of_words for use in older)
    if needed and not anyway:
        raise StillNeeded(
            f"{needed} sets of words were drawn under an older secret and have not been typed since. "
            "Whoever has them could not come back."
        )


def _count(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    *where: ColumnElement[bool],
) -> Counter[str | None]:
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return Counter({server_key: count for server_key, count in rows})


def _write(path: Path, lines: Sequence[str]) -> None:
    """As a whole or not at all, for the owner alone."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
