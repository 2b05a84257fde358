"""What the use cases need from outside, made once per process, and who acts."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from portal.adapters.storage import ObjectStorage
from portal.adapters.vault import CannotOpen, SealContext, derive_subkey, open_sealed
from portal.adapters.word_list import WordList
from portal.config import Config
from portal.domain.lifecycle import ActorKind, Role, Scope
from portal.domain.regimes import Regime
from portal.reference.registry import Registry
from portal.services.case_locks import CaseLockStore


@dataclass(frozen=True, repr=False)
class ServerKeys:
    """Keys of this server, derived from its secret. They find and carry; they open no case.

    After a rotation the keys of the secrets before stand in `older`, newest first: what they sealed can still be read.
    """

    id: str  # tells the secrets apart, and nothing about them
    words_index: bytes  # finds a case by its words
    outbox: bytes  # seals what a background worker needs until it is done
    forms: bytes  # signs the tokens of forms
    queue: bytes  # signs the messages to the worker
    guards: bytes  # makes the guards of rows
    visits: bytes  # seals the session of a browser that has nothing open
    replies: bytes  # marks the reply addresses of requests
    older: tuple[ServerKeys, ...] = ()

    @classmethod
    def from_secrets(cls, secrets: Sequence[bytes]) -> ServerKeys:
        """The keys of the first secret, which is in use, with those of the others behind it."""
        first, *others = (cls._derive(secret) for secret in secrets)
        return replace(first, older=tuple(others))

    @classmethod
    def _derive(cls, secret: bytes) -> ServerKeys:
        return cls(
            id=derive_subkey(secret, "id")[:8].hex(),
            words_index=derive_subkey(secret, "words_index"),
            outbox=derive_subkey(secret, "outbox"),
            forms=derive_subkey(secret, "forms"),
            queue=derive_subkey(secret, "queue"),
            guards=derive_subkey(secret, "guards"),
            visits=derive_subkey(secret, "visits"),
            replies=derive_subkey(secret, "replies"),
        )

    def every(self) -> tuple[ServerKeys, ...]:
        """These keys, then the older ones."""
        return (self, *self.older)

    def queue_keys(self) -> tuple[bytes, ...]:
        """The key that signs messages to the worker, then those under which one may still be on its way."""
        return tuple(keys.queue for keys in self.every())

    def open_outbox(self, place: SealContext, sealed: bytes) -> bytes:
        """What was sealed under the outbox key in use, or under one before. Raises CannotOpen."""
        for keys in self.every():
            try:
                return open_sealed(keys.outbox, place, sealed)
            except CannotOpen:
                continue
        raise CannotOpen("no key of this server fits")


@dataclass(frozen=True, kw_only=True, repr=False)
class Ports:
    config: Config
    registry: Registry
    storage: ObjectStorage
    locks: CaseLockStore
    keys: ServerKeys
    words: WordList
    enqueue: Callable[[UUID], None]
    # In a run over many cases, what was judged of their laws, for those that are alike; forgotten with the run.
    judged: dict[Hashable, Sequence[tuple[Regime, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. For staff also which member, in which role, and how far they see."""

    kind: ActorKind
    staff_id: UUID | None = None
    partner_id: UUID | None = None  # which key of a partner
    role: Role | None = None
    scope: Scope = Scope.TEAM
    name: str = field(default="", repr=False)
    zone: str = ""  # in which they read times; empty: the portal's


PERSON = Actor(kind=ActorKind.PERSON)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
OFFICER = Actor(kind=ActorKind.OFFICER)
PLATFORM = Actor(kind=ActorKind.PLATFORM)
