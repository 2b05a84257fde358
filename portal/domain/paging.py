"""Long lists in parts, so that no page grows too big for a slow phone or a slow line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, kw_only=True)
class ListPart(Generic[T]):
    """One page of a list. `first` is the place of its first row, counted from zero."""

    rows: Sequence[T]
    page: int
    pages: int
    total: int
    first: int

    def with_rows(self, rows: Sequence[S]) -> ListPart[S]:
        """The same part of the list, its rows told in another way."""
        return ListPart(rows=rows, page=self.page, pages=self.pages, total=self.total, first=self.first)


def cut(rows: Sequence[T], page: int, size: int) -> ListPart[T]:
    """The page of that number; one past the end is the last."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(1, page), pages)
    first = (page - 1) * size
    return ListPart(rows=rows[first : first + size], page=page, pages=pages, total=len(rows), first=first)
