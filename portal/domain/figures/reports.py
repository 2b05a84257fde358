"""The two yearly reports: what the organisation writes in them itself, with a text to begin from.

The trusted flagger's report follows Article 22(3) of Regulation (EU) 2022/2065 (Digital Services Act): at least once a
year, easily comprehensible and detailed, on the notices submitted under Article 16, by the identity of the provider of
hosting services, the type of allegedly illegal content and the action taken by the provider, with an explanation of
the procedures by which the flagger stays independent, sent to the Digital Services Coordinator that awarded the status,
made public, and without personal data. Source: https://eur-lex.europa.eu/eli/reg/2022/2065/oj
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

LONGEST_PART = 6_000  # characters
SOURCE = "https://eur-lex.europa.eu/eli/reg/2022/2065/oj"
ARTICLE_16 = "eu-dsa-16"


class ReportKind(StrEnum):
    FLAGGER = "flagger"
    FUNDER = "funder"


class Part(StrEnum):
    """A part of a report that is written by hand."""

    WHO = "who"  # who reports, and to whom
    INDEPENDENCE = "independence"
    WORK = "work"  # how notices are made
    REMARKS = "remarks"


PARTS: Mapping[ReportKind, tuple[Part, ...]] = MappingProxyType(
    {
        ReportKind.FLAGGER: (Part.WHO, Part.WORK, Part.INDEPENDENCE, Part.REMARKS),
        ReportKind.FUNDER: (Part.WHO, Part.WORK, Part.REMARKS),
    }
)

# What stands there until somebody writes it. What only the organisation knows is asked for in brackets, so that nobody
# publishes a sentence that nobody said; see `list_gaps`.
FIRST_WORDS: Mapping[ReportKind, Mapping[Part, str]] = MappingProxyType(
    {
        ReportKind.FLAGGER: MappingProxyType(
            {
                Part.WHO: "[Name of the organisation] was awarded the status of trusted flagger by [Digital Services "
                "Coordinator] on [day], for [area of expertise].",
                Part.WORK: "Each notice is made from what the person concerned reported, or somebody who acts for her. "
                "Before it is sent, it is checked against the elements of Article 16(2): the reasons, the exact "
                "addresses, name and e-mail address, and the statement of good faith. No picture is opened or kept.",
                Part.INDEPENDENCE: "[How the organisation is funded, and what part of that comes from providers of "
                "online platforms.] [Who decides which notices are sent, and how conflicts of interest are prevented.] "
                "[Since when these rules have been in force, and who reviews them.]",
                Part.REMARKS: "",
            }
        ),
        ReportKind.FUNDER: MappingProxyType(
            {
                Part.WHO: "[Name of the organisation], [what the grant is for].",
                Part.WORK: "The helpline prepares notices to platforms for people whose intimate or fake images are "
                "online without their consent, counts the time that the law gives, and helps with the complaint when "
                "it runs out.",
                Part.REMARKS: "",
            }
        ),
    }
)


def words_of(kind: ReportKind, kept: Mapping[str, str]) -> dict[Part, str]:
    """The words of each part: those that were kept, or the text to begin from."""
    return {part: kept.get(part.value, FIRST_WORDS[kind][part]) for part in PARTS[kind]}


def list_gaps(words: Mapping[Part, str]) -> tuple[Part, ...]:
    """The parts in which something is still asked for in brackets."""
    return tuple(part for part, text in words.items() if "[" in text or "]" in text)
