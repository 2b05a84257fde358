"""Every script is copied as it was written: names, words, long links. Read with the engine of a browser."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest

from portal.adapters.papers.letter_content import Rendered
from portal.adapters.papers.pdf import make_letter
from portal.domain.letters.facts import LinkFact
from portal.domain.letters.phrases import English
from tests.letters.reading import copy_text
from tests.letters.samples import content, notice

WORDS = {
    "Arabic": "ليلى نُشرت هذه الصور دون موافقتي",
    "Persian": "اعلان تصویر لا",
    "Hebrew": "שלום עולם תמונות שלי",
    "Hindi": "प्रकाशित अंतरंग चित्र",
    "Bengali": "আমার সম্মতি ছাড়া প্রকাশিত",
    "Tamil": "தமிழ் படம்",
    "Thai": "ภาพของฉันถูกเผยแพร่โดยไม่ได้รับความยินยอม",
    "Burmese": "ကျွန်ုပ်၏ ခွင့်ပြုချက်",
    "Chinese": "未经我同意发布的图片",
    "Japanese": "同意なしに公開された画像",
    "Korean": "제 동의 없이 게시된 영상",
    "Greek and Cyrillic": "Χωρίς συναίνεση, без согласия",
    "mixed": "Laila ليلى and Noa נועה wrote",
}
LONG = f"https://pictures.example/{'a-part-of-a-long-path/' * 9}?v={'0123456789abcdef' * 8}"
NAME = "ليلى"


@pytest.fixture(scope="module")
def letter() -> Rendered:
    facts = notice(count=2)
    link = LinkFact(number=1, platform="Pictures", url=LONG)
    signature = replace(facts.frame.signature, name=NAME) if facts.frame.signature else None
    frame = replace(facts.frame, signature=signature, reporter=replace(facts.frame.reporter, name=NAME))
    words = content("\n".join(WORDS.values()))
    return make_letter(replace(facts, frame=frame, content=words, links=(link,)), English())


def copied(letter: Rendered) -> str:
    # A pair of letters that is drawn as one is copied as Unicode's character for that pair, which is equivalent.
    return unicodedata.normalize("NFKC", copy_text(letter.pdf))


@pytest.mark.parametrize("script", WORDS)
def test_words_are_copied_as_they_were_written(letter: Rendered, script: str) -> None:
    written = unicodedata.normalize("NFKC", WORDS[script])
    assert "".join(written.split()) in "".join(copied(letter).split())


def test_an_arabic_name_is_copied_right_wherever_it_stands(letter: Rendered) -> None:
    assert copied(letter).count(NAME) >= 3  # at the head, in the signature, in the words
    assert "ليىل" not in copied(letter)


def test_a_link_over_several_lines_is_copied_whole(letter: Rendered) -> None:
    assert LONG in copy_text(letter.pdf)
