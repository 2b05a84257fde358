"""Answers that another site may show inside its own page: the only ones that may be framed.

A view with this mark is the same for everybody (`caching.cacheable`), has no form and no script, and asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from portal.web.caching import cacheable, is_marked

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "is_embeddable"


def embeddable(view: View) -> View:
    """Any site may put the answer in a frame."""
    setattr(view, _MARK, True)
    return cacheable(view)


def is_embeddable() -> bool:
    return is_marked(_MARK)
