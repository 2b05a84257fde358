"""What would make letters stronger, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.services.intake.facts import MissingFacts, Topic

TITLES: Mapping[Topic, Any] = MappingProxyType(
    {
        Topic.NAME: _l("A name"),
        Topic.EMAIL: _l("An address for their answer"),
        Topic.WHAT: _l("What it is"),
        Topic.AGE: _l("Your age in it"),
        Topic.AUTHORITY: _l("Who asked you to act"),
        Topic.PHONE: _l("A phone number"),
        Topic.ADDRESS: _l("A postal address"),
    }
)


def describe_missing(found: MissingFacts) -> str:
    """ "2 things would make 4 letters stronger.", or nothing where nothing is missing."""
    if not found.facts:
        return ""
    if len(found.facts) == 1:
        return str(
            ngettext(
                "1 thing would make %(num)d letter stronger.",
                "1 thing would make %(num)d letters stronger.",
                found.letters,
            )
        )
    return str(
        ngettext(
            "%(things)s things would make %(num)d letter stronger.",
            "%(things)s things would make %(num)d letters stronger.",
            found.letters,
            things=len(found.facts),
        )
    )
