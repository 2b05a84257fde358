"""`links`: find and name the links of a text file, as the report does. Needs no database and no secrets."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from portal.adapters.links.pasted_text import decode_file
from portal.adapters.links.urls import FoundLinks, find_links
from portal.cli.command_context import find_parts


@click.command("links")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
@with_appcontext
def links(file: str, as_json: bool) -> None:
    """Find the links in FILE ("-": standard input), clean them and name their platforms. Nothing is fetched."""
    text = _read_text(file)
    found = find_links(text, find_parts().registry.hosts)
    click.echo(_show_json(found) if as_json else _show_lines(found))


def _read_text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        click.echo(f"links: cannot read {file!r}: {getattr(error, 'strerror', None) or error}", err=True)
        raise SystemExit(2) from error
    return decode_file(raw)


def _show_json(found: FoundLinks) -> str:
    items = [
        {
            "url": link.url,
            "host": link.host,
            "platform": link.platform.slug if link.platform else None,
            "group": link.platform_key,
            "told": list(link.told),
        }
        for link in found.items
    ]
    rejected = [{"text": piece.text, "why": piece.why} for piece in found.rejected]
    return json.dumps({"items": items, "rejected": rejected}, ensure_ascii=True, indent=1)


def _show_lines(found: FoundLinks) -> str:
    lines = [f"{link.platform_key}\t{link.url}" for link in found.items]
    lines += [f"not taken\t{piece.text}\t{piece.why}" for piece in found.rejected]
    lines.append(f"{len(found.items)} links, {found.duplicates} named again, {len(found.rejected)} not taken")
    return "\n".join(lines)
