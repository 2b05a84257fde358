"""Three people whose country has a body that acts without any request to the platform before.

A student in Sydney, a man in Vancouver, a woman in Singapore; each has real pictures on Instagram. Instagram's
company sits in Ireland, so each notice rests on the TAKE IT DOWN Act and the Digital Services Act. None of the three
countries gives the platform hours from the person's own request: in Australia 24 hours run from the Commissioner's
notice, in British Columbia and Singapore the order itself says when.
"""

from __future__ import annotations

import pytest

from portal.domain.clocks import ClockState
from portal.domain.lifecycle import Depiction
from portal.domain.regimes import Binding
from portal.services.clocks.snapshot import is_owed
from tests.scenarios.story import Story, Teller, at, end_of

SYDNEY = "Australia/Sydney"
VANCOUVER = "America/Vancouver"
SINGAPORE = "Asia/Singapore"
LINK = "https://www.instagram.com/p/Abc123/"


def begin(teller: Teller, zone: str, **more: object) -> Story:
    return teller.begin(reported_at=at("2026-11-23 09:00", zone), links=LINK, **more)


def send(story: Story, zone: str) -> None:
    at_ten = at("2026-11-23 10:00", zone)
    story.send("instagram", sent_at=at_ten, received_at=at_ten)


class TestSydney:
    @pytest.fixture
    def story(self, teller: Teller) -> Story:
        return begin(teller, SYDNEY, country="AU", subdivision="NSW")

    def test_esafety_is_open_before_and_after_the_letter(self, story: Story) -> None:
        assert story.complaints() == {("au-osa-iba", "au-esafety"): True}
        send(story, SYDNEY)
        assert story.complaints()[("au-osa-iba", "au-esafety")]

    def test_her_report_starts_no_24_hours_for_the_platform(self, story: Story) -> None:
        send(story, SYDNEY)
        assert story.cited("instagram") == ["us-take-it-down"]
        received = at("2026-11-23 11:00", SYDNEY)
        number = story.lodge("au-osa-iba", "au-esafety", lodged_at=received, received_at=received)
        contact = story.complaint_clock(number, "esafety-response")
        # Two working days after Monday 23 November: Wednesday 25. A practice, so nothing is late after it.
        assert (contact.due_at, contact.binding) == (end_of("2026-11-25", SYDNEY), Binding.TARGET)
        assert [clock.rule for clock in story.complaint_clocks(number)] == ["esafety-response"]
        assert ("au-osa-iba", "removal") not in story.clocks("instagram")


class TestVancouver:
    def test_the_tribunal_is_open_without_telling_the_one_who_shared_it(self, teller: Teller) -> None:
        story = begin(teller, VANCOUVER, country="CA", subdivision="BC")
        send(story, VANCOUVER)
        assert story.complaint("ca-bc-iipa", "ca-bc-crt").is_open
        assert story.option("instagram", "ca-bc-iipa").preconditions == ()
        assert ("ca-bc-iipa", "comply") not in story.clocks("instagram"), "only an order starts it"

    def test_it_is_the_tribunal_of_that_province_only(self, teller: Teller) -> None:
        story = begin(teller, VANCOUVER, country="CA", subdivision="AB")
        send(story, VANCOUVER)
        assert not [regulator for _, regulator in story.complaints() if regulator == "ca-bc-crt"]


class TestSingapore:
    def test_for_intimate_pictures_the_commission_is_open_before_and_after_the_letter(self, teller: Teller) -> None:
        story = begin(teller, SINGAPORE, country="SG")
        commission = ("sg-osra-osc", "sg-osc")
        assert story.complaints()[commission]
        send(story, SINGAPORE)
        assert story.complaints()[commission]

    def test_for_private_facts_the_platform_comes_first_and_has_24_hours(self, teller: Teller) -> None:
        """On Mega, which New Zealand's law binds by its seat. On Instagram no law on removal notices reaches private
        facts of somebody in Singapore: the Digital Services Act protects people in the Union.
        """
        story = teller.begin(
            reported_at=at("2026-11-23 09:00", SINGAPORE),
            links="https://mega.nz/file/abc",
            country="SG",
            depiction=Depiction.PRIVATE,
        )
        assert begin(teller, SINGAPORE, country="SG", depiction=Depiction.PRIVATE).cited("instagram") == []
        report = ("sg-osra-osc-after-platform", "sg-osc")
        assert ("sg-osra-osc", "sg-osc") not in story.complaints()
        assert report not in story.complaints(), "nobody was asked yet"
        at_ten = at("2026-11-23 10:00", SINGAPORE)
        story.send("mega", sent_at=at_ten, received_at=at_ten)
        story.until(at("2026-11-24 09:59", SINGAPORE))
        assert story.complaints()[report] is False
        story.until(at("2026-11-24 10:01", SINGAPORE))
        assert story.complaints()[report] is True

    def test_no_clock_is_invented_for_the_platform(self, teller: Teller) -> None:
        story = begin(teller, SINGAPORE, country="SG")
        send(story, SINGAPORE)
        story.until(at("2027-01-11 10:00", SINGAPORE))
        owed = [clock for clock in story.request("instagram").clocks if clock.regime.startswith("sg-")]
        assert not [clock for clock in owed if clock.state is ClockState.MISSED and is_owed(clock)]
