"""What the use cases need from outside, made once per process, and who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from portal.adapters.storage import ObjectStorage
from portal.adapters.vault import derive_subkey
from portal.adapters.words import WordList
from portal.config import Config
from portal.domain.lifecycle import ActorKind, Role
from portal.reference.registry import Registry


@dataclass(frozen=True, repr=False)
class ServerKeys:
    """Keys of this server, derived from its one secret. They find and carry; they open no case."""

    words_index: bytes  # finds a case by its words
    outbox: bytes  # seals what a background worker needs until it is done
    forms: bytes  # signs the tokens of forms

    @classmethod
    def from_secret(cls, secret: bytes) -> ServerKeys:
        return cls(**{name: derive_subkey(secret, name) for name in ("words_index", "outbox", "forms")})


@dataclass(frozen=True, kw_only=True, repr=False)
class Ports:
    config: Config
    registry: Registry
    storage: ObjectStorage
    keys: ServerKeys
    words: WordList
    enqueue: Callable[[UUID], None]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts. For staff also which member, in which role."""

    kind: ActorKind
    staff_id: UUID | None = None
    role: Role | None = None
    name: str = field(default="", repr=False)


PERSON = Actor(kind=ActorKind.PERSON)
SYSTEM = Actor(kind=ActorKind.SYSTEM)
