"""Whom to tell of a hole, where machines look for it (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient

from portal.config import load_config
from portal.factory import create_app
from tests.web.conftest import NOW

PLACE = "/.well-known/security.txt"


def open_client(folder: Path, **env: str) -> FlaskClient:
    return create_app(load_config({"RECOURSE_DATA": str(folder), **env}), clock=lambda: NOW).test_client()


def test_it_names_contacts_an_end_languages_and_its_place(tmp_path: Path) -> None:
    contacts = "mailto:security@example.org, https://example.org/security"
    client = open_client(
        tmp_path,
        RECOURSE_SECURITY_CONTACT=contacts,
        RECOURSE_BASE_URL="https://help.example.org",
        RECOURSE_LANGUAGE="de",
    )
    answer = client.get(PLACE)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    fields = [line.partition(": ")[::2] for line in answer.text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == contacts.split(", ")
    found = dict(fields)
    ends_at = datetime.fromisoformat(found["Expires"].replace("Z", "+00:00"))
    assert timedelta(days=30) < ends_at - NOW < timedelta(days=365), "the RFC wants less than a year"
    assert ends_at.tzinfo == UTC
    assert found["Preferred-Languages"] == "de, en"
    assert found["Canonical"] == f"https://help.example.org{PLACE}"
    assert "Set-Cookie" not in answer.headers


def test_on_plain_http_it_names_no_place_because_none_may_be(tmp_path: Path) -> None:
    client = open_client(tmp_path, RECOURSE_SECURITY_CONTACT="mailto:security@example.org")
    assert "Canonical" not in client.get(PLACE).text


def test_without_a_contact_it_is_not_there(tmp_path: Path) -> None:
    assert open_client(tmp_path).get(PLACE).status_code == 404
