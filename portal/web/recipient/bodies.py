"""What a recipient's machine posts over the link in a letter, and what it gets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta as Said

from portal.domain.lifecycle import Answer
from portal.services.tracking.link_answers import LONGEST_TEXT, LONGEST_TICKET, OFFERED, AnswerPart, Became, SaidThere

# The answers that can be given here, by the words of the vocabulary; others are for people who read mail.
Offered = StrEnum("Offered", {answer.name: answer.value for answer in OFFERED})  # type: ignore[misc]
MOST_LINKS = 500


class PartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer about some links, by their numbers in Annex A of the letter; about all where none is given."""

    answer: Offered
    links: Annotated[tuple[Annotated[int, Said(ge=1, le=9_999)], ...], Said(max_length=MOST_LINKS)] = ()


class RecipientBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer to a notice. An empty one, `{}`, confirms receipt, and so does every other."""

    answers: Annotated[tuple[PartBody, ...], Said(max_length=len(OFFERED))] = ()
    text: Annotated[str, Said(max_length=LONGEST_TEXT, description="Why, or what you need; plain text")] = ""
    ticket: Annotated[str, Said(max_length=LONGEST_TICKET, description="Your own number for the notice")] = ""

    def said(self) -> SaidThere:
        parts = tuple(AnswerPart(answer=Answer(each.answer), links=each.links) for each in self.answers)
        return SaidThere(parts=parts, text=self.text, ticket=self.ticket)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of it. `kept`: it waits for the sender, who reads it before it counts; `known`: it was there."""

    reference: str
    became: Became
