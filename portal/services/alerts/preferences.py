"""How a member wants to hear of deadlines: at which address, at which hour, of which levels at once, in which calendar.

Nobody hears anything who did not ask for it. Before the first mail somebody has typed the code that was sent to the
address, so that a slip of the keys tells a stranger nothing.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.link_tokens import BadToken, make_token, read_token
from portal.adapters.mail import BadAddress, read_address
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.deadline_levels import Level
from portal.domain.lifecycle import ActorKind, StepRefused
from portal.models.accounts import Staff
from portal.models.deadline_notices import AlertSettings
from portal.models.outbox import MailKind
from portal.services.background import mail_texts, outbox
from portal.services.background.duties import do_each
from portal.services.background.outbox import NewMail
from portal.services.ports import ServerKeys
from portal.services.work import Work

FEED_LASTS = timedelta(days=365)
CODE_DIGITS = 8
CODE_LASTS = timedelta(hours=1)
ONCE_IN = timedelta(minutes=1)  # so often is a code mailed


@dataclass(frozen=True, kw_only=True, repr=False)
class AlertChoices:
    """What a member chooses on one page. `digest_hour` (0 to 23, their own clock) is empty for no daily mail."""

    address: str = ""
    digest_hour: int | None = None
    has_weekends: bool = False
    levels: frozenset[Level] = frozenset()


@dataclass(frozen=True, kw_only=True, repr=False)
class AlertsView:
    """What was chosen. `waits_for_code`: nothing is mailed before the address is confirmed. `feed` is the last part of
    the calendar's secret address.
    """

    choices: AlertChoices = AlertChoices()
    waits_for_code: bool = False
    feed: str = ""
    feed_ends_at: datetime | None = None


def read_alerts(work: Work) -> AlertsView:
    """The member's own; where an address was sealed under a secret that is no more, it has to be typed again."""
    row = _find(work.session, _member(work))
    if row is None:
        return AlertsView()
    values = _open(row, work.ports.keys)
    feed, ends_at = values.get("feed", ""), values.get("feed_ends_at")
    has_feed = bool(row.feed_digest and feed and _reads(work, feed))
    return AlertsView(
        choices=AlertChoices(
            address=values.get("address", ""),
            digest_hour=row.digest_hour,
            has_weekends=row.has_weekends,
            levels=frozenset(map(Level, row.levels)),
        ),
        waits_for_code=bool(values.get("address")) and row.confirmed_at is None,
        feed=feed if has_feed else "",
        feed_ends_at=datetime.fromisoformat(ends_at) if has_feed and ends_at else None,
    )


def save_alerts(work: Work, choices: AlertChoices) -> bool:
    """Keep what was chosen. Whether a code was mailed, because the address is new. Raises StepRefused."""
    address = _read_address(choices.address)
    if not address and (choices.digest_hour is not None or choices.levels):
        raise StepRefused("Give an e-mail address, or choose no mail.")
    row, values = _take(work)
    row.digest_hour, row.has_weekends = choices.digest_hour, choices.has_weekends
    row.levels = sorted(level.value for level in choices.levels)
    is_new = address != values.get("address", "")
    if is_new:
        row.confirmed_at = None
        values = {**values, "address": address, "code": ""}
    _write(work, row, values)
    return bool(is_new and address and _mail_code(work, row, values))


def mail_code_again(work: Work) -> None:
    """Another code to the address that waits for one. Raises StepRefused."""
    row = _find(work.session, _member(work))
    values = _open(row, work.ports.keys) if row else {}
    if row is None or row.confirmed_at is not None or not values.get("address"):
        raise StepRefused("No address waits for a code.")
    if not _mail_code(work, row, values):
        raise StepRefused("A code is on its way. Wait a minute before you ask for another one.")


def confirm(work: Work, code: str) -> None:
    """The code from the mail: from now on mail goes to that address. Raises StepRefused."""
    row = _find(work.session, _member(work))
    values = _open(row, work.ports.keys) if row else {}
    if row is None or not values.get("code") or row.asked_at is None or work.now - row.asked_at > CODE_LASTS:
        raise StepRefused("This code does not work any more. Ask for a new one.")
    if not hmac.compare_digest(values["code"].encode(), "".join(code.split()).encode()):
        raise StepRefused("This is not the code that we mailed. Look at the newest mail.")
    row.confirmed_at = work.now
    _write(work, row, {**values, "code": ""})


