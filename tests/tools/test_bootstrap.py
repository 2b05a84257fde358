"""The bootstrap: what is there is left alone, what is missing is installed or named in one line."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from portal.run.system import SystemPart
from tools import bootstrap

ABSENT = SystemPart(lambda: False, debian="libabsent0", fedora="absent", brew="absent")


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("flask==3.1.3\n")
    return path


def test_an_unknown_purpose_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["everything"]) == 2
    assert "usage: " in capsys.readouterr().err


def test_without_the_right_to_install_the_message_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "find_way_to_install", lambda: None)
    with pytest.raises(bootstrap.CannotBootstrap, match=r"missing \(libabsent0\)"):
        bootstrap.install_parts([ABSENT])


def test_what_only_makes_it_quicker_is_gone_without(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def fail(command: Sequence[str], _environment: Mapping[str, str], *, remedy: str) -> None:
        asked.append(command[-1])
        raise bootstrap.CannotBootstrap(f"no network\n{remedy}")

    monkeypatch.setattr(bootstrap, "run_quietly", fail)
    monkeypatch.setattr(bootstrap, "find_way_to_install", lambda: None)
    bootstrap.install_wishes([ABSENT])
    assert not asked, "nobody who may not install is told to each time"
    monkeypatch.setattr(bootstrap, "find_way_to_install", lambda: ())
    bootstrap.install_wishes([ABSENT])
    assert asked == ["update"]
    assert "It goes on without" in capsys.readouterr().err


def test_a_failed_command_shows_its_words_and_the_remedy() -> None:
    failing = [sys.executable, "-c", "import sys; print('disk is full'); sys.exit(3)"]
    with pytest.raises(bootstrap.CannotBootstrap, match=r"(?s)disk is full.*Free some space"):
        bootstrap.run_quietly(failing, {}, remedy="Free some space.")


def test_a_requirement_file_counts_as_installed_until_it_changes(tmp_path: Path, requirements: Path) -> None:
    assert not bootstrap.is_stamped(tmp_path, requirements)
    bootstrap.stamp_of(tmp_path, requirements).write_text(bootstrap.hash_requirements(requirements))
    assert bootstrap.is_stamped(tmp_path, requirements)
    requirements.write_text("flask==3.1.4\n")
    assert not bootstrap.is_stamped(tmp_path, requirements)


def test_nothing_is_touched_when_all_is_installed(tmp_path: Path, requirements: Path) -> None:
    environment = tmp_path / "environment"
    environment.mkdir()
    bootstrap.stamp_of(environment, requirements).write_text(bootstrap.hash_requirements(requirements))
    bootstrap.install_packages(environment, [requirements])
    assert [path.name for path in environment.iterdir()] == [".installed-requirements"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, requirements: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file stands where a folder is needed")
    with pytest.raises(bootstrap.CannotBootstrap, match=r"\ACannot write in .*Make the folder writable"):
        bootstrap.check_writable(blocked / ".venv", [requirements])


def test_a_folder_that_cannot_be_written_is_enough_when_all_is_installed(tmp_path: Path) -> None:
    bootstrap.check_writable(tmp_path / "nowhere" / ".venv", [])


def test_a_working_environment_is_kept(tmp_path: Path) -> None:
    for name in ("bin", "lib", "pyvenv.cfg"):
        (tmp_path / name).symlink_to(Path(sys.prefix) / name)
    bootstrap.make_environment(tmp_path)
    assert all(path.is_symlink() for path in tmp_path.iterdir())
