"""Starts the portal on one machine: checks, secrets, database, then web server and background worker as children.

    python -m portal.run.serve [--demo | --prepare]

`--demo` fills the portal with invented cases first; `--prepare` ends before anything is started.
Each thing that can be wrong at the start is one line that says what to do. The two children live and end together.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import alembic.command
import alembic.config
import alembic.util
import click
import sqlalchemy.exc

from portal.adapters.confinement import WHAT_IS_OPEN, Wall
from portal.adapters.readers.documents import describe_uploads, find_missing_walls
from portal.adapters.storage import BadStorage, open_storage
from portal.adapters.tasks import BadQueue, open_queue
from portal.config import Config, ConfigError, load_config
from portal.db import begin_reading
from portal.run import private_files
from portal.run.ending import Ending
from portal.run.system import LETTERS, describe_remedy, find_missing, join_packages
from portal.secret_file import ensure_secret_file
from portal.services.case_locks import BadLocks, open_locks
from portal.services.operations import audits
from portal.wiring import Parts

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 30.0
SECONDS_TO_END = 30.0  # longer than web server and worker give what they have begun
PR_SET_PDEATHSIG = 1

Commands = Mapping[str, Sequence[str]]

# What runs beside each other: a name for messages, and a module of Python with its arguments.
COMMANDS: Commands = {
    "web server": ("gunicorn", "-c", "python:portal.run.httpd", "app:app"),
    "background worker": ("portal.run.worker",),
}


class CannotStart(Exception):
    """Something on this machine keeps the portal from starting. The message says what to do."""


@dataclass(frozen=True)
class Child:
    """A process of the portal, under the name that messages use."""

    name: str
    process: subprocess.Popen[bytes]


def main(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Prepare and run until told to end. Returns the exit code: 0 ended, 1 a part failed, 2 cannot start."""
    unknown = set(arguments) - {"--demo", "--prepare"}
    if unknown:
        click.echo(
            f"Unknown: {' '.join(sorted(unknown))}. Usage: python -m portal.run.serve [--demo | --prepare]", err=True
        )
        return 2
    try:
        config = load_config(env)
        prepare(config)
        if "--demo" in arguments:
            fill_demo()
        return 0 if "--prepare" in arguments else run_children(config)
    except (ConfigError, CannotStart) as error:
        click.echo(f"Recourse cannot start: {error}", err=True)
        return 2
    except KeyboardInterrupt:
        click.echo("Stopped before it had started.", err=True)
        return 130


def prepare(config: Config) -> None:
    """Everything that has to hold before the first process starts. Raises ConfigError, CannotStart."""
    os.umask(0o077)  # what the portal writes is for its own user only; the children inherit this
    missing = find_missing(LETTERS)
    if missing:
        names = join_packages(part.debian for part in missing)
        raise CannotStart(f"parts of the system are missing ({names}). {describe_remedy(missing)}")
    if advice := describe_proxy(config):
        click.echo(advice, err=True)
    check_port(config.host, config.port)
    check_folder(config.data_folder)
    shut_others_out(config)
    check_stores(config)
    ensure_secret_file(config.secret_file)
    upgrade_database(config.database_url)
    guard_rows(config)
    tell_missing_walls(config)


def describe_proxy(config: Config) -> str | None:
    """What looks wrong about the proxy in front; None where nothing does."""
    if config.has_https and not config.trusted_proxies:
        return (
            "RECOURSE_BASE_URL says that a proxy ends TLS, and RECOURSE_TRUSTED_PROXIES is 0: so everybody seems to "
            "come from the proxy, and shares its limits and waits. Set it to the number of your proxies."
        )
    return None


def check_port(host: str, port: int) -> None:
    """Whether the portal can listen there. Raises CannotStart."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise CannotStart(f"RECOURSE_HOST={host!r} is not an address of this machine.") from error
    except OSError as error:
        raise CannotStart(_describe_port_error(error.errno, host, port)) from error


def _describe_port_error(code: int | None, host: str, port: int) -> str:
    if code == errno.EADDRINUSE:
        return f"port {port} of {host} is taken. End what uses it, or set RECOURSE_PORT to a free one."
    if code == errno.EACCES:
        return f"port {port} is reserved for root. Set RECOURSE_PORT to a number above 1023."
    return f"RECOURSE_HOST={host!r} is not an address of this machine."


def check_folder(folder: Path) -> None:
    """Whether files can be written in the data folder, which is made when it is not there. Raises CannotStart."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CannotStart(
            f"cannot write in {folder}: {error.strerror}. Make it writable, or set RECOURSE_DATA to another folder."
        ) from error


def shut_others_out(config: Config) -> None:
    """Whether the folder and the files in it are the portal's alone. Raises CannotStart."""
    try:
        for remark in private_files.shut_others_out(config):
            click.echo(remark, err=True)
    except private_files.OthersCanLook as error:
        raise CannotStart(str(error)) from error


def tell_missing_walls(config: Config) -> None:
    """Say what this machine does not give to shut in the process that opens files of strangers."""
    missing = find_missing_walls()
    for wall in sorted(missing):
        click.echo(f"Opening files that were handed in: {wall.value} is missing, {WHAT_IS_OPEN[wall]}.", err=True)
    if Wall.SECCOMP in missing:
        click.echo(describe_uploads(may_be_unconfined=config.takes_files_unconfined), err=True)


