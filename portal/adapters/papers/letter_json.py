"""The facts of a letter as JSON, and back: as they are kept, and as a bundle carries them as `case.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from portal.domain.letters.facts import TYPES, ComplaintFacts, LetterFacts, kind_of
from portal.domain.lifecycle import LetterKind

FORM = "recourse-letter-1"  # changes only when a reader of the old form would misread the new one
# Fields that came later: left out where they are empty, so that a letter from before is written as it always was.
LATER = ("copies", "form")
LATER_STATED = ("speaker", "mandated_on", "mandate_covers", "mandate_limit")
LATER_SIGNED = ("is_mandated",)
LATER_OF_RECIPIENT = ("languages",)
LATER_HEADED = ("answer_page",)


class BadFacts(ValueError):
    """The bytes are not the facts of a letter. The message names the place, not what stands there."""


def encode_facts(facts: LetterFacts) -> bytes:
    """The facts as indented UTF-8 JSON; the same facts give the same bytes."""
    fields: dict[str, Any] = msgspec.to_builtins(facts)
    kept = {name: value for name, value in fields.items() if value or name not in LATER}
    for stated in kept.get("stated", ()):
        _drop_empty(stated, LATER_STATED)
    _drop_empty(kept["frame"], LATER_HEADED)
    if signature := kept["frame"].get("signature"):
        _drop_empty(signature, LATER_SIGNED)
    _drop_empty(kept["frame"]["recipient"], LATER_OF_RECIPIENT)
    plain = {"form": FORM, "kind": kind_of(facts), "facts": kept}
    return msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n"


def _drop_empty(fields: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if not fields.get(name):
            fields.pop(name, None)


def write_schema() -> bytes:
    """The JSON schema (2020-12) of a complaint's case.json: what may stand in it, and of which kind."""
    (whole,), parts = msgspec.json.schema_components([ComplaintFacts], ref_template="#/$defs/{name}")
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "case.json of a complaint, form 1",
        "type": "object",
        "properties": {"form": {"const": FORM}, "kind": {"const": LetterKind.COMPLAINT.value}, "facts": whole},
        "required": ["form", "kind", "facts"],
        "additionalProperties": False,
        "$defs": parts,
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=1) + b"\n"


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
    if form != FORM or outer or not _is_kept(msgspec.json.decode(data), msgspec.json.decode(encode_facts(facts))):
        raise BadFacts("the facts have another form than this version knows")
    return facts  # type: ignore[no-any-return]


def _is_kept(given: Any, written: Any) -> bool:
    """Whether all that was given is written again; a field that came later may be there besides, with its default."""
    if isinstance(given, dict) and isinstance(written, dict):
        return all(name in written and _is_kept(value, written[name]) for name, value in given.items())
    if isinstance(given, list) and isinstance(written, list):
        return len(given) == len(written) and all(map(_is_kept, given, written))
    return bool(given == written)
