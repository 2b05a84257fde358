"""The facts of a letter as JSON, and back: as they are kept, and as a bundle carries them as `case.json`."""

from __future__ import annotations

from typing import Any

import msgspec

from portal.domain.letters.facts import TYPES, LetterFacts, kind_of
from portal.domain.lifecycle import LetterKind

FORM = "recourse-letter-1"  # changes only when a reader of the old form would misread the new one


class BadFacts(ValueError):
    """The bytes are not the facts of a letter. The message names the place, not what stands there."""


def encode_facts(facts: LetterFacts) -> bytes:
    """The facts as indented UTF-8 JSON; the same facts give the same bytes."""
    plain = {"form": FORM, "kind": kind_of(facts), "facts": facts}
    return msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n"


def decode_facts(data: bytes) -> LetterFacts:
    """The facts that `encode_facts` wrote. Raises BadFacts for anything else, an unknown field included."""
    try:
        outer = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        form = msgspec.json.decode(outer.pop("form"), type=str)
        kind = msgspec.json.decode(outer.pop("kind"), type=LetterKind)
        facts: Any = msgspec.json.decode(outer.pop("facts"), type=TYPES[kind])
    except (msgspec.DecodeError, KeyError) as error:
        raise BadFacts(f"not the facts of a letter: {error}") from error
    # Whatever a reader does not know would be lost when the facts are written again. A field that came later has its
    # default, so letters that were made before it are read as they were.
    if form != FORM or outer or not _holds(msgspec.to_builtins(facts), msgspec.json.decode(data)["facts"]):
        raise BadFacts("the facts have another form than this version knows")
    return facts  # type: ignore[no-any-return]


def _holds(read: Any, written: Any) -> bool:
    """Whether everything that was written was read, and as it was written."""
    if isinstance(written, dict):
        return isinstance(read, dict) and all(
            name in read and _holds(read[name], each) for name, each in written.items()
        )
    if isinstance(written, list):
        same = isinstance(read, list | tuple) and len(read) == len(written)
        return same and all(_holds(*pair) for pair in zip(read, written, strict=True))
    return bool(read == written)
