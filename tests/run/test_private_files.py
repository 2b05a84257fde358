"""Other users of the machine cannot look into what the portal keeps, whatever made the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.config import Config, load_config
from portal.run.private_files import OthersCanLook, shut_others_out


@pytest.fixture
def config(tmp_path: Path) -> Config:
    tmp_path.chmod(0o700)
    return load_config({"RECOURSE_DATA": str(tmp_path)})


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("name", ["recourse.db", "recourse.db-wal", "locks.db", "queue.db"])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606])
def test_a_database_that_others_can_read_is_shut_and_told(config: Config, name: str, mode: int) -> None:
    path = config.data_folder / name
    path.write_bytes(b"")
    path.chmod(mode)
    assert shut_others_out(config) == (f"{path} could be read by others of this machine. Its mode is now 0600.",)
    assert mode_of(path) == 0o600
    assert shut_others_out(config) == ()


def test_a_file_whose_mode_cannot_be_changed_is_told_with_what_to_do(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config.data_folder / "recourse.db"
    path.write_bytes(b"")
    path.chmod(0o644)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    assert f"chmod 600 {path}" in shut_others_out(config)[0]
    monkeypatch.setattr(Path, "chmod", lambda *_: None)
    assert "keeps no modes" in shut_others_out(config)[0]


@pytest.mark.parametrize("folder", ["", "files"])
def test_a_folder_that_others_can_look_into_stops_the_start_and_is_left_as_it_is(config: Config, folder: str) -> None:
    path = config.data_folder / folder
    path.mkdir(exist_ok=True)
    path.chmod(0o755)
    with pytest.raises(OthersCanLook, match=f"chmod 700 {path}$"):
        shut_others_out(config)
    assert mode_of(path) == 0o755, "a wrong setting could name a folder that all programs need"


def test_what_is_kept_on_servers_has_no_mode(tmp_path: Path) -> None:
    servers = {
        "RECOURSE_DATA": str(tmp_path / "none"),
        "RECOURSE_DATABASE": "postgresql://here/base",
        "RECOURSE_LOCKS": "postgresql://there/locks",
        "RECOURSE_QUEUE": "redis://here",
        "RECOURSE_STORAGE": "s3://bucket/prefix",
    }
    assert shut_others_out(load_config(servers)) == ()
