"""The settings: a pure function of the environment.

Every setting has a name, a safe default for one machine, and a check. A wrong value stops the start with its name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from portal.domain.reply_addresses import ReplyPlace
from portal.mailbox_file import MailboxServer, read_mailboxes
from portal.setting_values import (
    ADDRESS,
    LABEL,
    is_own_machine,
    number_between,
    one_of,
    read_certificates,
    read_contacts,
    read_folder,
    read_optional_web_address,
    read_proxy,
    read_sender_keys,
    read_server_name,
    read_web_address,
    read_zone,
)

T = TypeVar("T")

SHORTEST_TOKEN = 20


class ConfigError(ValueError):
    """A setting is missing or wrong. The message names it and says what to do."""


@dataclass(frozen=True, kw_only=True)
class EmergencyLine:
    """A number or address shown where somebody may be in danger now."""

    name: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Who runs this portal, as pages and letterheads show it."""

    name: str
    address_lines: tuple[str, ...]
    email: str | None
    phone: str | None
    website: str | None
    countries: tuple[str, ...]  # ISO codes it serves; empty means any
    emergency_lines: tuple[EmergencyLine, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class SigningKey:
    """By which mail is signed (DKIM): the private key in PEM, and under which selector the DNS has the public one."""

    selector: str
    pem: bytes


@dataclass(frozen=True, kw_only=True, repr=False)
class MailServer:
    """Where mail is handed over, and the address it comes from. With `folder`, mail is put there and leaves nowhere."""

    host: str
    port: int
    has_tls: bool  # from the first byte on; without it STARTTLS is demanded, except from this machine to itself
    user: str
    password: str
    sender: str
    signing_key: SigningKey | None = None
    folder: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Config:
    """All settings. Paths are absolute."""

    data_folder: Path
    database_url: str
    storage_url: str
    queue_url: str
    locks_url: str  # the cases' locks, kept apart from the database
    secret_file: Path
    audit_key_file: Path  # signs the journal's heads
    signing_key_file: Path  # key and certificate that sign the papers for authorities
    trust_roots: tuple[bytes, ...] = field(repr=False)  # certificates (DER) against which signed papers are checked
    stamp_url: str | None  # of a time-stamping authority, asked for each paper that is signed
    asks_responders: bool  # the worker asks, at each signing, whether the certificate was taken back
    log_format: str  # "text" or "json"
    metrics_token: str | None = field(repr=False)  # without it /metrics is not there
    may_check_links: bool  # off: the portal itself never asks another machine for anything
    may_look_at_links: bool  # off: the portal never asks whether a link of a case still answers
    look_proxy: str | None  # through which it does; names are then looked up there
    takes_files_unconfined: bool  # also where the kernel does not shut in what opens them
    sender_keys: Mapping[
        str, str
    ]  # by which senders sign e-mail, as the DNS has them, by name; nobody is asked for one
    packs: Path | None  # the organisation's own laws and directory, over ours
    site_title: str
    leave_url: str
    base_url: str
    host: str
    port: int
    processes: int  # of the web server
    threads: int  # of each process
    connections: int  # of one address, in each process
    gc_threshold: int  # objects made before the collector looks for what nobody holds
    trusted_proxies: int  # how many of our own stand in front and say who asks; without one nobody else's word counts
    language: str
    time_zone: ZoneInfo
    paper: str  # "A4" or "Letter"
    organisation: Organisation
    draft_days: int
    closed_days: int
    response_hours: int  # within which the helpline wants to answer a new case
    urgent_response_hours: int  # the same for a child or a threat
    has_public_statistics: bool
    has_name_search: bool  # a team finds its cases by names
    is_trusted_flagger: bool  # under Article 22 of the Digital Services Act
    security_contacts: tuple[str, ...]  # where holes are told; without one there is no /.well-known/security.txt
    mail: MailServer | None  # without it contact by mail is not offered at all
    inbox_folder: Path  # mail that something puts here comes in, a file each
    inbox_server: str  # the name by which our own mail server says what it thinks of a mail; empty: none is believed
    mailboxes: tuple[MailboxServer, ...]  # from which mail is fetched
    hook_secret: str | None = field(repr=False)  # by which a mail server hands mail over; without it nobody can
    replies: ReplyPlace | None  # where answers to letters are taken in; without it they go to the team's address
    sends_for_persons: bool  # letters of persons leave by e-mail from here, and answers come to their case page
    letters_an_hour: int  # by e-mail to one domain; more wait behind

    @property
    def key_files(self) -> dict[str, Path]:
        """The files that a backup keeps apart from the data, by the setting that names them."""
        return {
            "RECOURSE_SECRET_FILE": self.secret_file,
            "RECOURSE_AUDIT_KEY": self.audit_key_file,
            "RECOURSE_SIGNING_KEY": self.signing_key_file,
        }

    def day_at(self, now: datetime) -> date:
        """Which day it is in the portal's own zone at that moment (aware)."""
        return now.astimezone(self.time_zone).date()

    @property
    def has_https(self) -> bool:
        """Whether cookies can be marked Secure."""
        return self.base_url.startswith("https://")


def load_config(env: Mapping[str, str]) -> Config:
    """Settings from environment variables named RECOURSE_*. Raises ConfigError."""
    _refuse_unknown(env)
    folder = Path(env.get("RECOURSE_DATA", "var")).absolute()
    port = _read(env, "RECOURSE_PORT", "8000", number_between(1, 65535))
    base_url = _read(env, "RECOURSE_BASE_URL", f"http://127.0.0.1:{port}", read_web_address).rstrip("/")
    config = Config(
        data_folder=folder,
        database_url=env.get("RECOURSE_DATABASE", f"sqlite:///{folder / 'recourse.db'}"),
        storage_url=env.get("RECOURSE_STORAGE", f"file://{folder / 'files'}"),
        queue_url=env.get("RECOURSE_QUEUE", f"sqlite:///{folder / 'queue.db'}"),
        locks_url=_locks_url(env, folder),
        secret_file=Path(env.get("RECOURSE_SECRET_FILE", folder / "secret.key")).absolute(),
        audit_key_file=_audit_key_file(env, folder),
        signing_key_file=_signing_key_file(env, folder),
        trust_roots=_read(env, "RECOURSE_TRUST_ROOTS", "", read_certificates),
        stamp_url=_read(env, "RECOURSE_TSA_URL", "", read_optional_web_address),
        asks_responders=_read(env, "RECOURSE_REVOCATION", "off", one_of("off", "on")) == "on",
        log_format=_read(env, "RECOURSE_LOG", "text", one_of("text", "json")),
        metrics_token=_token(env, "RECOURSE_METRICS_TOKEN"),
        may_check_links=_read(env, "RECOURSE_LINK_CHECK", "off", one_of("off", "on")) == "on",
        may_look_at_links=_read(env, "RECOURSE_STATUS_CHECK", "off", one_of("off", "on")) == "on",
        look_proxy=_read(env, "RECOURSE_STATUS_PROXY", "", read_proxy),
        takes_files_unconfined=_read(env, "RECOURSE_UPLOADS", "confined", one_of("confined", "anyway")) == "anyway",
        sender_keys=_read(env, "RECOURSE_SENDER_KEYS", "", read_sender_keys),
        packs=_read(env, "RECOURSE_PACKS", "", read_folder),
        site_title=env.get("RECOURSE_TITLE", "Recourse"),
        leave_url=_read(env, "RECOURSE_LEAVE_URL", "https://www.wikipedia.org/", read_web_address),
        base_url=base_url,
        host=env.get("RECOURSE_HOST", "127.0.0.1"),
        port=port,
        processes=_read(env, "RECOURSE_PROCESSES", str(count_cores()), number_between(1, 64)),
        threads=_read(env, "RECOURSE_THREADS", "3", number_between(1, 64)),
        connections=_read(env, "RECOURSE_CONNECTIONS", "100", number_between(4, 1000)),
        gc_threshold=_read(env, "RECOURSE_GC_THRESHOLD", "20000", number_between(700, 1_000_000)),
        trusted_proxies=_read(env, "RECOURSE_TRUSTED_PROXIES", "0", number_between(0, 10)),
        language=env.get("RECOURSE_LANGUAGE", "en"),
        time_zone=_read(env, "RECOURSE_TIME_ZONE", "UTC", read_zone),
        paper=_read(env, "RECOURSE_PAPER", "A4", one_of("A4", "Letter")),
        organisation=_load_organisation(env),
        draft_days=_read(env, "RECOURSE_DRAFT_DAYS", "7", number_between(1, 365)),
        closed_days=_read(env, "RECOURSE_CLOSED_DAYS", "90", number_between(1, 3650)),
        **_load_own_aims(env),
        security_contacts=_read(env, "RECOURSE_SECURITY_CONTACT", "", read_contacts),
        mail=_load_mail(env),
        inbox_folder=Path(env.get("RECOURSE_INBOX_FOLDER") or folder / "mail" / "in").absolute(),
        inbox_server=_read(env, "RECOURSE_INBOX_SERVER", "", read_server_name),
        mailboxes=_read(env, "RECOURSE_MAILBOXES", "", read_mailboxes),
        hook_secret=_token(env, "RECOURSE_INBOX_HOOK_SECRET"),
        replies=_load_replies(env),
        sends_for_persons=_read(env, "RECOURSE_SEND_FOR_PERSONS", "off", one_of("off", "on")) == "on",
        letters_an_hour=_read(env, "RECOURSE_LETTERS_AN_HOUR", "20", number_between(1, 10_000)),
    )
    _refuse_open_door(config, env)
    _refuse_lost_answers(config)
    return config


def _refuse_lost_answers(config: Config) -> None:
    """What is sent for a person has to come back to her case: she may have no mailbox that is hers alone."""
    if config.sends_for_persons and (config.mail is None or config.replies is None):
        raise ConfigError(
            "RECOURSE_SEND_FOR_PERSONS=on needs RECOURSE_MAIL_URL, and RECOURSE_REPLY_DOMAIN or "
            "RECOURSE_REPLY_MAILBOX, so that answers reach the person’s case page."
        )


def _load_own_aims(env: Mapping[str, str]) -> dict[str, Any]:
    """What the organisation sets itself and shows of its work."""
    return {
        "response_hours": _read(env, "RECOURSE_RESPONSE_HOURS", "24", number_between(1, 720)),
        "urgent_response_hours": _read(env, "RECOURSE_URGENT_RESPONSE_HOURS", "8", number_between(1, 720)),
        "has_public_statistics": _read(env, "RECOURSE_STATISTICS", "off", one_of("off", "on")) == "on",
        "has_name_search": _read(env, "RECOURSE_NAME_SEARCH", "off", one_of("off", "on")) == "on",
        "is_trusted_flagger": _read(env, "RECOURSE_TRUSTED_FLAGGER", "off", one_of("off", "on")) == "on",
    }


def count_cores() -> int:
    """How many cores this process may use, at most 16: a machine with more is told how many to take."""
    return min(16, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


KNOWN = frozenset(
    {
        "RECOURSE_DATA",
        "RECOURSE_DATABASE",
        "RECOURSE_STORAGE",
        "RECOURSE_QUEUE",
        "RECOURSE_SECRET_FILE",
        "RECOURSE_LOCKS",
        "RECOURSE_AUDIT_KEY",
        "RECOURSE_SIGNING_KEY",
        "RECOURSE_TRUST_ROOTS",
        "RECOURSE_TSA_URL",
        "RECOURSE_REVOCATION",
        "RECOURSE_LOG",
        "RECOURSE_METRICS_TOKEN",
        "RECOURSE_LINK_CHECK",
        "RECOURSE_STATUS_CHECK",
        "RECOURSE_STATUS_PROXY",
        "RECOURSE_NAME_SEARCH",
        "RECOURSE_UPLOADS",
        "RECOURSE_SENDER_KEYS",
        "RECOURSE_PACKS",
        "RECOURSE_TITLE",
        "RECOURSE_LEAVE_URL",
        "RECOURSE_BASE_URL",
        "RECOURSE_HOST",
        "RECOURSE_PORT",
        "RECOURSE_PROCESSES",
        "RECOURSE_THREADS",
        "RECOURSE_CONNECTIONS",
        "RECOURSE_GC_THRESHOLD",
        "RECOURSE_TRUSTED_PROXIES",
        "RECOURSE_LANGUAGE",
        "RECOURSE_TIME_ZONE",
        "RECOURSE_PAPER",
        "RECOURSE_DRAFT_DAYS",
        "RECOURSE_CLOSED_DAYS",
        "RECOURSE_RESPONSE_HOURS",
        "RECOURSE_URGENT_RESPONSE_HOURS",
        "RECOURSE_STATISTICS",
        "RECOURSE_TRUSTED_FLAGGER",
        "RECOURSE_MAIL_URL",
        "RECOURSE_MAIL_FROM",
        "RECOURSE_DKIM_KEY_FILE",
        "RECOURSE_DKIM_SELECTOR",
        "RECOURSE_SEND_FOR_PERSONS",
        "RECOURSE_LETTERS_AN_HOUR",
        "RECOURSE_INBOX_FOLDER",
        "RECOURSE_INBOX_SERVER",
        "RECOURSE_INBOX_HOOK_SECRET",
        "RECOURSE_MAILBOXES",
        "RECOURSE_REPLY_DOMAIN",
        "RECOURSE_REPLY_MAILBOX",
        "RECOURSE_ORG_NAME",
        "RECOURSE_ORG_ADDRESS",
        "RECOURSE_ORG_EMAIL",
        "RECOURSE_ORG_PHONE",
        "RECOURSE_ORG_WEBSITE",
        "RECOURSE_ORG_COUNTRIES",
        "RECOURSE_EMERGENCY_LINES",
        "RECOURSE_SECURITY_CONTACT",
        "RECOURSE_PLAIN_HTTP",
    }
)


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in env:
        if name.startswith("RECOURSE_") and name not in KNOWN:
            raise ConfigError(f"{name} is not a setting of Recourse. See docs/operations.md for the list.")


def _refuse_open_door(config: Config, env: Mapping[str, str]) -> None:
    """Words and passwords never cross a network in the open, unless whoever runs the portal says that they may.

    An address that begins with https:// says that TLS ends in front of the portal.
    """
    is_wanted = _read(env, "RECOURSE_PLAIN_HTTP", "off", one_of("off", "on")) == "on"
    if is_wanted or config.has_https or is_own_machine(config.host):
        return
    raise ConfigError(
        f"RECOURSE_HOST={config.host!r} listens to other machines over plain HTTP, where everybody on the way can read "
        "words and passwords. Let a proxy end TLS and set RECOURSE_BASE_URL to the https:// address that people type, "
        "or leave RECOURSE_HOST at 127.0.0.1. For a network of your own alone: RECOURSE_PLAIN_HTTP=on."
    )


def _load_organisation(env: Mapping[str, str]) -> Organisation:
    countries = tuple(code.strip().upper() for code in env.get("RECOURSE_ORG_COUNTRIES", "").split(",") if code.strip())
    if any(len(code) != 2 for code in countries):
        raise ConfigError("RECOURSE_ORG_COUNTRIES has to be country codes of two letters with commas between: NZ,AU")
    return Organisation(
        name=env.get("RECOURSE_ORG_NAME", "Recourse"),
        address_lines=tuple(part.strip() for part in env.get("RECOURSE_ORG_ADDRESS", "").split("|") if part.strip()),
        email=env.get("RECOURSE_ORG_EMAIL") or None,
        phone=env.get("RECOURSE_ORG_PHONE") or None,
        website=env.get("RECOURSE_ORG_WEBSITE") or None,
        countries=countries,
        emergency_lines=_read(env, "RECOURSE_EMERGENCY_LINES", "", _lines),
    )


def _read(env: Mapping[str, str], name: str, default: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(env.get(name, default))
    except ValueError as error:
        raise ConfigError(f"{name}={env.get(name, default)!r}: {error}") from error


def _load_mail(env: Mapping[str, str]) -> MailServer | None:
    """The mail server is set with both of its settings or not at all. Its password is not repeated in an error."""
    url, sender = env.get("RECOURSE_MAIL_URL", ""), env.get("RECOURSE_MAIL_FROM", "")
    if not url and not sender:
        return None
    if not url or not sender:
        raise ConfigError("RECOURSE_MAIL_URL and RECOURSE_MAIL_FROM are set together, or neither of them.")
    try:
        server = _mail_server(url, sender)
    except ValueError as error:
        raise ConfigError(f"RECOURSE_MAIL_URL or RECOURSE_MAIL_FROM: {error}") from error
    return replace(server, signing_key=_load_dkim_key(env))


def _load_dkim_key(env: Mapping[str, str]) -> SigningKey | None:
    """The key is set with its selector or not at all. What signs in the organisation's name is for its owner only."""
    file, selector = env.get("RECOURSE_DKIM_KEY_FILE", ""), env.get("RECOURSE_DKIM_SELECTOR", "")
    if not file and not selector:
        return None
    if not file or not re.fullmatch(rf"{LABEL}(?:\.{LABEL})*", selector):
        raise ConfigError(
            "RECOURSE_DKIM_KEY_FILE and RECOURSE_DKIM_SELECTOR are set together; a selector looks like: recourse2026"
        )
    path = Path(file)
    try:
        pem = path.read_bytes()
        is_open = bool(path.stat().st_mode & 0o077)
    except OSError as error:
        raise ConfigError(f"RECOURSE_DKIM_KEY_FILE={file!r} cannot be read: {error.strerror}") from error
    if is_open:
        raise ConfigError(f"RECOURSE_DKIM_KEY_FILE: {file} can be read by others. Run: chmod 600 {file}")
    if b"PRIVATE KEY-----" not in pem:
        raise ConfigError(f"RECOURSE_DKIM_KEY_FILE={file!r} holds no private key (PEM).")
    return SigningKey(selector=selector, pem=pem)


def _load_replies(env: Mapping[str, str]) -> ReplyPlace | None:
    """A domain of its own, or one mailbox of which what follows a plus sign reaches it too; never both."""
    domain, mailbox = env.get("RECOURSE_REPLY_DOMAIN", ""), env.get("RECOURSE_REPLY_MAILBOX", "")
    if domain and mailbox:
        raise ConfigError("RECOURSE_REPLY_DOMAIN or RECOURSE_REPLY_MAILBOX is set, never both.")
    address = mailbox or (f"x@{domain}" if domain else "")
    if not address:
        return None
    if not ADDRESS.fullmatch(address) or "+" in address:
        raise ConfigError(
            "RECOURSE_REPLY_DOMAIN has to look like answers.example.org, RECOURSE_REPLY_MAILBOX like a@example.org"
        )
    local, _at, place = address.lower().rpartition("@")
    return ReplyPlace(place, mailbox=local if mailbox else "")


def _mail_server(url: str, sender: str) -> MailServer:
    parts = urlsplit(url)
    if not ADDRESS.fullmatch(sender):
        raise ValueError("mail has to come from one plain address such as portal@example.org")
    if parts.scheme == "folder" and parts.path:
        folder = Path(unquote(parts.path)).absolute()
        return MailServer(host="", port=0, has_tls=False, user="", password="", sender=sender, folder=folder)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(
            "has to look like smtp://user:password@mail.example.org:587 or smtps://..., or folder:var/mail to try it"
        )
    has_tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=parts.port or (465 if has_tls else 587),
        has_tls=has_tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
    )


def _locks_url(env: Mapping[str, str], folder: Path) -> str:
    """Beside the database on one machine; on several, each would have its own, so there it has to be given."""
    if url := env.get("RECOURSE_LOCKS"):
        return url
    if env.get("RECOURSE_DATABASE", "").startswith("postgres"):
        raise ConfigError(
            "RECOURSE_LOCKS has to name a database of its own when RECOURSE_DATABASE is a server. "
            "See docs/operations.md, keeping and bringing back."
        )
    return f"sqlite:///{folder / 'locks.db'}"


def _audit_key_file(env: Mapping[str, str], folder: Path) -> Path:
    """Beside the server's secret, unless it is kept elsewhere."""
    secret = Path(env.get("RECOURSE_SECRET_FILE", folder / "secret.key"))
    chosen = Path(env.get("RECOURSE_AUDIT_KEY", secret.with_name("audit.key")))
    if chosen.name == secret.name:
        raise ConfigError("RECOURSE_AUDIT_KEY needs a file name of its own, because a backup keeps both by name.")
    return chosen.absolute()


def _signing_key_file(env: Mapping[str, str], folder: Path) -> Path:
    """Beside the server's secret, unless it is kept elsewhere; under a name of its own, as the other two."""
    secret = Path(env.get("RECOURSE_SECRET_FILE", folder / "secret.key"))
    chosen = Path(env.get("RECOURSE_SIGNING_KEY", secret.with_name("signing.pem")))
    if chosen.name in {secret.name, _audit_key_file(env, folder).name}:
        raise ConfigError("RECOURSE_SIGNING_KEY needs a file name of its own, because a backup keeps all keys by name.")
    return chosen.absolute()


def _token(env: Mapping[str, str], name: str) -> str | None:
    token = env.get(name, "")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        raise ConfigError(f"{name} has to have at least {SHORTEST_TOKEN} letters or digits.")
    return token or None


def _lines(text: str) -> tuple[EmergencyLine, ...]:
    lines = []
    for part in filter(None, (part.strip() for part in text.split("|"))):
        name, found, contact = part.partition("=")
        if not found or not name.strip() or not contact.strip():
            raise ValueError('has to look like "Police=111|Helpline=0800 000 000"')
        lines.append(EmergencyLine(name=name.strip(), contact=contact.strip()))
    return tuple(lines)
