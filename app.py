"""The WSGI application: `flask --app app run`, or any WSGI server with `app:app`."""

import gc
import os

gc.disable()  # what is read now stays to the end, and to look through it for garbage takes a sixth of the start

from portal.factory import create_app  # noqa: E402

os.umask(0o077)  # what the portal writes is for its own user only, whoever started it
app = create_app()
gc.freeze()
gc.enable()
