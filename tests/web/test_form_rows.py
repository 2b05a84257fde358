"""An authority's form on the page of a complaint: its fields, or the day on which nobody found what it asks."""

from __future__ import annotations

from datetime import date

from flask import Flask, get_template_attribute


def test_where_nobody_found_what_a_form_asks_the_page_says_when_we_looked(app: Flask) -> None:
    with app.test_request_context("/"):
        form_rows = get_template_attribute("components/form_rows.html", "form_rows")
        told = str(form_rows((), date(2026, 11, 30)))
        assert "found no list of it. Have your papers beside you" in told
        assert "30 November 2026" in told
        assert str(form_rows(())).strip() == ""


def test_the_directory_says_so_too(app: Flask) -> None:
    page = app.test_client().get("/authorities?country=US").text
    assert page.count("for what its form asks, and found no list of it.") == 1
