"""Runs a command of `flask --app app` as an operator does, without a database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import gettempdir

from click.testing import Result
from flask import Flask

from portal.config import load_config
from portal.factory import create_app


def run(*arguments: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
    """`flask --app app ...` with the given settings."""
    app = make_app(tuple(sorted((env or {}).items())))
    return app.test_cli_runner().invoke(args=list(arguments), input=stdin)


@cache
def make_app(settings: tuple[tuple[str, str], ...]) -> Flask:
    """An application for commands that only read the facts; its data folder is never written to."""
    nowhere = Path(gettempdir()) / "recourse-nowhere"
    return create_app(load_config({"RECOURSE_DATA": str(nowhere), **dict(settings)}))
