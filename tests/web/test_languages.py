"""Pages in another language: a pseudo-language marks each sentence that a catalogue gives; nothing else may be English.

What is no sentence of the portal stays as it is: names of laws' sources and of bodies and platforms, addresses, file
names, what people typed. Babel says countries, dates and languages in the page's language without a catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, reduce
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar

import pytest
from babel import Locale
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.support import NullTranslations

from portal.reference.holidays import name_part
from portal.reference.registry import load_registry
from portal.web import languages
from portal.web.forms.parts import PARTS
from tests.web.test_routes import EVERY_ROUTE, _address
from tests.web.world import Caller, World, make_world

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"\S+")
OPEN, CLOSE = "⟦", "⟧"
CALLERS = (
    Caller.NOBODY, Caller.DRAFT, Caller.PERSON, Caller.ADVOCATE, Caller.SUPERVISOR, Caller.ADMINISTRATOR, Caller.AUDITOR
)  # fmt: skip
# What is typed in the invented world, names of people and teams and what they wrote; and the address of a company.
TYPED = (
    "Recourse", "Advocate", "Supervisor", "Administrator", "Auditor", "Carrier", "Narrow", "Newcomer", "Reviewer",
    "Stranger", "Harbour", "Mountain", "Ana Exemplar", "A friend told me", "1 Invented Street", "Exampleton",
    "Their answer", "Your report", "We look at it", "T-1",
    "It breaks no rule of ours", "X Corp.; X Internet Unlimited Company (EU, EFTA, UK)", "X Corp",
    "865 FM 1209, Building 2", "Bastrop, TX 78602",
)  # fmt: skip
# Addresses, digests, references, zones, files: the same in every language.
ADDRESS = re.compile(
    r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b|https?://\S+|\S+@\S+|[A-Z]\w+/[A-Z][\w /-]+|[A-Za-z]\w*\.[a-z]{2,5}\b"
    r"|\b[0-9a-f]{8,}\b"
)
SAME = re.compile(r"\bSHA-?256\w*|\S+\.[a-z]{2,5}\b|JSON")
FOR_MACHINES = {"embed.clock", "embed.country"}  # what was asked wrongly is told to whoever builds the address
SOURCES = {"directory.platform", "directory.platform_version"}  # they cite their sources as those call themselves
PAGES_TO_READ = sorted(
    {endpoint for method, endpoint, _rule in EVERY_ROUTE if method == "GET"} - FOR_MACHINES - SOURCES
)


class Pseudo(NullTranslations):
    """Every sentence between brackets, as a translator would give it back."""

    def gettext(self, message: str) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"

    ugettext, ungettext = gettext, ngettext


class Reader(HTMLParser):
    """The texts of a page that somebody reads or hears, in their order."""

    unread: ClassVar = {"script", "style", "svg", "code", "pre", "textarea", "kbd", "blockquote"}
    empty: ClassVar = {"br", "meta", "link", "input", "img", "hr", "path", "source", "wbr"}

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.empty:
            self.within.append(tag)
        named = dict(attrs)
        self.texts += [text for name in ("placeholder", "aria-label", "title", "alt") if (text := named.get(name))]

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.unread.intersection(self.within):
            self.texts.append(data)


def list_bare(page: str) -> set[str]:
    """What stands outside of every bracket and has a word in it."""
    reader = Reader()
    reader.feed(page)
    return {bare for text in reader.texts if re.search(r"[A-Za-z]{3}", bare := _strip(text))}


def _strip(text: str) -> str:
    """A text without what stands in brackets; a sentence that was cut has lost the end of its own."""
    left, depth = [], 0
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        if depth == 0 and sign != CLOSE:
            left.append(sign)
    return " ".join("".join(left).split())


@cache
def known_names() -> re.Pattern[str]:
    """What the records, the tz data and Babel call by a name, and what was typed: the longest first."""
    registry, english = load_registry(), Locale("en")
    records: tuple[Any, ...] = (
        *registry.regimes.values(),
        *registry.regulators.values(),
        *registry.platforms.values(),
    )
    names = {name for each in records for name in (each.name, getattr(each, "native_name", None)) if name}
    names |= {regime.citation for regime in registry.regimes.values()}
    names |= {crime.citation for record in registry.police.values() for crime in record.crimes}
    names |= {str(name) for group in (english.territories, english.languages) for name in group.values()}
    for named in (english.days, english.months):
        names |= {str(name) for width in named["format"].values() for name in width.values()}
    names |= {name_part(country, part) for country, parts in PARTS.items() for part, _ in parts}
    longest_first = sorted({*names, *TYPED}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


def is_name(text: str) -> bool:
    """Whether nothing but names, and what is the same in every language, is in a text."""
    if text.startswith("“"):  # a statement of a letter, in the letter's language
        return True
    orders = (
        (ADDRESS, known_names(), SAME),
        (known_names(), ADDRESS, SAME),
    )  # a name may hold an address, and it a name
    return any(not re.search(r"[A-Za-z]{3}", reduce(_take_out, order, text)) for order in orders)


def _take_out(text: str, names: re.Pattern[str]) -> str:
    return names.sub("", text)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("languages")) as made:
        yield made


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "load_page_sentences", lambda _language: Pseudo())


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("endpoint", PAGES_TO_READ)
def test_every_sentence_of_a_page_comes_from_the_catalogue(world: World, endpoint: str) -> None:
    path = _address(world, endpoint)
    for caller in CALLERS:
        answer = world.ask(caller, "GET", path)
        assert answer.status_code < 500, caller
        if answer.mimetype == "text/html" and "Location" not in answer.headers:
            bare = sorted(text for text in list_bare(answer.text) if not is_name(text))
            assert not bare, f"{caller}: {bare}"


def test_the_catalogue_of_a_page_is_looked_up_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def note(language: str) -> Pseudo:
        looked_up.append(language)
        return Pseudo()

    monkeypatch.setattr(languages, "load_page_sentences", note)
    assert world.ask(Caller.NOBODY, "GET", "/").status_code == 200
    assert looked_up == ["en"]


class Asked(Pseudo):
    """Remembers every sentence that a page asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: set[str] = set()

    def gettext(self, message: str) -> str:
        self.sentences.add(message)
        return super().gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.sentences.add(msgid1)
        return super().ngettext(msgid1, msgid2, n)

    ugettext, ungettext = gettext, ngettext


def extract_all() -> set[str]:
    with (ROOT / "portal" / "translations" / "pages.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "mark": None, "format_sentence": None, "StepRefused": None}
    found = extract_from_dir(ROOT, methods, options, keywords)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def test_every_sentence_of_a_page_can_be_extracted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    monkeypatch.setattr(languages, "load_page_sentences", lambda _language: asked)
    for endpoint in PAGES_TO_READ:
        for caller in CALLERS:
            world.ask(caller, "GET", _address(world, endpoint))
    extracted = {" ".join(message.split()) for message in extract_all()}
    lost = {message for message in asked.sentences if message and " ".join(message.split()) not in extracted}
    assert {message for message in lost if not NAME.fullmatch(message)} == set()
