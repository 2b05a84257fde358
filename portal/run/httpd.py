"""Settings of the web server (gunicorn -c python:portal.run.httpd app:app), and a log without addresses or paths.

One process for each core, with a few threads each; whoever runs several machines starts this same line on each.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
from typing import Any

from gunicorn.glogging import Logger

from portal import logs
from portal.config import load_config
from portal.run.front import keep_signals_for_workers

FIGURES = "PROMETHEUS_MULTIPROC_DIR"  # the name is of prometheus_client
AT_START = "Exception in worker process"  # gunicorn's words


class QuietLog(Logger):
    """Says that something went wrong and where in the code, never for whom: no address, path, or value of a request."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.make_formatter(_config.log_format))

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A warning of gunicorn's; the one that names the caller's address and the request is put plainly."""
        if str(msg).startswith("Invalid request from"):
            super().warning("A request that is not valid HTTP was refused")
        else:
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """An error that ended a request: its type and place in the code. Its message could hold what a person wrote."""
        if msg == AT_START:  # nobody has written anything yet, and whoever starts the portal needs the whole story
            super().exception(msg, *args, extra={"is_start": True}, **kwargs)
            return
        super().error("An error ended a request: %s", logs.describe_error(sys.exc_info()[1]))

    def access(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: who asked for what is not written down."""


def remove_figures(folder: str, owner: int) -> None:
    """At the end of the process that made the folder; those made out of it also come here."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


_config = load_config(os.environ)
logs.set_up(_config.log_format)

# Each process writes its figures into a file of this folder, and whichever is asked sums them up.
_figures = tempfile.mkdtemp(prefix="recourse-figures-")
atexit.register(remove_figures, _figures, os.getpid())

# The names below are gunicorn's.
bind = f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
raw_env = [f"{FIGURES}={_figures}"]  # put into the environment before the application is imported
workers = _config.processes
worker_class = "portal.run.front.Front"
threads = _config.threads
preload_app = True  # read once and shared; see when_ready
timeout = 60
graceful_timeout = 25  # seconds that running requests have to be finished; the launcher waits longer
sendfile = False  # answers go through the loop
loglevel = "warning"
errorlog = "-"
accesslog = None
logger_class = QuietLog
control_socket_disable = True


def on_starting(_server: Any) -> None:
    keep_signals_for_workers()


def when_ready(server: Any) -> None:
    """Read what every process needs, and have it left alone by the collector, before the first one is made."""
    warm_up = getattr(server.app.wsgi(), "extensions", {}).get("warm_up")
    if warm_up is not None:
        warm_up()
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """A page makes some ten thousand objects that go with it; looking among them less often costs little memory."""
    gc.set_threshold(_config.gc_threshold, 20, 20)
