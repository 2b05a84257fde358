"""What is to be done in a case: said on its first page, with one button, and nothing offered that cannot be done."""

from __future__ import annotations

from portal.domain.report import YesNo
from tests.web.desk.colleague import Desk


def test_the_first_page_says_what_is_to_be_done_and_offers_it_for_all_at_once(desk: Desk) -> None:
    reference = desk.add_case()
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}")
    colleague.press("Take this case")
    text = colleague.page.text
    assert "letters to send:" in text
    colleague.follow("Prepare letters")
    assert "It will be done for" in colleague.page.text or "stay as they are" in colleague.page.text


def test_nothing_is_offered_for_many_that_fits_none_of_them(desk: Desk) -> None:
    reference, empty = desk.add_case(), desk.add_case(links="", is_online=YesNo.NO)
    colleague = desk.visit("mira")
    before = colleague.go(f"/desk/cases/{reference}").text
    assert "Prepare letters" in before
    assert "Make reminders" not in before
    assert "Several requests at once" not in colleague.go(f"/desk/cases/{empty}").text
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", sent_at="2026-11-23T09:00", channel="form", has_checked="y", sent_as="other")
    after = colleague.go(f"/desk/cases/{reference}").text
    assert "Make reminders" in after


def test_a_case_with_nothing_left_to_do_says_to_close_it(desk: Desk) -> None:
    reference = desk.add_case(links="https://www.instagram.com/p/C1a2b3c4d5e/")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{reference}/requests/1/sent")
    colleague.press("It was sent", sent_at="2026-11-23T09:00", channel="form", has_checked="y", sent_as="other")
    assert "Nothing to do now: answers are waited for." in colleague.go(f"/desk/cases/{reference}").text
    colleague.go(f"/desk/cases/{reference}/together/gone?pick=all")
    colleague.press("Links are gone: 1")
    assert "Nothing is left to do or to wait for in any request." in colleague.go(f"/desk/cases/{reference}").text
