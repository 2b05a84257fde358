"""What the check of the facts counts, and which gaps it names."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from portal.domain.directory import Graded
from portal.domain.regimes import Confidence
from portal.reference.audit import count_facts, find_gaps
from portal.reference.registry import Registry, load_registry
from tests.domain.laws import REGIME, make_element, make_escalation, make_rule

REGISTRY = load_registry()


def test_our_facts_have_no_gaps() -> None:
    assert list(find_gaps(REGISTRY)) == []


def test_facts_are_counted_one_by_one() -> None:
    regime = replace(
        REGIME,
        elements=(make_element("name"), replace(make_element("link"), confidence=Confidence.MEMORY)),
        rules=(make_rule(),),
        escalation=(make_escalation("B"),),
    )
    counts = count_facts(replace(REGISTRY, regimes=MappingProxyType({regime.id: regime})))
    assert (counts.regimes, counts.clocks, counts.elements, counts.escalations) == (1, 1, 2, 1)
    assert counts.by_confidence[Confidence.HIGH] == 3
    assert counts.by_confidence[Confidence.MEMORY] == 1


def with_platform(**changes: object) -> Registry:
    """Our registry with one platform changed."""
    platform = replace(REGISTRY.platforms["facebook"], **changes)  # type: ignore[arg-type]
    registry = replace(REGISTRY)
    vars(registry)["platforms"] = MappingProxyType({"facebook": platform})
    vars(registry)["regulators"] = REGISTRY.regulators
    return registry


def test_a_record_without_a_source_is_a_gap() -> None:
    registry = with_platform(sources=(), confidence=Confidence.MEDIUM)
    assert "facebook: it names no source, so it can only be from memory" in list(find_gaps(registry))


def test_a_grade_of_a_field_that_is_not_there_is_a_gap() -> None:
    registry = with_platform(graded=(Graded(field="flags.colour", confidence=Confidence.MEMORY),))
    assert "facebook: grade of 'flags.colour': it has no such field" in list(find_gaps(registry))
