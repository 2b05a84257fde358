"""What would make letters stronger, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import gettext as _
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

NAMES: Mapping[Topic, Any] = MappingProxyType(  # the same within a sentence
    {
        Topic.NAME: _l("a name"),
        Topic.EMAIL: _l("an address for their answer"),
        Topic.WHAT: _l("what it is"),
        Topic.AGE: _l("your age in it"),
        Topic.AUTHORITY: _l("who asked you to act"),
        Topic.PHONE: _l("a phone number"),
        Topic.ADDRESS: _l("a postal address"),
    }
)


def describe_missing(found: MissingFacts) -> str:
    """ "A phone number would make 4 letters stronger.", or nothing where nothing is missing."""
    if not found.facts:
        return ""
    if len(found.facts) == 1:
        return str(
            ngettext(
                "%(thing)s would make %(num)d letter stronger.",
                "%(thing)s would make %(num)d letters stronger.",
                found.letters,
                thing=TITLES[found.facts[0].topic],
            )
        )
    return str(
        ngettext(
            "%(count)s things would make %(num)d letter stronger: %(things)s.",
            "%(count)s things would make %(num)d letters stronger: %(things)s.",
            found.letters,
            count=len(found.facts),
            things=_name_all(found),
        )
    )


def describe_to_add(found: MissingFacts) -> str:
    """What to add before the letters are sent, by name, or nothing where nothing is missing."""
    if not found.facts:
        return ""
    if any(fact.is_vital for fact in found.facts):
        return str(_("Add what your letters need: %(things)s.", things=_name_all(found)))
    return str(_("Add what makes your letters stronger: %(things)s.", things=_name_all(found)))


def _name_all(found: MissingFacts) -> str:
    return ", ".join(str(NAMES[fact.topic]) for fact in found.facts)
