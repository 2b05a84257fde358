"""What may stand behind the question mark of an open page or of the API: typed values, or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from flask import request

from portal.services.law.deadline_calculator import InvalidQuery
from portal.web.open import way_back

T = TypeVar("T")


def read_query(kind: type[T]) -> T:
    """The address's parameters as `kind`, a frozen dataclass. An empty one counts as not given. Raises InvalidQuery."""
    if not is_dataclass(kind):
        raise TypeError("a query is a dataclass")
    known = [field.name for field in fields(kind)]
    for name, values in request.args.lists():
        if name == way_back.NAME:
            continue
        if name not in known:
            raise InvalidQuery(name, f"There is no parameter {name!r}. There are: {', '.join(known) or 'none'}.")
        if len(values) > 1:
            raise InvalidQuery(name, f"The parameter {name!r} is given twice.")
    given = {name: value for name, value in request.args.items() if name in known and value.strip()}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _explain(error, kind, given) from error


def _explain(error: msgspec.ValidationError, kind: type, given: dict[str, str]) -> InvalidQuery:
    """The library's word for it, with the allowed values where there are few."""
    text, _, path = str(error).partition(" - at `$.")
    name = path.rstrip("`") or next((field.name for field in fields(kind) if f"`{field.name}`" in text), "")
    allowed = list(list_choices(get_type_hints(kind).get(name)))
    if name in given and allowed:
        return InvalidQuery(name, f"{given[name]!r} is none of: {', '.join(allowed)}.")
    if name in given:
        return InvalidQuery(name, f"{given[name]!r} does not fit the parameter {name!r}: {text}.")
    return InvalidQuery(name, f"The parameter {name!r} is missing.")


def list_choices(hint: Any) -> Iterator[str]:
    """The values of the vocabulary that a field takes, if it takes one."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        yield from (member.value for member in hint)
    for part in get_args(hint):
        yield from list_choices(part)
