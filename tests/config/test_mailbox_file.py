"""The file of mailboxes: what stands in it, what is refused, and that nothing of it is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.config import ConfigError, load_config
from portal.mailbox_file import read_mailboxes

WHOLE = """
[[mailbox]]
name = "answers"
address = "imaps://imap.example.org"
user = "answers@example.org"
password = "canary-password"

[[mailbox]]
name = "by-token"
address = "imap://imap.example.net:1143"
user = "answers@example.net"
folder = "Reports"
move_to = "Taken"
[mailbox.oauth]
token_address = "https://login.example.net/token"
client = "c"
secret = "canary-secret"
refresh_token = "canary-token"
"""


def write(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "mailboxes.toml"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_mailboxes_by_password_and_by_token_are_read(tmp_path: Path) -> None:
    first, second = load_config({"RECOURSE_MAILBOXES": write(tmp_path, WHOLE)}).mailboxes
    assert (first.host, first.port, first.has_tls, first.folder, first.move_to) == (
        "imap.example.org", 993, True, "INBOX", "",
    )  # fmt: skip
    assert (second.port, second.has_tls, second.folder, second.move_to) == (1143, False, "Reports", "Taken")
    assert second.oauth is not None
    assert second.oauth.refresh_token == "canary-token"
    assert "canary" not in repr((first, second, second.oauth))
    assert load_config({}).mailboxes == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('name = "answers"', 'name = "My answers"', "mailbox 1: name"),
        ('name = "by-token"', 'name = "answers"', "one name"),
        ("imaps://", "https://", "mailbox 1: address"),
        ("imaps://", "imaps://me:canary-password@", "mailbox 1: address"),
        ('user = "answers@example.org"', "", "mailbox 1: needs user"),
        ('password = "canary-password"', "", "mailbox 1: needs user"),
        ('password = "canary-password"', "password = 7", "mailbox 1: password"),
        ('move_to = "Taken"', 'password = "canary-password"', "mailbox 2: needs user"),
        ('move_to = "Taken"', 'delete = "yes"', "mailbox 2: 'delete' is not known"),
        ("https://login", "http://login", "mailbox 2: token_address"),
        ('client = "c"', "", "mailbox 2: oauth needs client"),
        ('folder = "Reports"', 'folder = "a\\r\\nb"', "mailbox 2: folder"),
        ('folder = "Reports"', 'authorities = "/no/such/file"', "mailbox 2: authorities"),
        ("[[mailbox]]", "[mailbox]", "TOML"),
        (WHOLE, "mailbox = 7", r"\[\[mailbox\]\]"),
        (WHOLE, "no TOML", "TOML"),
    ],
)
def test_what_cannot_be_used_stops_the_start_by_its_name(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in WHOLE
    path = write(tmp_path, WHOLE.replace(old, new))
    with pytest.raises(ConfigError, match=told) as caught:
        load_config({"RECOURSE_MAILBOXES": path})
    assert "RECOURSE_MAILBOXES" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_file_that_others_can_read_or_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="chmod 600"):
        load_config({"RECOURSE_MAILBOXES": write(tmp_path, WHOLE, 0o644)})
    with pytest.raises(ConfigError, match="RECOURSE_MAILBOXES"):
        load_config({"RECOURSE_MAILBOXES": str(tmp_path / "nothing")})
    with pytest.raises(ValueError, match="cannot be read"):
        read_mailboxes(str(tmp_path / "nothing"))
