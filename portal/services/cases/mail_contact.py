"""The person's mail address, if they gave one: confirming it, writing to it, and coming back by a mailed link.

Mail leaves with nobody signed in, so the address is sealed twice: under the case's key for its pages, and under the
server's outbox key. Coming back by mail is a choice of its own, because for it the server has to keep the case's key
too (under the case's lock and its outbox key); docs/decisions/0005 says why and what that costs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.adapters import vault
from portal.adapters.link_tokens import BadToken, make_token, read_token
from portal.adapters.mail import read_address
from portal.adapters.translations import name_day
from portal.adapters.vault import CannotOpen, SealContext
from portal.domain.lifecycle import ActorKind, CaseStatus, Handler, History, StepRefused
from portal.domain.quotas import FREE, Counted
from portal.models.cases import Case, CaseKey
from portal.models.contacts import Contact, LinkAsk, LinkKind, MailLink
from portal.models.messages import Message
from portal.models.outbox import MailKind, OutboxMail
from portal.services.background import mail_texts, outbox, safe_hours
from portal.services.background.duties import do_each
from portal.services.background.jobs import enqueue_after_commit
from portal.services.background.outbox import NewMail
from portal.services.cases.keys import lock_at, unlock_at
from portal.services.history.events import NewEvent, hold_case, record
from portal.services.ports import PERSON, SYSTEM, Ports, ServerKeys
from portal.services.signin.quotas import count_request
from portal.services.work import CaseWork, Work

CONFIRM_LASTS = timedelta(hours=24)
RETURN_LASTS = timedelta(minutes=20)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOST_CONFIRMATIONS = 3  # a day and case, so that nobody's mailbox is filled through this page
MOST_RETURNS = 3  # an hour and case
LINK_PATH = "/mail/"


class MailLinkOver(ValueError):
    """The link was used, its time is over, or it was never one of ours: the same answer for all."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ContactView:
    """What the person chose. `has_trouble`: the newest mail did not surely arrive."""

    address: str
    is_confirmed: bool
    has_link: bool
    has_trouble: bool
    given_at: datetime

    @property
    def masked(self) -> str:
        """Enough to know one's own address by, too little to write to."""
        name, _at, host = self.address.rpartition("@")
        first, dot, last = host.rpartition(".")
        return f"{name[:1]}…@{first[:1]}…{dot}{last}"


@dataclass(frozen=True, kw_only=True)
class MailLinkView:
    """A mailed link that nobody has used yet. `opens_case`: else it confirms the address."""

    opens_case: bool
    made_at: datetime
    ends_at: datetime


def contact_view(work: CaseWork) -> ContactView | None:
    """The address as the case's key reads it, or None where there is none."""
    row = _find(work.session, work.case.id)
    if row is None:
        return None
    return ContactView(
        address=work.read_sealed(row)["address"],
        is_confirmed=row.confirmed_at is not None,
        has_link=row.link_key is not None,
        has_trouble=outbox.has_trouble(work.session, work.case.id),
        given_at=row.created_at,
    )


def set_address(work: CaseWork, text: str) -> datetime:
    """Keep an address and ask it for its confirmation; before that it is used for nothing else. Returns when that mail
    leaves: not before the hours that are safe.

    The address before it is forgotten. Raises StepRefused, BadAddress.
    """
    _require_mail(work.ports)
    address = read_address(text)
    sent = select(func.count()).select_from(OutboxMail).where(OutboxMail.case_id == work.case.id)
    recent = (
        work.session.scalar(sent.where(OutboxMail.kind == MailKind.CONFIRM, OutboxMail.created_at > work.now - DAY))
        or 0
    )
    if recent >= MOST_CONFIRMATIONS:
        raise StepRefused("We wrote to an address three times today. Try again tomorrow.")
    if not _is_free(work, MailKind.CONFIRM, address):
        raise StepRefused("We wrote to this address several times today. Try again tomorrow.")
    _forget(work.session, work.case.id, now=work.now)
    row = Contact(id=uuid4(), case_id=work.case.id, created_at=work.now)
    row.sealed = work.sealed_for(row, {"address": address})
    _seal_address(row, address, work.ports.keys)
    work.session.add(row)
    work.session.flush()
    leaves_at = _ask_to_confirm(work, row)
    work.record(NewEvent(kind=History.CONTACT_SET, at=work.now))
    return leaves_at


def remove_address(work: CaseWork) -> bool:
    """Forget the address in both its forms, take back what has not left, and destroy the way back by mail.

    Whether there was one.
    """
    is_gone = _forget(work.session, work.case.id, now=work.now)
    if is_gone:
        work.record(NewEvent(kind=History.CONTACT_REMOVED, at=work.now))
    return is_gone


