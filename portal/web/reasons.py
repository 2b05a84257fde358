"""Why a law applies, in the page's language, and said to the person themselves: "You live in Ireland."

The rules speak of "the person", which is right in a letter and on the desk. Requests keep those sentences as text, as a
letter printed them, so that they are known here by their form: the sentence, and what was filled into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from portal.domain.wording import Sentence, as_form
from portal.web.filters import show_fact
from portal.web.open.labels import format_sentence

SAID: Mapping[str, Any] = MappingProxyType(
    {
        "The person lives in %(place)s, where this law applies.": _l("You live in %(place)s."),
        "The person lives in %(place)s, where this law applies. %(company)s answers for people there.": _l(
            "You live in %(place)s. %(company)s answers for people there."
        ),
        "%(company)s, established where this law applies, answers for people in %(place)s.": _l(
            "%(company)s answers for people in %(place)s, and this law binds it."
        ),
        "%(company)s, established where this law applies, answers for people where the person lives.": _l(
            "%(company)s answers for people where you live, and this law binds it."
        ),
        "%(company)s answers for people where the person lives, and is not established where this law applies.": _l(
            "%(company)s answers for people where you live, and this law does not bind it."
        ),
        "The person lives where this law applies.": _l("You live where this law applies."),
        "The person lives where this service works.": _l("You live where this service works."),
        "The person does not live where this law applies.": _l("You do not live where this law applies."),
        "A part of this law may apply where the person lives.": _l("A part of this law may apply where you live."),
        "It is not known where the person lives.": _l("You have not said where you live."),
        "This law binds the platform wherever the person lives.": _l("This law counts wherever you live."),
        "This service is open wherever the person lives.": _l("This service is open wherever you live."),
        "The platform is established where this law applies.": _l("The platform’s company is where this law applies."),
        "One of the platform's companies is established where this law applies. "
        "Whether it answers for people where the person lives is not known.": _l(
            "One of the platform’s companies is where this law applies. We do not know whether it answers for you."
        ),
        "Anybody may send a notice under this law, but it protects people where it applies, and the person lives "
        "elsewhere. No letter relies on it.": _l(
            "Anybody may send a notice under this law, but it protects people who live where it applies. "
            "Our letters do not use it for you."
        ),
    }
)


def say_reason(reason: str | Sentence) -> str:
    """The sentence in the person's own words where there are some, else as the rules say it."""
    text = str(reason)
    for form, said in _FORMS:
        if found := form.fullmatch(text):
            return str(said) % found.groupdict()
    return format_sentence(reason) if isinstance(reason, Sentence) else show_fact(reason)


def show_reason(reason: str) -> str:
    """The sentence as the rules say it, for the desk."""
    for form, key in _KEYS:
        if found := form.fullmatch(reason):
            return str(gettext(key, **found.groupdict()))
    return show_fact(reason)


def init_reasons(app: Flask) -> None:
    app.jinja_env.filters["said"] = say_reason
    app.jinja_env.filters["reason"] = show_reason


_FORMS = tuple((as_form(key), said) for key, said in SAID.items())
# Every sentence of the rules into which something is filled.
WITH_VALUES = (
    *(key for key in SAID if "%(" in key),
    "%(company)s is established in this country; in which part is not known.",
    "%(law)s is used in its place: it is the national form of the same right.",
    "This law is in force from %(day)s only.",
)
# The longest first: what is filled into a short one could be the rest of a longer one.
_KEYS = tuple((as_form(key), key) for key in sorted(WITH_VALUES, key=len, reverse=True))
