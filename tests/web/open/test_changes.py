"""What changed, every version as it was, and the lines to cite them by."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
from flask import Flask

from portal.reference.record_history import RecordChange, RecordKind, changes_of, list_changes, version_of
from portal.reference.registry import load_registry
from portal.web.open.citations import anchor_all
from tests.web.pages import Page, Visitor

REGISTRY = load_registry()
ATOM = "{http://www.w3.org/2005/Atom}"
VERSION_PAGE = re.compile(r"/(?:law|platforms|authorities)/[^/]+/[0-9-]+\.[0-9]+")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z")


def read_feed(app: Flask, **headers: str) -> Element:
    answer = app.test_client().get("/law/changes.atom", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    assert "Set-Cookie" not in answer.headers
    return fromstring(answer.data)  # noqa: S314 - our own text # nosec B314


def texts(node: Element, name: str) -> list[str]:
    return [each.text or "" for each in node.findall(ATOM + name)]


def test_the_feed_has_all_that_the_standard_asks_for(open_app: Flask) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2: of each exactly one, and an author over all entries."""
    feed = read_feed(open_app)
    assert feed.tag == ATOM + "feed"
    for name in ("id", "title", "updated"):
        assert len(feed.findall(ATOM + name)) == 1
        assert all(len(entry.findall(ATOM + name)) == 1 for entry in feed.findall(ATOM + "entry"))
    assert feed.findall(f"{ATOM}author/{ATOM}name")
    links = {link.get("rel"): link.get("href", "") for link in feed.findall(ATOM + "link")}
    assert links == {
        "self": "https://portal.example/law/changes.atom",
        "alternate": "https://portal.example/law/changes",
    }
    entries = feed.findall(ATOM + "entry")
    ids = [text for entry in entries for text in texts(entry, "id")]
    assert len(ids) == len(set(ids)) > 10
    assert all(UUID(each) for each in [*ids, *texts(feed, "id")])
    moments = [text for entry in entries for text in texts(entry, "updated")]
    assert all(DAY.fullmatch(moment) for moment in moments)
    assert moments == sorted(moments, reverse=True)
    assert texts(feed, "updated") == moments[:1]


def test_the_feed_is_the_same_for_everybody_and_its_ids_stay(open_app: Flask) -> None:
    one, other = read_feed(open_app), read_feed(open_app, Host="127.0.0.1:9")
    assert texts(one, "id") == texts(other, "id")
    assert entry_ids(one) == entry_ids(other)


def entry_ids(feed: Element) -> list[list[str]]:
    return [texts(entry, "id") for entry in feed.findall(ATOM + "entry")]


def test_every_entry_of_the_feed_leads_to_its_version(open_app: Flask, reader: Visitor) -> None:
    for entry in read_feed(open_app).findall(ATOM + "entry")[:20]:
        (link,) = entry.findall(ATOM + "link")
        page = reader.go(link.get("href", "").removeprefix("https://portal.example"))
        assert page.heading.startswith(" ".join(texts(entry, "title")[0].split()))


def test_every_change_is_on_the_pages_once(reader: Visitor) -> None:
    seen: list[str] = []
    page = reader.go("/law/changes")
    while True:
        seen += [href for href in page_addresses(page) if VERSION_PAGE.fullmatch(href)]
        if "Older changes" not in page.links():
            break
        page = reader.follow("Older changes")
    assert sorted(seen) == sorted(map(path_of, list_changes()))


def path_of(change: RecordChange) -> str:
    folder = {RecordKind.LAW: "law", RecordKind.PLATFORM: "platforms", RecordKind.AUTHORITY: "authorities"}[change.kind]
    return f"/{folder}/{change.record}/{change.version}"


def page_addresses(page: Page) -> list[str]:
    return [each.get("href", "") for each in page.root.iter("a")]


def test_a_page_of_changes_that_is_not_there_says_so(reader: Visitor) -> None:
    for page in ("0", "-1", "999", "x"):
        reader.go(f"/law/changes?page={page}", status=404)


def test_every_version_that_was_kept_can_be_read(reader: Visitor) -> None:
    for change in (each for each in list_changes() if each.kind is RecordKind.LAW):
        page = reader.go(path_of(change))
        is_old = REGISTRY.regime(change.record).version != change.version
        assert ("This is an older version" in page.text) is is_old
        assert f"Version of this record: {change.version}" in page.text


@pytest.mark.parametrize("name", ["instagram", "pornhub", "telegram"])
def test_every_version_of_a_platform_can_be_read(reader: Visitor, name: str) -> None:
    page = reader.go(f"/platforms/{name}")
    versions = [change.version for change in changes_of(RecordKind.PLATFORM, name)]
    assert len(versions) > 1
    shown = reader.follow("All versions").links()
    assert [shown[version] for version in versions] == [f"/platforms/{name}/{version}" for version in versions]
    newest = reader.go(f"/platforms/{name}/{versions[0]}")
    assert "This is an older version" not in newest.text
    assert newest.heading == page.heading
    for version in versions[1:]:
        older = reader.go(f"/platforms/{name}/{version}")
        assert f"This is an older version, {version}," in older.text
        assert older.links()["Read what holds today"] == f"/platforms/{name}"


