"""The records speak to the person; on the desk the reader is the advocate, and the person is "the person"."""

from __future__ import annotations

import re

from portal.web.filters import show_fact

# Verbs that follow "you" in the present, with their other form where an s is not enough. Any other word after "you" is
# a modal verb, a past tense or no verb, and stays as it is.
_OTHER = {
    "have": "has", "are": "is", "were": "was", "do": "does", "apply": "applies", "rely": "relies",
    "identify": "identifies", "publish": "publishes", "process": "processes", "go": "goes",
}  # fmt: skip
_PLAIN = frozenset(
    """
    act agree ask begin believe belong change choose complain consider decide describe disagree expect fear file find
    follow get give hold keep know lack learn leave like live lodge lose look make mean name need object open own pay
    post prefer prove receive refuse register report say see send show sign start sue suggest take tell think turn use
    wait want win wish work write
    """.split()  # noqa: SIM905 -- a list of words reads better than seventy strings
)
_ADVERBS = "also|only|then|still|already|now|usually|reasonably|yourself"
_VERB = re.compile(rf"\b(you)((?: (?:{_ADVERBS}))?) ([a-z]+)\b", re.IGNORECASE)
_SHORT = {
    "you’re": "the person is",
    "you’ve": "the person has",
    "you’ll": "the person will",
    "you’d": "the person would",
}
_LEFT = re.compile(r"\b(you’(?:re|ve|ll)|yourself|yours|your|you)\b", re.IGNORECASE)
_WORDS = {"yourself": "themselves", "yours": "the person’s", "your": "the person’s", "you": "the person", **_SHORT}
_NOT = {"don’t": "doesn’t", "haven’t": "hasn’t", "aren’t": "isn’t", "weren’t": "wasn’t"}
_NEGATED = re.compile(r"\b(you) (don’t|haven’t|aren’t|weren’t)\b", re.IGNORECASE)
# Before these "you" is no subject, so the word behind it is no verb of its own: "it lets you use a name".
_BEFORE = re.compile(r"\b(?:tell|ask|let|help|make|show|give|of|to|for|with|about|from) $", re.IGNORECASE)


# A second verb of the same "you": "you are over 18 and have a picture".
_SECOND = re.compile(r"\b(you (?:are|have|want)\b[^.,;:]*? and) (have|are|do)\b", re.IGNORECASE)


def for_advocate(text: str) -> str:
    """A sentence to the person as one about them, in the page's language."""
    return show_fact(as_for_advocate(text))


def as_for_advocate(text: str) -> str:
    """The same in English: "You can ask" is "The person can ask"."""
    text = _NEGATED.sub(lambda found: f"{found[1]} {_NOT[found[2].lower()]}", str(text).replace("'", "’"))
    text = _SECOND.sub(lambda found: f"{found[1]} {_OTHER[found[2]]}", text)
    text = _VERB.sub(lambda found: _conjugate(text, found), text)
    return _LEFT.sub(lambda found: _like(found[0], _WORDS[found[0].lower()]), text)


def _conjugate(text: str, found: re.Match[str]) -> str:
    verb = found[3]
    is_object = _BEFORE.search(text[: found.start()]) is not None
    if is_object or (verb not in _OTHER and verb not in _PLAIN):
        return found[0]
    return f"{found[1]}{found[2]} {_OTHER.get(verb, verb + 's')}"


def _like(said: str, word: str) -> str:
    return word[:1].upper() + word[1:] if said[:1].isupper() else word
