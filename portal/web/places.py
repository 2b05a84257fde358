"""Countries and their parts by their names, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale
from flask_babel import get_locale

from portal.adapters import translations
from portal.reference.holidays import name_part
from portal.reference.zones import is_country


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
