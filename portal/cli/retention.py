"""`retention`: what will go by itself and when; `--do` does it now instead of waiting for the worker's next minute."""

from __future__ import annotations

from collections import Counter

import click
from flask.cli import with_appcontext

from portal.cli.command_context import database_of, find_parts
from portal.db import begin_reading
from portal.services.cases import retention as service
from portal.services.cases.retention import Fate, RetentionRow

_WORDS = {
    Fate.GOES: "goes now",
    Fate.WARNED: "goes soon, the person is warned",
    Fate.HELD: "held by two members",
    Fate.STAYS: "stays until then",
}


@click.command("retention")
@click.option("--do", "does", is_flag=True, help="Warn and let go now; without it, nothing is changed")
@with_appcontext
def retention(does: bool) -> None:
    """Show which drafts and closed cases go by themselves, and when."""
    parts = find_parts()
    now = parts.clock()
    with database_of(parts), parts.sessions() as session:
        begin_reading(session)
        rows = service.list_rows(parts.work(session).at(now))
    for row in rows:
        click.echo(_to_line(row))
    counts = Counter(row.fate for row in rows)
    click.echo(", ".join(f"{counts[fate]} {_WORDS[fate]}" for fate in Fate) + ".")
    if does:
        with database_of(parts):
            done = service.run(parts.sessions, now=now, ports=parts.ports)
        click.echo(f"Done: {done.warned} warned by e-mail, {done.gone} gone.")
        if done.failed:
            raise click.ClickException(f"{done.failed} could not be dealt with; the log says why. The others are done.")


def _to_line(row: RetentionRow) -> str:
    return f"{row.until:%Y-%m-%d %H:%M} UTC  {row.reference}  {row.status}  {_WORDS[row.fate]}"
