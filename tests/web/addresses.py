"""The addresses of a person's pages by the names that the views have for them ("/case/words"), and back.

Tests speak by names. What really stands in the browser is what tests/web/person/test_addresses.py is about.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map, MapAdapter, Rule

from portal.web.converters import LetterConverter, OrdinalConverter, StepConverter, TopicConverter
from portal.web.person.addresses import NEUTRAL

NUMBERED: dict[str, type[BaseConverter]] = {
    "int": OrdinalConverter,
    "step": StepConverter,
    "letter": LetterConverter,
    "topic": TopicConverter,
}


class _Word(BaseConverter):
    """A step or a kind of letter, as its word."""


WORDS: dict[str, type[BaseConverter]] = {"int": OrdinalConverter, "step": _Word, "letter": _Word, "topic": _Word}
BY_NAME = Map([Rule(name, endpoint=name) for name in NEUTRAL], converters=WORDS).bind("")
BY_ADDRESS = Map([Rule(rule, endpoint=name) for name, rule in NEUTRAL.items()], converters=NUMBERED).bind("")


def at(name: str) -> str:
    """The address of a name. What is no name stays as it is, so that published and wrong addresses can be asked for."""
    return _change(name, BY_NAME, BY_ADDRESS)


def name_of(address: str) -> str:
    """The name of an address, or the address itself where it has none."""
    return _change(address, BY_ADDRESS, BY_NAME)


def _change(text: str, before: MapAdapter, after: MapAdapter) -> str:
    place = urlsplit(text)
    try:
        endpoint, values = before.match(place.path)
        path = after.build(endpoint, values)
    except (HTTPException, KeyError):
        return text
    return urlunsplit((place.scheme, place.netloc, path, place.query, place.fragment))
