"""Where the way through a report has led once, the next test of the same process begins, if its portal is as new.

What stands in the portal's folder after the way, the pages that were seen and the browser's cookies are kept, and put
back. A portal that anything was done to, that has other settings, or whose test changes the program itself, is walked
through as before.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask

from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.sqlite import copy_database, empty_database
from tests.suite import run_folder
from tests.web.pages import Page, Visitor

DATABASE = "recourse.db"
BESIDE = ("-wal", "-shm")  # what SQLite keeps beside a database that is open

_folders: WeakKeyDictionary[Flask, Path] = WeakKeyDictionary()


@dataclass(frozen=True)
class _Kept:
    """What a way has led to."""

    folder: Path
    seen: tuple[Page, ...]
    cookies: dict[Any, Any]


_ways: dict[tuple[str, str, datetime], _Kept] = {}


def allow(app: Flask, folder: Path) -> None:
    """The portal has the settings that all such portals have, and its data in `folder`."""
    _folders[app] = folder


def walk_once(visitor: Visitor, name: str, way: Callable[[], object], changes: dict[str, Any]) -> None:
    """Lead a visitor the way of that name, or to its end at once where somebody of this process was led there before.

    `changes` are what the way's answers hang on.
    """
    folder = _folders.get(visitor.app)
    if folder is None or visitor.seen or not _is_new(folder):
        way()
        return
    parts: Parts = visitor.app.extensions[EXTENSION]
    key = (name, repr(sorted(changes.items())), parts.clock())
    if key not in _ways:
        way()
        _ways[key] = _Kept(_keep(folder), tuple(visitor.seen), copy(visitor.client._cookies or {}))
        return
    known = _ways[key]
    _put_back(known.folder, folder)
    visitor.seen.extend(known.seen)
    visitor.client._cookies = copy(known.cookies)


def _is_new(folder: Path) -> bool:
    """Nothing was written so far, not even a secret."""
    return {each.name for each in folder.iterdir()} == {DATABASE} and filecmp.cmp(
        folder / DATABASE, empty_database(), shallow=False
    )


def _keep(folder: Path) -> Path:
    target = Path(tempfile.mkdtemp(prefix=f"way-{os.getpid()}-", dir=run_folder()))
    _put_back(folder, target)
    return target


def _put_back(source: Path, target: Path) -> None:
    for each in source.iterdir():
        if each.is_dir():
            shutil.copytree(each, target / each.name)
        elif each.suffix == ".db":
            copy_database(each, target / each.name)
        elif not each.name.endswith(BESIDE):
            shutil.copy2(each, target / each.name)
