"""The WSGI application: `flask --app app run`, or any WSGI server with `app:app`."""

from portal.factory import create_app

app = create_app()
