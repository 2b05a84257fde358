"""`audit`: whether the history is as it was written, and the signed heads to be kept elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.adapters.signing import BadPublicKey, by_id, public_keys, read_public_key
from portal.cli.command_context import database_of, find_parts
from portal.config import ConfigError, ensure_secret_file, read_secret_file
from portal.db import begin_reading
from portal.services.history.checkpoints import BadCheckpoints, Checkpoint, list_checkpoints, read_checkpoints
from portal.services.history.verification import verify
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
@with_appcontext
def check(copy: Path | None, given: tuple[str, ...]) -> None:
    """Look at every row of the history; ends with 1 and names each row that was changed, removed or moved."""
    parts = find_parts()
    keys, copies = _trusted_keys(parts, given), _read_copy(copy)
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        verdict = verify(session, keys=keys, copies=copies)
    for broken in verdict.breaks:
        click.echo(str(broken))
    looked_at = f"{verdict.entries} entries, {verdict.events} events, {verdict.heads} signed heads"
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
        return read_checkpoints(copy.read_text("utf-8").splitlines())
    except (BadCheckpoints, UnicodeDecodeError) as error:
        raise click.UsageError(f"--heads: {copy}: {error}") from error
