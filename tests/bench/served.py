"""The collector as a process of the web server has it, so that a page costs here what it costs where it is served."""

from __future__ import annotations

import gc

from portal.config import Config


def keep_as_served(config: Config) -> None:
    """Leave alone what is there now, and look for garbage seldom (see `portal.run.httpd`)."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(config.gc_threshold, 20, 20)
