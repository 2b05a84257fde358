"""What is copied and read aloud from a letter, where its glyphs alone would tell it wrongly.

A PDF's text is drawn from glyphs, and a table says which letters each glyph stands for. Where letters change their
shape or their place (Hindi, Bengali, Tamil, Thai, Burmese and their kin) that table cannot be right, and WeasyPrint
gives no other. PDF has an honest way for this: a span of drawn text names the text that it stands for (`ActualText`,
ISO 32000-1, 14.9.4). A link that is broken over lines is named once, whole, at its first line.

Arabic and Hebrew are another matter: readers take what is drawn from left to right and turn it round, a named text too.
There the table is right, but for one glyph that stands for two letters, which come out turned round. Unicode has a
character of its own for such a pair, whose meaning is the two letters in their order; that one goes into the table.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from weasyprint.draw import text as drawing

_SHAPED = re.compile("[\u0900-\u0dff\u0e00-\u10ff\u1200-\u139f\u1780-\u18af]")  # Hindi to Sinhala, Thai to Mongolian
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_WHOLE = "place"  # the class of a cell with a link: never broken when copied
_NOTHING = "\u200b"  # stands for the further lines of a link: readers print them a second time where nothing is named


@contextmanager
def named_text() -> Iterator[None]:
    """While this lasts, what WeasyPrint draws is named where its glyphs do not tell it. Not for two threads at once."""
    drawn = drawing.draw_first_line
    drawing.draw_first_line = _naming(drawn)
    try:
        yield
    finally:
        drawing.draw_first_line = drawn


def _naming(draw: Callable[..., Any]) -> Callable[..., Any]:
    begun: set[int] = set()  # the links whose first line is drawn

    def draw_named(stream: Any, textbox: Any, *rest: Any) -> Any:
        name = _name(textbox, begun)
        if name is None:
            emojis = draw(stream, textbox, *rest)
        else:
            stream.begin_marked_content("Span", f"<</ActualText <{_encode(name)}>>>".encode())
            emojis = draw(stream, textbox, *rest)
            stream.end_marked_content()
        if _ARABIC.search(textbox.text):
            _join_pairs(stream)
        return emojis

    return draw_named


def _name(textbox: Any, begun: set[int]) -> str | None:
    """The text that a line stands for; None where its glyphs say it."""
    element, text = textbox.element, str(textbox.text)
    whole = element.text if element is not None and element.get("class") == _WHOLE and not len(element) else None
    if whole and whole != text:
        is_first = id(element) not in begun
        begun.add(id(element))
        return whole if is_first else _NOTHING
    return text if _SHAPED.search(text) else None


def _encode(text: str) -> str:
    return (b"\xfe\xff" + text.encode("utf-16-be")).hex()


def _join_pairs(stream: Any) -> None:
    """In the fonts used so far, name each glyph of several Arabic letters by the one character for them."""
    for font in stream._fonts.values():
        pairs = {glyph: text for glyph, text in font.to_unicode.items() if len(text) > 1 and text in _list_pairs()}
        font.to_unicode |= {glyph: _list_pairs()[text] for glyph, text in pairs.items()}


@cache
def _list_pairs() -> Mapping[str, str]:
    """By the letters, the character that stands for them joined: the first that Unicode has."""
    codes = [*range(0xFE70, 0xFEFD), *range(0xFB50, 0xFDF0)]
    found: dict[str, str] = {}
    for code in codes:
        letters = unicodedata.normalize("NFKC", chr(code))
        if len(letters) > 1 and not letters.startswith(" "):
            found.setdefault(letters, chr(code))
    return found