def upgrade_database(url: str) -> None:
    """Bring the database to the newest form. Raises CannotStart."""
    try:
        alembic.command.upgrade(alembic_settings(url), "head")
    except sqlalchemy.exc.ArgumentError as error:
        raise CannotStart("RECOURSE_DATABASE is not a database address, such as postgresql://name@host/base") from error
    except sqlalchemy.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"the database does not answer: {reason}. Check RECOURSE_DATABASE.") from error
    except alembic.util.CommandError as error:
        raise CannotStart(f"the database does not fit this version of Recourse: {error}") from error


def guard_rows(config: Config) -> None:
    """Rows from before there were guards get theirs while nobody writes yet. Once in the life of a database."""
    parts = Parts(config)
    with parts.sessions() as session:
        begin_reading(session)
        # An empty database is left empty: a backup may be brought back into it, and the worker looks again.
        is_done = audits.is_adopted(session) or not audits.has_rows(session)
    if not is_done:
        audits.adopt(parts.sessions, now=parts.clock(), ports=parts.ports)
    parts.engine.dispose()


def check_stores(config: Config) -> None:
    """Whether the addresses of files and queue can be used. Raises CannotStart."""
    try:
        open_storage(config.storage_url)
    except BadStorage as error:
        raise CannotStart(f"RECOURSE_STORAGE: {error}") from error
    try:
        open_queue(config.queue_url)
    except BadQueue as error:
        raise CannotStart(f"RECOURSE_QUEUE: {error}") from error
    try:
        open_locks(config.locks_url).dispose()
    except BadLocks as error:
        raise CannotStart(f"RECOURSE_LOCKS: {error}") from error


def alembic_settings(url: str) -> alembic.config.Config:
    """Alembic's settings for one database address."""
    settings = alembic.config.Config()
    # Its settings are those of an ini file, in which a per cent sign is doubled.
    settings.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def fill_demo() -> None:
    """Fill the database with invented cases. Raises CannotStart."""
    if subprocess.run([sys.executable, "-m", "flask", "--app", "app", "demo"], cwd=ROOT, check=False).returncode != 0:
        raise CannotStart("the invented cases could not be made; see above.")


def run_children(config: Config, commands: Commands = COMMANDS) -> int:
    """Start all children, wait for a signal or for the end of one of them, end all. Returns the exit code."""
    ending = Ending()
    ending.listen(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    children: list[Child] = []
    try:
        for name, command in commands.items():
            children.append(start_child(name, command))
        dead = wait_for_answer(config, children, ending)
        if dead is None and not ending.is_asked():
            click.echo(f"Recourse is at {describe_address(config)}  (Ctrl-C ends it)")
            dead = wait_for_end(children, ending)
    finally:
        end_children(children)
        ending.finish()
    if dead is not None:
        click.echo(f"The {dead.name} ended by itself (exit code {dead.process.returncode}). Recourse stops.", err=True)
        return 1
    click.echo("Recourse has ended.")
    return 0


def start_child(name: str, command: Sequence[str]) -> Child:
    """Start a Python module as a child in a session of its own, so that Ctrl-C reaches the launcher alone."""
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", *command],
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=_end_with_launcher,
    )
    return Child(name, process)


def _end_with_launcher() -> None:
    # A launcher that is killed can end nobody: on Linux the kernel then ends the child, so that no port stays taken.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_for_answer(config: Config, children: Sequence[Child], ending: Ending) -> Child | None:
    """Wait until the front page answers, a child has ended (which is returned) or the end is asked for.

    Raises CannotStart when it answers with a failure, or not at all in SECONDS_TO_START.
    """
    give_up_at = time.monotonic() + SECONDS_TO_START
    while not ending.wait(0.2):
        dead = find_dead(children)
        status = None if dead is not None else fetch_status(config)
        if status is not None and status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise CannotStart("the front page fails; the lines above say where.")
        if dead is not None or status is not None:
            return dead
        if time.monotonic() > give_up_at:
            raise CannotStart(f"the front page did not answer within {SECONDS_TO_START:.0f} s.")
    return None


def wait_for_end(children: Sequence[Child], ending: Ending) -> Child | None:
    """Wait until the end is asked for (None) or a child has ended, which is returned."""
    while not ending.wait(0.2):
        dead = find_dead(children)
        if dead is not None:
            return dead
    return None


def find_dead(children: Sequence[Child]) -> Child | None:
    """The first child that has ended."""
    return next((child for child in children if child.process.poll() is not None), None)


def fetch_status(config: Config) -> int | None:
    """The HTTP status of the front page; None while nothing answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, config.port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def describe_address(config: Config) -> str:
    """Where a browser on this machine finds the portal."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}"


def end_children(children: Sequence[Child]) -> None:
    """Ask all children to end, then make those end that have not done so in SECONDS_TO_END."""
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.process.terminate()
    give_up_at = time.monotonic() + SECONDS_TO_END
    for child in children:
        try:
            child.process.wait(max(0.0, give_up_at - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
