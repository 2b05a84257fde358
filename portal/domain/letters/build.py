"""From facts to the finished content of a letter, whichever kind it is."""

from __future__ import annotations

from portal.domain.letters.blocks import LetterDocument, Translate
from portal.domain.letters.complaint import build_complaint
from portal.domain.letters.copyright import build_copyright
from portal.domain.letters.erasure import build_erasure
from portal.domain.letters.facts import CopyrightFacts, ErasureFacts, LetterFacts, NoticeFacts, ReminderFacts
from portal.domain.letters.notice import build_notice
from portal.domain.letters.reminder import build_reminder


def build_letter(facts: LetterFacts, translate: Translate) -> LetterDocument:
    """The document these facts make, in the language of `translate`."""
    if isinstance(facts, NoticeFacts):
        return build_notice(facts, translate)
    if isinstance(facts, ReminderFacts):
        return build_reminder(facts, translate)
    if isinstance(facts, ErasureFacts):
        return build_erasure(facts, translate)
    if isinstance(facts, CopyrightFacts):
        return build_copyright(facts, translate)
    return build_complaint(facts, translate)