def make_feed(work: Work) -> None:
    """A new secret address for the member's calendar; the one before ends. Raises StepRefused."""
    row, values = _take(work)
    ends_at = work.now + FEED_LASTS
    made = make_token(_feed_key(work.ports.keys), ends_at=ends_at)
    row.feed_digest = made.digest
    _write(work, row, {**values, "feed": made.token, "feed_ends_at": ends_at.isoformat()})


def end_feed(work: Work) -> None:
    """From now on that address shows nothing."""
    row = _find(work.session, _member(work))
    if row is not None and row.feed_digest is not None:
        row.feed_digest = None
        _write(work, row, {**_open(row, work.ports.keys), "feed": "", "feed_ends_at": None})


def find_by_feed(work: Work, token: str) -> UUID | None:
    """Whose calendar this address is; None where it is no more or never was."""
    try:
        digest = read_token(_feed_keys(work.ports.keys), token, now=work.now)
    except BadToken:
        return None
    return work.session.scalars(select(AlertSettings.staff_id).where(AlertSettings.feed_digest == digest)).one_or_none()


def find_address(row: AlertSettings, keys: ServerKeys) -> str:
    """Where mail to this member goes; empty where nothing may be mailed."""
    return str(_open(row, keys).get("address", "")) if row.confirmed_at else ""


def move_to_new_secret(work: Work) -> int:
    """Carry addresses from under an older server secret anew. Returns how many."""
    rows = work.session.scalars(select(AlertSettings).where(AlertSettings.server_key != work.ports.keys.id)).all()
    return do_each(rows, lambda row: _carry(row, work.ports.keys), what="moving a member's address").done


def _carry(row: AlertSettings, keys: ServerKeys) -> int:
    opened = keys.open_outbox(_place_of(row), row.sealed)
    row.sealed, row.server_key = vault.seal(keys.outbox, _place_of(row), opened), keys.id
    return 1


def language_of(staff: Staff, work: Work) -> str:
    """In which a member is written to: their own, else the portal's."""
    return staff.language or work.ports.config.language


def _mail_code(work: Work, row: AlertSettings, values: Mapping[str, Any]) -> bool:
    """False where one was mailed a moment ago."""
    if row.asked_at is not None and work.now - row.asked_at < ONCE_IN:
        return False
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    row.asked_at = work.now
    _write(work, row, {**values, "code": code})
    text = mail_texts.STAFF_CODE.say(language_of(work.session.get_one(Staff, row.staff_id), work), code=code)
    cause = f"staff-code:{row.staff_id}:{work.now.isoformat()}"
    new = NewMail(
        case_id=None,
        kind=MailKind.STAFF_CODE,
        cause=cause,
        to=values["address"],
        subject=text.subject,
        text=text.text,
        expires_at=work.now + CODE_LASTS,
    )
    return outbox.put(work, new)


def _read_address(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return read_address(typed)
    except BadAddress as error:
        raise StepRefused(str(error)) from error


def _member(work: Work) -> UUID:
    if work.actor.kind is not ActorKind.STAFF or work.actor.staff_id is None:
        raise StepRefused("Only members of staff choose this.")
    return work.actor.staff_id


def _find(session: Session, staff_id: UUID) -> AlertSettings | None:
    return session.get(AlertSettings, staff_id)


def _take(work: Work) -> tuple[AlertSettings, dict[str, Any]]:
    """The row and what is sealed in it; a new one where there is none."""
    row = _find(work.session, _member(work))
    if row is not None:
        return row, _open(row, work.ports.keys)
    row = AlertSettings(staff_id=_member(work), levels=[], has_weekends=False)
    return row, {}


def _open(row: AlertSettings, keys: ServerKeys) -> dict[str, Any]:
    try:
        values: dict[str, Any] = json.loads(keys.open_outbox(_place_of(row), row.sealed))
    except CannotOpen:
        return {}
    return values


def _write(work: Work, row: AlertSettings, values: Mapping[str, Any]) -> None:
    row.sealed = vault.seal_values(work.ports.keys.outbox, _place_of(row), dict(values))
    row.server_key = work.ports.keys.id
    work.session.add(row)
    work.session.flush()


def _reads(work: Work, token: str) -> bool:
    try:
        read_token(_feed_keys(work.ports.keys), token, now=work.now)
    except BadToken:
        return False
    return True


def _feed_key(keys: ServerKeys) -> bytes:
    return vault.derive_subkey(keys.outbox, "calendar addresses of staff")


def _feed_keys(keys: ServerKeys) -> tuple[bytes, ...]:
    return tuple(_feed_key(each) for each in keys.every())


def _place_of(row: AlertSettings) -> SealContext:
    return SealContext("alert_settings", str(row.staff_id), str(row.staff_id))
