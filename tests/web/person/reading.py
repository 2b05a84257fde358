"""How hard a sentence is to read, and which words a frightened person should not meet.

The measure is that of Flesch and Kincaid: the school year in which a sentence is read, from its words and syllables. A
child in the first school year is about six, so the reading age is that year and five. Syllables are counted by their
vowels, which is a little too many for some words and a little too few for others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parents[3]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
READING_AGE = 12.0
HARDEST = 15.0  # of one sentence: it is short, so a single long name of a service weighs much
LONGEST = 20  # words in a sentence
# Names that nobody can make shorter; they count as two syllables.
NAMES = re.compile(r"\b(?:StopNCII|WhatsApp|Instagram|Facebook|Take It Down|December|November|October|September)\b")
# Words that are out, and what people say instead (shared with whoever writes these pages).
BANNED = {
    r"\bhand(?:ed|s|ing)? (?:it )?in\b": "save, send",
    r"\bcarr(?:y|ies|ied|ying) (?:the|a|your|this) case\b": "who sends the letters",
    r"\bstand(?:s|ing)? (?:under|there|here)\b": "is, shows, put on",
    r"\bstanding\b": "how things are",
    r"\btake(?:n)? out\b": "remove",
    r"\bput(?:s|ting)? (?:\w+ )?away\b": "hide",
    r"\b(?:a|this|the|other|both|which|another) ways?\b": "how",
    r"\bways? (?:into|in|back|out)\b": "who can open it, how to come back",
    r"\b(?:fastest|quickest) ways?\b": "who can act fastest",
    r"\bplaces?\b": "link, post, account",
    r"\bof (?:theirs|ours)\b": "their, our",
    r"\brests? on\b": "is about, relies on",
    r"\bwritten down\b": "saved",
    r"\btime limits?\b": "deadline",
    r"\bwhoever\b": "anyone who",
    r"\bthe one who\b": "the person who",
    r"\bsomebody\b": "someone",
    r"\bauthority to act\b": "acting for someone",
    r"\bof (?:an?|the) e-mail\b": "from an e-mail",
    r"\bunfortunately\b": "",
    r"\bvictims?\b": "you, the person",
    r"\brevenge\b": "",
    r"\b(?:basis|regime|element|obligation|recipient|rung|filer)\b": "the thing's own name",
    r"\bplease be advised|hereby|pursuant|in order to\b": "plain words",
    r"!": "no exclamation mark",
}


# What use cases raise with a sentence for the page.
REFUSALS = frozenset({"StepRefused", "BadText", "BadInstant", "DetailsRefused", "NoRoom", "NoConsent"})
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Sentence:
    """One sentence, and where it is."""

    text: str
    where: str

    @property
    def words(self) -> list[str]:
        return re.findall(r"[^\W\d_][\w’'-]*", NAMES.sub("Ana", self.text))

    @property
    def age(self) -> float:
        return read_age([self])


def read_age(sentences: Sequence[Sentence]) -> float:
    """The reading age in years of some sentences together; 5 where there is nothing to read."""
    words = [word for sentence in sentences for word in sentence.words]
    if not words:
        return 5.0
    syllables = sum(map(count_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59 + 5


def count_syllables(word: str) -> int:
    """Groups of vowels; a silent e at the end, and the one in -es and -ed, is none."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    shorter = re.sub(r"(?:(?<=[^aeioulr])es|(?<=[^td])ed|(?<=[^l])e)$", "", plain)
    return max(1, len(re.findall(r"[aeiouy]+", shorter)))


def list_texts(path: str) -> Iterator[Sentence]:
    """The sentences of a module that keeps them as plain text, because it knows no language; names are none."""
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    docstrings = {ast.get_docstring(node, clean=False) for node in ast.walk(module) if isinstance(node, _DOCUMENTED)}
    yield from _split(path, ((line, text) for line, text in _list_strings(module) if text not in docstrings))


def list_refusals(path: str) -> Iterator[Sentence]:
    """What a module of use cases says when it refuses something, as it is shown on the page."""
    module = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    named = {name: node.value for node in module.body if isinstance(node, ast.Assign) for name in _names_of(node)}
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in REFUSALS:
            for said in call.args:
                yield from _split(path, _list_strings(named.get(said.id, said) if isinstance(said, ast.Name) else said))


def list_called(folder: str, package: str) -> Collection[str]:
    """The modules of a package that those in a folder import."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package):
                found |= {f"{node.module}.{each.name}" for each in node.names} | {str(node.module)}
    paths = (f"{name.replace('.', '/')}.py" for name in found)
    return {path for path in paths if (ROOT / path).is_file()}


def list_sentences(path: str) -> Iterator[Sentence]:
    """The sentences that a template or a module says to people."""
    method = "python" if path.endswith(".py") else "jinja2.ext:babel_extract"
    with (ROOT / path).open("rb") as file:
        for line, said, *_rest in extract(method, file, keywords=KEYWORDS, options={"trimmed": "true"}):
            for text in said if isinstance(said, tuple) else (said,):
                for part in re.split(r"(?<=[.?!:])\s+", _plain(text or "")):
                    if part:
                        yield Sentence(part, f"{path}:{line}")


def find_banned(sentence: Sentence) -> list[str]:
    """What should be said otherwise."""
    return [pattern for pattern in BANNED if re.search(pattern, sentence.text, re.IGNORECASE)]


def _split(path: str, texts: Iterator[tuple[int, str]]) -> Iterator[Sentence]:
    """Sentences alone: what ends as one does, and has words in it."""
    for line, text in texts:
        for part in re.split(r"(?<=[.?!:])\s+", _plain(text)):
            if re.search(r"\w \w.*[.?!]$", part):
                yield Sentence(part, f"{path}:{line}")


def _list_strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.lineno, each.value


def _names_of(node: ast.Assign) -> Iterator[str]:
    yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _plain(text: str) -> str:
    """With a short word where something is put in."""
    return " ".join(re.sub(r"%\(\w+\)[sd]|{\w*}", "Ana", text).split())
