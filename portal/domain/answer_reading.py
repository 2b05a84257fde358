"""What an answer seems to say, read from its words by rules that are data: a suggestion, and the sentence it is from.

Nothing is decided here: a person always confirms. Below a threshold it says that it does not know. It reads what the
other side wrote and passes over what it quotes; what is denied, asked or only possible counts for nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import prod

from portal.domain.lifecycle import DECISIONS, Answer

LONGEST = 20_000  # characters that are read; an answer says what it means at its beginning
THRESHOLD = 0.6  # of the confidence from which something is suggested
STRONG, WEAK = 0.9, 0.5
FOLLOWING = 2  # sentences after the one it is from in which the day of an extension may be
MOST = 3  # numbers and days that are suggested
_BEFORE = 45  # characters in front of a cue in which a denial belongs to it
# What a denial turns into nothing. The others are cues of a denial themselves, or nobody denies them.
_DENIABLE = frozenset(
    {
        Answer.ACKNOWLEDGED,
        Answer.REMOVED,
        Answer.PARTLY,
        Answer.GEO_BLOCKED,
        Answer.PASSED_ON,
        Answer.EXTENDED,
        Answer.COUNTER_NOTICE,
        Answer.NO_REASON,
    }
)
# What counts for nothing where it is only possible.
_CERTAIN = frozenset({*DECISIONS, Answer.PASSED_ON, Answer.COUNTER_NOTICE})
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|[¿¡\"“(])|\n\s*\n|(?<=[.:!?])\n")
_GAPS = re.compile(r"\n[^\S\n]*\n")
_QUOTED = re.compile(r"\s*[>|]")
_NAMED = re.compile(r"\[(?:ticket|case|ref)?[ :]*#?([A-Z]{0,8}[-_]?[0-9][0-9A-Z_/-]{3,30})\]|#([0-9]{5,20})\b", re.I)
_NUMBER = r"[^\d\n]{0,14}?\b([A-Z]{0,8}[-_/]?[0-9][0-9A-Z_/-]{3,30})\b"
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_YEARS = range(2000, 2100)
_MONTHS = 12
_OPEN = re.compile(r"[*+]|\{\d+,\}")


@dataclass(frozen=True, kw_only=True)
class Cues:
    """Expressions in folded text (see `fold`): one strong one is enough, of weak ones it takes two."""

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LanguageRules:
    """How answers are worded in one language.

    `denied` and `possible` stand before a cue. `quote` begins what is quoted, `headers` are the names of a mail's
    lines, `ours` is what only our own letters say. `numbers` come before a ticket number; `months` are in their order.
    """

    language: str
    cues: Mapping[Answer, Cues]
    denied: str
    possible: str
    quote: tuple[str, ...]
    headers: tuple[str, ...]
    numbers: tuple[str, ...]
    months: tuple[str, ...]
    ours: str | None = None  # None where we write no letters in that language


@dataclass(frozen=True, kw_only=True)
class ReadingRules:
    """All languages, and which meaning prevails where an answer has several: the key over its values."""

    languages: tuple[LanguageRules, ...]
    prevails: Mapping[Answer, frozenset[Answer]]

    @cached_property
    def compiled(self) -> tuple[_Compiled, ...]:
        return tuple(map(_Compiled, self.languages))


@dataclass(frozen=True, kw_only=True, repr=False)
class Suggestion:
    """What a text seems to say. `answer` is None where that is not known well enough; `sentence` is the one it is from,
    as it stands in the text, and `start` and `end` where. `until` is the day of an extension.
    """

    answer: Answer | None = None
    confidence: float = 0.0
    sentence: str = ""
    start: int = 0
    end: int = 0
    language: str = ""
    tickets: tuple[str, ...] = ()
    until: date | None = None


@dataclass(frozen=True)
class _Hit:
    answer: Answer
    weight: float
    cue: str
    place: int  # of the sentence
    language: str


class _Compiled:
    """The expressions of a language, ready to search."""

    def __init__(self, rules: LanguageRules) -> None:
        self.language = rules.language
        self.cues = tuple(
            (answer, weight, re.compile(cue))
            for answer, cues in rules.cues.items()
            for weight, some in ((STRONG, cues.strong), (WEAK, cues.weak))
            for cue in some
        )
        self.denied, self.possible = re.compile(rules.denied), re.compile(rules.possible)
        self.quote = tuple(map(re.compile, rules.quote))
        self.ours = re.compile(rules.ours) if rules.ours else None
        self.headers = re.compile(rf"\s{{0,3}}(?:{'|'.join(rules.headers)})\s?:")
        self.numbers = re.compile(rf"\b(?i:{'|'.join(rules.numbers)})\b{_NUMBER}")
        self.months = {month: number for number, month in enumerate(rules.months, start=1)}
        names = "|".join(rules.months)
        self.days = (
            re.compile(
                rf"\b(?P<day>\d{{1,2}})(?:\.|er|st|nd|rd|th)? (?:de )?(?P<month>{names}) (?:de )?(?P<year>\d{{4}})\b"
            ),
            re.compile(rf"\b(?P<month>{names}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})\b"),
        )


def fold(text: str) -> str:
    """Small letters without accents, plain apostrophes, every white space one space: as long as the text itself."""
    return "".join(map(_fold_letter, text))


def _fold_letter(letter: str) -> str:
    if letter.isspace() or letter == "\u00ad":
        return " "
    if letter in "’‘´`":
        return "'"
    plain = unicodedata.normalize("NFKD", letter)[:1].lower()
    return plain[:1] or " "


def read_answer(text: str, rules: ReadingRules, *, ours: Collection[str] = ()) -> Suggestion:
    """What the text seems to say. `ours` are references of our own, which are no ticket numbers of theirs."""
    text = text[:LONGEST]
    sentences = list(_split(text, rules.compiled))
    folded = [fold(text[start:end]) for start, end in sentences]
    tickets = _find_tickets(text, sentences, rules.compiled, ours)
    hits = [hit for place, words in enumerate(folded) for hit in _find_hits(place, words, rules.compiled)]
    answer, confidence = _judge(hits, rules.prevails)
    if answer is None or confidence < THRESHOLD:
        return Suggestion(confidence=confidence, tickets=tickets)
    best = max((hit for hit in hits if hit.answer is answer), key=lambda hit: (hit.weight, -hit.place))
    start, end = sentences[best.place]
    after = folded[best.place : best.place + 1 + FOLLOWING]
    return Suggestion(
        answer=answer,
        confidence=confidence,
        sentence=text[start:end],
        start=start,
        end=end,
        language=best.language,
        tickets=tickets,
        until=max(_find_days(after, rules.compiled), default=None) if answer is Answer.EXTENDED else None,
    )


def _split(text: str, languages: Sequence[_Compiled]) -> Iterator[tuple[int, int]]:
    """Where the sentences are that the other side wrote itself."""
    stop = _find_our_letter(text, languages)
    for start, until in _own_parts(text, languages):
        at, end = start, min(until, stop)
        for gap in _SENTENCES.finditer(text, start, end):
            yield from _trim(text, at, gap.start())
            at = gap.end()
        yield from _trim(text, at, end)


def _find_our_letter(text: str, languages: Sequence[_Compiled]) -> int:
    """Where a letter of ours begins that stands below their words with no mark at all: with its paragraph."""
    folded = fold(text)
    found = [match.start() for each in languages if each.ours and (match := each.ours.search(folded))]
    if not found:
        return len(text)
    return max((gap.end() for gap in _GAPS.finditer(text, 0, min(found))), default=0)


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = text[start:end]
    if stripped := words.strip():
        begin = start + words.index(stripped[0])
        yield begin, begin + len(stripped)


def _own_parts(text: str, languages: Sequence[_Compiled]) -> Iterator[tuple[int, int]]:
    """The text without quoted lines, without a mail's head, and up to where an older message begins."""
    at = begin = 0
    has_words = False
    for line in text.splitlines(keepends=True):
        folded = fold(line).strip()
        is_head = any(each.headers.match(folded) for each in languages)
        is_quote = _QUOTED.match(line) is not None
        is_older = any(quote.match(folded) for each in languages for quote in each.quote)
        if is_older or (is_head and has_words and _is_second_head(folded)):
            break
        if is_head or is_quote:
            yield begin, at
            begin = at + len(line)
        has_words = has_words or bool(folded and not is_head and not is_quote)
        at += len(line)
    yield begin, at


