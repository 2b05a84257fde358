"""The second factor of staff: codes of an app, passkeys, and ten codes on paper for the day both are gone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import pyotp
import webauthn
from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session
from webauthn.helpers import options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.adapters.vault import CannotOpen, SealContext, derive_subkey, open_sealed, seal
from portal.domain.journal import Noted
from portal.domain.readable import write_digits
from portal.models.accounts import Staff
from portal.models.signin import Factor, FactorKind, RecoveryCode
from portal.services.history import journal

STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be half a minute off, either way
CODE_COUNT = 10
CODE_BYTES = 10  # 80 bits: a stolen hash leads nowhere
MOST_FACTORS = 10
LONGEST_ANSWER = 20_000  # characters of a browser's answer; those with an attestation have some thousands
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, RecursionError)

Row = TypeVar("Row", Factor, RecoveryCode)


class WrongFactor(ValueError):
    """The code or passkey does not fit, or was used before. Says nothing about which."""


@dataclass(frozen=True, kw_only=True)
class FactorView:
    """A factor in its owner's list."""

    id: UUID
    kind: FactorKind
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Site:
    """Who asks for a passkey: the host name, the origin that the browser sees, and the name that it shows."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, repr=False)
class PasskeyChallenge:
    """What the browser is asked for, as JSON, and the challenge that its answer has to hold."""

    options: str
    challenge: bytes


def new_secret() -> str:
    """A secret for an app: 160 bits in base 32."""
    return pyotp.random_base32()


def write_address(secret: str, *, login: str, site: str) -> str:
    """The otpauth address that an app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=site)


def list_factors(session: Session, staff_id: UUID) -> list[FactorView]:
    """The member's factors, the oldest first."""
    rows = session.scalars(select(Factor).where(Factor.staff_id == staff_id).order_by(Factor.made_at, Factor.id))
    return [FactorView(id=row.id, kind=row.kind, made_at=row.made_at, used_at=row.used_at) for row in rows]


def has_factor(session: Session, staff_id: UUID) -> bool:
    """Whether the member has set up a second factor. Codes on paper alone are none."""
    return session.scalars(select(Factor.id).where(Factor.staff_id == staff_id).limit(1)).first() is not None


def add_app(session: Session, staff: Staff, private_key: bytes, secret: str, code: str, *, now: datetime) -> None:
    """Keep an app's secret once a code of it was typed, which is used up thereby. Raises WrongFactor."""
    step = _find_step(secret, code, now)
    if step is None or len(list_factors(session, staff.id)) >= MOST_FACTORS:
        raise WrongFactor
    row = Factor(id=uuid4(), staff_id=staff.id, kind=FactorKind.TOTP, made_at=now, last_step=step, used_at=now)
    row.sealed = seal(_key(private_key), _seal_context(row), secret.encode())
    _keep(session, row, now)


def ask_for_new_passkey(session: Session, staff: Staff, site: Site) -> PasskeyChallenge:
    """Options for the browser to make a passkey: on the device, with its owner present and known to it."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=staff.id.bytes,
        user_name=staff.login,
        user_display_name=staff.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(session, staff.id),
    )
    return PasskeyChallenge(options_to_json(options), options.challenge)


def add_passkey(session: Session, staff: Staff, answer: str, challenge: bytes, site: Site, *, now: datetime) -> None:
    """Keep a passkey that the browser made. Raises WrongFactor."""
    _check_answer(answer, challenge)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise WrongFactor from error
    known = session.scalars(select(Factor.id).where(Factor.credential_id == made.credential_id)).first()
    if known is not None or len(list_factors(session, staff.id)) >= MOST_FACTORS:
        raise WrongFactor
    row = Factor(id=uuid4(), staff_id=staff.id, kind=FactorKind.PASSKEY, made_at=now)
    row.credential_id, row.public_key = made.credential_id, made.credential_public_key
    row.sign_count = made.sign_count
    _keep(session, row, now)


def ask_for_passkey(session: Session, staff_id: UUID, site: Site) -> PasskeyChallenge | None:
    """Options for the browser to answer with one of the member's passkeys; None where there is none."""
    known = _descriptors(session, staff_id)
    if not known:
        return None
    options = webauthn.generate_authentication_options(
        rp_id=site.host, allow_credentials=known, user_verification=UserVerificationRequirement.REQUIRED
    )
    return PasskeyChallenge(options_to_json(options), options.challenge)


def use_passkey(session: Session, staff_id: UUID, answer: str, challenge: bytes, site: Site, *, now: datetime) -> None:
    """Raises WrongFactor, also where the passkey's counter went back, which tells of a copy."""
    _check_answer(answer, challenge)
    try:
        raw_id = webauthn.helpers.parse_authentication_credential_json(answer).raw_id
        row = session.scalars(
            select(Factor).where(Factor.staff_id == staff_id, Factor.credential_id == raw_id).with_for_update()
        ).one_or_none()
        if row is None:
            raise WrongFactor
        done = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key or b"",
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise WrongFactor from error
    row.sign_count, row.used_at = done.new_sign_count, now


