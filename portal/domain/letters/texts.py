"""Every text inside frozen values: finding them and changing them, each with the field it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Spot:
    """Where a text stands: the class and the field that hold it."""

    owner: type
    field: str


_NOWHERE = Spot(object, "")


def walk_texts(value: Any, spot: Spot = _NOWHERE) -> Iterator[tuple[Spot, str]]:
    """Each text in `value` with its spot, in the order of the fields. Words of a vocabulary are no texts."""
    if type(value) is str:
        yield spot, value
    elif isinstance(value, tuple):
        for item in value:
            yield from walk_texts(item, spot)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from walk_texts(getattr(value, field.name), Spot(type(value), field.name))


def change_texts(value: T, change: Callable[[Spot, str], str], spot: Spot = _NOWHERE) -> T:
    """The same value with every text replaced by what `change` makes of it."""
    changed: Any = value
    if type(value) is str:
        changed = change(spot, str(value))
    elif isinstance(value, tuple):
        changed = tuple(change_texts(item, change, spot) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        named = {
            field.name: change_texts(getattr(value, field.name), change, Spot(type(value), field.name))
            for field in fields(value)
        }
        changed = replace(value, **named)
    return changed  # type: ignore[no-any-return]
