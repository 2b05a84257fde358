"""Platforms by the names that people give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reference.platform_names import SAID, find_named
from portal.reference.registry import load_registry

PLATFORMS = load_registry().platforms


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("WhatsApp", "whatsapp"),
        ("a whats app group", "whatsapp"),
        ("Instagram", "instagram"),
        ("insta story", "instagram"),
        ("IG", "instagram"),
        ("TikTok", "tiktok"),
        ("Tik Tok", "tiktok"),
        ("X", "x"),
        ("Twitter/X", "x"),
        ("X (Twitter)", "x"),
        ("facebook.com", "facebook"),
        ("FB Messenger", "facebook"),
        ("YouTube Shorts", "youtube"),
        ("Telegram channel", "telegram"),
    ],
)
def test_a_usual_name_is_known(said: str, slug: str) -> None:
    assert find_named(said, PLATFORMS) == slug


@pytest.mark.parametrize("said", ["", "my school", "the chat", "Instagram or TikTok", "somebody's own site"])
def test_what_names_no_platform_or_two_is_no_guess(said: str) -> None:
    assert find_named(said, PLATFORMS) is None


def test_every_platform_is_known_by_its_own_name_and_slug() -> None:
    names = [(platform.slug, platform.name.partition("(")[0].strip()) for platform in PLATFORMS.values()]
    wrong = [(slug, name) for slug, name in names if find_named(name, PLATFORMS) not in {slug, None}]
    assert wrong == [("google-services", "Google")], "whoever says Google means its search"
    assert all(find_named(slug, PLATFORMS) == slug for slug in PLATFORMS)
    assert set(SAID.values()) <= set(PLATFORMS)


@given(st.text(max_size=40))
def test_any_text_names_a_platform_or_none(said: str) -> None:
    assert find_named(said, PLATFORMS) in {None, *PLATFORMS}
