"""Rows of invented cases for the benches that fill tables by themselves: what is sealed is as long as it is in life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from portal.domain.lifecycle import CaseStatus, Handler, Path, RequestKind, RequestState
from portal.reference.registry import load_registry


def case_row(created_at: datetime, **values: object) -> dict[str, Any]:
    """An open case with 42 links."""
    return {
        "id": uuid4(),
        "reference": f"BNCH-{uuid4().hex[:11].upper()}",
        "status": CaseStatus.OPEN,
        "path": Path.REMOVAL,
        "country": "IE",
        "language": "en",
        "handler": Handler.TEAM,
        "item_count": 42,
        "next_due_estimated": False,
        "created_at": created_at,
        "submitted_at": created_at,
        "version": 1,
        "sealed": b"\0" * 2000,
        **values,
    }


def request_row(case: Mapping[str, Any], state: RequestState, **values: object) -> dict[str, Any]:
    """A notice to X."""
    return {
        "id": uuid4(),
        "case_id": case["id"],
        "number": 1,
        "platform": "x",
        "kind": RequestKind.NOTICE,
        "state": state,
        "prepared_at": case["created_at"],
        "sealed": b"\0" * 300,
        **values,
    }


def basis_rows(request: Mapping[str, Any], laws: Sequence[str]) -> list[dict[str, Any]]:
    """The laws that a request cites, in their order."""
    regimes = load_registry().regimes
    return [
        {
            "id": uuid4(),
            "request_id": request["id"],
            "regime": law,
            "version": regimes[law].version,
            "position": place,
            "reason": "it is",
        }
        for place, law in enumerate(laws)
    ]
