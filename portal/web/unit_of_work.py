"""The unit of work of a request: the clock, the ports, and one transaction, committed when the answer is good.

A request that writes holds the case from its first look on, and on SQLite the whole database. A view marked with
`locks_late` does its slow work first: it reads, and takes the lock for the little it writes (`late_writing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from portal.config import Config
from portal.db import begin_reading
from portal.services.ports import Actor, Ports
from portal.services.work import Work
from portal.wiring import Parts

Transaction = Session  # what a view hands on; only the unit of work makes one

EXTENSION = "recourse"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LATE = "locks_late"
View = TypeVar("View", bound=Callable[..., Any])


class UnitOfWork:
    """One request's view of the parts."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.now = parts.clock()
        self._session: Session | None = None
        self._is_refused = False

    @property
    def config(self) -> Config:
        return self.parts.config

    @property
    def ports(self) -> Ports:
        return self.parts.ports

    @property
    def db(self) -> Session:
        """The request's session. A reading request takes no lock, and one that locks late takes none yet."""
        if self._session is None:
            self._session = self.parts.sessions()
            if begins_with_reading():
                begin_reading(self._session)
        return self._session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of its own, for the little that a reading request has to write down."""
        with self.parts.sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction of its own that only reads, so that slow work in it holds nobody up."""
        with self.parts.sessions() as session:
            begin_reading(session)
            yield session

    def work(self, actor: Actor) -> Work:
        """What the use cases of this request work with, for whoever acts in it."""
        return self.work_in(self.db, actor)

    def work_in(self, session: Session, actor: Actor) -> Work:
        """The same in a transaction of its own, from `writing` or `reading`."""
        return Work(session=session, actor=actor, now=self.now, ports=self.ports)

    def end_transaction(self) -> None:
        """End the transaction so far, so that slow work holds nobody up, or what follows its commit is done.

        What follows is a transaction of its own and has to look again at what it read before.
        """
        if self._session is not None:
            self._session.commit()

    def read_again(self) -> None:
        """End the transaction so far, and go on with one that only reads."""
        self.end_transaction()
        begin_reading(self.db)

    def refuse(self) -> None:
        """Undo what the transaction had begun. What is read for the answer from here on is never committed.

        The page that says so is made while others may write.
        """
        if self._is_refused:
            return
        self._is_refused = True
        if self._session is not None:
            self._session.rollback()
            begin_reading(self._session)

    def finish(self, *, is_good: bool) -> None:
        """Commit a good answer, roll back every other and what was refused, and let the session go."""
        if self._session is None:
            return
        if is_good and not self._is_refused:
            self._session.commit()
        else:
            self._session.rollback()
        self._session.close()
        self._session = None


def locks_late(view: View) -> View:
    """The view, which reads first although it writes: it takes the case's lock itself, once the slow work is done."""
    setattr(view, LATE, True)
    return view


def begins_with_reading() -> bool:
    """Whether the request being answered writes nothing, or nothing yet."""
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in READING or getattr(view, LATE, False)


def parts() -> Parts:
    """The parts of the running application."""
    found: Parts = current_app.extensions[EXTENSION]
    return found


def unit() -> UnitOfWork:
    """The unit of work of the request being answered."""
    if "unit" not in g:
        g.unit = UnitOfWork(parts())
    found: UnitOfWork = g.unit
    return found


def init_unit_of_work(app: Flask, config: Config, clock: Callable[[], datetime] | None = None) -> None:
    app.extensions[EXTENSION] = Parts(config, clock) if clock else Parts(config)

    @app.before_request
    def set_form_key() -> None:
        # Only now, so that a command that needs no secret makes none.
        if app.secret_key is None:
            app.secret_key = parts().ports.keys.forms

    @app.after_request
    def commit(response: Response) -> Response:
        if "unit" in g:
            unit().finish(is_good=response.status_code < 400)
        return response

    @app.teardown_request
    def roll_back(_error: BaseException | None) -> None:
        if "unit" in g:
            unit().finish(is_good=False)
