"""An organisation's own folder of facts that was tampered with: one refusal in words, and nothing else is opened."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from portal.reference import strict
from portal.reference.registry import load_registry
from portal.reference.strict import BadReference, read_yaml

SECRET = "canary-of-another-folder"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.yaml").write_text(f"jurisdiction: {SECRET}\nregimes: []\n")
    laws = tmp_path / "own" / "laws"
    laws.mkdir(parents=True)
    return laws


def refuse(folder: Path) -> str:
    with pytest.raises(BadReference) as caught:
        load_registry(folder.parent)
    assert SECRET not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("target", ["../../secret.yaml", "{}/secret.yaml", "/etc/passwd", "/dev/zero"])
def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path, target: str) -> None:
    (folder / "own.yaml").symlink_to(target.format(tmp_path))
    assert "leads out of its folder" in refuse(folder)


def test_a_link_to_a_file_beside_it_is(folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data" / "own.yaml").write_text("jurisdiction: xx\nregimes: []\n")
    (folder / "own.yaml").symlink_to("..data/own.yaml")
    assert load_registry(folder.parent).regimes


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert "no file" in refuse(folder)
    (folder / "pipe.yaml").unlink()
    (folder / "folder.yaml").mkdir()
    assert "no file" in refuse(folder)


def test_a_file_that_is_too_large_is_not_read(folder: Path) -> None:
    with (folder / "own.yaml").open("wb") as stream:
        stream.truncate(10 * 1024**3)  # takes no room on the disk
    assert "larger" in refuse(folder)


@pytest.mark.parametrize(
    "text",
    [
        "regimes: !!python/object/apply:os.system ['touch /tmp/recourse-was-here']",
        "regimes: !!python/name:os.system",
        "regimes: !include /etc/passwd",
        "jurisdiction: xx\nregimes: &a [*a]",
        "jurisdiction: xx\nregimes:\n- &a {id: *a}",
        "\xff",
        "regimes: " + "[" * 100_000,
        "regimes: " + "{a: " * 50_000,
        "- " * 100_000,
        "? " * 100_000,
        "\n".join(f"{' ' * level}a:" for level in range(1200)),
    ],
    ids=range(11),
)
def test_what_would_run_or_never_end_is_refused(folder: Path, text: str) -> None:
    (folder / "own.yaml").write_bytes(text.encode("latin-1"))
    before = time.process_time()
    refuse(folder)
    assert time.process_time() - before < 10
    assert not Path("/tmp/recourse-was-here").exists()  # noqa: S108 - the very path that the pack asks to be written


def test_laughs_by_the_billion_cost_nothing(folder: Path) -> None:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 30)]
    (folder / "own.yaml").write_text("\n".join([*lines, "jurisdiction: *a29", "regimes: *a29"]))
    before = time.process_time()
    message = refuse(folder)
    assert time.process_time() - before < 5
    assert len(message) < 1000


def test_the_limits_leave_room_for_our_own_files() -> None:
    files = list(Path(strict.__file__).parent.rglob("*.yaml"))
    assert max(path.stat().st_size for path in files) * 10 < strict.LARGEST
    for path in files:
        read_yaml(path)
