"""The facts of a letter as JSON, and back: as they are kept, and as a bundle carries them as `case.json`."""

from __future__ import annotations

from typing import Any

import msgspec

from portal.domain.letters.facts import TYPES, LetterFacts, kind_of
from portal.domain.lifecycle import LetterKind

FORM = "recourse-letter-1"  # changes only when a reader of the old form would misread the new one
# Fields that came later: left out where they are empty, so that a letter from before is written as it always was.
LATER = ("copies",)


class BadFacts(ValueError):
    """The bytes are not the facts of a letter. The message names the place, not what stands there."""


def encode_facts(facts: LetterFacts) -> bytes:
    """The facts as indented UTF-8 JSON; the same facts give the same bytes."""
    fields: dict[str, Any] = msgspec.to_builtins(facts)
    kept = {name: value for name, value in fields.items() if value or name not in LATER}
    plain = {"form": FORM, "kind": kind_of(facts), "facts": kept}
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
    # Whatever a reader does not know would be lost when the facts are written again.
    if form != FORM or outer or encode_facts(facts) != msgspec.json.format(data, indent=1).strip() + b"\n":
        raise BadFacts("the facts have another form than this version knows")
    return facts  # type: ignore[no-any-return]
