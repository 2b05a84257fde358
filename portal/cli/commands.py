"""Every command of `flask --app app`, in one list."""

from __future__ import annotations

import click

from portal.cli.demo import demo
from portal.cli.law import due
from portal.cli.links import links
from portal.cli.staff import staff

COMMANDS: tuple[click.Command, ...] = (demo, due, links, staff)
