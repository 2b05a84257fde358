"""The two yearly reports: what the law lists is in them, their words are kept, and nothing half done leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pdfminer.high_level import extract_text

from portal.domain.figures.reports import Part, ReportKind, list_gaps, words_of
from tests.web.conftest import TestClock
from tests.web.desk.colleague import Colleague, Desk, make_desk
from tests.web.filled_years import fill_year
from tests.web.portal import open_portal, parts_of

WORDS: dict[str, Any] = {
    "part_who": "Harbour Helpline was awarded the status on 3 March 2025.",
    "part_work": "Each notice is checked.",
    "part_independence": "No provider pays us.\n\nA board of five decides.",
    "part_remarks": "",
}


@pytest.fixture
def flagger(tmp_path: Path, clock: TestClock) -> Iterator[Desk]:
    """A desk of a trusted flagger with the figures of 2025."""
    settings = {"RECOURSE_ORG_NAME": "Harbour Helpline", "RECOURSE_TRUSTED_FLAGGER": "on"}
    with open_portal(tmp_path, clock, **settings) as app:
        desk = make_desk(app, parts_of(app))
        with desk.parts.sessions.begin() as session:
            fill_year(session, number=600, flagged=True)
        yield desk


def write(colleague: Colleague) -> None:
    colleague.go("/desk/reports/flagger/2025/words")
    colleague.press("Keep these words", **WORDS)


def test_the_report_lists_what_article_22_asks_for(flagger: Desk) -> None:
    page = flagger.visit("ines").go("/desk/reports/flagger/2025").text
    for heading in (
        "Notices by provider of hosting services",
        "Notices by type of allegedly illegal content",
        "Notices by action taken by the provider",
        "How independence is ensured",
        "Article 22(3) of Regulation (EU) 2022/2065",
    ):
        assert heading in page


def test_it_counts_notices_under_article_16_alone(flagger: Desk) -> None:
    lead = flagger.visit("ines")
    write(lead)
    told = json.loads(lead.client.get("/desk/reports/flagger/2025/report.json").text)
    section = next(each for each in told["sections"] if each["heading"].startswith("Notices by provider"))
    total = int(section["rows"][-1][-1])
    with flagger.app.app_context():
        everything = json.loads(lead.client.get("/desk/statistics/figures.json?year=2025").text)
    assert 0 < total < everything["requests"]["platform"]["total"]
    assert sum(int(row[-1]) for row in section["rows"][:-1]) == total


def test_nothing_leaves_while_words_are_missing(flagger: Desk) -> None:
    lead = flagger.visit("ines")
    assert "Some words are still missing" in lead.go("/desk/reports/flagger/2025").text
    for name in ("report.pdf", "report.json"):
        answer = lead.client.get(f"/desk/reports/flagger/2025/{name}")
        assert answer.status_code == 409
        assert "Write them first" in answer.text


def test_words_are_kept_and_stand_in_the_report(flagger: Desk) -> None:
    lead = flagger.visit("ines")
    write(lead)
    assert "A board of five decides." in lead.page.text
    assert "still missing" not in lead.page.text
    lead.go("/desk/reports/flagger/2025/words")
    assert "No provider pays us." in lead.page.text


def test_who_saves_second_sees_the_words_of_the_first(flagger: Desk) -> None:
    first, second = flagger.visit("ines"), flagger.visit("ines")
    second.go("/desk/reports/flagger/2025/words")
    write(first)
    second.press("Keep these words", status=400, **{**WORDS, "part_work": "Mine."})
    assert "A colleague has changed these words meanwhile" in second.page.text
    assert "Each notice is checked." in second.page.text
    assert "Mine." in second.page.text
    second.press("Keep these words")
    assert "Mine." in second.page.text


def test_the_pdf_has_words_and_tables(flagger: Desk, tmp_path: Path) -> None:
    lead = flagger.visit("ines")
    write(lead)
    answer = lead.client.get("/desk/reports/flagger/2025/report.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    file = tmp_path / "report.pdf"
    file.write_bytes(answer.data)
    text = " ".join(extract_text(str(file)).split())
    for part in ("Harbour Helpline", "A board of five decides.", "Instagram", "Notices by action taken"):
        assert part in text


def test_the_funder_has_cases_ages_and_the_helplines_own_clock(flagger: Desk) -> None:
    page = flagger.visit("ines").go("/desk/reports/funder/2025").text
    for part in ("Under 18 when it was made", "Within the target", "New Zealand", "within 24 hours"):
        assert part in page


def test_who_is_no_trusted_flagger_has_no_such_report(desk: Desk) -> None:
    with desk.parts.sessions.begin() as session:
        fill_year(session)
    lead = desk.visit("ines")
    lead.go("/desk/reports/flagger/2025", status=404)
    assert "RECOURSE_TRUSTED_FLAGGER" in lead.go("/desk/reports").text
    lead.go("/desk/reports/funder/2025")


def test_a_year_that_is_not_final_is_a_draft(desk: Desk) -> None:
    with desk.parts.sessions.begin() as session:
        fill_year(session, published=False)
    assert "Draft. The final figures" in desk.visit("ines").go("/desk/reports/funder/2025").text


def test_the_first_words_ask_for_what_only_the_organisation_knows() -> None:
    assert list_gaps(words_of(ReportKind.FLAGGER, {})) == (Part.WHO, Part.INDEPENDENCE)
    assert list_gaps(words_of(ReportKind.FUNDER, {"who": "We."})) == ()
