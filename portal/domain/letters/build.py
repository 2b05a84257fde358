"""From facts to the finished content of a letter, whichever kind it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from portal.domain.letters.blocks import LetterDocument, Translate
from portal.domain.letters.complaint import build_complaint
from portal.domain.letters.copyright import build_copyright
from portal.domain.letters.erasure import build_erasure
from portal.domain.letters.facts import (
    ComplaintFacts,
    CopyrightFacts,
    ErasureFacts,
    FollowUpFacts,
    LetterFacts,
    NoticeFacts,
    ReminderFacts,
    SupplierFacts,
    ThreatFacts,
)
from portal.domain.letters.follow_up import build_follow_up
from portal.domain.letters.notice import build_notice
from portal.domain.letters.reminder import build_reminder
from portal.domain.letters.supplier import build_supplier
from portal.domain.letters.threat import build_threat

_BUILDERS: Mapping[type[LetterFacts], Callable[[Any, Translate], LetterDocument]] = {
    NoticeFacts: build_notice,
    CopyrightFacts: build_copyright,
    ReminderFacts: build_reminder,
    ErasureFacts: build_erasure,
    FollowUpFacts: build_follow_up,
    SupplierFacts: build_supplier,
    ThreatFacts: build_threat,
    ComplaintFacts: build_complaint,
}


def build_letter(facts: LetterFacts, translate: Translate) -> LetterDocument:
    """The document these facts make, in the language of `translate`."""
    return _BUILDERS[type(facts)](facts, translate)
