"""The slower way on for a busy network: work of the device or a wait, asked only above what is free.

It stands before the access mark of a view, so that nothing is opened and nothing is locked while it is decided. What
was typed comes back with the page that asks to wait, and is sent on with the same press.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template, request, session
from flask_babel import ngettext

from portal.domain.quotas import Counted
from portal.services.signin import flood_challenges
from portal.services.signin.flood_challenges import Challenge
from portal.web.errors import list_typed
from portal.web.network import find_bucket
from portal.web.unit_of_work import unit

WAIT_FIELD = "wait"
WORK_FIELD = "work"


def count_one() -> int:
    """Each request is one."""
    return 1


def measure_pasted() -> int:
    """Kilobytes of the text in this form that is read for links, begun ones whole."""
    return -(-len(request.form.get("pasted", "").encode(errors="replace")) // 1_000)


def rate_limited(
    counted: Counted, measure: Callable[[], int] = count_one
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A view that is counted, by as much as `measure` says; above the free number it is reached by work or by waiting.

    What measures nothing is not counted.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            if ("case_id" in session) is (counted is Counted.DRAFT):
                return view(**values)  # leads elsewhere and makes nothing
            if (amount := measure()) == 0:
                return view(**values)
            with unit().writing() as database:
                held = flood_challenges.let_pass(
                    database,
                    unit().ports.keys.forms,
                    find_bucket(),
                    counted,
                    wait=request.form.get(WAIT_FIELD, ""),
                    work=request.form.get(WORK_FIELD, ""),
                    now=unit().now,
                    amount=amount,
                )
            return _show_wait(held) if held else view(**values)

        return guarded

    return decorate


def find_challenge(counted: Counted) -> Challenge | None:
    """What the next one takes, for a page that is read before it is sent; None while it is free."""
    return flood_challenges.find_challenge(unit().db, unit().ports.keys.forms, find_bucket(), counted, now=unit().now)


def describe_wait(toll: Challenge) -> str:
    """How long it takes without the work, in words."""
    minutes, seconds = divmod(toll.wait.seconds_left(unit().now), 60)
    parts = [ngettext("%(num)d minute", "%(num)d minutes", minutes)] if minutes else []
    if seconds or not minutes:
        parts.append(ngettext("%(num)d second", "%(num)d seconds", seconds))
    return " ".join(parts)


def _show_wait(toll: Challenge) -> Response:
    fields = [(name, value) for name, value in list_typed() if name not in {WAIT_FIELD, WORK_FIELD}]
    page = render_template(
        "person/wait.html", toll=toll, time=describe_wait(toll), fields=fields, action=request.full_path.rstrip("?")
    )
    answer = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(max(1, toll.wait.seconds_left(unit().now)))
    return answer
