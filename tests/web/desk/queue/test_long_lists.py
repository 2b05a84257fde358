"""A case with many links or many sites comes in parts: no page is heavy, and everything is still within reach."""

from __future__ import annotations

import re

import pytest

from portal.services.intake.drafts import LINK_LIMIT
from tests.web.desk.colleague import Colleague, Desk

MOST_BYTES = 120_000
ON_ONE_SITE = "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, LINK_LIMIT + 1))
ON_MANY_SITES = "\n".join(f"https://invented-{number}.org/album/7" for number in range(1, 121))


def list_links(colleague: Colleague) -> set[int]:
    return {int(number) for number in re.findall(r'id="link-(\d+)"', colleague.page.answer.text)}


def walk(colleague: Colleague, path: str, name: str, pages: int) -> list[str]:
    """The pages of a list, none of them heavy; their HTML."""
    found = []
    for page in range(1, pages + 1):
        colleague.go(f"{path}?{name}={page}")
        assert len(colleague.page.answer.data) < MOST_BYTES
        found.append(colleague.page.answer.text)
    return found


@pytest.mark.parametrize("page", ["", "/requests/1"])
def test_five_hundred_links_come_in_parts_and_each_is_there(desk: Desk, page: str) -> None:
    colleague = desk.visit("mira")
    reference = desk.add_case(links=ON_ONE_SITE)
    texts = walk(colleague, f"/desk/cases/{reference}{page}", "page", LINK_LIMIT // 50)
    numbers = [int(number) for text in texts for number in re.findall(r'id="link-(\d+)"', text)]
    assert numbers == list(range(1, LINK_LIMIT + 1))


def test_links_on_many_sites_are_folded_under_them_and_one_is_open_at_a_time(desk: Desk) -> None:
    colleague = desk.visit("mira")
    mixed = "\n".join(
        f"https://{site}/album/{number}" for number in range(1, 31) for site in ("one.example.org", "two.example.net")
    )
    reference = desk.add_case(links=mixed)
    colleague.go(f"/desk/cases/{reference}")
    assert list_links(colleague) == set()
    assert "example.org 30 links" in colleague.page.text
    colleague.follow("example.net")
    assert list_links(colleague) == set(range(2, 61, 2))


def test_the_requests_to_many_sites_come_in_parts_and_each_is_there(desk: Desk) -> None:
    colleague = desk.visit("mira")
    reference = desk.add_case(links=ON_MANY_SITES)
    texts = walk(colleague, f"/desk/cases/{reference}", "requests", 3)
    numbers = {int(number) for text in texts for number in re.findall(r'/requests/(\d+)">\d+\. invented', text)}
    assert numbers == set(range(1, 121))


def test_who_marks_a_link_comes_back_to_where_it_stands(desk: Desk) -> None:
    colleague = desk.visit("mira")
    reference = desk.add_case(links=ON_ONE_SITE)
    colleague.go(f"/desk/cases/{reference}?page=7")
    colleague.press("It is gone")
    assert colleague.page.path == f"/desk/cases/{reference}"
    assert list_links(colleague) == set(range(301, 351))
    assert '<details class="link-group" open>' in colleague.page.answer.text
    assert "It is back" in colleague.page.answer.text
