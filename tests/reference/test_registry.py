"""Reference facts are read strictly and fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from portal.domain.regimes import NoticeField, Regime, RegimeKind, Unit
from portal.reference.registry import (
    FOLDER,
    Registry,
    UnknownReference,
    find_dangling,
    find_faults,
    load_regimes,
    load_registry,
)
from portal.reference.strict import BadReference
from tests.domain.laws import REGIME, make_element, make_escalation, make_extension, make_open_rule, make_rule

LAWS = FOLDER / "laws"


def test_the_registry_is_read_once_and_cannot_be_changed() -> None:
    registry = load_registry()
    assert load_registry() is registry
    with pytest.raises(TypeError):
        registry.regimes["xx"] = REGIME  # type: ignore[index]
    with pytest.raises(TypeError):
        registry.platforms["xx"] = registry.platforms["facebook"]  # type: ignore[index]


def test_an_unknown_regime_is_refused_by_name() -> None:
    with pytest.raises(UnknownReference, match="no regime with the id 'eu-gdpr-71'"):
        load_registry().regime("eu-gdpr-71")


def test_nothing_dangles() -> None:
    assert list(find_dangling(load_registry())) == []


def test_a_host_leads_to_its_platform() -> None:
    found = load_registry().hosts.find("m.facebook.com")
    assert found is not None
    assert found.slug == "facebook"


def test_laws_are_read_without_the_directory() -> None:
    """A command that only needs a law does not wait for 200 platforms."""
    registry = Registry(load_registry().regimes, (FOLDER,))
    assert registry.regime("eu-gdpr-17")
    assert not {"platforms", "regulators"} & set(vars(registry))


def faults_of(regime: Regime) -> str:
    return "; ".join(find_faults(regime))


@pytest.mark.parametrize(
    ("regime", "fault"),
    [
        (replace(REGIME, primary_clock="other"), "primary_clock 'other' is no clock"),
        (replace(REGIME, in_force_until=date(1999, 1, 1)), "in_force_until lies before"),
        (replace(REGIME, rules=(make_rule(counting="by-moon"),)), "unknown scheme 'by-moon'"),
        (replace(REGIME, rules=(make_rule(unit=Unit.MONTHS),)), "elapsed-hours does not count months"),
        (replace(REGIME, rules=(make_rule(amount=0),)), "a period of nothing"),
        (replace(REGIME, rules=(make_rule(amount=None),)), "a unit without an amount"),
        (replace(REGIME, rules=(replace(make_open_rule("remove"), standard=None),)), "neither a number nor"),
        (replace(REGIME, rules=(replace(make_open_rule("remove"), counting="weeks"),)), "a scheme and no number"),
        (replace(REGIME, rules=(make_rule(), make_rule())), "two clocks remove are in force"),
        (
            replace(
                REGIME,
                rules=(
                    make_rule(in_force_until=date(2026, 2, 20)),
                    make_rule(in_force_from=date(2026, 2, 20)),
                ),
            ),
            "two clocks remove are in force on the same day",
        ),
        (
            replace(REGIME, rules=(make_rule(in_force_from=date(2026, 1, 2), in_force_until=date(2026, 1, 1)),)),
            "ends before it begins",
        ),
        (
            replace(REGIME, rules=(make_rule(extension=make_extension(1, Unit.MONTHS, from_start=True)),)),
            "does not count months",
        ),
        (replace(REGIME, rules=(replace(make_rule(), sources=("book",)),)), "clock remove rests on the unknown source"),
        (
            replace(REGIME, elements=(replace(make_element("a", NoticeField.NAME), sources=("book",)),)),
            "element a rests on",
        ),
        (replace(REGIME, elements=(make_element("a"),)), "element a names nothing that proves it"),
        (
            replace(REGIME, elements=(make_element("a", NoticeField.NAME), make_element("a", NoticeField.EMAIL))),
            "a stands twice",
        ),
        (replace(REGIME, escalation=(replace(make_escalation("B"), sources=("book",)),)), "escalation to B rests on"),
        (replace(REGIME, sources=(*REGIME.sources, *REGIME.sources)), "a source key stands twice"),
    ],
)
def test_a_record_that_does_not_fit_is_named(regime: Regime, fault: str) -> None:
    assert fault in faults_of(regime)


def test_a_sound_record_has_no_faults() -> None:
    assert faults_of(REGIME) == ""
    split = (make_rule(in_force_until=date(2026, 2, 19)), make_rule(in_force_from=date(2026, 2, 20)))
    assert faults_of(replace(REGIME, rules=split)) == ""


def copy_law(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    text = (LAWS / "je.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (folder / name).write_text(text, "utf-8")


def test_a_law_is_added_by_a_file_alone(tmp_path: Path) -> None:
    copy_law(tmp_path, "je.yaml")
    assert "je-dpjl" in load_regimes(tmp_path)


def test_the_same_law_twice_stops_the_start(tmp_path: Path) -> None:
    copy_law(tmp_path, "je.yaml")
    copy_law(tmp_path, "jf.yaml")
    with pytest.raises(BadReference, match=r"jf\.yaml: je-dpjl stands twice"):
        load_regimes(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("counting: weeks", "counting: fortnights", "je-dpjl: clock respond counts by the unknown scheme"),
        ("    amount: ", "    amuont: ", "je.yaml"),
        ("unit: weeks", "unit: fortnights", "je.yaml"),
    ],
)
def test_a_slip_in_a_file_stops_the_start_and_names_the_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    copy_law(tmp_path, "je.yaml", (old, new))
    with pytest.raises(BadReference, match=place):
        load_regimes(tmp_path)


def test_an_escalation_to_nowhere_is_found() -> None:
    astray = replace(REGIME, escalation=(make_escalation("B", regime="xx-none"),))
    lost = replace(REGIME, id="yy", escalation=(replace(make_escalation("C"), regulator="xx-body"),))
    registry = replace(load_registry(), regimes={"xx-act": astray, "yy": lost})
    assert list(find_dangling(registry)) == [
        "xx-act: escalation names the unknown regime 'xx-none'",
        "yy: escalation names the unknown regulator 'xx-body'",
    ]


def test_only_copyright_asks_who_took_the_picture() -> None:
    for regime in load_registry().regimes.values():
        assert regime.reach.needs_ownership is (regime.kind is RegimeKind.COPYRIGHT), regime.id


def test_every_source_was_seen_before_the_record_was_written() -> None:
    for regime in load_registry().regimes.values():
        written_on = date.fromisoformat(regime.version.partition(".")[0])
        assert regime.sources, regime.id
        for source in regime.sources:
            assert source.url.startswith(("https://", "http://")), source.url
            assert source.seen_on <= written_on, source.key
