"""The words of an HTML page, as far as a reader would see them. Nothing in it is run, shown or fetched."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from portal.domain.documents import LONGEST_TEXT
from portal.domain.readable import MARK

LONGEST_ADDRESS = 1_000  # characters of an address behind a link that are kept

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg"})
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr",
        "ul",
    }
)  # fmt: skip


# The standard library's parser of pages takes time by the square of an unclosed tag's repetitions; ten seconds for
# twenty kilobytes. These two patterns give nothing back once taken and stop at the next "<", so no page takes long.
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40}+)"
    r"(?P<rest>(?:[^<>\"']++|\"[^\"<]{0,4000}+\"|'[^'<]{0,4000}+')*+)>"
    r"|<(?:!(?!--)|[?/]|[a-zA-Z])[^<>]{0,4000}+>"
    r"|(?P<remark><!--)"
)
_HREF = re.compile(r"(?:^|\s)(?:href|action)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE)
_ALT = re.compile(r"(?:^|\s)(?:alt|aria-label)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')", re.IGNORECASE)
LONGEST_ALT = 500  # characters of the words that stand for a picture
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{8,}+;?")  # of no character; reading it as a number would raise


def page_to_text(page: str) -> str:
    """The words of an HTML page in their order, with the address behind each link; nothing is fetched."""
    reader = _PageReader(page[:LONGEST_TEXT])
    reader.read()
    return reader.text()


class _PageReader:
    """Passes through a page once, from tag to tag."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._at = 0
        self._pieces: list[str] = []
        self._unseen = ""  # the element whose content is no text, while in it
        self._is_kept = False  # within an element whose ends of lines are its own
        self._target = ""  # where the link leads whose words are being read
        self._last: dict[str, int] = {}

    def text(self) -> str:
        lines = "".join(self._pieces).split("\n")
        return "\n".join(_squeeze(" ".join(line.split()) for line in lines)).strip()

    def read(self) -> None:
        while found := _TAG.search(self._page, self._at):
            self._take_words(self._page[self._at : found.start()])
            self._at = found.end()
            if found["remark"]:
                self._skip_to("-->")
            elif found["name"]:
                self._take_tag(found["name"].lower(), is_end=bool(found["close"]), rest=found["rest"])
        self._take_words(self._page[self._at :])

    def _take_tag(self, name: str, *, is_end: bool, rest: str) -> None:
        if self._unseen:
            self._unseen = "" if is_end and name == self._unseen else self._unseen
        elif name in _BLOCKS:
            self._take_block(name, is_end=is_end, rest=rest)
        elif name in {"img", "area"}:
            self._take_picture(rest)
        elif name == "td":
            self._pieces.append(" ")
        elif name == "a":
            self._take_link(is_end=is_end, rest=rest)
        elif name in _UNSEEN and not is_end and self._last_of(f"</{name}") >= self._at:
            self._unseen = name

    def _take_block(self, name: str, *, is_end: bool, rest: str) -> None:
        self._pieces.append("\n")
        if name == "pre":
            self._is_kept = not is_end
        elif name == "form" and not is_end and (target := _find_target(rest)):
            self._pieces.append(f"<{target[:LONGEST_ADDRESS]}>\n")

    def _take_link(self, *, is_end: bool, rest: str) -> None:
        if self._target:
            self._pieces.append(f" <{self._target[:LONGEST_ADDRESS]}>")
            self._target = ""
        if not is_end:
            self._target = _find_target(rest)

    def _take_picture(self, rest: str) -> None:
        """The words that stand for a picture where it is not shown, and where a part of it leads."""
        if found := _ALT.search(rest):
            words = " ".join(_read_signs(found[1] if found[1] is not None else found[2]).split())
            self._pieces.append(f" {words[:LONGEST_ALT]} " if words else "")
        if target := _find_target(rest):
            self._pieces.append(f" <{target[:LONGEST_ADDRESS]}> ")

    def _take_words(self, text: str) -> None:
        if not self._unseen and text:
            words = _read_signs(text)
            self._pieces.append(words if self._is_kept else words.replace("\n", " "))

    def _last_of(self, end: str) -> int:
        """Where `end` stands for the last time, looked for once. What is opened and never closed hides nothing."""
        if end not in self._last:
            self._last[end] = self._page.lower().rfind(end)
        return self._last[end]

    def _skip_to(self, end: str) -> None:
        """Pass over what comes before `end`; where it never comes, nothing is passed over."""
        place = self._page.find(end, self._at) if self._last_of(end) >= self._at else -1
        self._at = place + len(end) if place >= 0 else self._at


def _find_target(rest: str) -> str:
    """The address in a tag's attributes that somebody could go to; empty where there is none."""
    found = _HREF.search(rest)
    if found is None:
        return ""
    target = "".join(_read_signs(next(part for part in found.groups() if part is not None)).split())
    return target if target.lower().startswith(("http://", "https://", "mailto:")) else ""


def _read_signs(text: str) -> str:
    """The text with its character references read."""
    return html.unescape(_LONG_NUMBER.sub(MARK, text))


def _squeeze(lines: Iterator[str]) -> Iterator[str]:
    """At most one empty line at a time."""
    was_empty = False
    for line in lines:
        if line or not was_empty:
            yield line
        was_empty = not line
