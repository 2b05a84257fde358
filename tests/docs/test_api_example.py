"""The client in docs/api.md is run as it stands there, by a Python of its own, against a portal that answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread

from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import make_server

from portal.config import load_config
from portal.domain.lifecycle import LetterKind, SendingChannel
from portal.factory import create_app
from portal.models.cases import Case
from portal.models.events import Event
from portal.services.cases.opening import open_by_words
from portal.services.letters import letters
from portal.services.ports import PERSON
from portal.services.tracking import sending
from portal.services.tracking.sending import SentCommand
from portal.services.work import Work
from portal.web.unit_of_work import parts
from tests.sqlite import copy_tables
from tests.web.desk.colleague import make_desk
from tests.web.partner.conftest import make_system
from tests.web.partner.test_partner_api import sign

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api.md"
WORDS = re.compile(r"keep them nowhere: (.+)")


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run_example(address: str, secret: str, said_at: datetime) -> str:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    env = {**os.environ, "RECOURSE_PORTAL": address, "RECOURSE_KEY": secret, "SAID_YES_AT": said_at.isoformat()}
    done = subprocess.run(
        [sys.executable, "-I", "-c", example], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_client_of_the_document_opens_reads_fetches_and_answers(tmp_path: Path) -> None:
    copy_tables(tmp_path / "var" / "recourse.db")
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path / "var")}))
    with app.app_context():
        made = parts()
        system = make_system(make_desk(app, made))
    said_at = made.clock()
    try:
        with served(app) as address:
            first = run_example(address, system.secret, said_at)
            found = WORDS.search(first)
            assert found, first
            with made.sessions.begin() as session:
                work = open_by_words(Work(session=session, actor=PERSON, now=made.clock(), ports=made.ports), found[1])
                sign(work)
                letters.make_letter(work, LetterKind.NOTICE, 1)
                now = made.clock().replace(microsecond=0)  # as the document writes the time of an answer
                sending.record_sent(work, 1, SentCommand(channel=SendingChannel.FORM, sent_at=now, has_checked=True))
            second = run_example(address, system.secret, said_at)
        assert found[1] in second  # the same call, the same answer
        assert "letter 1" in second
        assert "answered" in second
        with made.sessions() as session:
            assert session.scalar(select(func.count()).select_from(Case)) == 1
            assert session.scalar(select(func.count()).select_from(Event).where(Event.kind == "answered")) == 1
    finally:
        made.engine.dispose()
