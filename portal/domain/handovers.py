"""The words for handing a case on, and for how the person's yes was given."""

from __future__ import annotations

from enum import StrEnum


class HandoverKind(StrEnum):
    """To whom a case is handed."""

    MEMBER = "member"  # of the same team
    TEAM = "team"  # another one of this portal
    ORGANISATION = "organisation"  # another portal, by a sealed file


class HandoverReason(StrEnum):
    AWAY = "away"
    LOAD = "load"
    LANGUAGE = "language"
    KNOWLEDGE = "knowledge"  # somebody else knows more of this kind
    TOO_CLOSE = "too_close"  # the member knows somebody in it, or it weighs too much
    PLACE = "place"  # others are nearer to the person
    OTHER = "other"


class ConsentBy(StrEnum):
    """How the person said yes."""

    PAGE = "page"  # on the page of their case
    TOLD = "told"  # by phone or face to face, written down by a member
