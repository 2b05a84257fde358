"""Encrypted archives: one file that is written in a stream to a public key and read back only with its private key.

The file begins with a mark and the stream's own key in a sealed box; then come chunks of libsodium's secretstream, each
with its length before it, so that a cut, a swap or a changed bit is found. Inside is a tar.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from nacl import bindings

from portal.adapters.vault import CannotOpen, new_key, unwrap_with_private_key, wrap_for_public_key

MARK = b"recourse-backup-1\n"
CHUNK = 256 * 1024
BOX_BYTES = 32 + bindings.crypto_box_SEALBYTES
HEADER_BYTES = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
LENGTH_BYTES = 4
LONGEST = CHUNK + bindings.crypto_secretstream_xchacha20poly1305_ABYTES
MESSAGE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class BadArchive(ValueError):
    """The file is no archive, is cut or changed, or the key does not fit. The message says which."""


@contextmanager
def write_archive(path: Path, public_key: bytes) -> Iterator[tarfile.TarFile]:
    """A tar that becomes `path` only when all of it is written. The file is for its owner alone."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            writer = _Writer(file, public_key)
            with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                yield archive
            writer.finish()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def read_archive(path: Path, private_key: bytes) -> Iterator[tarfile.TarFile]:
    """The tar in an archive, to be read from front to back. Raises BadArchive, also in the middle."""
    with path.open("rb") as file:
        reader = _Reader(file, private_key)
        try:
            with tarfile.open(fileobj=reader, mode="r|") as archive:
                yield archive
            while reader.read(CHUNK):  # the end of the tar is not the end of the stream; a cut there counts too
                pass
        except tarfile.TarError as error:
            raise BadArchive("The archive is damaged inside.") from error


def add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


class _Writer(io.RawIOBase):
    """Encrypts what is written, chunk by chunk."""

    def __init__(self, file: BinaryIO, public_key: bytes) -> None:
        key = new_key()
        self._file = file
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        self._waiting = bytearray()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        file.write(MARK + wrap_for_public_key(key, public_key) + header)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._waiting += bytes(data)  # type: ignore[call-overload]
        while len(self._waiting) >= CHUNK:
            self._push(bytes(self._waiting[:CHUNK]), MESSAGE)
            del self._waiting[:CHUNK]
        return len(data)  # type: ignore[arg-type]

    def finish(self) -> None:
        self._push(bytes(self._waiting), FINAL)
        self._file.flush()

    def _push(self, plain: bytes, tag: int) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, plain, None, tag)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)


class _Reader(io.RawIOBase):
    """Decrypts what is read, and refuses an end that is not the end."""

    def __init__(self, file: BinaryIO, private_key: bytes) -> None:
        self._file, self._rest, self._is_over = file, b"", False
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        if file.read(len(MARK)) != MARK:
            raise BadArchive("This file is no backup of Recourse.")
        box, header = file.read(BOX_BYTES), file.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise BadArchive("The backup is cut or damaged.")
        try:
            key = unwrap_with_private_key(box, private_key)
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, header, key)
        except (CannotOpen, ValueError, TypeError) as error:
            raise BadArchive("This recovery key does not open this backup.") from error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._is_over and (size < 0 or len(self._rest) < size):
            self._rest += self._pull()
        cut = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:cut], self._rest[cut:]
        return found

    def _pull(self) -> bytes:
        length = int.from_bytes(self._file.read(LENGTH_BYTES), "big")
        sealed = self._file.read(length) if 0 < length <= LONGEST else b""
        if not sealed or len(sealed) != length:
            raise BadArchive("The backup is cut or damaged.")
        try:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(self._state, sealed, None)
        except (RuntimeError, ValueError) as error:
            raise BadArchive("The backup is cut or damaged.") from error
        self._is_over = tag == FINAL
        if self._is_over and self._file.read(1):
            raise BadArchive("Something was added to the backup.")
        return bytes(plain)
