"""JSON Schemas of the reference files, made from the dataclasses that read them, for editors and for the API."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from portal.domain.directory import Platform
from portal.reference.directory import RegulatorFile
from portal.reference.level_times import LevelFile
from portal.reference.police import PoliceFile
from portal.reference.recipes import RecipeFile
from portal.reference.registry import LawFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# The name of a schema's file, and the form of the files it is for.
FILES: Mapping[str, type] = MappingProxyType(
    {
        "laws": LawFile,
        "levels": LevelFile,
        "platforms": Platform,
        "police": PoliceFile,
        "recipes": RecipeFile,
        "regulators": RegulatorFile,
    }
)


def make_schema(kind: type) -> dict[str, Any]:
    """The schema of one kind of file. Like the strict reading it refuses keys that the form does not have."""
    schema = msgspec.json.schema(kind)
    for part in schema["$defs"].values():
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return {"$schema": DIALECT, **schema}
