"""`schema`: JSON Schemas of the law and directory files, so that an editor can complete and check them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from portal.reference.schemas import FILES, make_schema


@click.command("schema")
@click.argument("kind", required=False, type=click.Choice(list(FILES)))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Write all of them into this folder")
def schema(kind: str | None, out: Path | None) -> None:
    """Print the schema of one KIND of file, or write all of them."""
    if (kind is None) == (out is None):
        raise click.UsageError(f"Name one kind ({', '.join(FILES)}), or a folder for all with --out.")
    if kind is not None:
        click.echo(_to_text(FILES[kind]))
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, form in FILES.items():
            path = out / f"{name}.schema.json"
            path.write_text(_to_text(form) + "\n", "utf-8")
            click.echo(path)


def _to_text(form: type) -> str:
    return json.dumps(make_schema(form), ensure_ascii=False, indent=1)
