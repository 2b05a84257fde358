"""Strict reading of reference files: an unknown key or a wrong type stops the start and names its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")


class BadReference(ValueError):
    """A reference file does not have the product's form. The message names file and place."""


def read_yaml(path: Path) -> Any:
    """Plain values of one YAML file; dates come as ISO text so that typing is done in one place."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_TextDatesLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise BadReference(f"{path.name}: {error}") from error


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
