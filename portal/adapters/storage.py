"""Sealed files in a folder or in S3-compatible storage: which one is an address in the settings, not code.

What is stored arrives sealed; nothing here can read it. A key looks like `<case>/<file>`, so that all files of a case
can be deleted at once.
"""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

OWNER_ONLY = 0o700
# A page waits for these answers. Without limits a storage that is down holds it for three minutes.
PATIENCE: dict[str, Any] = {"connect_timeout": timedelta(seconds=3), "timeout": timedelta(seconds=30)}
TRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}


class FileMissing(LookupError):
    """No file under this key."""


class BadStorage(ValueError):
    """The storage address cannot be used. The message says why."""


class ObjectStorage:
    """Files by key. Putting the same key again replaces the file as a whole."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, content: bytes) -> None:
        """Store `content` under `key`; a reader never sees half of it."""
        obstore.put(self._store, _checked(key), content)

    def get(self, key: str) -> bytes:
        """The whole content. Raises FileMissing."""
        try:
            return bytes(obstore.get(self._store, _checked(key)).bytes())
        except FileNotFoundError as error:
            raise FileMissing(key) from error

    def list_keys(self) -> list[str]:
        """The keys of all files."""
        return [entry["path"] for batch in obstore.list(self._store) for entry in batch]

    def delete(self, prefix: str) -> None:
        """Delete every file whose key is `prefix` or lies under it. Nothing there is no error."""
        found = [entry["path"] for batch in obstore.list(self._store, prefix=_checked(prefix)) for entry in batch]
        with contextlib.suppress(FileNotFoundError):  # a listing names what lies under a key, not the key itself
            found.append(obstore.head(self._store, prefix)["path"])
        if found:
            obstore.delete(self._store, found)


def open_storage(url: str) -> ObjectStorage:
    """`file:///folder`, `memory:///` or `s3://bucket/prefix`. Raises BadStorage.

    Where the bucket is and who may use it stands in the environment, by the names that all S3 clients know (AWS_...).
    """
    try:
        if url.startswith("file://"):
            return ObjectStorage(_open_folder(Path(unquote(urlsplit(url).path))))
        if url.startswith("memory://"):
            return ObjectStorage(from_url(url))
        # With options of ours the package no longer reads this one of its own.
        options: Any = {**PATIENCE, "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"true", "1"}}
        return ObjectStorage(from_url(url, client_options=options, retry_config=TRIES))
    except (OSError, ValueError, obstore.exceptions.BaseError) as error:
        raise BadStorage(f"the storage at {url} cannot be used: {str(error).splitlines()[0]}") from error


def _open_folder(folder: Path) -> ObjectStore:
    folder.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    return LocalStore(folder, automatic_cleanup=True)


def _checked(key: str) -> str:
    """Keys are made by the portal; one with an empty or climbing part is a mistake that must not reach a disk."""
    if not key or any(part in {"", ".", ".."} for part in key.split("/")):
        raise ValueError(f"not a storage key: {key!r}")
    return key
