"""Tables that are handed in: any delimiter and charset, workbooks as words, and what no honest table is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime

import openpyxl
import pytest

from portal.adapters.confinement import ANYWAY
from portal.adapters.readers import tables
from portal.adapters.readers.tables import read_table
from portal.domain.tables import LARGEST, LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, TableRefusal, TableRefused

ROWS = (("H1", "https://x.com/a/status/1", "Müller, Ana"), ("H2", "two\nlines", '"said"'))


def write_workbook(*rows: tuple[object, ...]) -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for row in (("Case", "Link", "Name"), *rows):
        book.active.append(row)
    book.save(made)
    return made.getvalue()


def write_csv(delimiter: str, end: str = "\r\n") -> str:
    cells = (("Case", "Link", "Name"), *ROWS)
    quoted = (delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells)
    return end.join(quoted)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_is_read_whatever_wrote_it(delimiter: str, charset: str) -> None:
    table = read_table(write_csv(delimiter).encode(charset))
    assert (table.headings, table.rows, table.lines) == (("Case", "Link", "Name"), ROWS, (2, 3))


def test_a_delimiter_that_is_named_counts() -> None:
    assert read_table(b"sep=;\r\na,b;c\r\n1,2;3").rows == (("1,2", "3"),)


def test_a_workbook_is_words_and_a_formula_is_never_reckoned() -> None:
    link = '=HYPERLINK("https://x.com/a/status/1","here")'
    table = read_table(write_workbook((7.0, link, datetime(2026, 11, 2)), (True, "=1+1", 1.5)))  # noqa: DTZ001
    assert table.rows == (("7", link, "2026-11-02"), ("yes", "=1+1", "1.5"))


def change_workbook(changes: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write_workbook(("H1", "l", "n")))) as old, zipfile.ZipFile(made, "w") as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes.get(name) or old.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


def list_bad() -> Iterator[tuple[str, bytes, TableRefusal]]:
    entities = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    yield "nothing", b" \n", TableRefusal.EMPTY
    yield "headings alone", b"Case,Link\n", TableRefusal.EMPTY
    yield "too large", b"a,b\n" * (LARGEST // 4 + 1), TableRefusal.TOO_LARGE
    yield "too many rows", b"a,b\n" * (MOST_ROWS + 2), TableRefusal.TOO_MANY_ROWS
    yield "very many rows", b"a,b\n" * (3 * MOST_ROWS), TableRefusal.TOO_MANY_ROWS
    yield "too many columns", (b"a" + b",a" * MOST_COLUMNS + b"\n") * 2, TableRefusal.TOO_MANY_COLUMNS
    yield "a long cell", b"a,b\n1," + b"x" * (LONGEST_CELL + 1), TableRefusal.CELL_TOO_LONG
    yield "a picture", b"\x89PNG\r\n\x1a\n\x00\x01\x02" * 9, TableRefusal.BROKEN
    yield "an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, TableRefusal.OLD_OR_LOCKED
    yield "half a workbook", write_workbook(("1", "2", "3"))[:900], TableRefusal.BROKEN
    yield "a bomb", change_workbook({"xl/media/a.bin": b"\0" * (70 * 1024 * 1024)}), TableRefusal.TOO_COMPLEX
    yield "names that grow", change_workbook({"xl/sharedStrings.xml": entities}), TableRefusal.BROKEN
    wide = change_workbook({"xl/worksheets/sheet1.xml": entities.decode().encode("utf-16")})
    yield "names that grow, in two bytes", wide, TableRefusal.BROKEN


@pytest.mark.parametrize(("content", "reason"), [bad[1:] for bad in list_bad()], ids=[bad[0] for bad in list_bad()])
def test_what_is_no_table_is_refused_with_its_reason(content: bytes, reason: TableRefusal) -> None:
    with pytest.raises(TableRefused) as found:
        read_table(content)
    assert found.value.reason is reason


def test_links_to_other_workbooks_and_programs_are_not_followed() -> None:
    other = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    other += (
        b'<Relationship Id="r1" Type="t" Target="https://example.net/x.xlsx" TargetMode="External"/></Relationships>'
    )
    table = read_table(change_workbook({"xl/externalLinks/_rels/a.rels": other, "xl/vbaProject.bin": b"\xd0\xcf\x11"}))
    assert table.rows == (("H1", "l", "n"),)


@pytest.mark.parametrize("answer", [b"", b"{", b'{"rows": 7}', b'{"refused": "of a new kind"}'])
def test_an_answer_that_does_not_fit_is_not_believed(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(tables, "ask_child", lambda *_given, **_named: answer)
    with pytest.raises(TableRefused) as found:
        read_table(b"a,b\n1,2")
    assert found.value.reason is TableRefusal.TOO_COMPLEX


def test_where_the_kernel_shuts_nothing_in_no_table_is_read_unless_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, ...]] = []

    def answer(_child: str, _content: bytes, *arguments: str, **_named: object) -> bytes:
        asked.append(arguments)
        return b'{"rows": [["a"], ["1"]]}' if arguments else b'{"refused": "unconfined"}'

    monkeypatch.setattr(tables, "ask_child", answer)
    with pytest.raises(TableRefused) as found:
        read_table(b"a\n1")
    assert found.value.reason is TableRefusal.UNCONFINED
    assert read_table(b"a\n1", may_be_unconfined=True).rows == (("1",),)
    assert asked == [(), (ANYWAY,)]
