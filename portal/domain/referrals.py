"""Whom a person is referred to, and what of their case may be told there."""

from __future__ import annotations

from enum import StrEnum


class ReferralKind(StrEnum):
    POLICE = "police"
    LAWYER = "lawyer"
    SHELTER = "shelter"
    COUNSELLING = "counselling"
    HOTLINE = "hotline"
    OTHER = "other"


class ReferralPart(StrEnum):
    """What may be told. Nothing else goes on the sheet."""

    NAME = "name"
    CONTACT = "contact"  # e-mail, telephone, and when it is safe
    COUNTRY = "country"
    ABOUT = "about"  # what kind of content it is, whether it is online, whether the person was under 18
    WORDS = "words"  # how it was found and what it does, in the person's words
    LINKS = "links"
    LETTERS = "letters"  # to whom letters went and when
