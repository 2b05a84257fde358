"""Reading what a machine sent: JSON of a fixed shape and a small size, or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from flask import request

from portal.services.partners.calls import AskedCall
from portal.web.partner.problems import BadCall

LARGEST = 262_144  # bytes of one body: 500 links with long addresses, and the words around them
SHORTEST_KEY, LONGEST_KEY = 8, 128

T = TypeVar("T")


def read_call() -> AskedCall:
    """The `Idempotency-Key` of the call, and exactly what was asked. Raises BadCall."""
    key = request.headers.get("Idempotency-Key", "")
    if not (SHORTEST_KEY <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        detail = f"Send the header Idempotency-Key with {SHORTEST_KEY} to {LONGEST_KEY} characters of your own."
        raise BadCall(HTTPStatus.BAD_REQUEST, "The call has no key", detail, "Idempotency-Key")
    asked = f"{request.method} {request.path}\n".encode() + _read_bytes()
    return AskedCall(idempotency=key, asked=asked)


def read_body(kind: type[T]) -> T:
    """The body as `kind`. Raises BadCall."""
    if request.mimetype != "application/json":
        detail = "Send JSON, and say so: Content-Type: application/json."
        raise BadCall(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This is not JSON", detail, "Content-Type")
    try:
        body = msgspec.json.decode(_read_bytes(), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        text, _, path = str(error).partition(" - at `$.")
        detail = f"{text.rstrip('.')}. The shape is in /api/v1/openapi.json."
        raise BadCall(HTTPStatus.BAD_REQUEST, "The body does not fit", detail, path.rstrip("`") or None) from error
    if any("\0" in text for text in _list_texts(msgspec.to_builtins(body))):
        raise BadCall(HTTPStatus.BAD_REQUEST, "The body does not fit", "Take out the NUL characters.")
    return body


def _read_bytes() -> bytes:
    if (request.content_length or 0) > LARGEST or len(given := request.get_data(cache=True)) > LARGEST:
        detail = f"One body takes {LARGEST:,} bytes. Send the rest in another call."
        raise BadCall(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too much at once", detail)
    return given


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _list_texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _list_texts(each)