def list_links(work: CaseWork) -> tuple[MailLinkView, ...]:
    """The mailed links that still work, the first first."""
    query = select(MailLink).where(MailLink.case_id == work.case.id, MailLink.ends_at > work.now)
    rows = work.session.scalars(query.order_by(MailLink.made_at, MailLink.id))
    return tuple(
        MailLinkView(opens_case=row.kind is LinkKind.RETURN, made_at=row.made_at, ends_at=row.ends_at) for row in rows
    )


def end_links(work: CaseWork) -> int:
    """From now on no mailed link works, and one that has not left stays. Returns how many were still good.

    The rows stay until their hour is over, because they count against what may be sent.
    """
    query = select(MailLink).where(MailLink.case_id == work.case.id, MailLink.ends_at > work.now)
    rows = work.session.scalars(query).all()
    for row in rows:
        row.ends_at = work.now
    work.session.flush()
    for kind in (MailKind.CONFIRM, MailKind.RETURN):
        outbox.cancel(work.session, work.case.id, kind, now=work.now)
    return len(rows)


def choose_link(work: CaseWork, *, wanted: bool) -> None:
    """Whether the case may be opened by a mailed link. Raises StepRefused before the address is confirmed."""
    row = _find(work.session, work.case.id)
    if work.actor.kind is not ActorKind.PERSON or row is None or row.confirmed_at is None:
        raise StepRefused("Confirm the address first.")
    _set_link(work, row, wanted=wanted)


def choose_told_link(work: CaseWork) -> None:
    """A person told their team on the phone that a mailed link shall open the case. Only before there are words: from
    then on it is the person's own choice. Raises StepRefused.
    """
    row = _find(work.session, work.case.id)
    words = select(CaseKey.id).where(CaseKey.case_id == work.case.id, CaseKey.holder == Handler.PERSON)
    has_words = work.session.scalars(words).first() is not None
    if work.actor.kind is not ActorKind.STAFF or has_words or row is None or row.confirmed_at is None:
        raise StepRefused("A link by e-mail needs a confirmed address, and a person who has no six words yet.")
    _set_link(work, row, wanted=True)


def _set_link(work: CaseWork, row: Contact, *, wanted: bool) -> None:
    if wanted == (row.link_key is not None):
        return
    row.link_key = _keep_key(row, work.key, now=work.now, ports=work.ports) if wanted else None
    if not wanted:
        work.session.execute(delete(MailLink).where(MailLink.case_id == row.case_id, MailLink.kind == LinkKind.RETURN))
        outbox.cancel(work.session, row.case_id, MailKind.RETURN, now=work.now)
    work.record(NewEvent(kind=History.RETURN_CHOSEN, at=work.now, facts={"wanted": wanted}))


def ask_link(work: Work, text: str) -> None:
    """Leave the address to the worker, which looks it up: known or not, here the same is done. Raises BadAddress."""
    if work.ports.config.mail is None:
        return
    row = LinkAsk(id=uuid4(), made_at=work.now)
    row.sealed = vault.seal_values(work.ports.keys.outbox, _ask_context(row), {"address": read_address(text)})
    work.session.add(row)
    work.session.flush()
    enqueue_after_commit(work.session, row.id, work.ports)


def list_asks(session: Session) -> list[UUID]:
    """Who asked for a link and was not looked up yet, the first first."""
    return list(session.scalars(select(LinkAsk.id).order_by(LinkAsk.made_at, LinkAsk.id)))


def answer_ask(work: Work, ask_id: UUID) -> bool:
    """Mail a link to each case that the address may open. False where it is not there to be answered."""
    ask = work.session.get(LinkAsk, ask_id, with_for_update=True)
    if ask is None:
        return False
    work.session.delete(ask)
    if ask.made_at + RETURN_LASTS <= work.now:
        return True  # whoever asked has given up by now, or asked again; also one that cannot be opened ends here
    address = json.loads(work.ports.keys.open_outbox(_ask_context(ask), ask.sealed))["address"]
    indexes = [_index(keys, address) for keys in work.ports.keys.every()]
    rows = work.session.scalars(
        select(Contact)
        .where(Contact.address_index.in_(indexes), Contact.link_key.is_not(None))
        .order_by(Contact.case_id)
    )
    for row in rows.all():
        hold_case(work.session, row.case_id)  # before the links of this hour are counted
        made = select(func.count()).select_from(MailLink).where(MailLink.case_id == row.case_id)
        is_few = (work.session.scalar(made.where(MailLink.made_at > work.now - HOUR)) or 0) < MOST_RETURNS
        if is_few and _is_free(work, MailKind.RETURN, f"case {row.case_id}", address):
            token, cause = _make_link(work, row.case_id, LinkKind.RETURN, RETURN_LASTS)
            link = _address_of(token, work.ports)
            _write(work, row, MailKind.RETURN, cause, mail_texts.RETURN, lasts=RETURN_LASTS, link=link)
    return True


