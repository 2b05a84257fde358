"""Everything that mail from here ever says. Nothing of a case, and nothing that tells what this place is for."""

from __future__ import annotations

from dataclasses import dataclass, replace

SUBJECT = "A message for you"


@dataclass(frozen=True)
class Text:
    """Subject and text of one mail. Names in braces are filled in."""

    text: str
    subject: str = SUBJECT

    def fill(self, **values: str) -> Text:
        return replace(self, text=self.text.format_map(values))


CONFIRM = Text(
    "Somebody typed this address on a page of ours. Was it you? Then open this link and press the button:\n\n"
    "{link}\n\n"
    "The link works once, for 24 hours. If it was not you, do nothing. You will not hear from us again."
)
RETURN = Text(
    "You asked for a link. It works once, for 20 minutes:\n\n{link}\n\nIf it was not you who asked, do nothing."
)
REPLY = Text("There is something new for you to read. Come back the way you know.")
RETENTION = Text(
    "Something that we keep for you will be deleted on {day}. "
    "If you want to keep it for longer, come back the way you know before that day."
)
DATE = Text("This is the reminder that you asked for. Come back the way you know.")
