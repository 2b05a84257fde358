"""From a file to an opened case, and a list that leaves, at a browser; without JavaScript too."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looks import look_at
from tests.browser.scenes import Scenes
from tests.browser.site import Site
from tests.browser.visitor import Visitor

ROWS = (
    ("Case", "Link", "Country", "Under 18", "What", "Name", "Note", "Sent on", "Status"),
    ("B7", "https://www.instagram.com/p/InventedTable1/", "New Zealand", "no", "AI", "Ana Exemplar", "", "", ""),
    ("B7", "https://x.com/someone/status/7777", "", "", "", "", "Calls on Mondays", "2026-11-20", "gone"),
    ("B8", "https://pictures.example.org/album/9", "Atlantis", "no", "real", "", "", "", ""),
)


@pytest.fixture
def mere(chromium: Browser, site: Site, scenes: Scenes, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """The advocate in a browser of her own, without JavaScript where a test says so."""
    options: dict[str, Any] = getattr(request, "param", {})
    visitor = Visitor(chromium.new_context(**options), site.address, site.elsewhere)
    visitor.context.add_cookies([{"name": "desk", "value": scenes.cookies["mere"], "url": site.address}])
    yield visitor
    visitor.context.close()
    assert visitor.troubles == []


def write_workbook(folder: Path, own: str) -> Path:
    """The rows, with another number and other links in each test: all of them have one site."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([cell.replace("B7", own).replace("7777", own) for cell in row])
    book.save(folder / "cases.xlsx")
    return folder / "cases.xlsx"


def hand_in(visitor: Visitor, folder: Path, own: str) -> None:
    visitor.open("/desk")
    visitor.follow("Cases from a table")
    visitor.page.get_by_label("The file", exact=True).set_input_files(write_workbook(folder, own))
    visitor.press("Look at the table")
    visitor.is_at("What will come of the table")


@pytest.mark.parametrize("mere", [{"java_script_enabled": False}, {}], indirect=True, ids=["without", "with"])
def test_a_workbook_becomes_a_case_that_is_opened(
    mere: Visitor, site: Site, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Choose, look, say the word, import, open: the line that is wrong is named."""
    own = "7001" if "without" in request.node.name else "7002"
    hand_in(mere, tmp_path, own)
    mere.sees("1 line is left out")
    mere.sees("Line 4, country: This country is not known.")
    mere.fill(
        "How and when were these people told that your team acts for them, and how did they agree?",
        "On the phone on 2 November. Each said yes.",
    )
    mere.choose("They allowed letters to platforms")
    mere.choose("By the platform’s own form")
    mere.press("Import 1 case")
    mere.is_at("The table is being imported")
    site.work()
    mere.open(mere.path)
    mere.is_at("The table is imported")
    mere.sees("1 new case")
    mere.follow("To the new cases")
    mere.page.get_by_label("Find by reference, link or ticket number").fill(f"https://x.com/someone/status/{own}")
    mere.press("Find")
    mere.sees("Instagram")
    mere.follow("Report and consent")
    mere.sees("Ana Exemplar")


def test_the_page_of_what_came_of_it_is_fit_to_be_looked_at(mere: Visitor, site: Site, tmp_path: Path) -> None:
    hand_in(mere, tmp_path, "7003")
    mere.fill(
        "How and when were these people told that your team acts for them, and how did they agree?", "On the phone."
    )
    mere.choose("They allowed letters to platforms")
    mere.choose("By the platform’s own form")
    mere.press("Import 1 case")
    mere.is_at("The table is being imported")
    assert look_at(mere, "desk mere import running", is_light=False) == []
    site.work()
    expect(mere.page.locator("h1")).to_have_text("The table is imported", timeout=10_000)
    assert look_at(mere, "desk mere import done", is_light=False) == []


def test_the_list_that_is_shown_leaves_as_a_file(mere: Visitor, scenes: Scenes) -> None:
    mere.open("/desk?show=all")
    mere.follow("Take this list out as a file")
    mere.is_at("Take a list out")
    with mere.page.expect_download() as download:
        mere.press("Make the file")
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8"))))
    assert scenes.reference in {row["reference"] for row in rows}
    assert "name" not in rows[0], "not unless it was ticked"
    assert download.value.suggested_filename == "cases-all.csv"
