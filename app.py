"""The WSGI application: `flask --app app run`, or any WSGI server with `app:app`."""

import gc
import os

gc.disable()  # what is read now stays to the end, and to look through it for garbage takes a sixth of the start

import click  # noqa: E402

from portal.config import ConfigError  # noqa: E402
from portal.factory import create_app  # noqa: E402

os.umask(0o077)  # what the portal writes is for its own user only, whoever started it
try:
    app = create_app()
except ConfigError as error:  # `flask` tells it in one line; a web server stops over it as over any other error
    raise click.ClickException(str(error)) from error
gc.freeze()
gc.enable()