def _is_second_head(line: str) -> bool:
    """Whether a line names a sender: after words of a message it begins the one before it."""
    return "@" in line or line.startswith(("from:", "von:", "van:"))


def _find_hits(place: int, words: str, languages: Sequence[_Compiled]) -> Iterator[_Hit]:
    if words.endswith("?"):
        return
    for each in languages:
        for answer, weight, cue in each.cues:
            found = cue.search(words)
            if found is None:
                continue
            before = words[: found.start()]
            near = words[max(0, found.start() - _BEFORE) : found.end()]
            if answer in _DENIABLE and each.denied.search(near):
                continue
            if answer in _CERTAIN and each.possible.search(before):
                continue
            yield _Hit(answer, weight, cue.pattern, place, each.language)


def _judge(hits: Iterable[_Hit], prevails: Mapping[Answer, frozenset[Answer]]) -> tuple[Answer | None, float]:
    """The likeliest meaning, less sure by each other one that it does not prevail over."""
    weights: dict[Answer, dict[str, float]] = {}
    for hit in hits:
        weights.setdefault(hit.answer, {})[hit.cue] = hit.weight
    scores = {answer: 1 - prod(1 - weight for weight in cues.values()) for answer, cues in weights.items()}
    best: tuple[Answer | None, float] = None, 0.0
    for answer, score in scores.items():
        below = prevails.get(answer, frozenset())
        sure = score * prod(1 - other for rival, other in scores.items() if rival is not answer and rival not in below)
        if sure > best[1]:
            best = answer, sure
    return best


