"""The cookie by which a browser is known that a member has signed in with."""

from __future__ import annotations

from flask import request

from portal.models.accounts import Staff
from portal.services.signin import known_browsers
from portal.web.unit_of_work import unit


def name_cookie() -> str:
    """The cookie of a browser that somebody has signed in with."""
    return "__Host-browser" if unit().config.has_https else "browser"


def read_cookie() -> str:
    """What this browser has of it; empty where nobody has signed in with it."""
    return request.cookies.get(name_cookie(), "")


def find_member() -> Staff | None:
    """Who signed in last in this browser, though perhaps not now."""
    with unit().reading() as reading:
        return known_browsers.find_member(reading, read_cookie(), now=unit().now)
