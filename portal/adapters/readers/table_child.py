"""The child process that reads a table somebody handed in. Started by `tables.py`, once a file.

Like the child that opens documents it has nothing: it shuts itself in before it reads the first byte
(`confinement.py`). Input: the file. Arguments: perhaps ANYWAY. Output: JSON, `{"rows": [["cell", ...], ...]}` or
`{"refused": "..."}`.

Of a workbook only the words in the cells of its first sheet are read. Formulas are words and never reckoned; links to
other workbooks are not followed, and programs in it are not looked at.
"""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl

from portal.adapters.confinement import ANYWAY, Wall, confine
from portal.adapters.readers.charsets import CHARSETS, decode_bytes
from portal.domain.tables import (
    LARGEST,
    LARGEST_UNPACKED,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_PARTS,
    MOST_ROWS,
    TableRefusal,
    TableRefused,
    split_text,
)

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0"  # how a workbook of the old kind begins, and one with a password
_HEAD = 4_096  # bytes in which an XML part declares what it declares


def read_rows(content: bytes) -> list[list[str]]:
    """The rows of a table, empty ones included. Raises TableRefused, and nothing else whatever the file is."""
    try:
        return _read(content)
    except TableRefused:
        raise
    except (MemoryError, RecursionError) as error:
        raise TableRefused(TableRefusal.TOO_COMPLEX) from error
    except Exception as error:
        raise TableRefused(TableRefusal.BROKEN) from error


def _read(content: bytes) -> list[list[str]]:
    if len(content) > LARGEST:
        raise TableRefused(TableRefusal.TOO_LARGE)
    if content.startswith(_OLD):
        raise TableRefused(TableRefusal.OLD_OR_LOCKED)
    if content.startswith(_ZIP):
        return list(_read_workbook(content))
    text = decode_bytes(content)
    if any(sign < " " and sign not in "\t\n\r\f\v" for sign in text):
        raise TableRefused(TableRefusal.BROKEN)
    return split_text(text)


def _read_workbook(content: bytes) -> Iterator[list[str]]:
    _check_parts(content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False, keep_vba=False)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size is not believed
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        if number > 2 * MOST_ROWS:
            raise TableRefused(TableRefusal.TOO_MANY_ROWS)
        cells = [_write_cell(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise TableRefused(TableRefusal.TOO_MANY_COLUMNS)
        yield cells


def _check_parts(content: bytes) -> None:
    """Before anything is unpacked: nothing is read beyond the size that a part announces, so their sum is the most.

    A part that declares names of its own could grow while it is read; no program that makes tables writes one.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise TableRefused(TableRefusal.TOO_COMPLEX)
        for part in parts:
            if part.flag_bits & 0x1:
                raise TableRefused(TableRefusal.OLD_OR_LOCKED)
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(_HEAD).replace(b"\0", b"").upper():
                    raise TableRefused(TableRefusal.BROKEN)


def _write_cell(value: Any) -> str:
    """A cell as text: days as 2026-11-02, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    if len(text) > LONGEST_CELL:
        raise TableRefused(TableRefusal.CELL_TOO_LONG)
    return text


def shut_in() -> frozenset[Wall]:
    """Give up all that reading one table does not need. What is loaded later would need a file, so it is loaded now."""
    for name in CHARSETS:
        "a".encode(name).decode(name)
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["a", 1, 1.5, datetime(2026, 11, 2), True, "=1+1"])  # noqa: DTZ001 - a cell knows no zone
    book.save(made)
    read_rows(made.getvalue())
    return confine()


def main(arguments: Sequence[str]) -> None:
    """Nothing of the file is read before the walls stand; without the one that counts, only where that is allowed."""
    missing = shut_in()
    try:
        if Wall.SECCOMP in missing and ANYWAY not in arguments:
            raise TableRefused(TableRefusal.UNCONFINED)
        answer: dict[str, object] = {"rows": read_rows(sys.stdin.buffer.read(LARGEST + 1))}
    except TableRefused as refused:
        answer = {"refused": refused.reason.value}
    sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    os._exit(0)  # the ordinary end of Python asks the kernel for more than is left


if __name__ == "__main__":
    main(sys.argv[1:])
