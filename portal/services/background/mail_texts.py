"""Everything that mail from here ever says. Nothing of a case, and nothing that tells what this place is for.

The sentences stand in the catalogues of pages, and are read when a mail is written, in the language of whoever gets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.adapters.translations import load_page_sentences
from portal.domain.deadline_levels import Level
from portal.domain.letters.phrases import mark

SUBJECT = mark("A message for you")


@dataclass(frozen=True)
class Text:
    """Subject and text of one mail, in English until it is said. Names in braces are filled in."""

    text: str
    subject: str = SUBJECT

    def say(self, language: str, **values: str) -> Text:
        """The mail in a language; a sentence that its catalogue lacks is in English."""
        read = load_page_sentences(language).gettext
        return Text(text=read(self.text).format_map(values), subject=read(self.subject))


def ngettext(one: str, many: str) -> tuple[str, str]:
    """What is said of one, and of several: named so that both are found for the catalogues."""
    return one, many


CONFIRM = Text(
    mark(
        "Someone typed this address on one of our pages. Was it you? Then open this link and press the button:\n\n"
        "{link}\n\n"
        "The link works once, for 24 hours. If it was not you, do nothing. You will not hear from us again."
    )
)
RETURN = Text(
    mark("You asked for a link. It works once, for 20 minutes:\n\n{link}\n\nIf it was not you who asked, do nothing.")
)
REPLY = Text(mark("There is something new for you to read. Come back as before."))
RETENTION = Text(
    mark(
        "Something that we keep for you will be deleted on {day}. "
        "If you want to keep it for longer, come back before that day."
    )
)
DATE = Text(mark("This is the reminder that you asked for. Come back as before."))
# To staff, at an address of their own: numbers and references, never a name, a link or a word of a case.
STAFF_CODE = Text(
    mark(
        "Someone typed this address on one of our pages. Was it you? Then type this code on that page: {code}\n\n"
        "If it was not you, do nothing."
    )
)
_NEXT = mark("Sign in as before to see what they are about.")
_DAY, _TODAY = mark("Your day"), mark("Today at your desk:")
# Of one case, and of several. "The next letter" is the complaint: no word of a mail tells what this place is for.
LEVELS: Mapping[Level, tuple[str, str]] = {
    Level.OWN: ngettext(
        "{count} case has a date of our own to look again",
        "{count} cases have a date of our own to look again",
    ),
    Level.BEFORE: ngettext("{count} case has a date that ends soon", "{count} cases have a date that ends soon"),
    Level.AT: ngettext(
        "{count} case has a date that has just passed", "{count} cases have a date that has just passed"
    ),
    Level.AFTER: ngettext(
        "{count} case has a date that passed a while ago",
        "{count} cases have a date that passed a while ago",
    ),
    Level.SUPERVISOR: ngettext("{count} case is late and not moved on", "{count} cases are late and not moved on"),
    Level.DRAFT: ngettext("{count} case is due for its next letter", "{count} cases are due for their next letter"),
}


def write_levels(found: Mapping[Level, Sequence[str]], language: str, *, listed: int) -> Text:
    """What has just come, by level: how many, and the first `listed` references."""
    lines = [write_line(LEVELS[level], some, language, listed=listed) for level, some in found.items() if some]
    return _write_lines(lines, "", SUBJECT, language)


def write_digest(lines: Sequence[str], language: str) -> Text:
    """What waits today, in lines that were written before."""
    return _write_lines(lines, _TODAY, _DAY, language)


def _write_lines(lines: Sequence[str], head: str, subject: str, language: str) -> Text:
    read = load_page_sentences(language).gettext
    parts = [read(head)] if head else []
    return Text("\n\n".join([*parts, "\n".join(lines), read(_NEXT)]), subject=read(subject))


def write_line(
    words: tuple[str, str], references: Sequence[str], language: str, *, listed: int, count: int | None = None
) -> str:
    """One line: how many, as `words` say it of one and of several, and the first references. `count` where there are
    more than these.
    """
    number = len(references) if count is None else count
    line = load_page_sentences(language).ngettext(*words, number).format(count=number)
    if references:
        line += ": " + ", ".join(references[:listed])
    return f"{line}, …" if number > listed else line
