"""A mail server hands mail over by HTTP: with the secret it is kept once, without it there is no such address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from portal.config import ConfigError, load_config
from portal.domain.incoming import LARGEST_MAIL
from portal.factory import create_app
from portal.models.incoming import IncomingMail
from portal.services.inbox.receiving import open_for_server
from portal.web import mail_hook
from portal.wiring import Parts
from tests.services.inbox.mails import write
from tests.sqlite import copy_tables
from tests.web.conftest import NOW

SECRET = "a-secret-of-the-tests-only"
BEARER = {"Authorization": f"Bearer {SECRET}"}
TO = "someone@answers.harbour.example, other@answers.harbour.example"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    copy_tables(tmp_path / "recourse.db")
    config = load_config({"RECOURSE_DATA": str(tmp_path), "RECOURSE_INBOX_HOOK_SECRET": SECRET})
    made = create_app(config, clock=lambda: NOW)
    yield made
    parts_of(made).engine.dispose()


def parts_of(app: Flask) -> Parts:
    found: Parts = app.extensions["recourse"]
    return found


def hand_over(app: Flask, content: bytes, kind: str = "message/rfc822", **headers: str) -> TestResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().post("/hooks/mail", data=content, content_type=kind, headers=given)


def sign(content: bytes, recipients: str, secret: str = SECRET) -> str:
    signed = recipients.encode() + b"\n" + content
    return f"sha256={hmac.digest(secret.encode(), signed, hashlib.sha256).hex()}"


def list_kept(app: Flask) -> list[tuple[bytes, tuple[str, ...]]]:
    parts = parts_of(app)
    with parts.sessions() as session:
        came = [open_for_server(row, parts.keys) for row in session.scalars(select(IncomingMail))]
    return [(each.content, each.envelope) for each in came]


def test_a_mail_is_kept_with_its_envelope_and_may_be_handed_over_again(app: Flask) -> None:
    mail = write("Message-ID: <a@x.com>")
    first = hand_over(app, mail, X_Recourse_Recipients=TO, **BEARER)
    assert (first.status_code, first.json) == (201, {"kept": True, "new": True})
    again = hand_over(app, mail, X_Recourse_Recipients=TO, **BEARER)
    assert (again.status_code, again.json) == (200, {"kept": True, "new": False})
    assert list_kept(app) == [(mail, tuple(TO.split(", ")))]
    assert "Set-Cookie" not in first.headers


def test_a_signature_over_message_and_recipients_is_as_good_as_the_secret(app: Flask) -> None:
    mail = write("Message-ID: <a@x.com>")
    signed = {"X_Recourse_Signature": sign(mail, TO), "X_Recourse_Recipients": TO}
    assert hand_over(app, mail, **signed).status_code == 201
    assert hand_over(app, mail + b"more", **signed).status_code == 404
    assert hand_over(app, mail, **{**signed, "X_Recourse_Recipients": "else@x.example"}).status_code == 404
    assert len(list_kept(app)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer another-secret-of-20-letters"},
        {"Authorization": SECRET},
        {"X_Recourse_Signature": sign(b"Subject: a\n\na", "", "another-secret")},
        {"X_Recourse_Signature": "sha256="},
        {"X_Recourse_Signature": "sha256=é"},
    ],
)
def test_without_the_secret_there_is_no_such_address(app: Flask, headers: dict[str, str]) -> None:
    assert hand_over(app, b"Subject: a\n\na", **headers).status_code == 404
    assert list_kept(app) == []


def test_where_no_secret_is_set_nobody_has_it(tmp_path: Path) -> None:
    copy_tables(tmp_path / "recourse.db")
    app = create_app(load_config({"RECOURSE_DATA": str(tmp_path)}), clock=lambda: NOW)
    for secret in (SECRET, "", "None"):
        signed = {"X_Recourse_Signature": sign(b"a", "", secret)} if secret else {}
        assert hand_over(app, b"a", Authorization=f"Bearer {secret}", **signed).status_code == 404
    parts_of(app).engine.dispose()
    with pytest.raises(ConfigError, match="RECOURSE_INBOX_HOOK_SECRET"):
        load_config({"RECOURSE_INBOX_HOOK_SECRET": "short"})


def test_one_too_large_goes_back_and_a_form_is_no_mail(app: Flask) -> None:
    assert hand_over(app, b"a" * LARGEST_MAIL, **BEARER).status_code == 201
    assert hand_over(app, b"a" * (LARGEST_MAIL + 1), **BEARER).status_code == 413
    assert hand_over(app, b"a=b", "application/x-www-form-urlencoded", **BEARER).status_code == 415
    assert len(list_kept(app)) == 1


def test_a_mail_that_cannot_be_kept_stays_with_the_mail_server(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: object) -> bool:
        raise OperationalError("canary statement", {}, Exception("disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr(mail_hook, "receive", fail)
        answer = hand_over(app, write(), **BEARER)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "canary" not in caplog.text
    assert hand_over(app, write(), **BEARER).status_code == 201


def test_no_page_of_another_site_can_hand_a_mail_over(app: Flask) -> None:
    assert hand_over(app, write(), Sec_Fetch_Site="cross-site", **BEARER).status_code == 403
    assert list_kept(app) == []
