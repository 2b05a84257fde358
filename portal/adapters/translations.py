"""The sentences of letters and of pages in other languages: gettext catalogues read once and kept.

Catalogues are `letters.po` and `pages.po` in `portal/translations/<language>/LC_MESSAGES`; they are read as they are,
no build step is needed. A letter is not sent half in one language and half in another: a missing sentence stops it. A
page shows what is missing in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from portal.domain.letters.blocks import Translate
from portal.domain.letters.phrases import English

FOLDER = Path(__file__).parent.parent / "translations"
LETTERS, PAGES = "letters", "pages"
SOURCE_LANGUAGE = "en"

_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")


class UnknownLanguage(LookupError):
    """No letter can be written in this language."""


class NotTranslated(LookupError):
    """The catalogue lacks a sentence of the letter; `message` is its English form."""

    def __init__(self, language: str, message: str) -> None:
        super().__init__(f"not translated into {language}: {message}")
        self.language = language
        self.message = message


class Catalogue:
    """The sentences of one language. Raises NotTranslated where one is missing."""

    def __init__(self, language: str, catalogue: Catalog) -> None:
        self._language = language
        self._plural = c2py(catalogue.plural_expr)
        self._sentences = {
            _first(message.id): message.string for message in catalogue if message.id and not message.fuzzy
        }

    def __call__(self, message: str, /, **values: str) -> str:
        if not message:
            return message
        found = self._find(message)
        return found % values if values else found

    def plural(self, one: str, many: str, count: int, /) -> str:
        forms = self._sentences.get(one)
        if not isinstance(forms, tuple) or not all(forms):
            raise NotTranslated(self._language, many)
        return str(forms[self._plural(count)]) % {"count": str(count)}

    def _find(self, message: str) -> str:
        found = self._sentences.get(message)
        if not isinstance(found, str) or not found:
            raise NotTranslated(self._language, message)
        return found


def translator(language: str, folder: Path = FOLDER) -> Translate:
    """What puts English sentences into `language` (BCP 47). Raises UnknownLanguage."""
    if language == SOURCE_LANGUAGE or language.startswith(f"{SOURCE_LANGUAGE}-"):
        return English()
    return _load(language, folder)


def list_languages(folder: Path = FOLDER, *, domain: str = LETTERS) -> tuple[str, ...]:
    """The languages in which letters can be written, or pages read, the source language first."""
    found = (path.parent.parent.name.replace("_", "-") for path in folder.glob(f"*/LC_MESSAGES/{domain}.po"))
    return (SOURCE_LANGUAGE, *sorted(found))


def choose_letter_language(known: Iterable[str]) -> str:
    """The first of a recipient's languages in which letters can be written, else the source language."""
    written = list_languages()
    return next((language for language in known if language in written), SOURCE_LANGUAGE)


@lru_cache(maxsize=64)
def load_page_sentences(language: str, folder: Path = FOLDER) -> NullTranslations:
    """The sentences of pages in a language; English ones where there is no catalogue for it."""
    catalogue = _read_catalogue(language, PAGES, folder)
    if catalogue is None:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain=PAGES)


def name_country(code: str, language: str) -> str:
    """A country's name in `language` for the letter's facts; the code itself where no name is known."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise UnknownLanguage(language) from error
    return str(locale.territories.get(code, code))


def name_day(day: date, language: str) -> str:
    """A day as it is written out in `language`: 1 February 2027."""
    return str(
        format_date(day, "d MMMM y" if language == SOURCE_LANGUAGE else "long", locale=language.replace("-", "_"))
    )


# English puts an article before these inside a sentence.
_WITH_ARTICLE = frozenset(
    {"AE", "BS", "CD", "CF", "DO", "GB", "GM", "KM", "KY", "MH", "MV", "NL", "PH", "SB", "US", "VA"}
)


def name_country_within(code: str, language: str) -> str:
    """A country's name as it stands inside a sentence: "I live in the United States"."""
    name = name_country(code, language)
    return f"the {name}" if language.partition("-")[0] == SOURCE_LANGUAGE and code in _WITH_ARTICLE else name


@lru_cache(maxsize=64)
def _load(language: str, folder: Path) -> Catalogue:
    catalogue = _read_catalogue(language, LETTERS, folder)
    if catalogue is None:
        raise UnknownLanguage(language)
    return Catalogue(language, catalogue)


def _read_catalogue(language: str, domain: str, folder: Path) -> Catalog | None:
    """None where there is none. The name becomes part of a path, so it is checked before anything is opened."""
    locale = language.replace("-", "_")
    path = folder / locale / "LC_MESSAGES" / f"{domain}.po"
    if not _LANGUAGE.fullmatch(locale.replace("_", "-")) or not path.is_file():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def _first(message: Any) -> str:
    return str(message[0] if isinstance(message, tuple) else message)


_LAW_TEXTS = frozenset(
    {"name", "citation", "basis", "label", "standard", "supports", "body"}
    | {"title", "limit", "own", "other", "text", "addressee"}  # of `letter`, with the lists below
)
_LAW_LISTS = frozenset({"conditions", "requests"})


def extract_laws(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Any, options: Any
) -> Iterator[tuple[int, str, str, list[str]]]:
    """For `pybabel extract`: the texts of a law record that are printed in letters, each with its line."""
    root = yaml.compose(file.read().decode("utf-8"), Loader=yaml.CSafeLoader)
    yield from _law_texts(root)


def _law_texts(node: yaml.Node | None) -> Iterator[tuple[int, str, str, list[str]]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _law_texts(item)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            listed = value.value if key.value in _LAW_LISTS and isinstance(value, yaml.SequenceNode) else []
            for text in [value] if key.value in _LAW_TEXTS else listed:
                if isinstance(text, yaml.ScalarNode):
                    yield text.start_mark.line + 1, "", text.value.strip(), []
            yield from _law_texts(value)
