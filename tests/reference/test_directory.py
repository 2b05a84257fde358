"""The directory is whole, sourced, in one form, and refuses records that contradict each other."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from portal.adapters.links.hosts import clean_host
from portal.domain.directory import Category, ChannelKind, Medium, Platform, is_stale
from portal.domain.platform_hosts import HostIndex, expand_host, list_hosts
from portal.domain.regimes import Confidence
from portal.domain.regulators import HelpRole, Regulator
from portal.reference.directory import load_platforms, load_regulators
from portal.reference.registry import load_registry
from portal.reference.strict import BadReference
from portal.reference.territories import find_territory
from tests.cases import for_each

PLATFORMS = load_registry().platforms
REGULATORS = load_registry().regulators
MINIMAL = "slug: {slug}\nname: A\ncategory: social\nhosts: [{host}]\nconfidence: high\ncompiled_on: '2026-11-22'\n"
ONE_REGULATOR = "  - {{id: {id}, name: A, country: {country}, kind: hotline, languages: [en], confidence: high, compiled_on: '2026-11-22'}}\n"  # noqa: E501


def write_platform(folder: Path, slug: str, host: str, more: str = "") -> None:
    (folder / f"{slug}.yaml").write_text(MINIMAL.format(slug=slug, host=host) + more, "utf-8")


def test_every_record_of_the_directory_is_there() -> None:
    assert len(PLATFORMS) == 269
    assert len(REGULATORS) == 215
    assert sum(regulator.joint_statement_signatory is True for regulator in REGULATORS.values()) == 15


@for_each("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_platform_is_sourced_or_marked_as_memory(platform: Platform) -> None:
    assert platform.hosts
    assert platform.sources or platform.confidence is Confidence.MEMORY
    for channel in platform.channels:
        assert platform.sources_of(channel) or channel.confidence is Confidence.MEMORY
    for host in list_hosts(platform):
        written = host.replace("*", "any").replace("#", "7")
        assert clean_host(written) == written


@for_each("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_each_channel_has_an_address_of_its_medium(platform: Platform) -> None:
    forms = {Medium.FORM: r"https?://\S+", Medium.PAGE: r"https?://\S+", Medium.EMAIL: r"[^@\s]+@[^@\s]+\.[a-z]+"}
    forms |= {Medium.PHONE: r"\+[0-9 ]+", Medium.POST: r"\S.*"}
    for channel in platform.channels:
        assert re.fullmatch(forms[channel.medium], channel.address), channel
        assert channel.is_for_authorities == ("authorities" in channel.kind.value)


@for_each("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_a_seat_is_one_of_the_stated_countries(platform: Platform) -> None:
    assert platform.seat_country is None or platform.seat_country in platform.establishments
    for address in platform.postal_addresses:
        assert address.lines
        assert address.country is not None


@for_each("regulator", REGULATORS.values(), ids=REGULATORS)
def test_an_authority_is_sourced_and_reachable_or_known_not_to_take_complaints(regulator: Regulator) -> None:
    assert regulator.sources or regulator.confidence is Confidence.MEMORY
    assert regulator.languages
    reached = regulator.website or regulator.complaint_url or regulator.email or regulator.phone
    assert reached or regulator.takes_complaints is False


def test_later_corrections_win_over_the_first_record() -> None:
    tiktok = PLATFORMS["tiktok"].channels_for(ChannelKind.NCII_FORM)
    assert "https://www.tiktok.com/legal/report/privacy" in [channel.address for channel in tiktok]
    assert "mastodon.online" in PLATFORMS["mastodon-social"].hosts
    assert REGULATORS["ca-opc"].joint_statement_basis == "named"


def test_who_listens_can_be_reached_and_says_in_which_languages() -> None:
    finder = REGULATORS["int-find-a-helpline"]
    assert finder.is_worldwide
    assert finder.website
    for body in REGULATORS.values():
        if body.role in {HelpRole.TALK, HelpRole.CRISIS}:
            assert body.phone or body.website, body.id
        if body.role is HelpRole.CRISIS:
            assert body.phone, body.id
            assert body.hours, body.id


def test_a_form_for_some_countries_is_open_to_people_there_alone() -> None:
    forms = {channel.kind: channel for channel in PLATFORMS["x"].channels}
    assert forms[ChannelKind.TAKEITDOWN_FORM].is_open_to("US")
    assert not forms[ChannelKind.TAKEITDOWN_FORM].is_open_to("DE")
    assert forms[ChannelKind.TAKEITDOWN_FORM].is_open_to("PR", find_territory("PR"))
    assert not forms[ChannelKind.TAKEITDOWN_FORM].is_open_to("PF", find_territory("PF"))
    assert not forms[ChannelKind.TAKEITDOWN_FORM].is_open_to(None)
    assert forms[ChannelKind.NCII_FORM].is_open_to("DE")
    assert forms[ChannelKind.NCII_FORM].is_open_to(None)
    (delisting,) = PLATFORMS["google-search"].channels_for(ChannelKind.DELISTING_FORM)
    assert [each for each in ("FR", "GB", "US", "IE", "NO") if delisting.is_open_to(each)] == ["FR", "GB", "IE", "NO"]


NOT_COVERED = {Category.FACE_SEARCH, Category.APP_STORE, Category.CDN, Category.REGISTRAR, Category.PAYMENT}


@for_each("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_way_of_the_take_it_down_act_is_known_or_was_looked_for(platform: Platform) -> None:
    has_way = any(channel.kind.value.startswith("takeitdown") for channel in platform.channels)
    if platform.category not in NOT_COVERED:
        assert has_way is (platform.takeitdown_none_found_on is None)


def test_an_unknown_fact_is_none_and_not_no() -> None:
    assert PLATFORMS["telegram"].flags.publishes_notices is None
    assert PLATFORMS["fansly"].hash_programmes.stopncii is None


@pytest.mark.parametrize(
    ("host", "slug"),
    [
        ("drive.google.com", "google-drive"),
        ("www.google.com", "google-search"),
        ("x.com", "x"),
        ("pages.dev", "cloudflare"),
        ("www.google.com.au", "google-search"),
        ("google.evil.com", None),
        ("google.com.evil.com", None),
        ("maps.google.de", "google-services"),
        ("notgoogle.de", None),
        ("xhamster19.desi", "xhamster"),
        ("de.xhamster42.com", "xhamster"),
        ("xhamster1234.com", None),
        ("xhamsterx.desi", None),
        ("xhamster19.desi.evil.com", None),
        ("instagram.fham1-1.fna.fbcdn.net", "instagram"),
        ("scontent.fham1-1.fna.fbcdn.net", "facebook"),
        ("instagram.a.b.fna.fbcdn.net", "facebook"),
        ("static.wixmp.com", "wix"),
        ("bunkr.si", "bunkr"),
        ("notx.com", None),
        ("com", None),
        ("", None),
    ],
)
def test_the_longest_host_wins(host: str, slug: str | None) -> None:
    found = HostIndex(PLATFORMS.values()).find(host)
    assert (found.slug if found else None) == slug


def test_a_pattern_writes_its_endings_out() -> None:
    assert list(expand_host("{a,b}.shop.{de, co.uk}")) == ["a.shop.de", "a.shop.co.uk", "b.shop.de", "b.shop.co.uk"]


@pytest.mark.parametrize(
    "pattern", ["google.*", "*.com", "*.co.uk", "some.*.co.uk", "goo*.example.org", "#.com", "{a,B}.com"]
)
def test_a_pattern_that_a_stranger_could_register_is_refused(tmp_path: Path, pattern: str) -> None:
    write_platform(tmp_path, "one", "some.example", f"more_hosts: ['{pattern}']\n")
    with pytest.raises(BadReference, match="is not a host name that one owner can have"):
        load_platforms(tmp_path)


def test_two_platforms_with_one_written_out_host_are_refused(tmp_path: Path) -> None:
    write_platform(tmp_path, "first", "some.example")
    write_platform(tmp_path, "second", "other.example", "more_hosts: ['some.{test,example}']\n")
    with pytest.raises(BadReference, match=r"the host some\.example already belongs to first"):
        load_platforms(tmp_path)


def test_two_platforms_with_one_host_are_refused_by_name(tmp_path: Path) -> None:
    write_platform(tmp_path, "first", "some.example")
    write_platform(tmp_path, "second", "some.example")
    with pytest.raises(BadReference, match=r"second\.yaml: the host some\.example already belongs to first"):
        load_platforms(tmp_path)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("colour: red\n", r"one\.yaml: unknown key \$\.colour"),
        ("flags: {account_needed: perhaps}\n", r"one\.yaml: .*account_needed"),
        ("channels: [{kind: pigeon, address: a, confidence: high}]\n", r"one\.yaml: .*pigeon"),
    ],
)
def test_a_record_in_another_form_is_refused(tmp_path: Path, more: str, message: str) -> None:
    write_platform(tmp_path, "one", "some.example", more)
    with pytest.raises(BadReference, match=message):
        load_platforms(tmp_path)


def test_a_host_in_capitals_and_a_slug_that_is_not_the_file_name_are_refused(tmp_path: Path) -> None:
    write_platform(tmp_path, "one", "Some.example")
    with pytest.raises(BadReference, match="is not a host name"):
        load_platforms(tmp_path)
    (tmp_path / "one.yaml").rename(tmp_path / "two.yaml")
    with pytest.raises(BadReference, match=r"two\.yaml: the slug 'one'"):
        load_platforms(tmp_path)


def test_an_authority_listed_twice_or_under_another_country_is_refused(tmp_path: Path) -> None:
    record = ONE_REGULATOR.format(id="nz-one", country="NZ")
    (tmp_path / "nz.yaml").write_text("regulators:\n" + record + record, "utf-8")
    with pytest.raises(BadReference, match="nz-one is used twice"):
        load_regulators(tmp_path)
    (tmp_path / "nz.yaml").rename(tmp_path / "au.yaml")
    with pytest.raises(BadReference, match=r"au\.yaml: nz-one belongs to NZ"):
        load_regulators(tmp_path)


@pytest.mark.parametrize(
    ("checked_on", "stale"),
    [(None, True), (date(2026, 8, 24), False), (date(2026, 8, 23), True), (date(2026, 11, 22), False)],
)
def test_a_contact_is_stale_the_day_after_its_period(checked_on: date | None, stale: bool) -> None:
    assert is_stale(date(2026, 11, 22), checked_on, 90) is stale


def test_what_a_body_is_asked_under_a_law_names_a_law_and_asks_for_no_removal_that_it_cannot_order() -> None:
    registry = load_registry()
    for regulator in registry.regulators.values():
        for ask in regulator.asks:
            assert ask.law is None or ask.law in registry.regimes, (regulator.id, ask.law)
            assert ask.text.endswith("."), ask.text
    for each in ("gb-ofcom", "us-ftc", "nz-netsafe"):
        asked = " ".join(ask.text for ask in registry.regulators[each].asks)
        assert "is removed" not in asked
        assert "Order" not in asked