def find_link(work: Work, token: str) -> LinkKind:
    """What a link is for; it stays usable, because mail scanners open links too. Raises MailLinkOver."""
    return _read_link(work, token).kind


def use_link(work: Work, token: str) -> CaseWork | None:
    """Use a link up: the opened case for a way back, None for a confirmation. Raises MailLinkOver."""
    link = _read_link(work, token, to_use=True)
    row = work.session.scalars(select(Contact).where(Contact.case_id == link.case_id).with_for_update()).one_or_none()
    work.session.delete(link)
    work.session.flush()
    if row is None:
        raise MailLinkOver
    if link.kind is LinkKind.RETURN:
        return _open(work, row)
    row.confirmed_at = work.now
    record(
        work.session,
        row.case_id,
        None,
        NewEvent(kind=History.CONTACT_CONFIRMED, at=work.now),
        actor=PERSON,
        now=work.now,
    )
    return None


def announce_reply(work: CaseWork) -> None:
    """That the team has written: one mail until the person has read, however many messages there are."""
    row = _find(work.session, work.case.id)
    query = select(Message.id).where(Message.case_id == work.case.id, Message.author == ActorKind.STAFF)
    unread = work.session.scalars(query.where(Message.read_at.is_(None))).all()
    if row is not None and row.confirmed_at is not None and len(unread) == 1:
        _write(work, row, MailKind.REPLY, f"reply:{unread[0]}", mail_texts.REPLY)


def announce_deletion(work: Work, case: Case) -> None:
    """That the case will be deleted: once for each day it is to be, where there is a confirmed address."""
    row = _find(work.session, case.id)
    if row is None or row.confirmed_at is None or case.retention_until is None:
        return
    day = case.retention_until.astimezone(work.ports.config.time_zone).date()
    said = name_day(day, case.language)
    _write(work, row, MailKind.RETENTION, f"retention:{case.id}:{day}", mail_texts.RETENTION, day=said)


def announce_date(work: Work, case_id: UUID, day: str) -> bool:
    """That a date has come, once for this `day` (ISO) of leaving. False where that day's mail has left already, or
    there is no confirmed address.
    """
    row, cause = _find(work.session, case_id), f"date:{case_id}:{day}"
    if row is None or row.confirmed_at is None:
        return False
    return _write(work, row, MailKind.DATE, cause, mail_texts.DATE) or outbox.is_waiting(work.session, cause)


def purge_links(session: Session, *, now: datetime) -> None:
    """Forget links that are over. A return link counts against its hour until then."""
    session.execute(delete(MailLink).where(MailLink.ends_at < now - HOUR))


def move_to_new_secret(work: Work) -> int:
    """Carry addresses and kept keys from under an older server secret anew. Returns how many."""
    rows = work.session.scalars(select(Contact).where(Contact.server_key != work.ports.keys.id)).all()
    return do_each(rows, lambda row: _carry(row, work.ports), what="moving an address to the new secret").done


def _carry(row: Contact, ports: Ports) -> int:
    address = _read_address(row, ports)
    if row.link_key is not None:
        inner = ports.keys.open_outbox(_link_context(row), row.link_key)
        row.link_key = vault.seal(ports.keys.outbox, _link_context(row), inner)
    _seal_address(row, address, ports.keys)
    return 1


def _require_mail(ports: Ports) -> None:
    if ports.config.mail is None:
        raise StepRefused("E-mail is not switched on here.")


def _find(session: Session, case_id: UUID) -> Contact | None:
    return session.scalars(select(Contact).where(Contact.case_id == case_id)).one_or_none()


