"""`rights`: who may do what at every address, as Markdown. docs/rights.md is what it prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal.domain.lifecycle import Role
from portal.domain.rights import MEANINGS, RIGHTS, SCOPES, Right, roles_with

MARK = "access_mark"  # as the views carry it, see portal/web/access.py
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
INTRODUCTION = """\
# Who may do what

Made by `flask --app app rights > docs/rights.md` from the table in `portal/domain/rights.py` and from the marks that
every view carries; a test fails when it is not what the application does. `tests/web/test_routes.py` asks every address
as every caller, and `tests/web/test_matrix.py` tries every address with what belongs to another team.

A case is opened with the key of the team that carries it. Whoever is in no team, as administrators and auditors are,
has no such key, whatever a page would let through. *Own* is a limit that the portal keeps, not the keys: a member who
sees their own cases only has the team's key as well. An officer is no account: a link is all there is.
"""
OTHERS = {
    "public": "everybody",
    "entering": "staff between password and second factor",
    "draft_holder": "whoever holds the draft",
    "case_holder": "the person, with the words of the case",
    "partner": "a partner’s system, by a key that is good for: ",
}


@click.command("rights")
@with_appcontext
def rights() -> None:
    """Print who may do what at every address."""
    click.echo(write_rights(current_app._get_current_object()), nl=False)  # type: ignore[attr-defined]


def write_rights(app: Flask) -> str:
    """The whole document."""
    parts = [
        INTRODUCTION,
        "## Rights\n",
        *_table(["May", *Role], [[MEANINGS[right], *_ticks(right)] for right in Right]),
        "\n## How far each role sees\n",
        *_table(["Role", "Scopes, the usual one first"], [[role, ", ".join(SCOPES[role])] for role in Role]),
        "\n## Every address\n",
        *_table(["Address", "Page", "Method", "Who"], _addresses(app)),
    ]
    return "\n".join(parts) + "\n"


def _ticks(right: Right) -> list[str]:
    return ["yes" if right in RIGHTS[role] else "" for role in Role]


def _addresses(app: Flask) -> Iterator[list[str]]:
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    for rule in rules:
        if rule.endpoint != "static":
            who = describe_mark(getattr(app.view_functions[rule.endpoint], MARK))
            yield [f"`{rule.rule}`", rule.endpoint, ", ".join(sorted((rule.methods or set()) & METHODS)), who]


def describe_mark(mark: str) -> str:
    """Who an access mark lets in. Raises KeyError for one that is not known here."""
    kind, _, names = mark.partition(":")
    if kind == "right":
        return ", ".join(roles_with(Right(names)))
    return names.replace(",", ", ") if kind == "staff" else OTHERS[kind] + names


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]] | Iterator[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
