"""`law`: check the laws and the directory, and show or apply what a change of them means for open clocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import msgspec
from flask.cli import with_appcontext

from portal.cli.command_context import database_of, find_parts, transaction
from portal.domain.regimes import Confidence
from portal.reference.audit import Counts, count_facts, find_gaps, list_versions
from portal.reference.open_questions import load_questions
from portal.reference.record_history import Record, find_unkept, keep, name_of
from portal.reference.registry import Registry, load_registry
from portal.reference.strict import BadReference
from portal.reference.tables import make_decision_table
from portal.services.clocks.recount import ClockChange, FailedCase, apply_changes, find_changes

_NOTHING = "Nothing changes for the clocks that run."


@click.group("law")
def law() -> None:
    """The laws and the directory: whether they hold, and what a change of them does."""


@law.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def check(folder: Path | None) -> None:
    """Read every law, platform and authority strictly, over them those of FOLDER, and count what is there.

    Ends with 1 and names each fault where a fact has no source or no date, something named does not exist, or a host
    belongs to two platforms, and where one of our records changed and nothing says what.
    """
    try:
        registry = _read(folder)
        gaps = [*find_gaps(registry), *find_unkept(_list_own())]
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


@law.command("versions")
@with_appcontext
def versions() -> None:
    """Print each law's version with the digest of its record, as tests/data/law_versions.txt keeps them."""
    for line in list_versions(find_parts().registry.regimes.values()):
        click.echo(line)


@law.command("questions")
@with_appcontext
def questions() -> None:
    """Print what is still to be found out about each law. No page shows it."""
    for name, asked in load_questions().items():
        click.echo("\n".join([name, *(f"  {question}" for question in asked)]))


@law.command("keep")
@click.option("--note", required=True, help="What changed, in one plain sentence that anybody can read")
@with_appcontext
def keep_versions(note: str) -> None:
    """Write down the laws, platforms and authorities that changed, each with what changed, for /law/changes.

    Ends with 1 where a law changed and kept its version.
    """
    parts = find_parts()
    day = parts.config.day_at(parts.clock())
    try:
        kept = [(name_of(record), keep(record, note, day=day)) for record in _list_own()]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(f"{name} {version}" for name, version in kept if version) or "Nothing is new.")


@law.command("diff")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable")
@with_appcontext
def diff(as_json: bool) -> None:
    """Show what laws, holidays and time zones as they are now would change for clocks that run. Changes nothing.

    Ends with 1 and names the cases whose clocks could not be counted; of all others the changes are shown.
    """
    parts = find_parts()
    with transaction(parts) as session:
        found = list(find_changes(parts.work(session)))
    changes = [each for each in found if isinstance(each, ClockChange)]
    click.echo(_to_json(changes) if as_json else _to_text(changes))
    _name_failed([each for each in found if isinstance(each, FailedCase)])


@law.command("apply")
@with_appcontext
def apply() -> None:
    """Count the clocks that run by laws, holidays and time zones as they are now, with an event on each case.

    Ends with 1 and names the cases whose clocks could not be counted; those stay as they were, the others are done.
    """
    parts = find_parts()
    with database_of(parts):
        applied = apply_changes(parts.sessions, now=parts.clock(), ports=parts.ports)
    click.echo(f"{applied.changed} clocks changed." if applied.changed else _NOTHING)
    _name_failed(applied.failed)


def _name_failed(failed: Sequence[FailedCase]) -> None:
    """Ends the command with 1 where a case could not be counted."""
    if failed:
        lines = [f"{each.reference}: its clocks could not be counted: {each.problem}" for each in failed]
        raise click.ClickException("\n".join(lines))


def _to_json(changes: Sequence[ClockChange]) -> str:
    return msgspec.json.format(msgspec.json.encode(changes), indent=1).decode()


def _to_text(changes: Sequence[ClockChange]) -> str:
    if not changes:
        return _NOTHING
    cases = len({change.case_id for change in changes})
    return "\n".join([*map(_describe, changes), f"{len(changes)} clocks of {cases} cases would change."])


def _describe(change: ClockChange) -> str:
    """`KEA-1234 eu-gdpr-17 respond: due 7 April 2026 -> 8 April 2026`, and what else differs."""
    parts = [f"{change.reference}  {change.regime}  {change.rule}:"]
    pairs = (
        ("due", _describe_due(change.due_before), _describe_due(change.due_after)),
        ("binding", change.binding_before, change.binding_after),
        ("version", change.version_before, change.version_after),
        ("holidays", change.calendar_before, change.calendar_after),
        ("zone", change.zone_before, change.zone_after),
        ("time zones", change.zone_version_before, change.zone_version_after),
    )
    parts += [f"{name} {before or '-'} -> {after or '-'}" for name, before, after in pairs if before != after]
    return "  ".join(parts)


def _describe_due(due_at: datetime | None) -> str | None:
    return due_at.isoformat() if due_at else None


def _list_own() -> list[Record]:
    """Our records, without those of an organisation's own folder: only ours have a history."""
    registry = load_registry()
    return [*registry.regimes.values(), *registry.platforms.values(), *registry.regulators.values()]


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
            f"{counts.regulators} authorities and help services, {counts.form_fields} fields of their forms",
            f"{counts.police} places with police routes, {counts.crimes} crimes",
            f"{counts.recipes} platforms whose forms were looked at, {counts.seen_forms} forms with known fields",
        ]
    )
