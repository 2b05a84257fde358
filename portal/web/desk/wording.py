"""The desk's word for a member of one of our vocabularies. Each word stands once, in the table of its noun."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from portal.web.desk.case_words import CASE_WORDS
from portal.web.desk.list_words import LIST_WORDS
from portal.web.desk.request_words import REQUEST_WORDS

_TABLES: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType({**CASE_WORDS, **LIST_WORDS, **REQUEST_WORDS})


def describe_word(value: StrEnum) -> str:
    """The desk's word for a member of one of our vocabularies. Raises KeyError for one that has none."""
    return str(_TABLES[type(value)][value])


def choices_of(vocabulary: type[StrEnum]) -> list[tuple[str, str]]:
    """All members with their words, for a form."""
    return [(member.value, describe_word(member)) for member in vocabulary]
