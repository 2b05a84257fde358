"""`audit`: whether the history is as it was written, and the signed heads to be kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.adapters.signing import BadPublicKey, by_id, public_keys, read_public_key
from portal.cli.command_context import database_of, find_parts
from portal.config import ConfigError
from portal.db import begin_reading
from portal.secret_file import ensure_secret_file, read_secret_file
from portal.services.history.checkpoints import BadCheckpoints, Checkpoint, list_checkpoints, read_checkpoints
from portal.services.operations import audits
from portal.wiring import Parts


@click.group("audit")
def audit() -> None:
    """The history: whether it is whole, and its signed heads."""


@audit.command("verify")
@click.option(
    "--heads",
    "copy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of the heads kept elsewhere, as `audit heads` prints them: finds a log that was cut or rewritten",
)
@click.option("--public-key", "given", multiple=True, help="Trust this key alone, not the key file of this machine")
@click.option("--since-last", is_flag=True, help="Only what came after the last check, as the worker does each night")
@with_appcontext
def check(copy: Path | None, given: tuple[str, ...], since_last: bool) -> None:
    """Look at every row that must stay as it was written; ends with 1 and names each that was changed or is gone."""
    parts = find_parts()
    keys, copies = _trusted_keys(parts, given), _read_copy(copy)
    now = parts.clock()
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        since = audits.find_start(session, parts.ports.keys, now=now) if since_last else None
        verdict = audits.check(session, keys=keys, copies=copies, since=since, now=now, ports=parts.ports)
    for broken in verdict.breaks:
        click.echo(str(broken))
    for note in verdict.history.notes:
        click.echo(f"Note: {note}.")
    found = verdict.history
    looked_at = f"{found.entries} entries, {found.events} events, {found.heads} signed heads"
    looked_at += ", the rows of every case" if verdict.cases is None else f", the rows of {verdict.cases} cases"
    if verdict.breaks:
        raise click.ClickException(f"The history is not as it was written ({looked_at}).")
    compared = f", {len(copies)} heads of the copy" if copy else ""
    click.echo(f"The history is whole: {looked_at}{compared}.")


@audit.command("heads")
@with_appcontext
def heads() -> None:
    """Print the signed heads, one a line, to be kept on another machine or on paper."""
    parts = find_parts()
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        for head in list_checkpoints(session):
            click.echo(head.to_line())


@audit.command("key")
@with_appcontext
def key() -> None:
    """Print the public keys that the heads are signed with, the one in use first."""
    try:
        for each in public_keys(ensure_secret_file(find_parts().config.audit_key_file)):
            click.echo(each.hex())
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


def _trusted_keys(parts: Parts, given: tuple[str, ...]) -> Mapping[str, bytes]:
    try:
        if given:
            return by_id(read_public_key(text) for text in given)
        return by_id(public_keys(read_secret_file(parts.config.audit_key_file)))
    except BadPublicKey as error:
        raise click.UsageError(f"--public-key: {error}") from error
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except FileNotFoundError:
        return {}  # nothing was signed here yet; heads without a key are named one by one


def _read_copy(copy: Path | None) -> list[Checkpoint]:
    if copy is None:
        return []
    try:
        heads = read_checkpoints(copy.read_text("utf-8").splitlines())
    except (BadCheckpoints, UnicodeDecodeError) as error:
        raise click.UsageError(f"--heads: {copy}: {error}") from error
    if not heads:
        raise click.UsageError(f"--heads: {copy}: there is no head in it, so it proves nothing")
    return heads
