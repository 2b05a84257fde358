"""A portal of its own for tests of pages, with what a test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask

from portal.config import load_config
from portal.factory import create_app
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.mailbox import SENDER, Mailbox
from tests.sqlite import copy_tables


@contextmanager
def open_portal(folder: Path, clock: Callable[[], datetime], **settings: str) -> Iterator[Flask]:
    """With an empty database in `folder`, until the context ends. `settings` are environment variables."""
    copy_tables(folder / "var" / "recourse.db")
    made = create_app(load_config({"RECOURSE_DATA": str(folder / "var"), **settings}), clock=clock)
    made.testing = True
    yield made
    parts_of(made).engine.dispose()


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions[EXTENSION]
    return found


def mail_settings(mailbox: Mailbox) -> dict[str, str]:
    """Of a portal that hands its mail over there. Its queue is lost, so that a test says when the worker works."""
    return {"RECOURSE_MAIL_URL": mailbox.url, "RECOURSE_MAIL_FROM": SENDER, "RECOURSE_QUEUE": "memory:"}
