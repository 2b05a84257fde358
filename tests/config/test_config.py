"""The settings: defaults, checks, and the secret that is made on first use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from portal.config import ConfigError, EmergencyLine, load_config
from portal.secret_file import ensure_secret_file, read_secret_file


def test_an_empty_environment_gives_one_machines_defaults() -> None:
    config = load_config({})
    assert (config.host, config.port, config.paper) == ("127.0.0.1", 8000, "A4")
    assert config.database_url.endswith("/var/recourse.db")
    assert not config.has_https


def test_the_address_people_type_follows_the_port() -> None:
    assert load_config({"RECOURSE_PORT": "8471"}).base_url == "http://127.0.0.1:8471"
    both = load_config({"RECOURSE_PORT": "8471", "RECOURSE_BASE_URL": "https://help.example/"})
    assert both.base_url == "https://help.example"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RECOURSE_PORT", "0", "1 to 65535"),
        ("RECOURSE_PORT", "eight", "whole number"),
        ("RECOURSE_PORT", "٨", "whole number"),
        ("RECOURSE_PAPER", "A5", "A4, Letter"),
        ("RECOURSE_TIME_ZONE", "Mars/Base", "time zone"),
        ("RECOURSE_TIME_ZONE", "../etc/passwd", "time zone"),
        ("RECOURSE_TIME_ZONE", "posix/Europe/Berlin", "write Europe/Berlin"),
        ("RECOURSE_TIME_ZONE", "US/Eastern", "write America/New_York"),
        ("RECOURSE_BASE_URL", "javascript:alert(1)", "https://"),
        ("RECOURSE_LEAVE_URL", "wikipedia.org", "https://"),
        ("RECOURSE_ORG_COUNTRIES", "New Zealand", "two letters"),
        ("RECOURSE_EMERGENCY_LINES", "111", "Police=111"),
        ("RECOURSE_PROT", "8000", "not a setting"),
        ("RECOURSE_LOG", "xml", "text, json"),
        ("RECOURSE_METRICS_TOKEN", "short", "at least 20"),
        ("RECOURSE_AUDIT_KEY", "/elsewhere/secret.key", "a file name of its own"),
        ("RECOURSE_SIGNING_KEY", "/elsewhere/audit.key", "a file name of its own"),
        ("RECOURSE_TRUST_ROOTS", "/elsewhere/roots.pem", "no file of certificates"),
        ("RECOURSE_TRUST_ROOTS", "pyproject.toml", "certificate"),
        ("RECOURSE_TSA_URL", "tsa.example", "https://"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_has_to_be(name: str, value: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({name: value})
    assert name in str(caught.value)
    assert words in str(caught.value)


def test_the_locks_stand_beside_a_file_and_are_named_for_a_server(tmp_path: Path) -> None:
    assert load_config({"RECOURSE_DATA": str(tmp_path)}).locks_url == f"sqlite:///{tmp_path / 'locks.db'}"
    with pytest.raises(ConfigError, match="RECOURSE_LOCKS"):
        load_config({"RECOURSE_DATABASE": "postgresql://here/base"})


def test_the_keys_of_journal_and_papers_stand_beside_the_secret_and_all_are_kept() -> None:
    config = load_config({"RECOURSE_SECRET_FILE": "/keys/secret.key", "RECOURSE_METRICS_TOKEN": "t" * 20})
    assert config.key_files == {
        "RECOURSE_SECRET_FILE": Path("/keys/secret.key"),
        "RECOURSE_AUDIT_KEY": Path("/keys/audit.key"),
        "RECOURSE_SIGNING_KEY": Path("/keys/signing.pem"),
    }
    assert "t" * 20 not in repr(config)


def test_the_organisation_is_read_from_the_settings() -> None:
    organisation = load_config(
        {
            "RECOURSE_ORG_NAME": "Harbour Helpline",
            "RECOURSE_ORG_ADDRESS": "1 Quay Street | Auckland",
            "RECOURSE_ORG_COUNTRIES": "nz, au",
            "RECOURSE_EMERGENCY_LINES": "Police=111|Helpline=0800 000 000",
        }
    ).organisation
    assert organisation.address_lines == ("1 Quay Street", "Auckland")
    assert organisation.countries == ("NZ", "AU")
    assert organisation.emergency_lines[1] == EmergencyLine(name="Helpline", contact="0800 000 000")


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret.key"
    secret = ensure_secret_file(path)
    assert [len(each) for each in secret] == [32]
    assert ensure_secret_file(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    ensure_secret_file(path)
    os.chmod(path, 0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret_file(path)


@pytest.mark.parametrize("text", ["", "not hex", "abcd", "00" * 31])
def test_a_broken_secret_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "secret.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="hex"):
        ensure_secret_file(path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "portal.example.org"])
def test_other_machines_are_listened_to_only_where_something_says_that_it_is_safe(host: str) -> None:
    with pytest.raises(ConfigError, match=r"plain HTTP.*RECOURSE_BASE_URL"):
        load_config({"RECOURSE_HOST": host})
    with pytest.raises(ConfigError, match="RECOURSE_BASE_URL"):
        load_config({"RECOURSE_HOST": host, "RECOURSE_BASE_URL": "http://portal.example.org"})
    assert load_config({"RECOURSE_HOST": host, "RECOURSE_BASE_URL": "https://portal.example.org"}).host == host
    assert load_config({"RECOURSE_HOST": host, "RECOURSE_PLAIN_HTTP": "on"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_this_machine_alone_is_listened_to_without_tls(host: str) -> None:
    assert load_config({"RECOURSE_HOST": host}).host == host


def test_every_core_gets_a_process_with_a_few_threads() -> None:
    config = load_config({})
    assert config.processes == len(os.sched_getaffinity(0))
    assert config.threads == 3


@pytest.mark.parametrize(
    "contact", ["security@example.org", "mailto:", "http://example.org", "https://", "mailto:a b@c.d"]
)
def test_a_contact_that_machines_cannot_use_is_refused(contact: str) -> None:
    with pytest.raises(ConfigError, match="RECOURSE_SECURITY_CONTACT"):
        load_config({"RECOURSE_SECURITY_CONTACT": contact})


def test_keys_of_senders_are_read_from_a_file_and_a_bad_line_is_told(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# by hand\nS1._domainkey.platform.example. v=DKIM1; k=rsa; p=MIIB\n\n")
    assert load_config({"RECOURSE_SENDER_KEYS": str(file)}).sender_keys == {
        "s1._domainkey.platform.example": "v=DKIM1; k=rsa; p=MIIB"
    }
    assert load_config({}).sender_keys == {}
    for line in ("platform.example p=1", "s1._domainkey.platform.example v=DKIM1", f"a._domainkey.b p={'1' * 100_000}"):
        file.write_text(line)
        with pytest.raises(ConfigError, match="RECOURSE_SENDER_KEYS"):
            load_config({"RECOURSE_SENDER_KEYS": str(file)})
    with pytest.raises(ConfigError, match="RECOURSE_SENDER_KEYS"):
        load_config({"RECOURSE_SENDER_KEYS": str(tmp_path / "nothing")})


@pytest.mark.parametrize(
    ("env", "address"),
    [
        ({"RECOURSE_REPLY_DOMAIN": "answers.example.org"}, "abc@answers.example.org"),
        ({"RECOURSE_REPLY_MAILBOX": "Answers@Example.org"}, "answers+abc@example.org"),
    ],
)
def test_answers_have_a_place_of_their_own(env: dict[str, str], address: str) -> None:
    place = load_config(env).replies

    assert place is not None
    assert place.write("abc") == address


@pytest.mark.parametrize(
    "env",
    [
        {"RECOURSE_REPLY_DOMAIN": "answers.example.org", "RECOURSE_REPLY_MAILBOX": "answers@example.org"},
        {"RECOURSE_REPLY_DOMAIN": "answers@example.org"},
        {"RECOURSE_REPLY_MAILBOX": "example.org"},
        {"RECOURSE_REPLY_MAILBOX": "answers+here@example.org"},
    ],
)
def test_a_place_for_answers_that_cannot_be_one_is_refused(env: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="RECOURSE_REPLY"):
        load_config(env)


MAIL_SET = {"RECOURSE_MAIL_URL": "smtp://mail.example.org", "RECOURSE_MAIL_FROM": "portal@example.org"}
PEM = "-----BEGIN RSA PRIVATE KEY-----\ninvented\n-----END RSA PRIVATE KEY-----\n"


def test_mail_can_go_into_a_folder_to_try_it(tmp_path: Path) -> None:
    server = load_config({**MAIL_SET, "RECOURSE_MAIL_URL": f"folder:{tmp_path}/mail"}).mail
    assert server is not None
    assert (server.folder, server.sender) == (tmp_path / "mail", "portal@example.org")


def test_mail_is_signed_with_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    file.write_text(PEM)
    file.chmod(0o600)
    env = {**MAIL_SET, "RECOURSE_DKIM_KEY_FILE": str(file), "RECOURSE_DKIM_SELECTOR": "recourse2026"}
    server = load_config(env).mail
    assert server is not None
    assert server.signing_key is not None
    assert (server.signing_key.selector, server.signing_key.pem) == ("recourse2026", PEM.encode())
    assert "invented" not in repr(server)
    for changes in (
        {"RECOURSE_DKIM_SELECTOR": ""},
        {"RECOURSE_DKIM_SELECTOR": "a b"},
        {"RECOURSE_DKIM_KEY_FILE": ""},
        {"RECOURSE_DKIM_KEY_FILE": str(tmp_path / "none.pem")},
    ):
        with pytest.raises(ConfigError, match="RECOURSE_DKIM"):
            load_config({**env, **changes})
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="can be read by others"):
        load_config(env)
    file.chmod(0o600)
    file.write_text("no key")
    with pytest.raises(ConfigError, match="no private key"):
        load_config(env)


def test_links_of_cases_are_looked_at_only_where_that_is_switched_on_and_a_wrong_proxy_is_named() -> None:
    assert not load_config({}).may_look_at_links
    chosen = load_config({"RECOURSE_STATUS_CHECK": "on", "RECOURSE_STATUS_PROXY": "http://127.0.0.1:8118"})
    assert (chosen.may_look_at_links, chosen.look_proxy) == (True, "http://127.0.0.1:8118")
    for wrong in ("socks5://127.0.0.1:9050", "http://name:word@127.0.0.1:1", "127.0.0.1:8118"):
        with pytest.raises(ConfigError, match="RECOURSE_STATUS_PROXY"):
            load_config({"RECOURSE_STATUS_PROXY": wrong})
