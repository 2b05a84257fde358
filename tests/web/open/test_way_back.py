"""Whoever looks up a law from the desk finds the way back, without a page of facts looking at anybody's session."""

from __future__ import annotations

import pytest
from flask import Flask

BACK = ">Back to the desk</a>"


@pytest.mark.parametrize("path", ["/law", "/platforms", "/law?country=NZ", "/clock", "/authorities"])
def test_the_way_back_is_carried_by_links_and_forms(app: Flask, path: str) -> None:
    plain = app.test_client().get(path)
    assert BACK not in plain.text
    assert "at=desk" not in plain.text
    join = "&" if "?" in path else "?"
    page = app.test_client().get(f"{path}{join}at=desk")
    assert page.status_code == 200
    assert BACK in page.text
    assert "at=desk" in page.text
    assert page.text.count('<form method="get"') == page.text.count('name="at" value="desk"')
    assert "Set-Cookie" not in page.headers


def test_anything_else_there_is_refused_or_means_nothing(app: Flask) -> None:
    page = app.test_client().get("/law?at=https://elsewhere.example")
    assert BACK not in page.text
    assert "elsewhere" not in page.text
