"""What ships to start the portal is read by the programs it is for, and none of them reads past a mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import check_deployment, programs
from tools.check_deployment import (
    DEPLOY,
    SYSTEMD,
    check_caddy,
    check_compose,
    check_containerfile,
    check_nginx,
    check_units,
    main,
)
from tools.programs import NotThere, find_program

Check = Callable[[Path], list[str]]


def test_everything_that_ships_can_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    find_program("nginx", "nginx")
    find_program(*SYSTEMD)
    assert main() == 0
    assert capsys.readouterr().err.count("can be used") == len(check_deployment.CHECKS)


@pytest.mark.parametrize(
    ("check", "file", "old", "new"),
    [
        (check_nginx, "nginx/recourse.conf", "proxy_pass ", "proxy_past "),
        (check_nginx, "nginx/recourse.conf", "    }\n}", "    }"),
        (check_caddy, "caddy/Caddyfile", "reverse_proxy {$", "reverse_proxies {$"),
        (check_caddy, "caddy/Caddyfile", "max_size 12MiB", "max_size many"),
        (check_containerfile, "Containerfile", "COPY portal", "COPY portals"),
        (check_containerfile, "Containerfile", "fonts-noto-cjk", ""),
        (check_containerfile, "Containerfile", "USER 10001", "USER root"),
        (check_containerfile, "Containerfile", "--require-hashes -r requirements.txt", "-r requirements.txt"),
        (check_containerfile, "Containerfile", "python:3.13-slim", "python:slim"),
        (check_containerfile, "Containerfile", "EXPOSE", "EXPOSES"),
    ],
)
def test_a_mistake_is_found(check: Check, file: str, old: str, new: str, tmp_path: Path) -> None:
    text = (DEPLOY / file).read_text("utf-8")
    assert old in text
    bent = tmp_path / Path(file).name
    bent.write_text(text.replace(old, new))
    assert check(bent) != []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("portal.run.worker", "portal.run.works"),
        ("RECOURSE_QUEUE", "RECOURSE_QUEUES"),
        ("  certificates:\n", ""),
        ("./caddy/Caddyfile", "./caddy/Caddy"),
        ("depends_on: [web]", "depends_on: [webb]"),
        ("caddy:2", "caddy"),
    ],
)
def test_a_mistake_in_the_compose_file_is_found(old: str, new: str, tmp_path: Path) -> None:
    for each in ("caddy/Caddyfile", "postgres/locks.sql"):
        (tmp_path / each).parent.mkdir()
        (tmp_path / each).touch()
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    bent = tmp_path / "compose.yaml"
    bent.write_text(text)
    assert check_compose(bent) == []
    assert old in text
    bent.write_text(text.replace(old, new))
    assert check_compose(bent) != []


@pytest.mark.parametrize(("old", "new"), [("Type=exec", "Typo=exec"), ("/srv/recourse/.venv/bin/python", "/no/such")])
def test_a_mistake_in_a_unit_is_found(old: str, new: str, tmp_path: Path) -> None:
    for each in (DEPLOY / "systemd").glob("*.service"):
        (tmp_path / each.name).write_text(each.read_text("utf-8").replace(old, new))
    assert len(check_units(tmp_path)) >= 2


def test_a_program_that_cannot_be_had_is_a_failure_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(programs, "SYSTEM", str(tmp_path))
    monkeypatch.setattr(programs, "UNPACKED", tmp_path / "unpacked")
    monkeypatch.setattr("shutil.which", lambda _name, path=None: None)
    with pytest.raises(NotThere, match="apt-get install --no-install-recommends nginx"):
        find_program("nginx", "nginx")
    monkeypatch.setattr(check_deployment, "CHECKS", {"nginx site": check_nginx})
    assert main() == 1
