"""Bytes on their way in or out, first in, first out: a little in memory, the rest in a file that only we can read.

What a person hands in never lies open on a disk. So what does not fit into memory is enciphered under a key that is
made for this one spool and never leaves the process; the file has no name and goes with the process.
"""

from __future__ import annotations

import errno
import io
import secrets
import tempfile
import threading
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

IN_MEMORY = 64 * 1024  # bytes; a thousand slow guests then hold 64 MB
KEY_BYTES, NONCE_BYTES = 32, 16


class Spool:
    """Written at one end and read at the other, by any threads."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._written = self._read = 0  # bytes of the file

    def write(self, data: bytes) -> None:
        """Put bytes behind those that are there. Raises OSError where the disk is full."""
        with self._lock:
            if self._file is None and len(self._memory) + len(data) <= self._in_memory:
                self._memory += data
                return
            file = self._file = self._file or self._open_file()
            file.seek(self._written)
            if file.write(self._encipher(data)) != len(data):
                raise OSError(errno.ENOSPC, "only a part fitted")
            self._written += len(data)

    def read(self, most: int) -> bytes:
        """Take up to so many bytes from the front; nothing where there are none."""
        with self._lock:
            if self._memory:
                found = bytes(self._memory[:most])
                del self._memory[:most]
                return found
            if self._file is None or self._read == self._written:
                return b""
            self._file.seek(self._read)
            found = self._file.read(min(most, self._written - self._read))
            self._read += len(found)
            return self._decipher(found)

    def close(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._memory.clear()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _open_file(self) -> IO[bytes]:
        cipher = Cipher(ChaCha20(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)), mode=None)
        self._encipher, self._decipher = cipher.encryptor().update, cipher.decryptor().update
        return tempfile.TemporaryFile(buffering=0)

    @property
    def file_number(self) -> int | None:
        """The descriptor of the file, where there is one: for a test to look what lies in it."""
        return None if self._file is None else self._file.fileno()


class SpoolInput(io.RawIOBase):
    """A spool that nothing more comes into, as a file to be read once."""

    def __init__(self, spool: Spool) -> None:
        super().__init__()
        self._spool = spool

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override] # what is ever given
        view = memoryview(buffer).cast("B")
        found = self._spool.read(len(view))
        view[: len(found)] = found
        return len(found)


def open_input(spool: Spool) -> io.BufferedReader:
    """What a WSGI application reads a request's body from."""
    return io.BufferedReader(SpoolInput(spool))