def _forget(session: Session, case_id: UUID, *, now: datetime) -> bool:
    row = _find(session, case_id)
    session.execute(delete(MailLink).where(MailLink.case_id == case_id))
    outbox.cancel(session, case_id, now=now)
    safe_hours.stop_dates(session, case_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def _ask_to_confirm(work: Work, row: Contact) -> datetime:
    """When the mail leaves; its hours count from then."""
    leaves_at = safe_hours.find_moment(work.session, row.case_id, MailKind.CONFIRM, work.ports.keys, now=work.now)
    lasts = leaves_at - work.now + CONFIRM_LASTS
    token, cause = _make_link(work, row.case_id, LinkKind.CONFIRM, lasts)
    link = _address_of(token, work.ports)
    _write(work, row, MailKind.CONFIRM, cause, mail_texts.CONFIRM, lasts=lasts, link=link)
    return leaves_at


def _write(
    work: Work,
    row: Contact,
    kind: MailKind,
    cause: str,
    text: mail_texts.Text,
    *,
    lasts: timedelta | None = None,
    **values: str,
) -> bool:
    """In the language of the case, with the values filled in. False where that cause has made its mail already."""
    language = work.session.scalars(select(Case.language).where(Case.id == row.case_id)).one()
    words = text.say(language, **values)
    new = NewMail(
        case_id=row.case_id,
        kind=kind,
        cause=cause,
        to=_read_address(row, work.ports),
        subject=words.subject,
        text=words.text,
        expires_at=work.now + lasts if lasts else None,
    )
    return outbox.put(work, new)


def _is_free(work: Work, kind: MailKind, *whom: str) -> bool:
    """Count one more mail of this kind of today for each of these, and whether each is below its number still.

    Addresses are counted over all cases, since anybody can begin many. The two kinds are counted apart: who fills a
    mailbox from cases of their own shuts nobody else's way back. Kept is a hash that is another one the next day.
    """
    key = vault.derive_subkey(work.ports.keys.outbox, "mail of a day")
    day = work.now.date().isoformat()
    buckets = [vault.blind_index(key, f"{day} {kind} {each.lower()}") for each in whom]
    used = [count_request(work.session, bucket, Counted.MAIL, now=work.now) for bucket in buckets]
    return max(used) <= FREE[Counted.MAIL]


def _make_link(work: Work, case_id: UUID, kind: LinkKind, lasts: timedelta) -> tuple[str, str]:
    """A link's token, and the name of what causes its mail."""
    made = make_token(_token_key(work.ports.keys), ends_at=work.now + lasts)
    work.session.add(MailLink(id=made.digest, case_id=case_id, kind=kind, made_at=work.now, ends_at=work.now + lasts))
    return made.token, f"{kind}:{made.digest.hex()}"


def _read_link(work: Work, token: str, *, to_use: bool = False) -> MailLink:
    """The link, held until the transaction ends where it is `to_use`: whoever comes second finds it gone."""
    try:
        digest = read_token(tuple(_token_key(keys) for keys in work.ports.keys.every()), token, now=work.now)
    except BadToken as error:
        raise MailLinkOver from error
    if to_use and (case_id := work.session.scalar(select(MailLink.case_id).where(MailLink.id == digest))):
        hold_case(work.session, case_id)
    link = work.session.get(MailLink, digest, with_for_update=to_use or None)
    if link is None or link.ends_at <= work.now:
        raise MailLinkOver
    return link


def _open(work: Work, row: Contact) -> CaseWork:
    case = work.session.get(Case, row.case_id)
    if case is None or case.status is CaseStatus.ERASED or row.link_key is None:
        raise MailLinkOver
    try:
        inner = work.ports.keys.open_outbox(_link_context(row), row.link_key)
        key = unlock_at(_link_context(row), row.case_id, inner, ports=work.ports)
    except CannotOpen as error:
        raise MailLinkOver from error
    record(work.session, case.id, key, NewEvent(kind=History.OPENED_BY_LINK, at=work.now), actor=SYSTEM, now=work.now)
    return work.on(case, key)


def _keep_key(row: Contact, key: bytes, *, now: datetime, ports: Ports) -> bytes:
    place = _link_context(row)
    return vault.seal(ports.keys.outbox, place, lock_at(place, row.case_id, key, now=now, ports=ports))


def _seal_address(row: Contact, address: str, keys: ServerKeys) -> None:
    row.address_for_sending = vault.seal_values(keys.outbox, _address_context(row), {"address": address})
    row.address_index, row.server_key = _index(keys, address), keys.id


def _read_address(row: Contact, ports: Ports) -> str:
    return str(json.loads(ports.keys.open_outbox(_address_context(row), row.address_for_sending))["address"])


def _index(keys: ServerKeys, address: str) -> bytes:
    return vault.blind_index(vault.derive_subkey(keys.outbox, "addresses"), address.lower())


def _token_key(keys: ServerKeys) -> bytes:
    return vault.derive_subkey(keys.outbox, "mailed links")


def _address_of(token: str, ports: Ports) -> str:
    return f"{ports.config.base_url}{LINK_PATH}{token}"


def _address_context(row: Contact) -> SealContext:
    return SealContext("contacts.carried", str(row.id), str(row.case_id))


def _link_context(row: Contact) -> SealContext:
    return SealContext("contacts.link", str(row.id), str(row.case_id))


def _ask_context(row: LinkAsk) -> SealContext:
    return SealContext("link_asks", str(row.id), "")
