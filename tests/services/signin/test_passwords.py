"""Which passwords are taken: long ones that not everybody tries first."""

from __future__ import annotations

import pytest

from portal.services.signin.passwords import LONGEST, WeakPassword, check_password, common_passwords


@pytest.mark.parametrize(
    "password",
    [
        "anchor ember willow lantern meadow",
        "six invented words for one test",
        "kereru-sings-at-dusk",
        "пять незнакомых слов вместе",
        "x" * 5 + "anchor ember willow lantern" * 6,
    ],
)
def test_a_long_one_of_ones_own_is_taken_without_rules_about_signs(password: str) -> None:
    check_password(password, about=("mira", "Mira Anker", "Recourse"))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "at least 12"),
        ("w" + "anchor ember " * 20, f"at most {LONGEST}"),
        ("aaaaaaaaaaaaaa", "repeats a few signs"),
        ("121212121212121212", "repeats a few signs"),
        ("passwordpassword", "everybody tries first"),
        ("Password2026!!", "everybody tries first"),
        ("123qwertyuiop!!!", "everybody tries first"),
        ("ｐａｓｓｗｏｒｄ２０２６", "everybody tries first"),
        ("international1", "everybody tries first"),
        ("mira.anker.2026", "little more than a name"),
        ("Recourse-Mira-1", "little more than a name"),
    ],
)
def test_what_everybody_tries_first_is_refused_and_told_why(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why):
        check_password(password, about=("mira", "Mira Anker", "Recourse"))


def test_a_name_inside_a_longer_password_is_no_reason_to_refuse_it() -> None:
    check_password("mira anchor ember willow", about=("mira", "Mira Anker"))


def test_the_last_sign_of_the_longest_password_counts() -> None:
    longest = ("anchor ember willow lantern meadow " * 10)[:LONGEST]
    check_password(longest)
    with pytest.raises(WeakPassword):
        check_password(longest + "x")


def test_the_list_is_there_and_long() -> None:
    assert len(common_passwords()) > 30_000
    assert {"123456", "password", "qwertyuiop"} <= common_passwords()
