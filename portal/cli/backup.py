"""`backup`: take, look through and bring back."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import with_appcontext

from portal.cli.command_context import database_of, find_parts, read_recovery_key
from portal.services.operations import backup as service
from portal.services.operations.backup import BackupRefused, Manifest

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent.parent
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group("backup")
def backup() -> None:
    """Backups, encrypted to the organisation's recovery key. DATA and KEYS are two files that belong apart."""


@backup.command("create")
@click.argument("data", type=FILE)
@click.argument("keys", type=FILE)
@click.option("--anyway", is_flag=True, help="Also where locks of cases are lost for good")
@click.option("--index", type=FILE, help="A file on this server that tells the next backup what this one holds")
@click.option("--add", "goes_on", is_flag=True, help="Write only what changed since the backup of the index")
@with_appcontext
def create(data: Path, keys: Path, anyway: bool, index: Path | None, goes_on: bool) -> None:
    """Write DATA and KEYS while the portal runs.

    Old DATA files may be kept. Of KEYS only the newest may: an erasure is complete when no older copy is left.
    """
    parts = find_parts()
    os.umask(0o077)
    with database_of(parts):
        made, took = _attempt(
            lambda: service.create(
                parts.sessions,
                data,
                keys,
                now=parts.clock(),
                ports=parts.ports,
                anyway=anyway,
                index=index,
                goes_on=goes_on,
            )
        )
    _tell("Kept", made, took)
    click.echo(f"Put {keys} over the one before, apart from {data}, and keep no older copy of it.")


@backup.command("verify")
@click.argument("data", type=FILE)
@click.argument("keys", type=FILE, required=False)
@click.option("--with", "increments", type=FILE, multiple=True, help="What was added since, a file for each day")
@with_appcontext
def verify(data: Path, keys: Path | None, increments: tuple[Path, ...]) -> None:
    """Read every byte and count again. Asks for the recovery key; best done on another machine than the portal's."""
    made, took = _attempt(lambda: service.verify(data, keys, read_recovery_key(), increments))
    _tell("Whole", made, took)


@backup.command("restore")
@click.argument("data", type=FILE)
@click.argument("keys", type=FILE)
@click.option("--with", "increments", type=FILE, multiple=True, help="What was added since, a file for each day")
@with_appcontext
def restore(data: Path, keys: Path, increments: tuple[Path, ...]) -> None:
    """Bring DATA and KEYS back into an empty data folder. Asks for the recovery key."""
    parts = find_parts()
    os.umask(0o077)
    private = read_recovery_key()

    def bring_back() -> service.Restored:
        # Before anything is written: half a restore is worse than none.
        checked = service.verify(data, keys, private, increments)
        service.restore_secrets(keys, private, parts.config.key_files)
        _prepare()
        return service.restore(
            parts.sessions,
            data,
            keys,
            private,
            now=parts.clock(),
            ports=parts.ports,
            increments=increments,
            checked=checked,
        )

    restored, took = _attempt(bring_back)
    _tell("Restored", restored.manifest, took)
    if restored.erased_again:
        click.echo(f"{restored.erased_again} cases had been erased after that day. They were erased again.")
    click.echo("Every table is as it was when the backup was taken. Start the portal with `make run`.")


def _attempt(act: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    try:
        return act(), time.perf_counter() - start
    except BackupRefused as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""  # a full disk names no file
        raise click.ClickException(f"{place}{error.strerror}") from error


def _prepare() -> None:
    """Make the empty tables, as a start would. It also sees to it that no portal runs here."""
    if subprocess.run([sys.executable, "-m", "portal.run.serve", "--prepare"], cwd=ROOT, check=False).returncode != 0:
        raise BackupRefused("The portal's place could not be prepared; see above.")


def _tell(what: str, made: Manifest, took: float) -> None:
    rows = sum(table.rows for table in made.tables.values())
    cases = made.tables["cases"].rows
    click.echo(
        f"{what}: {cases} cases, {rows} rows in {len(made.tables)} tables, {made.files.rows} files, "
        f"of {made.made_at:%Y-%m-%d %H:%M} UTC, in {took:.1f} s."
    )
