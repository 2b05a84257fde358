"""The real application on a port of its own, with a clock that a test moves; and another site to leave for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.config import load_config
from portal.domain.lifecycle import Role
from portal.factory import create_app
from portal.run import worker
from portal.services.staff import accounts, recovery_key
from portal.services.staff.accounts import NewStaff
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.sqlite import copy_tables

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "anchor ember willow lantern meadow"
ELSEWHERE = b"<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1></html>"


@dataclass
class Clock:
    """The time of the site; it stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Site:
    """A running portal: where it answers, where its "Leave this page" leads, and what a test may do behind it."""

    address: str
    elsewhere: str
    clock: Clock
    app: Flask
    parts: Parts

    def pass_time(self, **by: float) -> None:
        """Time goes by, and the background worker looks at the clocks as it does each minute."""
        self.clock.move(**by)
        worker.run_sweep(self.parts)

    def work(self) -> int:
        """Let the background worker do what waits. Returns how many jobs it ran."""
        return worker.run_left_jobs(self.parts)

    def make_team(self, name: str, members: Sequence[tuple[str, str, Role]]) -> None:
        """A team whose members (login, name, role) sign in with PASSWORD; an administrator stands beside it."""
        now = self.clock()
        with self.parts.sessions.begin() as session:
            recovery_key.make_recovery_key_once(session, now=now)
            team, key = accounts.create_team(session, name, now=now)
            for login, shown, role in members:
                new = NewStaff(login=login, name=shown, role=role, password=PASSWORD)
                member = accounts.add_staff(session, new, now=now)
                if role is not Role.ADMINISTRATOR:
                    accounts.add_membership(session, member, team, key, now=now)


@contextmanager
def start_site(folder: Path, *, host: str = "127.0.0.1", is_filled: bool = False) -> Iterator[Site]:
    """A portal with an empty database in `folder`, answering on 127.0.0.1 under that name until the context ends.

    Where `is_filled`, the folder is that of an earlier portal, with all that was kept there.
    """
    clock = Clock()
    door: list[Flask] = []
    with serve(_show_elsewhere) as elsewhere, serve(lambda *asked: door[0](*asked)) as bare:
        address = bare.replace("127.0.0.1", host)
        settings = {
            "RECOURSE_BASE_URL": address,
            "RECOURSE_DATA": str(folder),
            "RECOURSE_QUEUE": "memory:",
            "RECOURSE_LEAVE_URL": elsewhere,
            "RECOURSE_MAIL_URL": "smtp://127.0.0.1:9",
            "RECOURSE_MAIL_FROM": "notes@harbour.example",
            "RECOURSE_REPLY_DOMAIN": "answers.harbour.example",
            "RECOURSE_SEND_FOR_PERSONS": "on",
            "RECOURSE_STATISTICS": "on",
            "RECOURSE_TRUSTED_FLAGGER": "on",
        }
        if not is_filled:
            copy_tables(folder / "recourse.db")
        app = create_app(
            load_config(
                {**settings, "RECOURSE_ORG_NAME": "Harbour Helpline", "RECOURSE_ORG_EMAIL": "answers@harbour.example"}
            ),
            clock=clock,
        )
        parts: Parts = app.extensions[EXTENSION]
        assert parts.ports, "made before the first request, so that two of them do not make it twice"
        door.append(app)
        yield Site(address=address, elsewhere=elsewhere, clock=clock, app=app, parts=parts)
        parts.engine.dispose()


@contextmanager
def serve(app: Callable[..., Any]) -> Iterator[str]:
    """A WSGI application on a free port. Yields its address without a slash at the end."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: a failing test says what went wrong."""


def _show_elsewhere(_environment: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [ELSEWHERE]
