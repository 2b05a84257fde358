"""Checks that the migrations make exactly the tables of the models, up and down, on databases that are thrown away."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import alembic.command
import alembic.util

from portal.run.serve import alembic_settings


def main() -> int:
    """Go up, compare with the models, go down and up again. Returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        settings = alembic_settings(f"sqlite:///{Path(folder) / 'check.db'}")
        try:
            alembic.command.upgrade(settings, "head")
            alembic.command.check(settings)
            alembic.command.downgrade(settings, "base")
            alembic.command.upgrade(settings, "head")
        except alembic.util.CommandError as error:
            print(f"The migrations do not fit the models: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
