"""What may stand in an address."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter

from portal.domain.intake import StepId
from portal.domain.letters.kinds import FollowUp, Supplier
from portal.domain.lifecycle import LetterKind


class OrdinalConverter(IntegerConverter):
    """The number of a request, letter or complaint within its case. A number no database can hold is no page.

    The pattern says so, because a value that a converter refuses is "not found" at once, and no other rule is asked.
    """

    regex = r"\d{1,6}"


class NumberedConverter(BaseConverter):
    """A word of a vocabulary, which is a number in the address, because the word would tell what the page is about."""

    numbers: Mapping[str, int] = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        cls.regex = "|".join(str(number) for number in sorted(cls.numbers.values(), reverse=True))
        super().__init_subclass__()

    def to_python(self, value: str) -> str:
        return next(word for word, number in self.numbers.items() if str(number) == value)

    def to_url(self, value: str) -> str:
        return str(self.numbers[value])


class StepConverter(NumberedConverter):
    """A step of the report. A number is never given to another step, nor that of one that is gone: a page that is open
    keeps its meaning.
    """

    numbers = MappingProxyType(
        {
            StepId.START: 1,
            StepId.WHO: 2,
            StepId.AGE: 3,
            StepId.COUNTRY: 4,
            StepId.STATE: 5,
            StepId.CHILD: 6,
            StepId.WHAT: 7,
            StepId.ONLINE: 8,
            StepId.THREAT: 9,
            StepId.LINKS: 10,
            StepId.PLACES: 11,
            StepId.CONTACT: 15,
            StepId.HANDLER: 18,
            StepId.AUTHORITY: 19,
            StepId.REVIEW: 22,
        }
    )


class LetterConverter(NumberedConverter):
    """A kind of letter."""

    numbers = MappingProxyType(
        {
            LetterKind.NOTICE: 1,
            LetterKind.REMINDER: 2,
            LetterKind.ERASURE: 3,
            LetterKind.COMPLAINT: 4,
            LetterKind.COPYRIGHT: 5,
            LetterKind.FOLLOW_UP: 6,
            LetterKind.SUPPLIER: 7,
            LetterKind.PRESERVATION: 8,
            LetterKind.POLICE: 9,
        }
    )


class TopicConverter(NumberedConverter):
    """What a letter after the first one is about, or which company behind a site it goes to."""

    numbers = MappingProxyType(
        {
            FollowUp.BACK: 1,
            FollowUp.LEFT: 2,
            FollowUp.NOT_VIOLATION: 3,
            FollowUp.ID_WANTED: 4,
            FollowUp.NOT_FOUND: 5,
            FollowUp.LOGIN: 6,
            FollowUp.PUBLIC_INTEREST: 7,
            FollowUp.CONSENT_CLAIMED: 8,
            FollowUp.PARODY: 9,
            FollowUp.OWN_ACCOUNT: 10,
            FollowUp.GEO_ONLY: 11,
            FollowUp.NO_REASON: 12,
            FollowUp.COUNTER_NOTICE: 13,
            FollowUp.MORE_ASKED: 14,
            FollowUp.EXCESS_ID: 15,
            Supplier.SEARCH: 16,
            Supplier.HOST: 17,
            Supplier.NETWORK: 18,
            Supplier.REGISTRAR: 19,
            Supplier.PAYMENT: 20,
        }
    )


def init_converters(app: Flask) -> None:
    app.url_map.converters.update(
        int=OrdinalConverter, step=StepConverter, letter=LetterConverter, topic=TopicConverter
    )
