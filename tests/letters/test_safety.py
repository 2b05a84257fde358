"""What a person types is shown as typed and does nothing; what cannot be set stops the letter; nothing is fetched."""

from __future__ import annotations

import io
import logging
from dataclasses import replace

import pikepdf
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from portal.adapters.papers import fonts
from portal.adapters.papers.fonts import faces_of, find_glyph_problems
from portal.adapters.papers.letter_content import letter_problems, prepare_letter
from portal.adapters.papers.notice_json import LINKS_FILE, NOTICE_FILE
from portal.adapters.papers.pdf import NothingIsFetched, make_letter, render_html
from portal.domain.letters.blocks import plain_text
from portal.domain.letters.build import build_letter
from portal.domain.letters.checks import LetterRefused, ProblemCode
from portal.domain.letters.facts import LinkFact, NoticeFacts
from portal.domain.letters.phrases import English
from tests.letters.reading import read_text, read_without_spaces
from tests.letters.samples import content, notice

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src='http://127.0.0.1:1/x.png'>",
    "<link rel=attachment href='file:///etc/hostname'>",
    "{{7*7}} {% raw %}",
    "%(name)s &amp; &#60;",
    "url(http://127.0.0.1:1/) @import",
)


def with_words(words: str) -> NoticeFacts:
    return replace(notice(count=2), content=content(words))


@pytest.mark.parametrize("words", HOSTILE)
def test_what_looks_like_code_is_shown_as_it_was_typed(words: str) -> None:
    rendered = make_letter(with_words(words), English())
    assert words.replace(" ", "") in read_without_spaces(rendered.pdf)
    with pikepdf.open(io.BytesIO(rendered.pdf)) as document:
        assert sorted(document.attachments) == [LINKS_FILE, NOTICE_FILE]
        assert "/JavaScript" not in document.Root.get("/Names", {})


def test_a_link_that_holds_markup_stays_a_text() -> None:
    link = LinkFact(number=1, platform="Examplebook", url="https://x.example/\"><b onclick='a()'>{{1}}</b>")
    rendered = make_letter(replace(notice(), links=(link,)), English())
    assert (link.url or "-").replace(" ", "") in read_without_spaces(rendered.pdf)


@pytest.mark.parametrize("code", [0x202E, 0x202A, 0x2066, 0x00, 0x08, 0x85, 0xFEFF])
def test_a_hidden_control_character_is_named(code: int) -> None:
    rendered = make_letter(with_words(f"https://x.example/{chr(code)}gpj.exe"), English())
    assert f"[U+{code:04X}]" in read_without_spaces(rendered.pdf)
    assert chr(code) not in read_text(rendered.pdf)


def test_nothing_in_a_letter_names_another_file() -> None:
    html = render_html(prepare_letter(notice(), English())[0])
    assert not any(word in html for word in ("src=", "href=", "@import", "url("))


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a.png", "file:///etc/hostname", "data:image/png;base64,AAAA"])
def test_the_fetcher_ends_the_rendering_for_every_address(address: str) -> None:
    with pytest.raises(FatalURLFetchingError):
        HTML(string=f"<img src='{address}'>", url_fetcher=NothingIsFetched()).render()


def test_a_character_without_a_glyph_is_named_and_said_and_stops_nothing() -> None:
    facts = with_words("He wrote \U0001f602 and \U000e0fff.")
    assert letter_problems(facts, English()) == ()
    text = " ".join(plain_text(prepare_letter(facts, English())[0]))
    assert "He wrote [face with tears of joy] and [U+E0FFF]." in text
    assert "stand by their names in square brackets" in text
    plain = " ".join(plain_text(prepare_letter(with_words("Nothing odd."), English())[0]))
    assert "square brackets" not in plain


def test_a_missing_text_face_stops_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "TEXT_FACE", "No Such Face At All")
    document = build_letter(notice(), English())
    assert [problem.code for problem in find_glyph_problems(document)] == [ProblemCode.FONT]


def test_fonts_that_cannot_be_looked_up_stop_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "TEXT_FACE", "Another Face That Was Never Asked For")
    monkeypatch.setenv("PATH", "")
    problems = find_glyph_problems(build_letter(notice(), English()))
    assert [problem.code for problem in problems] == [ProblemCode.FONT]
    assert "fontconfig" in problems[0].text


def test_a_redacted_twin_is_stopped_by_what_stops_the_full_letter() -> None:
    facts = replace(notice(), bases=())
    assert [problem.code for problem in letter_problems(facts, English())] == [ProblemCode.NO_BASES]
    with pytest.raises(LetterRefused):
        make_letter(facts, English(), is_redacted=True)


def test_a_stopped_letter_says_why_without_quoting_the_letter() -> None:
    with pytest.raises(LetterRefused) as stopped:
        make_letter(with_words("[[say here what happened]]"), English())
    assert str(stopped.value) == "placeholder"


def test_weasyprint_tells_no_log_what_stands_in_a_letter() -> None:
    # A handler of our own on the root logger, as an application has one: pytest's sees more than is passed on.
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    root.addHandler(handler)
    try:
        logging.getLogger("weasyprint").warning("words of a letter")
        make_letter(with_words("Words that must not be logged."), English())
    finally:
        root.removeHandler(handler)
    assert "words" not in stream.getvalue().casefold()


def test_every_language_names_the_text_face_first_and_its_own_next() -> None:
    assert faces_of("en")[0] == "Noto Sans"
    assert faces_of("zh-Hant")[:2] == ("Noto Sans", "Noto Sans CJK TC")
    assert faces_of("fa")[:2] == ("Noto Sans", "Noto Naskh Arabic")
