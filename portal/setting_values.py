"""How the text of one setting is read: each reader gives the value, or a ValueError that says what is wrong with it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from portal.zone_names import UnknownZone, load_zone

# A plain address: no comment, no quotes, no spaces, so that nothing in it can end a header.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{LABEL}\.)+{LABEL}")
_MOST_OF_KEYS = 100_000  # characters: they are handed to a process as an argument


def read_optional_web_address(text: str) -> str | None:
    return read_web_address(text) if text else None


def number_between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"has to be a whole number from {low} to {high}")
        return int(text)

    return parse


def one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError("has to be one of: " + ", ".join(allowed))
        return text

    return parse


def read_web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("has to be a web address that starts with https:// or http://")
    return text


def read_proxy(text: str) -> str | None:
    parts = urlsplit(text)
    if text and (parts.scheme != "http" or not parts.hostname or parts.username is not None):
        raise ValueError("has to look like http://127.0.0.1:8118, without a name and a password")
    return text or None


def read_contacts(text: str) -> tuple[str, ...]:
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for each in found:
        address = each.removeprefix("mailto:")
        is_mail = address != each and ADDRESS.fullmatch(address) is not None
        is_page = each.startswith("https://") and bool(urlsplit(each).hostname) and each.isascii() and " " not in each
        if not (is_mail or is_page):
            raise ValueError("has to look like mailto:security@example.org or https://example.org/security")
    return found


def read_server_name(text: str) -> str:
    if not text.isascii() or any(letter.isspace() or letter == ";" for letter in text):
        raise ValueError("has to be one name such as mx.example.org")
    return text


def read_folder(text: str) -> Path | None:
    if text and not Path(text).is_dir():
        raise ValueError("is no folder")
    return Path(text).absolute() if text else None


_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def read_certificates(text: str) -> tuple[bytes, ...]:
    """The certificates of a PEM file, in DER."""
    if not text:
        return ()
    try:
        found = tuple(map(ssl.PEM_cert_to_DER_cert, _CERTIFICATE.findall(Path(text).read_text("ascii"))))
    except (OSError, ValueError) as error:
        raise ValueError("is no file of certificates (PEM)") from error
    if not found:
        raise ValueError("holds no certificate (PEM)")
    return found


def read_sender_keys(text: str) -> Mapping[str, str]:
    if not text:
        return {}
    path = Path(text)
    if not path.is_file():
        raise ValueError("is no file")
    keys: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _blank, record = line.strip().partition(" ")
        if line.strip() and not line.startswith("#"):
            if "._domainkey." not in name or "p=" not in record:
                raise ValueError('holds a line that is not like "s1._domainkey.platform.example v=DKIM1; p=..."')
            keys[name.lower().rstrip(".")] = record.strip()
    if sum(map(len, (*keys, *keys.values()))) > _MOST_OF_KEYS:
        raise ValueError("holds more than fits: 100,000 characters")
    return keys


def read_zone(text: str) -> ZoneInfo:
    try:
        return load_zone(text)
    except UnknownZone as error:
        raise ValueError(f"cannot be used. {error}") from error


def is_own_machine(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
