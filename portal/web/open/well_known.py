"""What machines look for at an agreed place: whom to tell of a hole (RFC 9116)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.unit_of_work import unit

bp = Blueprint("well_known", __name__)
LASTS = timedelta(days=180)  # the text is made when it is asked for, so it never runs out where it is served


@bp.get("/.well-known/security.txt")
@public
@cacheable
def security() -> ResponseReturnValue:
    """The operator's contacts; not there where none is set."""
    config = unit().config
    if not config.security_contacts:
        abort(404)
    ends_on = (unit().now + LASTS).date().isoformat()
    lines = [f"Contact: {contact}" for contact in config.security_contacts]
    lines += [f"Expires: {ends_on}T00:00:00Z", f"Preferred-Languages: {_languages(config.language)}"]
    if config.has_https:  # the RFC allows no other
        lines.append(f"Canonical: {config.base_url}/.well-known/security.txt")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _languages(own: str) -> str:
    return ", ".join(dict.fromkeys((own, "en")))
