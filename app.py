"""The WSGI application: `flask --app app run`, or any WSGI server with `app:app`."""

import os

from portal.factory import create_app

os.umask(0o077)  # what the portal writes is for its own user only, whoever started it
app = create_app()
