"""The public page of figures: not there unless switched on, final years only, the same for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from portal.config import load_config
from portal.factory import create_app
from portal.models.figures import YearRow
from portal.web.unit_of_work import parts
from tests.sqlite import copy_tables
from tests.web.conftest import NOW
from tests.web.filled_years import fill_year
from tests.web.pages import check_page

PAGES = ("/statistics", "/statistics/table.csv", "/statistics/figures.json")


def open_client(folder: Path, *, published: bool | None = True, bent: bool = False, **env: str) -> FlaskClient:
    """A portal whose year 2025 was published, or counted only, or not even that."""
    copy_tables(folder / "recourse.db")
    app = create_app(load_config({"RECOURSE_DATA": str(folder), **env}), clock=lambda: NOW)
    with app.app_context():
        if published is not None:
            with parts().sessions.begin() as session:
                fill_year(session, published=published)
        if bent:
            with parts().engine.begin() as connection:
                connection.execute(update(YearRow.__table__).values(counted_at=NOW))  # type: ignore[arg-type]
    return app.test_client()


@pytest.mark.parametrize("path", PAGES)
def test_it_is_not_there_unless_it_is_switched_on(tmp_path: Path, path: str) -> None:
    assert open_client(tmp_path).get(path).status_code == 404


def test_it_shows_a_published_year_to_everybody_alike(tmp_path: Path) -> None:
    client = open_client(tmp_path, RECOURSE_STATISTICS="on")
    answer = client.get("/statistics?by=platform")
    assert answer.status_code == 200
    check_page(answer, "Recourse")
    assert "How platforms answered in 2025" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", PAGES[1:])
def test_its_files_are_there_too(tmp_path: Path, path: str) -> None:
    assert open_client(tmp_path, RECOURSE_STATISTICS="on").get(path).status_code == 200


def test_nothing_by_team_is_told_in_public(tmp_path: Path) -> None:
    client = open_client(tmp_path, RECOURSE_STATISTICS="on")
    figures = client.get("/statistics/figures.json").json
    assert figures is not None
    assert "platform" in figures["requests"]
    assert not any("team" in figures[part] for part in ("requests", "cases", "hours_to_removal"))
    for path in ("/statistics?by=team", "/statistics/table.csv?by=team"):
        assert "team" not in client.get(path).text.lower()


@pytest.mark.parametrize("path", PAGES[1:])
def test_a_year_that_is_not_final_is_not_given_out(tmp_path: Path, path: str) -> None:
    client = open_client(tmp_path, published=False, RECOURSE_STATISTICS="on")
    assert client.get(path).status_code == 404
    assert "come out one month after" in client.get("/statistics").text


@pytest.mark.parametrize("path", PAGES)
def test_figures_that_were_bent_are_not_given_out(tmp_path: Path, path: str) -> None:
    assert open_client(tmp_path, bent=True, RECOURSE_STATISTICS="on").get(path).status_code == 404


def test_without_any_year_the_page_says_when_there_will_be_one(tmp_path: Path) -> None:
    client = open_client(tmp_path, published=None, RECOURSE_STATISTICS="on")
    assert "come out one month after" in client.get("/statistics").text
