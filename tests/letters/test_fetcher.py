"""Whatever way a letter's page could name a file, nothing is opened: neither disk nor network nor our own folder."""

from __future__ import annotations

import io
from typing import NoReturn

import pikepdf
import pytest
from weasyprint import CSS, HTML
from weasyprint.urls import FatalURLFetchingError

from portal.adapters.papers.pdf import STYLE_SHEET, NothingIsFetched

BOMB = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 5000 + "</svg>"
ADDRESSES = {
    "a file of the system": "file:///etc/passwd",
    "a file without its scheme": "/etc/passwd",
    "our own style sheet": STYLE_SHEET.as_uri(),
    "the network": "http://127.0.0.1:1/a.png",
    "the network, locked": "https://127.0.0.1:1/a.png",
    "another scheme": "ftp://127.0.0.1/a",
    "a picture in the address": "data:image/png;base64,iVBORw0KGgo=",
    "a bomb in the address": BOMB,
}
WAYS = {
    "a picture": '<img src="{}">',
    "an object": '<object data="{}"></object>',
    "an embedded file": '<embed src="{}">',
    "a style sheet": '<link rel="stylesheet" href="{}">',
    "an attachment": '<link rel="attachment" href="{}">',
    "an attached link": '<a rel="attachment" href="{}">x</a>',
    "an import": '<style>@import url("{}");</style>',
    "a background": '<p style="background: url(&quot;{}&quot;)">x</p>',
    "a sign before a list": '<ul style="list-style-image: url(&quot;{}&quot;)"><li>x</ul>',
    "a content": '<style>p::before {{ content: url("{}") }}</style><p>x',
    "a font": '<style>@font-face {{ font-family: a; src: url("{}") }} p {{ font-family: a }}</style><p>x',
}


class Watched(NothingIsFetched):
    """The fetcher of letters, and what it was asked for and gave."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.given = 0

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        self.asked.append(url)
        super().fetch(url, headers)
        self.given += 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_way_to_every_address_ends_the_rendering(way: str, address: str) -> None:
    page = WAYS[way].format(ADDRESSES[address].replace("'", "&apos;" if "<style" not in WAYS[way] else "%27"))
    fetcher = Watched()
    with pytest.raises(FatalURLFetchingError):
        HTML(string=page, url_fetcher=fetcher, base_url="file:///").write_pdf()
    assert fetcher.asked, "it was refused by our fetcher, not by chance"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_drawing_goes_without_what_it_names(address: str) -> None:
    """WeasyPrint goes on without a drawing that it cannot set; the fetcher has refused all the same."""
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image width="9" height="9" href="{}"/></svg>'
    )
    fetcher = Watched()
    page = drawing.format(ADDRESSES[address].replace("<", "%3C").replace("'", "%27"))
    pdf = HTML(string=page, url_fetcher=fetcher, base_url="file:///").write_pdf()
    assert fetcher.asked
    assert fetcher.given == 0
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert not [each for each in document.objects if getattr(each, "Subtype", None) == "/Image"]


def test_a_style_sheet_that_imports_is_refused_too() -> None:
    with pytest.raises(FatalURLFetchingError):
        CSS(string="@import url(file:///etc/passwd);", url_fetcher=NothingIsFetched(), base_url="file:///")
