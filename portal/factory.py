"""The application, put together: one call per concern."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from portal.cli.commands import COMMANDS
from portal.config import Config, load_config
from portal.web.access import check_marks
from portal.web.blueprints import BLUEPRINTS
from portal.web.converters import init_converters
from portal.web.errors import init_errors
from portal.web.filters import init_filters
from portal.web.health import init_health
from portal.web.languages import PageLanguages
from portal.web.network import init_network
from portal.web.open.changes import init_changes
from portal.web.open.citations import init_citations
from portal.web.open.labels import init_labels
from portal.web.open.lead import init_lead
from portal.web.reasons import init_reasons
from portal.web.security import init_security
from portal.web.session import DatabaseSessions
from portal.web.staff_settings import choose_language
from portal.web.unit_of_work import init_unit_of_work, parts

LETTERS = "letters/"  # templates with an environment of their own
ROOT = Path(__file__).resolve().parent.parent


def create_app(config: Config | None = None, *, clock: Callable[[], datetime] | None = None) -> Flask:
    """The WSGI application. Raises ConfigError; a test brings its own config and clock."""
    config = config or load_config(os.environ)
    app = Flask("portal", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.jinja_env.undefined = StrictUndefined
    PageLanguages(app, default_locale=config.language, default_timezone="UTC", locale_selector=choose_language)
    init_network(app, config)
    init_health(app)
    init_unit_of_work(app, config, clock)
    init_sessions(app, config)
    init_converters(app)
    init_filters(app, config)
    init_labels(app)
    init_citations(app)
    init_changes(app)
    init_lead(app)
    init_reasons(app)
    init_security(app, config)
    init_errors(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    check_marks(app)
    app.extensions["warm_up"] = partial(warm_up, app)
    return app


def warm_up(app: Flask) -> None:
    """Read what the first page would read, for a server that then makes its processes out of this one.

    Nothing is connected: a connection may not be shared between processes.
    """
    with app.app_context():
        parts().warm_up()
    for name in app.jinja_env.list_templates(filter_func=lambda name: not name.startswith(LETTERS)):
        app.jinja_env.get_template(name)


def init_sessions(app: Flask, config: Config) -> None:
    with app.app_context():
        made = parts()
    keep_for = timedelta(days=config.draft_days)
    app.permanent_session_lifetime = keep_for
    app.session_interface = DatabaseSessions(made, is_secure=config.has_https, keep_for=keep_for)
