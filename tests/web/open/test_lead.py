"""The page of laws says first what to do first: one step with its door, by when it works, and somebody to talk to."""

from __future__ import annotations

import pytest

from portal.reference.registry import load_registry
from tests.web.pages import Page, Visitor

REGISTRY = load_registry()


def read_lead(page: Page) -> str:
    """The words of the box, which is the first thing under the heading."""
    boxes = [each for each in page.root.iter() if each.get("class", "").startswith("notice-box")]
    return " ".join(" ".join(boxes[0].itertext()).split())


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            "country=GB&platform=instagram",
            "Ask Instagram to take it down. By law they have 48 hours after they get your report.",
        ),
        ("country=GB", "Ask the platform to take it down."),
        (
            "country=IT&threat=true",
            "Report it to Italian Data Protection Authority. It may be able to act.",
        ),
        ("country=US&threat=true", "Talk to people who help."),
        (
            "country=DE&platform=google-search",
            "Ask Google Search not to show it when someone looks for your name. By law they have 1 month",
        ),
        ("country=KR&threat=true", "The police can act on a threat before anything is posted"),
        ("country=NZ&threat=true", "The law gives no date. By when: no time is set by the Act."),
        (
            "country=US&subdivision=AZ&platform=google-search&depiction=real",
            "The law: TAKE IT DOWN Act, notice and removal It is not sure that this law reaches this kind of service",
        ),
        ("country=GB&under_18=true&platform=x", "They can act on pictures of children."),
    ],
)
def test_the_first_step_is_said_first(reader: Visitor, query: str, told: str) -> None:
    page = reader.go(f"/law?{query}")
    lead = read_lead(page)
    assert lead.startswith("Do this first")
    assert told in lead
    assert "Someone to talk to" in lead or "People who help" in lead


def test_the_door_is_the_form_of_the_platform_or_the_authority(reader: Visitor) -> None:
    links = reader.go("/law?country=GB&platform=instagram").links()
    assert links["Open their form"] == "https://help.instagram.com/contact/584460464982589"
    assert (
        reader.go("/law?country=AU&threat=true").links()["Open their form"]
        == REGISTRY.regulators["au-esafety"].complaint_url
    )
    assert "Write it with our help" in reader.go("/law?country=GB").links()


def test_the_law_of_the_first_step_is_not_told_twice(reader: Visitor) -> None:
    page = reader.go("/law?country=GB&platform=instagram")
    leading = [each.get("href") for each in page.root.iter("a") if each.get("href") == "/law/uk-osa-10-3a"]
    assert len(leading) == 1


def test_the_answers_can_be_changed_and_are_kept(reader: Visitor) -> None:
    page = reader.go("/law?country=CA&subdivision=QC&platform=x&threat=true")
    assert "For: Canada (Quebec), X" in page.text
    form, _button = page.form_with("Show what I can do")
    chosen = {each.get("value") for each in form.iter("option") if each.get("selected") is not None}
    assert {"QC", "x"} <= chosen
    assert [each.get("value") for each in form.iter("input") if each.get("name") == "country"] == ["CA"]


def test_where_states_have_laws_of_their_own_the_state_is_asked_for(reader: Visitor) -> None:
    assert "For: Australia. Add your state, or change this" in reader.go("/law?country=AU").text
    assert "Add your state" not in reader.go("/law?country=AU&subdivision=NSW").text
    assert "Add your state" not in reader.go("/law?country=NZ").text


def test_a_platform_that_is_not_there_is_told_at_its_field(reader: Visitor) -> None:
    page = reader.go("/law?country=GB&platform=nowhere", status=400)
    assert "nowhere" in " ".join(page.errors)


def test_what_may_fit_is_folded(reader: Visitor) -> None:
    page = reader.go("/law?country=KR")
    summaries = [" ".join("".join(each.itertext()).split()) for each in page.root.iter("summary")]
    assert any(each.startswith("These may fit") for each in summaries)
    assert not any(each.get("open") is not None for each in page.root.iter("details"))
