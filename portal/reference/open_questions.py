"""What those who keep the records still have to find out. It is in none of the records, so no page can show it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.reference.strict import build, read_yaml

FILE = Path(__file__).parent / "open_questions.yaml"


@dataclass(frozen=True, kw_only=True)
class QuestionFile:
    """The form of the file: sentences by the id of a record."""

    questions: dict[str, tuple[str, ...]]


@cache
def load_questions(path: Path = FILE) -> Mapping[str, tuple[str, ...]]:
    """The open questions by the id of their record. Raises BadReference."""
    return build(read_yaml(path), QuestionFile, where=path.name).questions


def find_lost_questions(names: Collection[str], path: Path = FILE) -> Iterator[str]:
    """Questions about a record that is not there, one line each."""
    for name in load_questions(path):
        if name not in names:
            yield f"{path.name}: it asks about the unknown record {name!r}"
