"""Everything that mail from here ever says. Nothing of a case, and nothing that tells what this place is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.domain.deadline_levels import Level

SUBJECT = "A message for you"


@dataclass(frozen=True)
class Text:
    """Subject and text of one mail. Names in braces are filled in."""

    text: str
    subject: str = SUBJECT

    def fill(self, **values: str) -> Text:
        return replace(self, text=self.text.format_map(values))


CONFIRM = Text(
    "Someone typed this address on one of our pages. Was it you? Then open this link and press the button:\n\n"
    "{link}\n\n"
    "The link works once, for 24 hours. If it was not you, do nothing. You will not hear from us again."
)
RETURN = Text(
    "You asked for a link. It works once, for 20 minutes:\n\n{link}\n\nIf it was not you who asked, do nothing."
)
REPLY = Text("There is something new for you to read. Come back as before.")
RETENTION = Text(
    "Something that we keep for you will be deleted on {day}. "
    "If you want to keep it for longer, come back before that day."
)
DATE = Text("This is the reminder that you asked for. Come back as before.")
# To staff, at an address of their own: numbers and references, never a name, a link or a word of a case.
STAFF_CODE = Text(
    "Someone typed this address on one of our pages. Was it you? Then type this code on that page: {code}\n\n"
    "If it was not you, do nothing."
)
_NEXT = "Sign in as before to see what they are about."
# Of one case, and of several. "The next letter" is the complaint: no word of a mail tells what this place is for.
LEVELS: Mapping[Level, tuple[str, str]] = {
    Level.OWN: (
        "{count} case has a date of our own to look again",
        "{count} cases have a date of our own to look again",
    ),
    Level.BEFORE: ("{count} case has a date that ends soon", "{count} cases have a date that ends soon"),
    Level.AT: ("{count} case has a date that has just passed", "{count} cases have a date that has just passed"),
    Level.AFTER: (
        "{count} case has a date that passed a while ago",
        "{count} cases have a date that passed a while ago",
    ),
    Level.SUPERVISOR: ("{count} case is late and not moved on", "{count} cases are late and not moved on"),
    Level.DRAFT: ("{count} case is due for its next letter", "{count} cases are due for their next letter"),
}


def write_levels(found: Mapping[Level, Sequence[str]], *, listed: int) -> Text:
    """What has just come, by level: how many, and the first `listed` references."""
    lines = [write_line(LEVELS[level], some, listed=listed) for level, some in found.items() if some]
    return Text("\n".join(lines) + f"\n\n{_NEXT}")


def write_digest(lines: Sequence[str]) -> Text:
    """What waits today, in lines that were written before."""
    return Text("Today at your desk:\n\n" + "\n".join(lines) + f"\n\n{_NEXT}", subject="Your day")


def write_line(words: tuple[str, str], references: Sequence[str], *, listed: int, count: int | None = None) -> str:
    """One line: how many, as `words` say it of one and of several, and the first references. `count` where there are
    more than these.
    """
    number = len(references) if count is None else count
    line = words[number != 1].format(count=number)
    if references:
        line += ": " + ", ".join(references[:listed])
    return f"{line}, …" if number > listed else line
