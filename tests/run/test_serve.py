"""The launcher: what keeps it from starting is one line; its children live and end together."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import load_config
from portal.run.serve import describe_proxy, main

ROOT = Path(__file__).resolve().parents[2]

LAUNCHER = """
    import sys
    from portal.config import load_config
    from portal.run.serve import run_children

    port, worker, status = sys.argv[1:]
    commands = {
        "web server": ("tests.run.stand_in", "answer", port, status),
        "background worker": ("tests.run.stand_in", worker),
    }
    sys.exit(run_children(load_config({"RECOURSE_PORT": port}), commands))
"""


@pytest.fixture(autouse=True)
def keep_umask() -> Iterator[None]:
    """The launcher sets the umask of its process, which is the process of the tests here."""
    before = os.umask(0o077)
    os.umask(before)
    yield
    os.umask(before)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


def start_launcher(port: int, worker: str, *, status: int = 204) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(LAUNCHER), str(port), worker, str(status)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_first_line(launcher: subprocess.Popen[str]) -> str:
    assert launcher.stdout is not None
    return launcher.stdout.readline().strip()


def refuse_to_start(capsys: pytest.CaptureFixture[str], **settings: str) -> str:
    """Call the launcher, which must refuse with exit code 2, and return its one line."""
    assert main([], settings) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Recourse cannot start: ")
    return lines[0]


def test_a_taken_port_is_one_clear_line(capsys: pytest.CaptureFixture[str], taken_port: int, tmp_path: Path) -> None:
    line = refuse_to_start(capsys, RECOURSE_PORT=str(taken_port), RECOURSE_DATA=str(tmp_path))
    assert f"port {taken_port} of 127.0.0.1 is taken" in line
    assert "RECOURSE_PORT" in line


def test_a_wrong_setting_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "RECOURSE_PORT='eighty'" in refuse_to_start(capsys, RECOURSE_PORT="eighty")


def test_a_setting_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "RECOURSE_PROT" in refuse_to_start(capsys, RECOURSE_PROT="8000")


def test_an_address_of_another_machine_is_named(
    capsys: pytest.CaptureFixture[str], free_port: int, tmp_path: Path
) -> None:
    line = refuse_to_start(capsys, RECOURSE_HOST="192.0.2.1", RECOURSE_PORT=str(free_port), RECOURSE_DATA=str(tmp_path))
    assert "RECOURSE_HOST='192.0.2.1'" in line


def test_a_folder_that_cannot_be_written_is_named(
    capsys: pytest.CaptureFixture[str], free_port: int, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where a folder is needed")
    line = refuse_to_start(capsys, RECOURSE_DATA=str(blocked / "data"), RECOURSE_PORT=str(free_port))
    assert f"cannot write in {blocked / 'data'}" in line


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("RECOURSE_STORAGE", "floppy://a", "floppy://a"),
        ("RECOURSE_QUEUE", "pigeon:", "sqlite"),
        ("RECOURSE_LOCKS", "a file of mine", "cannot be used"),
        ("RECOURSE_DATABASE", "a file of mine", "is not a database address"),
        ("RECOURSE_DATABASE", "oracle+none://here/x", "is not a database address"),
        ("RECOURSE_DATABASE", "postgresql://nobody@127.0.0.1:1/x", "does not answer"),
    ],
)
def test_a_store_that_cannot_be_used_is_named(
    setting: str, value: str, said: str, capsys: pytest.CaptureFixture[str], free_port: int, tmp_path: Path
) -> None:
    settings = {
        "RECOURSE_DATA": str(tmp_path),
        "RECOURSE_PORT": str(free_port),
        "RECOURSE_LOCKS": f"sqlite:///{tmp_path / 'locks.db'}",
        setting: value,
    }
    line = refuse_to_start(capsys, **settings)
    assert setting in line
    assert said in line


def test_a_database_of_a_newer_version_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], free_port: int, tmp_path: Path
) -> None:
    (tmp_path / "recourse.db").touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(tmp_path / "recourse.db")) as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
        database.commit()
    line = refuse_to_start(capsys, RECOURSE_DATA=str(tmp_path), RECOURSE_PORT=str(free_port))
    assert "does not fit this version of Recourse" in line


def test_preparing_makes_database_and_secret_and_starts_nothing(free_port: int, tmp_path: Path) -> None:
    settings = {"RECOURSE_DATA": str(tmp_path), "RECOURSE_PORT": str(free_port)}
    assert main(["--prepare"], settings) == 0
    for name in ("recourse.db", "secret.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert not is_port_open(free_port)


def test_an_unknown_argument_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fast"], {}) == 2
    assert "Unknown: --fast" in capsys.readouterr().err


def test_a_signal_ends_all_children_with_exit_code_0(free_port: int) -> None:
    launcher = start_launcher(free_port, "wait")
    assert read_first_line(launcher) == f"Recourse is at http://127.0.0.1:{free_port}  (Ctrl-C ends it)"
    started_to_end = time.monotonic()
    launcher.send_signal(signal.SIGINT)
    out, err = launcher.communicate(timeout=20)
    assert time.monotonic() - started_to_end < 5
    assert (launcher.returncode, out.strip()) == (0, "Recourse has ended.")
    assert "Traceback" not in err
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free_port), timeout=2)


def test_many_signals_at_once_end_the_launcher_and_free_the_port(free_port: int) -> None:
    launcher = start_launcher(free_port, "wait")
    read_first_line(launcher)
    for _number in range(200):
        if launcher.poll() is None:
            launcher.send_signal(signal.SIGTERM)
            launcher.send_signal(signal.SIGINT)
    out, err = launcher.communicate(timeout=20)
    assert (launcher.returncode, out.strip()) == (0, "Recourse has ended.")
    assert "Traceback" not in err
    assert not is_port_open(free_port)


def test_a_child_that_dies_ends_the_other_with_a_clear_line(free_port: int) -> None:
    launcher = start_launcher(free_port, "die")
    _, err = launcher.communicate(timeout=30)
    assert launcher.returncode == 1
    assert "The background worker ended by itself (exit code 7). Recourse stops." in err
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", free_port), timeout=2)


def test_a_front_page_that_fails_stops_the_start(free_port: int) -> None:
    launcher = start_launcher(free_port, "wait", status=500)
    out, err = launcher.communicate(timeout=30)
    assert launcher.returncode != 0
    assert "Recourse is at" not in out
    assert "the front page fails" in err
    assert not is_port_open(free_port)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_children_end_when_the_launcher_is_killed(free_port: int) -> None:
    launcher = start_launcher(free_port, "wait")
    read_first_line(launcher)
    launcher.kill()
    launcher.communicate(timeout=10)
    give_up_at = time.monotonic() + 10
    while is_port_open(free_port):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def is_port_open(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.connect()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def test_a_proxy_that_nobody_trusts_is_spoken_of_at_the_start() -> None:
    behind = {"RECOURSE_BASE_URL": "https://help.example.org"}
    assert "RECOURSE_TRUSTED_PROXIES" in (describe_proxy(load_config(behind)) or "")
    assert describe_proxy(load_config({**behind, "RECOURSE_TRUSTED_PROXIES": "1"})) is None
    assert describe_proxy(load_config({})) is None
