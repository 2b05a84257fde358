"""The file of mailboxes (RECOURSE_MAILBOXES): where answers are fetched from, and how the portal signs in there.

It holds passwords, so it is for its owner only. Nothing of it is repeated in an error.
"""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PORTS = {"imaps": 993, "imap": 143}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_KNOWN = {"name", "address", "user", "password", "oauth", "folder", "move_to", "authorities"}
_KNOWN_OAUTH = {"token_address", "client", "secret", "refresh_token", "scope"}


@dataclass(frozen=True, kw_only=True, repr=False)
class OAuth:
    """How an access token is got (RFC 6749): by a refresh token where there is one, else for the client itself."""

    token_address: str
    client: str
    secret: str
    refresh_token: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class MailboxServer:
    """One mailbox. TLS from the first byte on, or by STARTTLS before anything else is said; never without."""

    name: str  # of the operator's choice; how far it was read is remembered under it
    host: str
    port: int
    has_tls: bool  # from the first byte on
    user: str
    password: str
    oauth: OAuth | None
    folder: str
    move_to: str  # folder for what was taken in; empty: it stays and is marked as read
    authorities: str | None  # certificates (PEM) that vouch for the server; None: those of the system

    def __repr__(self) -> str:
        return f"<MailboxServer {self.name}>"


def read_mailboxes(text: str) -> tuple[MailboxServer, ...]:
    """The mailboxes of the file at this path; none where it is empty. Raises ValueError with what is wrong."""
    if not text:
        return ()
    path = Path(text)
    try:
        if path.stat().st_mode & 0o077:
            raise ValueError(f"can be read by others. Run: chmod 600 {text}")
        tables = tomllib.loads(path.read_text("utf-8")).get("mailbox", [])
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError("is no TOML; see docs/operations.md for its form") from error
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ValueError("has to hold a [[mailbox]] for each mailbox")
    found = tuple(_read_one(number, table) for number, table in enumerate(tables, 1))
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError("gives two mailboxes one name")
    return found


def _read_one(number: int, table: Mapping[str, Any]) -> MailboxServer:
    where = f"mailbox {number}"
    _refuse_others(where, table, _KNOWN)
    texts = {name: _text(where, table, name) for name in _KNOWN - {"oauth"}}
    if not _NAME.fullmatch(texts["name"]):
        raise ValueError(f"{where}: name has to be small letters, digits and hyphens")
    parts = urlsplit(texts["address"])
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.path.strip("/"):
        raise ValueError(f"{where}: address has to look like imaps://imap.example.org or imap://... (STARTTLS)")
    oauth = _read_oauth(where, table["oauth"]) if "oauth" in table else None
    if not texts["user"] or bool(texts["password"]) == (oauth is not None):
        raise ValueError(f"{where}: needs user, and either password or [mailbox.oauth]")
    return MailboxServer(
        name=texts["name"],
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        has_tls=parts.scheme == "imaps",
        user=texts["user"],
        password=texts["password"],
        oauth=oauth,
        folder=texts["folder"] or "INBOX",
        move_to=texts["move_to"],
        authorities=_read_authorities(where, texts["authorities"]) if texts["authorities"] else None,
    )


def _read_oauth(where: str, table: object) -> OAuth:
    if not isinstance(table, dict):
        raise ValueError(f"{where}: oauth has to be a table, [mailbox.oauth]")
    _refuse_others(where, table, _KNOWN_OAUTH)
    texts = {name: _text(where, table, name) for name in _KNOWN_OAUTH}
    if urlsplit(texts["token_address"]).scheme != "https":
        raise ValueError(f"{where}: token_address has to begin with https://")
    if not texts["client"]:
        raise ValueError(f"{where}: oauth needs client")
    return OAuth(**texts)


def _refuse_others(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    if others := sorted(set(table) - known):
        raise ValueError(f"{where}: {others[0]!r} is not known")


def _text(where: str, table: Mapping[str, Any], name: str) -> str:
    value = table.get(name, "")
    if not isinstance(value, str) or any(letter in value for letter in "\r\n\0"):
        raise ValueError(f"{where}: {name} has to be a text of one line")
    return value


def _read_authorities(where: str, file: str) -> str:
    try:
        text = Path(file).read_text("ascii")
        ssl.create_default_context(cadata=text)
    except (OSError, ValueError) as error:
        raise ValueError(f"{where}: authorities is no file of certificates (PEM)") from error
    return text
