"""What the machine must have: how parts are recognised and named."""

from __future__ import annotations

import pytest

from portal.run.system import (
    BROWSER,
    CONFORMANCE,
    LETTERS,
    VENV,
    SystemPart,
    describe_remedy,
    find_missing,
    is_font,
    is_library,
    is_module,
    is_program,
    join_packages,
)

PRESENT = SystemPart(lambda: True, debian="here", fedora="here", brew="here")
ABSENT = SystemPart(lambda: False, debian="libabsent0", fedora="absent", brew="absent font-absent")


def test_only_parts_that_are_not_there_are_missing() -> None:
    assert find_missing((PRESENT, ABSENT)) == (ABSENT,)


def test_a_library_a_font_a_program_and_a_module_that_do_not_exist_are_not_found() -> None:
    assert not is_library("libnothing-of-this-name.so.0")
    assert not is_font("No Family Of This Name")
    assert not is_program("no-program-of-this-name")
    assert not is_module("no_module_of_this_name")


def test_a_program_and_a_module_that_exist_are_found() -> None:
    assert is_program("no-program-of-this-name", "sh")
    assert is_module("json")


def test_packages_are_named_once_and_in_order() -> None:
    assert join_packages(["pango", "harfbuzz", "pango", "one two"]) == "pango harfbuzz one two"


@pytest.mark.parametrize(
    ("program", "remedy"),
    [
        ("apt-get", "Run: sudo apt-get install --no-install-recommends libabsent0"),
        ("dnf", "Run: sudo dnf install absent"),
        ("", "Install these (Debian's names): libabsent0"),
    ],
)
def test_the_remedy_speaks_the_words_of_the_system(program: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.run.system.shutil.which", lambda name: f"/usr/bin/{name}" if name == program else None)
    monkeypatch.setattr("portal.run.system.platform.system", lambda: "Linux")
    assert describe_remedy([ABSENT]) == remedy


def test_on_macos_the_remedy_is_homebrew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.run.system.shutil.which", lambda name: None)
    monkeypatch.setattr("portal.run.system.platform.system", lambda: "Darwin")
    assert describe_remedy([ABSENT]) == "Run: brew install absent font-absent"


def test_each_part_has_a_name_on_debian() -> None:
    assert all(part.debian and part.fedora for part in (*VENV, *LETTERS, *BROWSER, *CONFORMANCE))
