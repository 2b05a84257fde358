"""Second factors: what they open, that each code opens once, and that the database alone opens nothing."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import vault
from portal.domain.lifecycle import Role, Scope
from portal.models.accounts import Staff
from portal.models.journal import JournalEntry
from portal.models.signin import Factor, FactorKind, RecoveryCode
from portal.services.signin import factors
from portal.services.signin.factors import PasskeyChallenge, Site, WrongFactor
from tests.authenticator import Authenticator
from tests.cost import REAL_COST
from tests.services.at_once import do_at_once
from tests.services.factories import NOW

pytestmark = REAL_COST
SITE = Site(host="portal.example", origin="https://portal.example", name="Recourse")
STEP = timedelta(seconds=30)


@dataclass(frozen=True)
class Holder:
    """A member of staff with an app; its secret is known here alone."""

    staff: Staff
    private_key: bytes
    secret: str

    def show(self, at: datetime) -> str:
        """What the app shows."""
        return pyotp.TOTP(self.secret).at(at)

    def use(self, session: Session, code: str, *, now: datetime) -> None:
        factors.use_code(session, self.staff.id, self.private_key, code, now=now)


@pytest.fixture
def holder(sessions: sessionmaker[Session]) -> Holder:
    with sessions.begin() as session:
        made = Holder(add_member(session, "mira"), vault.new_key_pair().private, factors.new_secret())
        factors.add_app(session, made.staff, made.private_key, made.secret, made.show(NOW), now=NOW)
    return made


def add_member(session: Session, login: str) -> Staff:
    """A row alone: nothing here asks for a password, so none is worked on."""
    row = Staff(id=uuid4(), login=login, name=login.title(), role=Role.ADVOCATE, scope=Scope.TEAM, created_at=NOW)
    row.salt = row.public_key = row.private_key = b"none"
    session.add(row)
    session.flush()
    return row


def test_a_code_opens_near_its_time_only(session: Session, holder: Holder) -> None:
    later = NOW + timedelta(hours=1)
    for off in (-3, -2, 2, 3):
        with pytest.raises(WrongFactor):
            holder.use(session, holder.show(later + off * STEP), now=later)
    for off in (-1, 0, 1):
        holder.use(session, holder.show(later + off * STEP), now=later)


def test_spaces_in_a_code_do_no_harm(session: Session, holder: Holder) -> None:
    code = holder.show(NOW + STEP)
    holder.use(session, f" {code[:3]} {code[3:]} ", now=NOW + STEP)


def test_a_code_may_be_typed_in_the_digits_of_any_script(session: Session, holder: Holder) -> None:
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    holder.use(session, holder.show(NOW + STEP).translate(arabic), now=NOW + STEP)


def test_a_code_is_used_once_and_so_is_every_older_one(session: Session, holder: Holder) -> None:
    later = NOW + timedelta(hours=1)
    holder.use(session, holder.show(later), now=later)
    for off in (0, -1):
        with pytest.raises(WrongFactor):
            holder.use(session, holder.show(later + off * STEP), now=later)


def test_the_code_that_set_the_app_up_is_used_up(session: Session, holder: Holder) -> None:
    with pytest.raises(WrongFactor):
        holder.use(session, holder.show(NOW), now=NOW)


@pytest.mark.parametrize("kind", ["app", "paper"])
def test_a_code_that_is_sent_many_times_at_once_opens_once(
    sessions: sessionmaker[Session], holder: Holder, kind: str
) -> None:
    later = NOW + timedelta(hours=1)
    with sessions.begin() as session:
        code = holder.show(later) if kind == "app" else factors.make_codes(session, holder.staff.id)[0]
    opened: list[int] = []
    start = threading.Barrier(8)

    def send(number: int) -> None:
        start.wait(60)
        try:
            with sessions.begin() as session:
                holder.use(session, code, now=later)
        except WrongFactor:
            return
        opened.append(number)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(opened) == 1


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "１２３４５６", "é" * 6, "0" * 10_000])
def test_what_is_no_code_opens_nothing(session: Session, holder: Holder, code: str) -> None:
    with pytest.raises(WrongFactor):
        holder.use(session, code, now=NOW + timedelta(hours=1))


def test_an_app_is_kept_only_with_a_code_of_it(session: Session, holder: Holder) -> None:
    with pytest.raises(WrongFactor):
        factors.add_app(session, holder.staff, holder.private_key, factors.new_secret(), holder.show(NOW), now=NOW)


def test_the_database_alone_shows_no_code(session: Session, holder: Holder) -> None:
    row = session.scalars(select(Factor)).one()
    assert row.sealed is not None
    assert holder.secret.encode() not in row.sealed
    other = vault.new_key_pair().private
    with pytest.raises(WrongFactor):
        factors.use_code(session, holder.staff.id, other, holder.show(NOW + STEP), now=NOW + STEP)


def test_ten_codes_for_paper_work_once_each(session: Session, holder: Holder) -> None:
    codes = factors.make_codes(session, holder.staff.id)
    assert len(set(codes)) == 10
    for code in codes:
        holder.use(session, code.lower(), now=NOW)
        with pytest.raises(WrongFactor):
            holder.use(session, code, now=NOW)
    assert factors.count_codes(session, holder.staff.id) == 0
    session.commit()
    kinds = list(session.scalars(select(JournalEntry.kind)))
    assert kinds.count("recovery_code_used") == 10
    kept = b"".join(row.digest for row in session.scalars(select(RecoveryCode)))
    assert not any(code.replace("-", "").encode() in kept for code in codes)


def test_new_codes_for_paper_end_those_before(session: Session, holder: Holder) -> None:
    old = factors.make_codes(session, holder.staff.id)
    new = factors.make_codes(session, holder.staff.id)
    with pytest.raises(WrongFactor):
        holder.use(session, old[0], now=NOW)
    holder.use(session, new[0], now=NOW)


def test_a_code_of_somebody_else_opens_nothing(session: Session, holder: Holder) -> None:
    other = add_member(session, "tane")
    code = factors.make_codes(session, other.id)[0]
    with pytest.raises(WrongFactor):
        holder.use(session, code, now=NOW)


def test_the_last_factor_stays(session: Session, holder: Holder) -> None:
    only = factors.list_factors(session, holder.staff.id)[0]
    with pytest.raises(WrongFactor):
        factors.remove(session, holder.staff.id, only.id, now=NOW)


def test_two_who_take_one_of_the_last_two_factors_each_leave_one(
    sessions: sessionmaker[Session], holder: Holder
) -> None:
    with sessions.begin() as session:
        staff = session.get_one(Staff, holder.staff.id)
        secret = factors.new_secret()
        factors.add_app(session, staff, holder.private_key, secret, pyotp.TOTP(secret).at(NOW), now=NOW)
        both = [each.id for each in factors.list_factors(session, staff.id)]

    def take_away(factor_id: UUID) -> None:
        with sessions.begin() as session:
            factors.remove(session, holder.staff.id, factor_id, now=NOW)

    found = do_at_once(sessions, [partial(take_away, each) for each in both], after="FROM factors")
    assert {type(each) for each in found} == {type(None), WrongFactor}
    with sessions() as session:
        assert len(factors.list_factors(session, holder.staff.id)) == 1


def test_a_reset_leaves_nothing_that_opens(session: Session, holder: Holder) -> None:
    code = factors.make_codes(session, holder.staff.id)[0]
    factors.remove_all(session, holder.staff.id)
    assert not factors.has_factor(session, holder.staff.id)
    for each in (code, holder.show(NOW + STEP)):
        with pytest.raises(WrongFactor):
            holder.use(session, each, now=NOW + STEP)


def test_an_apps_secret_follows_a_new_key_of_its_owner(session: Session, holder: Holder) -> None:
    new = vault.new_key_pair().private
    factors.rewrap(session, holder.staff.id, holder.private_key, new)
    session.flush()
    later = NOW + timedelta(hours=1)
    with pytest.raises(WrongFactor):
        holder.use(session, holder.show(later), now=later)
    factors.use_code(session, holder.staff.id, new, holder.show(later), now=later)


# Passkeys


def ask_new(session: Session, holder: Holder) -> PasskeyChallenge:
    return factors.ask_for_new_passkey(session, holder.staff, SITE)


def ask(session: Session, holder: Holder) -> PasskeyChallenge:
    asked = factors.ask_for_passkey(session, holder.staff.id, SITE)
    assert asked is not None
    return asked


@pytest.fixture
def passkey(sessions: sessionmaker[Session], holder: Holder) -> Authenticator:
    made = Authenticator(SITE.origin, SITE.host)
    with sessions.begin() as session:
        asked = ask_new(session, holder)
        factors.add_passkey(session, holder.staff, made.create(asked.options), asked.challenge, SITE, now=NOW)
    return made


def use(session: Session, holder: Holder, answer: str, challenge: bytes) -> None:
    factors.use_passkey(session, holder.staff.id, answer, challenge, SITE, now=NOW)


def test_a_passkey_is_made_and_opens(session: Session, holder: Holder, passkey: Authenticator) -> None:
    for _ in range(2):
        asked = ask(session, holder)
        use(session, holder, passkey.get(asked.options), asked.challenge)
    assert FactorKind.PASSKEY in {each.kind for each in factors.list_factors(session, holder.staff.id)}


def test_nobody_without_a_passkey_is_asked_for_one(session: Session, holder: Holder) -> None:
    assert factors.ask_for_passkey(session, holder.staff.id, SITE) is None


def test_an_answer_to_another_challenge_opens_nothing(session: Session, holder: Holder, passkey: Authenticator) -> None:
    old = ask(session, holder)
    answer = passkey.get(old.options)
    for challenge in (ask(session, holder).challenge, b""):
        with pytest.raises(WrongFactor):
            use(session, holder, answer, challenge)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://portal.example.evil.example"},
        {"origin": "http://portal.example"},
        {"host": "evil.example"},
        {"is_verified": False},
        {"raw_id": b"another passkey!"},
    ],
)
def test_an_answer_for_another_site_or_without_its_owner_opens_nothing(
    session: Session, holder: Holder, passkey: Authenticator, changes: dict[str, object]
) -> None:
    for name, value in changes.items():
        setattr(passkey, name, value)
    asked = ask(session, holder)
    with pytest.raises(WrongFactor):
        use(session, holder, passkey.get(asked.options), asked.challenge)


def test_another_key_under_the_same_name_opens_nothing(
    session: Session, holder: Holder, passkey: Authenticator
) -> None:
    forged = Authenticator(SITE.origin, SITE.host, raw_id=passkey.raw_id, count=passkey.count)
    asked = ask(session, holder)
    with pytest.raises(WrongFactor):
        use(session, holder, forged.get(asked.options), asked.challenge)


def test_a_copy_of_a_passkey_is_noticed_by_its_counter(
    session: Session, holder: Holder, passkey: Authenticator
) -> None:
    for _ in range(3):
        asked = ask(session, holder)
        use(session, holder, passkey.get(asked.options), asked.challenge)
    passkey.count = 1
    asked = ask(session, holder)
    with pytest.raises(WrongFactor):
        use(session, holder, passkey.get(asked.options), asked.challenge)


def test_somebody_elses_passkey_opens_nothing(session: Session, holder: Holder, passkey: Authenticator) -> None:
    other = add_member(session, "tane")
    asked = ask(session, holder)
    with pytest.raises(WrongFactor):
        factors.use_passkey(session, other.id, passkey.get(asked.options), asked.challenge, SITE, now=NOW)


@pytest.mark.parametrize("answer", ["", "{}", "null", "[]", '{"id": 1}', "\x00", '{"id":"a","rawId":"a","type":"x"}'])
def test_what_is_no_answer_of_a_browser_opens_and_keeps_nothing(
    session: Session, holder: Holder, passkey: Authenticator, answer: str
) -> None:
    challenge = ask(session, holder).challenge
    with pytest.raises(WrongFactor):
        use(session, holder, answer, challenge)
    with pytest.raises(WrongFactor):
        factors.add_passkey(session, holder.staff, answer, challenge, SITE, now=NOW)


def test_a_passkey_is_kept_once(session: Session, holder: Holder, passkey: Authenticator) -> None:
    asked = ask_new(session, holder)
    with pytest.raises(WrongFactor):
        factors.add_passkey(session, holder.staff, passkey.create(asked.options), asked.challenge, SITE, now=NOW)


def test_a_passkey_that_does_not_know_its_owner_is_not_kept(session: Session, holder: Holder) -> None:
    asked = ask_new(session, holder)
    loose = Authenticator(SITE.origin, SITE.host, is_verified=False)
    with pytest.raises(WrongFactor):
        factors.add_passkey(session, holder.staff, loose.create(asked.options), asked.challenge, SITE, now=NOW)


def test_an_answer_to_nothing_opens_nothing_where_nothing_was_asked(
    session: Session, holder: Holder, passkey: Authenticator
) -> None:
    """Else one answer of that kind would open again and again."""
    nothing = '{"challenge": ""}'
    with pytest.raises(WrongFactor):
        use(session, holder, passkey.get(nothing), b"")
    other = Authenticator(SITE.origin, SITE.host)
    with pytest.raises(WrongFactor):
        factors.add_passkey(session, holder.staff, other.create(nothing), b"", SITE, now=NOW)


@pytest.mark.parametrize("answer", ["[" * 15_000, "[" * 500_000, "{}", "null", '{"id":1}', "\x00"])
def test_an_answer_that_cannot_be_read_is_refused(session: Session, holder: Holder, answer: str) -> None:
    with pytest.raises(WrongFactor):
        use(session, holder, answer, b"a challenge")
    with pytest.raises(WrongFactor):
        factors.add_passkey(session, holder.staff, answer, b"a challenge", SITE, now=NOW)
