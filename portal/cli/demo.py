"""`demo`: fills the portal with invented cases and prints how to look at them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from portal.cli.command_context import find_parts, transaction
from portal.services.demo.fill import AlreadyFilled, Filled, fill, require_empty
from portal.services.demo.stories import SHOWN, make_stories


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Fill the portal with invented cases in every state. Never for a portal that real people use."""
    parts = find_parts()
    now = parts.clock()
    try:
        with transaction(parts) as session:
            require_empty(session)
        click.echo("Making invented cases with their letters; this takes half a minute.", err=True)
        filled = fill(parts.sessions, make_stories(now.date()), shown=SHOWN, now=now, ports=parts.ports)
    except AlreadyFilled as error:
        click.echo(str(error))
        return
    click.echo(describe_filled(filled, parts.config.base_url))


def describe_filled(filled: Filled, base_url: str) -> str:
    """What is shown once."""
    lines = [f"Made {filled.cases} invented cases.", "", f"The desk, {base_url}/desk:"]
    lines += [f"  {one.role:<14} {one.login:<19} {one.password}" for one in filled.sign_ins]
    lines += ["", "The second step: one of these codes, each good once, or an app with the secret behind them:"]
    lines += [f"  {one.login:<19} {'  '.join(one.codes[:3])}  app: {one.app_secret}" for one in filled.sign_ins]
    lines += ["", f"A person's case, {base_url}/return ({filled.reference}):", f"  {filled.words}", ""]
    if filled.recovery_key:
        lines += ["The recovery key of the organisation:", f"  {filled.recovery_key}", ""]
    return "\n".join(lines)
