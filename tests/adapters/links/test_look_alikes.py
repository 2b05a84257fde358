"""Names that a frightened reader would take for another."""

from __future__ import annotations

import pytest

from portal.adapters.links.look_alikes import UnreadableName, clean_name, look_alike

NAME = "Harbour Helpline"
ALIKE = {
    "another case": "HARBOUR helpline",
    "two blanks": "Harbour  Helpline",
    "a no-break space": "Harbour\u00a0Helpline",
    "a narrow blank": "Harbour\u2009Helpline",
    "no blank": "HarbourHelpline",
    "a hyphen": "Harbour-Helpline",
    "a full stop behind it": "Harbour Helpline.",
    "a full stop before it": "\u2024Harbour Helpline",
    "Greek letters": "\u0397arb\u03bfur Helpline",
    "Cyrillic letters": "H\u0430rb\u043eur H\u0435lpline",
    "a letter without width": "Har\u200bbour Helpline",
    "a mark over a letter": "Harbo\u0301ur Helpline",
    "wide letters": "\uff28arbour Helpline",
    "mathematical letters": "\U0001d407arbour Helpline",
    "an I for an l": "Harbour HeIpline",
    "a 1 for an l": "Harbour He1pline",
    "a 0 for an o": "Harb0ur Helpline",
}


@pytest.mark.parametrize("other", ALIKE.values(), ids=ALIKE.keys())
def test_what_looks_like_a_name_is_found(other: str) -> None:
    assert look_alike(NAME, other)
    assert look_alike(other, NAME)


def test_two_letters_that_look_like_one_are_found() -> None:
    assert look_alike("Modern Help", "Modem Help")


@pytest.mark.parametrize(
    "other", ["Harbor Helpline", "Mountain", "Harbour Helpline 2", "Hafen", "\u041c\u043e\u0440\u0435"]
)
def test_another_name_is_another_name(other: str) -> None:
    assert not look_alike(NAME, other)


def test_a_name_is_kept_with_single_blanks_and_nothing_unseen() -> None:
    assert clean_name("  Harbour \u00a0 Helpline\t") == NAME
    assert clean_name("Havnehj\u00e6lpen \u00c5rhus") == "Havnehj\u00e6lpen \u00c5rhus"
    for text in ("Har\u200bbour", "Har\u202ebour", "Har\x00bour"):
        with pytest.raises(UnreadableName):
            clean_name(text)
