"""The `links` command reads any file and answers without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.runner import run


def test_a_file_gives_items_and_what_was_not_taken_as_json(tmp_path: Path) -> None:
    file = tmp_path / "pasted.txt"
    file.write_bytes(b"see https://youtu.be/abc?si=q, \xff\xfe\nhttps://a.some-place.co.uk/x\n@somebody\n")
    result = run("links", str(file), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "items": [
            {
                "url": "https://youtu.be/abc",
                "host": "youtu.be",
                "platform": "youtube",
                "group": "youtube",
                "told": [],
            },
            {
                "url": "https://a.some-place.co.uk/x",
                "host": "a.some-place.co.uk",
                "platform": None,
                "group": "some-place.co.uk",
                "told": [],
            },
        ],
        "rejected": [{"text": "@somebody", "why": "this is an account name, not a link"}],
    }


def test_standard_input_is_read_and_shown_as_lines() -> None:
    result = run("links", "-", stdin="instagram.com/p/1")
    assert result.stdout.splitlines() == [
        "instagram\thttps://instagram.com/p/1",
        "1 links, 0 named again, 0 not taken",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32", "cp1252"])
def test_a_file_is_read_in_each_way_that_office_programs_write(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes("Müller\thttps://t.me/chan/61\r\n".encode(encoding))
    assert [item["url"] for item in json.loads(run("links", str(file), "--json").stdout)["items"]] == [
        "https://t.me/chan/61"
    ]


def test_an_unreadable_file_ends_with_one_clear_line(tmp_path: Path) -> None:
    result = run("links", str(tmp_path / "none.txt"))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "none.txt" in result.stderr
