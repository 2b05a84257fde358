"""Every command of `flask --app app`, in one list."""

from __future__ import annotations

import click

from portal.cli.audit import audit
from portal.cli.backup import backup
from portal.cli.bundle import bundle
from portal.cli.confinement import confinement
from portal.cli.demo import demo
from portal.cli.directory import directory
from portal.cli.due import due
from portal.cli.law import law
from portal.cli.laws import laws
from portal.cli.links import links
from portal.cli.mail import mail
from portal.cli.recovery import recovery
from portal.cli.retention import retention
from portal.cli.rights import rights
from portal.cli.schema import schema
from portal.cli.secret import secret
from portal.cli.staff import staff
from portal.cli.webhooks import webhooks

COMMANDS: tuple[click.Command, ...] = (
    audit,
    backup,
    bundle,
    confinement,
    demo,
    directory,
    due,
    law,
    laws,
    links,
    mail,
    recovery,
    rights,
    retention,
    schema,
    secret,
    staff,
    webhooks,
)
