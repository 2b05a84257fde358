"""Countries and their parts by their names, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from babel import Locale
from flask_babel import get_locale

from portal.adapters import translations
from portal.reference.holidays import name_part
from portal.reference.zones import is_country
from portal.web.forms.parts import PARTS


def country_names(language: str) -> list[tuple[str, str]]:
    """Code and name of every country, in the order of the names."""
    names = Locale.parse(language, sep="-" if "-" in language else "_").territories
    known = [(code, name) for code, name in names.items() if is_country(code)]
    return sorted(known, key=lambda pair: pair[1])


def part_names(country: str, parts: Iterable[str]) -> list[tuple[str, str]]:
    """Code and name of these parts of a country, in the order of the names."""
    return sorted(((part, name_part(country, part)) for part in parts), key=lambda pair: pair[1])


def show_country(code: str) -> str:
    """A country by its name in the language of the page."""
    return translations.name_country(code, str(get_locale()).replace("_", "-"))


def show_country_within(code: str) -> str:
    """The same inside a sentence: "lives in the United States"."""
    return translations.name_country_within(code, str(get_locale()).replace("_", "-"))


def show_language(tag: str) -> str:
    """A language by its name in the language of the page; the tag itself where no name is known."""
    known = get_locale().languages
    return str(known.get(tag.replace("-", "_")) or known.get(tag.partition("-")[0]) or tag)


def list_place_names(language: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Codes by how a country may be written, in small letters; and for the countries whose parts are asked for, theirs.

    By the code itself, in English, and in `language`.
    """
    named = [(name, code) for each in ("en", language) for code, name in country_names(each)]
    countries = {name.casefold(): code for name, code in named} | {code.casefold(): code for _name, code in named}
    parts = {country: _list_part_names(country, known) for country, known in PARTS.items()}
    return countries | {"uk": "GB", "usa": "US"}, parts


def _list_part_names(country: str, known: Iterable[tuple[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, name in known:
        found |= dict.fromkeys((code.casefold(), str(name).casefold(), name_part(country, code).casefold()), code)
    return found
