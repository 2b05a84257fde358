"""The languages of pages: catalogues read as they are, beside those of the letters."""

from __future__ import annotations

from babel import Locale
from babel.support import NullTranslations
from flask_babel import Babel, Domain, get_locale

from portal.adapters.translations import PAGES, SOURCE_LANGUAGE, list_languages, load_page_sentences


class _PageDomain(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Where the sentences of pages come from. One that a catalogue lacks is shown in English."""

    def get_translations(self) -> NullTranslations:
        return load_page_sentences(str(get_locale() or SOURCE_LANGUAGE))


class PageLanguages(Babel):  # type: ignore[misc]
    """Flask-Babel over `portal/translations/<language>/LC_MESSAGES/pages.po`."""

    @property
    def domain_instance(self) -> Domain:
        return _PageDomain()

    def list_translations(self) -> list[Locale]:
        return [Locale.parse(language, sep="-") for language in list_languages(domain=PAGES)]
