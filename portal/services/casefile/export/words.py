"""What the page that a person takes along calls things: their own questions, and states in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from portal.domain.lifecycle import (
    Answer,
    ComplaintState,
    Depiction,
    Filer,
    Handler,
    ItemState,
    LetterKind,
    RequestKind,
    RequestState,
)
from portal.domain.report import ContactBy, NameKind, YesNo

# The report's answers in the order of its questions. What is not here stands elsewhere on the page.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "filer": "Who is this about?",
        "authority": "Who asked you to act, and how?",
        "authority_ends_on": "Until when you may act",
        "under_18": "Under 18 when it was made?",
        "depiction": "What is it?",
        "is_online": "Is it online?",
        "country": "Country",
        "subdivision": "Part of the country",
        "pasted": "What you pasted",
        "found_on": "When you found out",
        "found_words": "When you found out, in your words",
        "how_found": "How you found out",
        "explanation": "What you wanted to add",
        "took_it": "Did you take it yourself?",
        "contact_by": "How to reach you",
        "email": "E-mail",
        "phone": "Phone",
        "safe_contact": "When and how it is safe to reach you",
        "postal_address": "Postal address",
        "share_with_platforms": "May go into letters to platforms",
        "share_with_regulators": "May go into complaints",
        "release_to_poster": "The platform may tell your name to the person who posted it",
        "handler": "Who sends the letters",
        "name_kind": "Which name the letters have",
        "name": "Name",
        "states_no_consent": "I did not agree to this being shared",
        "states_good_faith": "I honestly believe this",
        "states_accuracy": "As far as I know, it is true",
        "states_ownership": "I own the copyright",
        "signature": "Signature",
        "signed_at": "Signed",
    }
)
NOT_ASKED = frozenset({"links", "places", "rejected", "visited", "team_id"})

_WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = MappingProxyType(
    {
        YesNo: {YesNo.YES: "Yes", YesNo.NO: "No", YesNo.UNSURE: "Not sure"},
        Filer: {Filer.SELF: "Me", Filer.PARENT: "My child", Filer.REPRESENTATIVE: "Someone who asked me to help"},
        Depiction: {
            Depiction.REAL: "A real private picture or video",
            Depiction.SYNTHETIC: "A fake or AI-made picture or video",
            Depiction.UNSURE: "A private picture, real or fake",
            Depiction.FALSE: "Something else that is false or hurtful",
            Depiction.PRIVATE: "Private facts",
        },
        ContactBy: {ContactBy.NONE: "Not at all", ContactBy.EMAIL: "By e-mail", ContactBy.PHONE: "By phone"},
        Handler: {Handler.PERSON: "You", Handler.TEAM: "A team"},
        NameKind: {
            NameKind.LEGAL: "Your own name",
            NameKind.REPRESENTATIVE: "The name of who acts for you",
            NameKind.PSEUDONYM: "A name that you chose",
        },
        ItemState: {
            ItemState.REPORTED: "saved, nothing sent yet",
            ItemState.ASKED: "letter sent",
            ItemState.ACKNOWLEDGED: "they got the letter",
            ItemState.REMOVED: "gone",
            ItemState.REFUSED: "they said no",
            ItemState.GEO_BLOCKED: "hidden in some countries only",
            ItemState.BACK: "back again",
        },
        RequestState: {
            RequestState.PREPARED: "not sent yet",
            RequestState.SENT: "sent, waiting",
            RequestState.ACKNOWLEDGED: "they got it",
            RequestState.MORE_ASKED: "they asked for more",
            RequestState.EXTENDED: "they need more time",
            RequestState.PARTLY: "some of it is gone",
            RequestState.REMOVED: "gone",
            RequestState.REFUSED: "they said no",
            RequestState.GEO_BLOCKED: "hidden in some countries only",
            RequestState.CLOSED: "closed",
        },
        RequestKind: {
            RequestKind.NOTICE: "Letter to take it down",
            RequestKind.ERASURE: "Letter to erase your data",
            RequestKind.COPYRIGHT: "Copyright letter",
        },
        ComplaintState: {
            ComplaintState.PREPARED: "not sent yet",
            ComplaintState.LODGED: "sent, waiting",
            ComplaintState.ANSWERED: "answered",
        },
        Answer: {
            Answer.ACKNOWLEDGED: "They confirmed they got it",
            Answer.MORE_ASKED: "They asked for something more",
            Answer.IDENTITY_ASKED: "They asked for ID",
            Answer.UPDATE: "They gave an update",
            Answer.EXTENDED: "They need more time",
            Answer.REMOVED: "They took it down",
            Answer.PARTLY: "They took some of it down",
            Answer.REFUSED: "They said no",
            Answer.GEO_BLOCKED: "They hid it in some countries only",
            Answer.NOT_FOUND: "They can’t find it",
            Answer.NOT_VIOLATION: "They say it doesn’t break their rules",
            Answer.NO_REASON: "They closed it without a reason",
            Answer.LOGIN_ASKED: "They want me to sign in first",
            Answer.PASSED_ON: "They told the person who posted it",
            Answer.WRONG_PLACE: "They say to ask someone else",
            Answer.COUNTER_NOTICE: "The person who posted it objected",
            Answer.LEGAL_THREAT: "They threaten me with legal steps",
            Answer.AUTO_REPLY: "Only an automatic reply",
        },
        LetterKind: {
            LetterKind.NOTICE: "Letter to take it down",
            LetterKind.REMINDER: "Reminder",
            LetterKind.ERASURE: "Letter to erase your data",
            LetterKind.COMPLAINT: "Complaint",
            LetterKind.COPYRIGHT: "Copyright letter",
            LetterKind.FOLLOW_UP: "Answer to the platform",
            LetterKind.SUPPLIER: "Letter to a company behind the site",
            LetterKind.PRESERVATION: "Letter to keep the proof",
            LetterKind.POLICE: "Sheet for the police",
        },
    }
)


def describe(word: StrEnum) -> str:
    """Raises KeyError for one that has no words."""
    return _WORDS[type(word)][word]
