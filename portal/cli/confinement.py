"""`confinement`: what this machine gives to shut in the process that opens files of strangers."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.adapters.confinement import WHAT_IS_OPEN, Wall
from portal.adapters.readers.documents import describe_uploads, find_missing_walls
from portal.cli.command_context import find_parts


@click.command("confinement")
@with_appcontext
def confinement() -> None:
    """Start the process that opens files once, without a file, and say which walls it had. Ends with 1 if not all."""
    missing = find_missing_walls()
    for wall in Wall:
        click.echo(f"{wall.value:<11} " + (f"MISSING: {WHAT_IS_OPEN[wall]}" if wall in missing else "in force"))
    if Wall.SECCOMP in missing:
        click.echo(describe_uploads(may_be_unconfined=find_parts().config.takes_files_unconfined))
    if missing:
        raise SystemExit(1)
