"""`law`: check the laws and the directory, and show or apply what a change of them means for open clocks."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.cli.process import find_parts
from portal.domain.regimes import Confidence
from portal.reference.audit import Counts, count_facts, find_gaps
from portal.reference.registry import Registry, load_registry
from portal.reference.strict import BadReference
from portal.reference.tables import make_decision_table


@click.group("law")
def law() -> None:
    """The laws and the directory: whether they hold, and what a change of them does."""


@law.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def check(folder: Path | None) -> None:
    """Read every law, platform and authority strictly, over them those of FOLDER, and count what is there.

    Ends with 1 and names each fault where a fact has no source or no date, something named does not exist, or a host
    belongs to two platforms.
    """
    try:
        registry = _read(folder)
        gaps = list(find_gaps(registry))
    except BadReference as error:
        raise click.ClickException(str(error)) from error
    if gaps:
        raise click.ClickException("\n".join(gaps))
    click.echo(_show(count_facts(registry)))


@law.command("table")
@with_appcontext
def table() -> None:
    """Print the decision table: which law applies to which kind of picture, for whom and where."""
    click.echo(make_decision_table(find_parts().registry.regimes.values()), nl=False)


def _read(folder: Path | None) -> Registry:
    return load_registry(folder.absolute()) if folder else find_parts().registry


def _show(counts: Counts) -> str:
    graded = ", ".join(f"{counts.by_confidence[each]} {each.value}" for each in Confidence)
    return "\n".join(
        [
            f"{counts.regimes} regimes, of which {counts.offered} can be offered",
            f"{counts.clocks} clocks, {counts.elements} elements, {counts.escalations} escalations",
            f"{counts.sources} sources, of which {counts.official} official",
            f"Facts by confidence: {graded}",
            f"{counts.platforms} platforms with {counts.channels} channels",
            f"{counts.regulators} authorities and help services",
        ]
    )
