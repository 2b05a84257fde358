"""How long the session of this browser still lasts, for the announcement of its end, and going on with it."""

from __future__ import annotations

from flask import jsonify, session
from werkzeug.wrappers import Response

from portal.models.accounts import SessionKind
from portal.services.signin import sessions
from portal.web.access import public, session_token
from portal.web.desk.blueprint import make_blueprint
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_session", __name__, "/desk/session")


@bp.get("")
@public
def show() -> Response:
    """{"left": whole seconds, "goes_on": whether activity would lengthen it}. To ask is no activity."""
    session.is_due = False  # type: ignore[attr-defined]
    return _tell()


@bp.post("/stay")
@public
def stay() -> Response:
    """Go on for another half hour, or as long as the day's hours allow; the same answer."""
    session.modified = True
    return _tell(is_active=True)


@bp.app_template_global("session_lasts")
def count_seconds() -> int:
    """How long a session of the desk lasts without activity."""
    return int(sessions.LIMITS[SessionKind.STAFF].idle.total_seconds())


def _tell(*, is_active: bool = False) -> Response:
    left = None
    if "staff_id" in session:
        left = sessions.find_left(unit().db, session_token(), is_active=is_active, now=unit().now)
    return jsonify(left=left.seconds if left else 0, goes_on=bool(left and left.goes_on))
