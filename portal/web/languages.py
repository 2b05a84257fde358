"""The languages of pages: catalogues read as they are, beside those of the letters."""

from __future__ import annotations

from babel import Locale
from babel.support import NullTranslations
from flask_babel import Babel, Domain, get_locale

from portal.adapters.translations import PAGES, SOURCE_LANGUAGE, list_languages, load_page_sentences


class _PageDomain(Domain):  # type: ignore[misc]  # Flask-Babel has no types
    """Where the sentences of pages come from. One that a catalogue lacks is shown in English."""

    _kept: tuple[Locale | None, NullTranslations] | None = None

    def get_translations(self) -> NullTranslations:
        """Kept for the request, as this domain is, since a page asks for hundreds of sentences."""
        locale = get_locale()
        if self._kept is None or self._kept[0] is not locale:
            self._kept = locale, load_page_sentences(str(locale or SOURCE_LANGUAGE))
        return self._kept[1]


class PageLanguages(Babel):  # type: ignore[misc]
    """Flask-Babel over `portal/translations/<language>/LC_MESSAGES/pages.po`."""

    @property
    def domain_instance(self) -> Domain:
        return _PageDomain()

    def list_translations(self) -> list[Locale]:
        return [Locale.parse(language, sep="-") for language in list_languages(domain=PAGES)]