def _find_tickets(
    text: str, sentences: Sequence[tuple[int, int]], languages: Sequence[_Compiled], ours: Collection[str]
) -> tuple[str, ...]:
    """Their numbers, in the order in which they come."""
    found: dict[str, None] = {}
    for line in text.splitlines()[:3]:  # a subject line is not among the sentences
        found |= dict.fromkeys(_name_numbers(line, languages))
    for start, end in sentences:
        found |= dict.fromkeys(_name_numbers(text[start:end], languages))
    own = {each.upper() for each in ours}
    return tuple(each for each in found if each.upper() not in own and not _ISO.fullmatch(each))[:MOST]


def _name_numbers(words: str, languages: Sequence[_Compiled]) -> Iterator[str]:
    for match in _NAMED.finditer(words):
        yield match[1] or match[2]
    for each in languages:
        for match in each.numbers.finditer(words):
            yield match[1]


def _find_days(sentences: Iterable[str], languages: Sequence[_Compiled]) -> Iterator[date]:
    for words in sentences:
        for match in _ISO.finditer(words):
            yield from _make_day(match[1], match[2], match[3])
        for match in _DOTTED.finditer(words):
            yield from _make_day(match[3], match[2], match[1])
        for each in languages:
            for pattern in each.days:
                for match in pattern.finditer(words):
                    yield from _make_day(match["year"], str(each.months[match["month"]]), match["day"])


def _make_day(year: str, month: str, day: str) -> Iterator[date]:
    """The day, where there is one of that number."""
    if int(year) not in _YEARS:
        return
    try:
        yield date(int(year), int(month), int(day))
    except ValueError:
        return


def find_reading_faults(rules: LanguageRules) -> Iterator[str]:
    """What cannot be in the rules of a language, one line each. An open repetition could take for ever to search."""
    for answer in Answer:
        if not rules.cues.get(answer, Cues()).strong:
            yield f"nothing says {answer}"
    if len(rules.months) != _MONTHS:
        yield "a year has twelve months"
    cues = (cue for some in rules.cues.values() for cue in (*some.strong, *some.weak))
    for pattern in (
        *cues,
        rules.denied,
        rules.possible,
        rules.ours or "",
        *rules.quote,
        *rules.headers,
        *rules.numbers,
    ):
        if _OPEN.search(pattern):
            yield f"{pattern!r} repeats without an end"
        if fold(pattern) != pattern:
            yield f"{pattern!r} has letters that no folded text has"
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pattern!r}: {error}"
