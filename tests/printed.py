"""Letters that were set once in this process are set for the next test that has the same facts.

To set both forms of a letter takes half a second, and hundreds of tests of pages make the same one on their way. Tests
of the press itself (`tests/adapters/papers/test_press.py`), and whatever runs in a process of its own, set theirs.
"""

from __future__ import annotations

from collections import OrderedDict

from portal.adapters.papers.letter_content import Progress, Rendered, report_nothing
from portal.adapters.papers.letter_json import encode_facts
from portal.adapters.papers.press import Press, press
from portal.domain.letters.facts import LetterFacts
from portal.services.letters import printing

MOST = 200  # of some hundred kilobytes at most


class _Remembering:
    """The press of this process, asked once for each form of a letter."""

    def __init__(self, asked: Press) -> None:
        self.asked = asked
        self.known: OrderedDict[tuple[bytes, bool], tuple[Rendered, list[tuple[str, float]]]] = OrderedDict()

    def set_letter(
        self, facts: LetterFacts, *, is_redacted: bool = False, progress: Progress | None = None
    ) -> Rendered:
        """As `Press.set_letter`; `progress` hears the same again."""
        tell, key = progress or report_nothing, (encode_facts(facts), is_redacted)
        if key not in self.known:
            told: list[tuple[str, float]] = []

            def note(stage: str, part: float) -> None:
                told.append((stage, part))
                tell(stage, part)

            made = self.asked.set_letter(facts, is_redacted=is_redacted, progress=note)
            self.known[key] = made, told
            if len(self.known) > MOST:
                self.known.popitem(last=False)
            return made
        made, told = self.known[key]
        for stage, part in told:
            tell(stage, part)
        return made


def remember_letters() -> None:
    """From now on in this process."""
    vars(printing)["press"] = _Remembering(press)
