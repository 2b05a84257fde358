"""The way back to the desk from pages that are the same for everybody: they look at no session, so it stands in the
address, and the links and forms of such a page carry it on. A page of a case begins it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, has_request_context, request

NAME, DESK = "at", "desk"  # the parameter, and its one value
CASES = "/desk/cases/"


def carry_way_back(bp: Blueprint) -> None:
    """Links to the pages of this blueprint carry the way back from a page of a case, or one that came with it."""
    bp.url_defaults(_add_way_back)


def _add_way_back(_endpoint: str, values: dict[str, Any]) -> None:
    if has_request_context() and (request.args.get(NAME) == DESK or request.path.startswith(CASES)):
        values.setdefault(NAME, DESK)
