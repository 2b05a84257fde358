"""Files of the portal are for its own user: no other one of the machine looks into them, whatever made them before."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.config import Config

OTHERS = 0o077


class OthersCanLook(Exception):
    """A folder of the portal is open to other users. The message says what to do."""


def shut_others_out(config: Config) -> tuple[str, ...]:
    """Take the rights of others from every file that holds data. Returns what had to be changed, or could not be.

    Folders are not changed, because a wrong setting could name one that all programs need. Raises OthersCanLook for
    one that is the portal's own and open. Files with keys are looked at where they are read.
    """
    for folder in _list_folders(config):
        if _is_open_to_others(folder):
            raise OthersCanLook(f"other users of this machine can look into {folder}. Run: chmod 700 {folder}")
    return tuple(_shut(path) for path in _list_files(config) if _is_open_to_others(path))


def _list_folders(config: Config) -> Iterator[Path]:
    yield config.data_folder
    storage = urlsplit(config.storage_url)
    if storage.scheme == "file":
        yield Path(unquote(storage.path))


def _list_files(config: Config) -> Iterator[Path]:
    """The databases that are files, with what SQLite keeps beside each."""
    for url in (config.database_url, config.queue_url, config.locks_url):
        _scheme, found, path = url.partition("sqlite:///")
        if found and path and not path.startswith(":"):
            yield from (Path(path + ending) for ending in ("", "-wal", "-shm", "-journal"))


def _is_open_to_others(path: Path) -> bool:
    """A folder that belongs to somebody else is not the portal's to judge."""
    try:
        about = path.stat()
    except OSError:
        return False
    return bool(about.st_mode & OTHERS) and (about.st_uid == os.geteuid() or not stat.S_ISDIR(about.st_mode))


def _shut(path: Path) -> str:
    try:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)
    except OSError as error:
        return f"{path} can be read by others, and that could not be changed: {error.strerror}. Run: chmod 600 {path}"
    if _is_open_to_others(path):
        return f"{path} can be read by others, and the file system it is on keeps no modes. Put it on another one."
    return f"{path} could be read by others of this machine. Its mode is now 0600."
