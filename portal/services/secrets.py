"""The server's secret: a new one in front of those before, and the end of those nobody needs any more.

A secret finds cases by their words and seals what waits for the worker. Words that were drawn under an older secret
move to the newer one when they are next typed, so both stay readable meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.config import new_secret, read_secret_file
from portal.domain.journal import Noted
from portal.models.cases import CaseKey
from portal.services import journal
from portal.services.ports import ServerKeys


class StillNeeded(ValueError):
    """Somebody could not come back without an older secret. The message says how many."""


@dataclass(frozen=True)
class SecretUse:
    """How many sets of words rest on a secret. The first in the list is the one in use."""

    id: str
    sets_of_words: int


def rotate(session: Session, path: Path, *, now: datetime) -> str:
    """Put a new secret in front. Every process has to start anew before it counts. Returns its id. Raises OSError."""
    older = read_secret_file(path)
    journal.note(session, Noted.KEYS_CHANGED, facts={"key": "server", "older": len(older)}, now=now)
    _write(path, [new_secret(), *(secret.hex() for secret in older)])
    return ServerKeys.from_secrets(read_secret_file(path)).id


def list_uses(session: Session, path: Path) -> list[SecretUse]:
    """Each secret, the one in use first. Words from before ids were noted count for the oldest."""
    keys = ServerKeys.from_secrets(read_secret_file(path)).every()
    query = (
        select(CaseKey.server_key, func.count()).where(CaseKey.words_index.is_not(None)).group_by(CaseKey.server_key)
    )
    found: dict[str | None, int] = {server_key: count for server_key, count in session.execute(query)}
    uses = [SecretUse(each.id, found.get(each.id, 0)) for each in keys]
    unknown = sum(count for server_key, count in found.items() if server_key not in {each.id for each in keys})
    return [*uses[:-1], SecretUse(uses[-1].id, uses[-1].sets_of_words + unknown)]


def retire(session: Session, path: Path, *, anyway: bool = False, now: datetime) -> int:
    """Destroy the older secrets. Returns how many. Raises StillNeeded where somebody needs them, unless `anyway`."""
    needed = sum(use.sets_of_words for use in list_uses(session, path)[1:])
    if needed and not anyway:
        raise StillNeeded(
            f"{needed} sets of words were drawn under an older secret and have not been typed since. "
            "Whoever has them could not come back."
        )
    secrets = read_secret_file(path)
    journal.note(session, Noted.KEYS_CHANGED, facts={"key": "server", "older": 0}, now=now)
    _write(path, [secrets[0].hex()])
    return len(secrets) - 1


def _write(path: Path, lines: Sequence[str]) -> None:
    """As a whole or not at all, for the owner alone."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
