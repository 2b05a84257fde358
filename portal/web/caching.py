"""Answers that are the same for everybody: they may be kept, and are sent again only when they changed.

A view with this mark shows nothing of the visitor and never looks at the session, so that it sets no cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, current_app, request

View = TypeVar("View", bound=Callable[..., Any])
KEPT_FOR = 3600  # seconds; facts change seldom, and a corrected one should be seen the same day
_MARK = "is_same_for_all"


def cacheable(view: View) -> View:
    """The answer says nothing about anybody."""
    setattr(view, _MARK, True)
    return view


def is_cacheable() -> bool:
    return is_marked(_MARK)


def is_marked(mark: str) -> bool:
    """Whether the view of this request has that mark."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, mark, False)


def let_keep(response: Response) -> Response:
    """How long it may be kept, in which language it is, and by what it is known."""
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    response.vary.add("Accept-Language")
    response.add_etag()
    response.make_conditional(request)
    return response
