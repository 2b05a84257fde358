"""A 15-year-old in Ohio. A picture the person took is on Instagram and Snapchat; the report bears a made-up name.

Laws. The TAKE IT DOWN Act reaches pictures of minors, asks for a signature but for no legal name, and runs 48 hours.
Both services have companies in the Union, but those answer for people there: the Digital Services Act is not cited.
A child in Dublin has it, and for what may be child abuse material it asks for neither name nor e-mail address. The
laws of California, Florida, Texas and the other states are for those who live there.

Order. The picture is the person's own work, so copyright is possible: it stands last, because it can pass a name on
to the one who posted the picture, and it is never in the first letter.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Path
from portal.domain.report import ContactBy, NameKind, YesNo
from portal.services.requests.views import NextStep
from tests.scenarios.story import Story, Teller, at

OHIO = "America/New_York"  # UTC-5 in November
AFTER_SCHOOL = at("2026-11-23 16:00", OHIO)


@pytest.fixture
def story(teller: Teller) -> Story:
    return teller.begin(
        reported_at=AFTER_SCHOOL,
        links="https://www.instagram.com/p/Abc123/ https://www.snapchat.com/add/someone",
        country="US",
        subdivision="OH",
        under_18=YesNo.YES,
        took_it=YesNo.YES,
        name_kind=NameKind.PSEUDONYM,
        name="Jay",
        signature="Jay",
        contact_by=ContactBy.EMAIL,
        phone="",
        postal_address="",
    )


@pytest.mark.parametrize("platform", ["instagram", "snapchat"])
def test_the_federal_act_is_cited_and_no_european_or_other_states_law(story: Story, platform: str) -> None:
    assert story.opened.report.path is Path.CHILD
    assert story.cited(platform) == ["us-take-it-down"]
    assert story.missing(platform) == []


def test_neither_name_nor_address_is_demanded_of_a_child_under_the_european_law(teller: Teller) -> None:
    story = teller.begin(
        reported_at=AFTER_SCHOOL,
        links="https://www.instagram.com/p/Abc123/",
        country="IE",
        under_18=YesNo.YES,
        name_kind=NameKind.PSEUDONYM,
        name="",
        email="",
        contact_by=ContactBy.PHONE,
    )
    assert "eu-dsa-16" in story.cited("instagram")


def test_the_48_hours_end_on_wednesday_at_the_minute_of_sending(story: Story) -> None:
    story.send("instagram", sent_at=at("2026-11-23 16:30", OHIO))
    removal = story.clock("instagram", "us-take-it-down", "remove")
    assert removal.due_at == at("2026-11-25 16:30", OHIO) == at("2026-11-25 21:30")
    assert removal.estimated, "no receipt is proven"


def test_then_the_commission_is_open_and_copyright_stands_last_with_its_warning(story: Story) -> None:
    story.send("instagram", sent_at=at("2026-11-23 16:30", OHIO))
    story.until(at("2026-11-25 16:31", OHIO))
    assert story.clock("instagram", "us-take-it-down", "remove").state is ClockState.MISSED
    assert story.request("instagram").next_step.kind is NextStep.REMIND
    assert story.open_steps("instagram") == [
        "platform",
        "appeal",
        "search",
        "authority us-ftc",
        "court us-15-usc-6851",
        "copyright us-dmca-512",
    ]
    assert story.request("instagram").escalation[-1].warning
    assert [each for each, is_open in story.complaints().items() if is_open] == [("us-take-it-down", "us-ftc")]


def test_what_is_for_adults_only_is_not_offered_to_a_child(story: Story) -> None:
    story.send("instagram", sent_at=at("2026-11-23 16:30", OHIO))
    assert "other uk-stopncii" not in story.open_steps("instagram") + story.waiting_steps("instagram")
