"""What may stand in an address."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

HIGHEST = 1_000_000


class OrdinalConverter(IntegerConverter):
    """The number of a request, letter or complaint within its case. A number no database can hold is no page."""

    def __init__(self, url_map: Map, *arguments: Any, **options: Any) -> None:
        super().__init__(url_map, *arguments, **{"max": HIGHEST, **options})


def init_converters(app: Flask) -> None:
    app.url_map.converters["int"] = OrdinalConverter
