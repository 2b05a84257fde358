"""Strict reading of reference files: an unknown key or a wrong type stops the start and names its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")
LARGEST = 2 * 1024 * 1024  # bytes of one file; our largest has a twentieth of it
DEEPEST = 60  # our deepest has 12
_BRACKET = re.compile(r"[][{}]")
_MAYBE_DEEP = re.compile(r"(?:[-?:][ \t]+){20}|^ {60}", re.MULTILINE)  # many levels begun in one line, or a far indent


class BadReference(ValueError):
    """A reference file does not have the product's form. The message names file and place."""


def read_yaml(path: Path) -> Any:
    """Plain values of one YAML file; dates come as ISO text so that typing is done in one place.

    Raises BadReference, also for what is no file of this folder, for one that is too large, and for one whose values
    lie so deep within each other that the YAML library would end the whole process.
    """
    try:
        text = _read_text(path)
        _refuse_depth(text)
        return yaml.load(text, Loader=_TextDatesLoader)  # noqa: S506 - a SafeLoader # nosec B506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadReference(f"{path.name}: {error}") from error


def _read_text(path: Path) -> str:
    """The file's text. A link may stand for a file beside it, as a mounted folder has them, and for no other."""
    real = path.resolve()
    if not real.is_relative_to(path.parent.resolve()):
        raise BadReference("it leads out of its folder")
    if not real.is_file():
        raise BadReference("it is no file")
    if real.stat().st_size > LARGEST:
        raise BadReference(f"it is larger than {LARGEST} bytes")
    return real.read_text("utf-8")


def _refuse_depth(text: str) -> None:
    """Count how deep the values lie, without building them, wherever the text looks as if it could be deep."""
    open_brackets = accumulate(1 if sign in "[{" else -1 for sign in _BRACKET.findall(text))
    if not _MAYBE_DEEP.search(text) and max(open_brackets, default=0) <= DEEPEST:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_TextDatesLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadReference(f"its values lie more than {DEEPEST} deep within each other")


def build(raw: Any, kind: type[T], *, where: str) -> T:
    """Turn plain values into `kind` (frozen dataclasses). Raises BadReference on a wrong type or an unknown key."""
    try:
        built = msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        raise BadReference(f"{where}: {error}") from error
    for place in _unknown_keys(raw, built, "$"):
        raise BadReference(f"{where}: unknown key {place}")
    return built


def _unknown_keys(raw: Any, built: Any, place: str) -> Iterator[str]:
    if is_dataclass(built) and isinstance(raw, dict):
        known = {field.name for field in fields(built)}
        for key, value in raw.items():
            if key not in known:
                yield f"{place}.{key}"
            else:
                yield from _unknown_keys(value, getattr(built, key), f"{place}.{key}")
    elif isinstance(built, tuple) and isinstance(raw, list):
        for index, (value, item) in enumerate(zip(raw, built, strict=True)):
            yield from _unknown_keys(value, item, f"{place}[{index}]")


class _TextDatesLoader(yaml.CSafeLoader):
    """YAML's safe loader without its own idea of dates."""


_TextDatesLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
