"""Mails of the portal's own in another language: every sentence comes from a catalogue, and can be found for one."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.support import NullTranslations

from portal.adapters.translations import name_day
from portal.domain.deadline_levels import Level
from portal.services.alerts import digests
from portal.services.background import mail_texts
from portal.services.background.mail_texts import LEVELS, Text, write_digest, write_levels, write_line

TEXTS = {name: each for name, each in vars(mail_texts).items() if isinstance(each, Text)}
VALUES = {"link": "https://1", "day": "2027-02-01", "code": "12345678"}


class Pseudo(NullTranslations):
    """Every sentence between brackets, and which were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str | tuple[str, str]] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add((msgid1, msgid2))
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Pseudo:
    found = Pseudo()
    monkeypatch.setattr(mail_texts, "load_page_sentences", {"xx": found}.__getitem__)
    return found


def write_all() -> list[Text]:
    """Every mail of the portal's own."""
    lines = [
        write_line(words, ["KEA-1"], "xx", listed=1, count=count)
        for words in (*LEVELS.values(), *digests.VIEWS.values())
        for count in (1, 2)
    ]
    return [
        *(each.say("xx", **VALUES) for each in TEXTS.values()),
        write_levels({level: ("KEA-1",) for level in Level}, "xx", listed=10),
        write_digest(lines, "xx"),
    ]


def test_nothing_of_a_mail_stands_outside_of_the_catalogue(pseudo: Pseudo) -> None:
    assert len(TEXTS) >= 6
    for mail in write_all():
        for text in (mail.subject, mail.text):
            bare = re.sub(r"⟦[^⟧]*⟧", "", text)
            assert re.findall(r"[A-Za-z]{2,}", bare.replace("KEA-1", "")) == [], text


def test_every_sentence_of_a_mail_is_found_for_the_catalogues(pseudo: Pseudo) -> None:
    write_all()
    extracted: set[str | tuple[str, ...]] = set()
    for module in (mail_texts, digests):
        keywords = {**DEFAULT_KEYWORDS, "mark": None}
        found = extract_from_file("python", Path(str(module.__file__)), keywords=keywords)
        extracted |= {message for _line, message, *_rest in found}
    assert pseudo.asked - extracted == set()


def test_in_english_nothing_is_changed_and_one_is_told_from_several() -> None:
    assert mail_texts.DATE.say("en") == mail_texts.DATE
    assert write_line(LEVELS[Level.DRAFT], ["A", "B"], "en", listed=1) == "2 cases are due for their next letter: A, …"
    assert write_line(LEVELS[Level.DRAFT], ["A"], "no-such", listed=1) == "1 case is due for its next letter: A"
    assert [name_day(date(2027, 2, 1), language) for language in ("en", "de")] == ["1 February 2027", "1. Februar 2027"]