def test_every_version_of_an_authority_can_be_read(reader: Visitor) -> None:
    """Of those of one country, so that none is forgotten there."""
    for body in REGISTRY.regulators.values():
        if body.country not in {"IE", "GB"}:
            continue
        versions = [change.version for change in changes_of(RecordKind.AUTHORITY, body.id)]
        listed = reader.go(f"/authorities/{body.id}/versions").links()
        assert [listed[version] for version in versions] == [f"/authorities/{body.id}/{each}" for each in versions]
        for version in versions:
            page = reader.go(f"/authorities/{body.id}/{version}")
            assert page.heading.startswith(body.name) or version != versions[0]
            assert ("This is an older version" in page.text) is (version != versions[0])


def test_a_record_of_an_organisations_own_has_no_versions_and_is_cited_by_its_day() -> None:
    own = replace(REGISTRY.platforms["instagram"], name="Another Instagram")
    assert version_of(own) is None
    assert version_of(REGISTRY.platforms["instagram"]) == changes_of(RecordKind.PLATFORM, "instagram")[0].version


def test_what_was_never_a_version_is_missing(reader: Visitor) -> None:
    for path in ("platforms/instagram", "platforms/no-such", "authorities/ie-cnam", "authorities/no-such"):
        reader.go(f"/{path}/2020-01-01.1", status=404)
    reader.go("/platforms/no-such/versions", status=404)
    reader.go("/authorities/no-such/versions", status=404)
    reader.go("/law/eu-gdpr-17/2020-01-01.1", status=404)
    reader.go("/law/no-such-law/2026-11-23.1", status=404)
    reader.go("/law/no-such-law/versions", status=404)


def test_every_law_lists_its_versions(reader: Visitor) -> None:
    page = reader.go("/law/eu-gdpr-17")
    assert "All versions" in page.links()
    versions = [change.version for change in changes_of(RecordKind.LAW, "eu-gdpr-17")]
    shown = reader.follow("All versions").links()
    assert [f"/law/eu-gdpr-17/{version}" for version in versions] == [shown[version] for version in versions]
    assert len(versions) > 1


def test_each_fact_of_a_law_has_an_anchor_and_a_line_to_cite_it_by(reader: Visitor) -> None:
    for law in REGISTRY.regimes.values():
        page = reader.go(f"/law/{law.id}")
        ids = {each.get("id") for each in page.root.iter()}
        anchors = [anchor for anchor, _ in anchor_all(law.elements, "element")]
        anchors += [anchor for anchor, _ in anchor_all(law.rules, "clock")]
        anchors += [anchor for anchor, _ in anchor_all(law.escalation, "step")]
        assert ids.issuperset(anchors), law.id
        for anchor in anchors:
            assert f"https://portal.example/law/{law.id}/{law.version}#{anchor}" in page.text


def test_a_cite_line_names_record_version_day_and_address(reader: Visitor) -> None:
    text = reader.go("/law/us-take-it-down").text
    law = REGISTRY.regime("us-take-it-down")
    line = re.search(r"Cite this (\S[^#]*#clock-[a-z0-9-]+)", text)
    assert line
    assert line[1].startswith(f"{law.name}. Version {law.version}, checked on ")


def test_an_anchor_stays_when_other_facts_come_and_go() -> None:
    law = REGISTRY.regime("eu-gdpr-17")
    whole = {fact.key: anchor for anchor, fact in anchor_all(law.elements, "element")}
    fewer = {fact.key: anchor for anchor, fact in anchor_all(law.elements[1:], "element")}
    assert fewer == {key: whole[key] for key in fewer}
    assert "" not in whole.values()


def test_platforms_and_authorities_are_cited_too(reader: Visitor) -> None:
    page = reader.go("/platforms/instagram")
    version = changes_of(RecordKind.PLATFORM, "instagram")[0].version
    cited = re.findall(rf"https://portal.example/platforms/instagram/{version}#(way-[a-z0-9-]+)", page.text)
    assert len(cited) == len(REGISTRY.platforms["instagram"].channels)
    assert {each.get("id") for each in page.root.iter()} >= set(cited)
    authority = reader.go("/authorities?country=IE").text
    newest = changes_of(RecordKind.AUTHORITY, "ie-dpc")[0].version
    assert f"Version {newest}, " in authority
    assert f"https://portal.example/authorities/ie-dpc/{newest}#ie-dpc" in authority