def use_code(session: Session, staff_id: UUID, private_key: bytes, code: str, *, now: datetime) -> None:
    """A code of an app or one from paper; each works once, also when it is sent twice at once. Raises WrongFactor."""
    typed = write_digits("".join(code.split())).replace("-", "").upper()
    if typed.isascii() and typed.isdigit() and len(typed) == 6:
        _use_app(session, staff_id, private_key, typed, now)
    else:
        _use_paper(session, staff_id, typed, now)


def make_codes(session: Session, staff_id: UUID) -> tuple[str, ...]:
    """Ten new codes for paper, in place of those before. Shown once; only hashes stay."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODE_COUNT)]
    session.add_all(RecoveryCode(id=uuid4(), staff_id=staff_id, digest=_digest(staff_id, code)) for code in codes)
    session.flush()
    return tuple("-".join(code[place : place + 4] for place in range(0, len(code), 4)) for code in codes)


def count_codes(session: Session, staff_id: UUID) -> int:
    """How many codes on paper are left."""
    query = select(func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))) or 0


def remove(session: Session, staff_id: UUID, factor_id: UUID, *, now: datetime) -> None:
    """Take one factor away. Raises WrongFactor for the last one, and for one that is not the member's."""
    # Held until the transaction ends: of two who take one each at the same moment, the second sees what is left.
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update())
    held = list_factors(session, staff_id)
    if len(held) < 2 or factor_id not in {each.id for each in held}:
        raise WrongFactor
    session.execute(delete(Factor).where(Factor.id == factor_id, Factor.staff_id == staff_id))
    journal.note(session, Noted.FACTOR_REMOVED, staff_id=staff_id, now=now)


def remove_all(session: Session, staff_id: UUID) -> None:
    """Somebody lost everything: the next sign-in sets up a new factor."""
    session.execute(delete(Factor).where(Factor.staff_id == staff_id))
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


def rewrap(session: Session, staff_id: UUID, old_key: bytes, new_key: bytes) -> None:
    """Seal the apps' secrets under the member's new private key."""
    rows = session.scalars(select(Factor).where(Factor.staff_id == staff_id, Factor.kind == FactorKind.TOTP))
    for row in rows:
        row.sealed = seal(
            _key(new_key), _seal_context(row), open_sealed(_key(old_key), _seal_context(row), row.sealed or b"")
        )


def _use_app(session: Session, staff_id: UUID, private_key: bytes, code: str, now: datetime) -> None:
    rows = session.scalars(select(Factor).where(Factor.staff_id == staff_id, Factor.kind == FactorKind.TOTP)).all()
    for row in rows:
        try:
            secret = open_sealed(_key(private_key), _seal_context(row), row.sealed or b"").decode()
        except CannotOpen:
            continue
        step = _find_step(secret, code, now)
        if step is not None and _take_step(session, row.id, step, now):
            return
    raise WrongFactor


def _take_step(session: Session, factor_id: UUID, step: int, now: datetime) -> bool:
    """Whether this time step was still free; whoever comes first has it."""
    free = or_(Factor.last_step.is_(None), Factor.last_step < step)
    row = _hold_one(session, select(Factor).where(Factor.id == factor_id, free))
    if row is None:
        return False
    row.last_step, row.used_at = step, now
    session.flush()
    return True


def _hold_one(session: Session, query: Select[Row]) -> Row | None:
    """One row that is still so when it is this transaction's turn to have it."""
    return session.scalars(query.with_for_update(), execution_options={"populate_existing": True}).first()


def _use_paper(session: Session, staff_id: UUID, typed: str, now: datetime) -> None:
    is_it = (RecoveryCode.staff_id == staff_id, RecoveryCode.digest == _digest(staff_id, typed))
    row = _hold_one(session, select(RecoveryCode).where(*is_it, RecoveryCode.used_at.is_(None)))
    if row is None:
        raise WrongFactor
    row.used_at = now
    session.flush()
    journal.note(session, Noted.RECOVERY_CODE_USED, staff_id=staff_id, now=now)


def _check_answer(answer: str, challenge: bytes) -> None:
    """Where nothing was asked an answer to nothing would fit, again and again. Raises WrongFactor."""
    if not challenge or len(answer) > LONGEST_ANSWER:
        raise WrongFactor


def _find_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, near `now`."""
    app = pyotp.TOTP(secret)
    here = int(now.timestamp()) // STEP_SECONDS
    typed = "".join(code.split())
    found = None
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), typed.encode()):
            found = step
    return found


def _keep(session: Session, row: Factor, now: datetime) -> None:
    session.add(row)
    session.flush()
    journal.note(session, Noted.FACTOR_ADDED, staff_id=row.staff_id, facts={"kind": row.kind.value}, now=now)


def _descriptors(session: Session, staff_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    ids: Sequence[bytes | None] = session.scalars(
        select(Factor.credential_id).where(Factor.staff_id == staff_id, Factor.kind == FactorKind.PASSKEY)
    ).all()
    return [PublicKeyCredentialDescriptor(id=each) for each in ids if each]


def _digest(staff_id: UUID, code: str) -> bytes:
    return hashlib.sha256(staff_id.bytes + code.encode()).digest()


def _key(private_key: bytes) -> bytes:
    return derive_subkey(private_key, "second factor")


def _seal_context(row: Factor) -> SealContext:
    return SealContext("factors", str(row.id), str(row.staff_id))
