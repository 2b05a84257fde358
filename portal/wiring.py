"""What a process of the portal makes once: the web server, the background worker and the commands share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from portal.adapters import tasks
from portal.adapters.signing import Signer
from portal.adapters.storage import open_storage
from portal.adapters.word_list import load_words
from portal.config import Config
from portal.db import make_engine, make_session_factory
from portal.reference.registry import Registry, load_registry
from portal.secret_file import ensure_secret_file
from portal.services.case_locks import open_locks
from portal.services.history import guards
from portal.services.ports import SYSTEM, Ports, ServerKeys
from portal.services.work import Work


@dataclass(frozen=True)
class Parts:
    """What a process makes once, each when it is first needed: a command that only counts days opens no database."""

    config: Config
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))  # noqa: TID251 - the process's clock

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.config.database_url)

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        return guards.watch(make_session_factory(self.engine), lambda: self.keys)

    @cached_property
    def keys(self) -> ServerKeys:
        return ServerKeys.from_secrets(ensure_secret_file(self.config.secret_file))

    @cached_property
    def registry(self) -> Registry:
        return load_registry(self.config.packs)

    @cached_property
    def signer(self) -> Signer:
        """Signs the heads of the journal."""
        return Signer.from_seeds(ensure_secret_file(self.config.audit_key_file))

    def warm_up(self) -> None:
        """Read what lies in files and never changes while the process lives."""
        self.registry.read_all()
        load_words()

    def work(self, session: Session) -> Work:
        """What the use cases work with where nobody is signed in: a command, the background worker."""
        return Work(session=session, actor=SYSTEM, now=self.clock(), ports=self.ports)

    @cached_property
    def ports(self) -> Ports:
        return Ports(
            config=self.config,
            registry=self.registry,
            storage=open_storage(self.config.storage_url),
            locks=open_locks(self.config.locks_url),
            keys=self.keys,
            words=load_words(),
            enqueue=tasks.enqueuer(self.config.queue_url, self.keys.queue_keys()),
        )
