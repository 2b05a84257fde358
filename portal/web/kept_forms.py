"""Keeping what a member typed and sent after their session had ended, until they have signed in again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, request

from portal.services.signin import kept_forms
from portal.services.signin.kept_forms import TypedForm
from portal.web.access import MARK, STAFF_MARKS
from portal.web.known_browser import find_member
from portal.web.unit_of_work import unit

FIELD = "kept_form"  # in a form that was kept and is sent now: which one
LARGEST = 100_000  # characters of one form; the desk's longest text has 20,000


def is_for_staff() -> bool:
    """Whether the address that was asked for is one of the desk's."""
    view = current_app.view_functions.get(request.endpoint or "")
    return str(getattr(view, MARK, "")).startswith(STAFF_MARKS)


def keep_typed(fields: Sequence[tuple[str, str]]) -> bool:
    """Keep this form for the member who signed in last in this browser. False where there is none, or nothing to keep.

    Files are not kept.
    """
    fields = [(name, value) for name, value in fields if name != FIELD]
    size = sum(len(name) + len(value) for name, value in fields)
    member = find_member() if any(value.strip() for _name, value in fields) and size <= LARGEST else None
    if member is None:
        return False
    with unit().writing() as writing:
        kept_forms.keep(writing, member, TypedForm(path=request.path, fields=tuple(fields)), now=unit().now)
    return True
