"""Other cases on the desk's pages: linked, put together, and naming the same account."""

from __future__ import annotations

from tests.web.desk.case.test_reissue_and_holds import add_case
from tests.web.desk.colleague import Desk
from tests.web.pages import Visitor

SHARED = "https://www.instagram.com/p/invented01"
SAID = "Read both references out on the phone on 23 November."


def test_two_cases_are_linked_both_say_so_and_it_can_be_undone(desk: Desk) -> None:
    one, other = desk.add_case(), desk.add_case()
    colleague = desk.visit("mira")
    for typed in ("", "ZZZZ-ZZZZ", one):
        colleague.go(f"/desk/cases/{one}/others/link")
        colleague.press("Link the cases", other=typed, reason="One school.", status=400)
    colleague.go(f"/desk/cases/{one}/others/link")
    colleague.press("Link the cases", other=other.lower().replace("-", " "), reason="One school.")
    for mine, theirs in ((one, other), (other, one)):
        text = colleague.go(f"/desk/cases/{mine}").text
        assert f"Linked with: {theirs} One school." in text
        assert f"{theirs} One school." in colleague.go(f"/desk/cases/{mine}/history").text
    colleague.go(f"/desk/cases/{other}/others")
    colleague.press("Unlink")
    for mine in (one, other):
        assert "Linked with" not in colleague.go(f"/desk/cases/{mine}").text


def test_one_persons_two_cases_are_put_together_only_once_she_said_so_and_her_pages_say_it(desk: Desk) -> None:
    first = desk.add_case(links=SHARED)
    second = desk.add_case(links=f"{SHARED}\nhttps://invented-new.org/two")
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{second}")
    assert "Same links in another case:" in colleague.page.text
    colleague.go(f"/desk/cases/{second}/others/merge?other={first}")
    assert "has said so" in colleague.press("Put together", goes_on="other", said=SAID, status=400).text
    colleague.press("Put together", goes_on="other", said=SAID, agreed="y")
    assert "1 place was added to the case that goes on." in colleague.page.text
    assert "Closed as a double" in colleague.page.text
    closed = colleague.go(f"/desk/cases/{second}").text
    assert "invented-new.org/two" in closed, "it stays readable as it was"
    assert "The case was put together with another case of the same person." in (
        colleague.go(f"/desk/cases/{second}/history").text
    )
    assert "invented-new.org/two" in colleague.go(f"/desk/cases/{first}").text
    colleague.go(f"/desk/cases/{first}/others")
    colleague.press("Part them again")
    assert "Close the case" in colleague.go(f"/desk/cases/{second}").text


def test_cases_that_name_one_account_show_each_other_and_are_found_by_it(desk: Desk) -> None:
    one, other = desk.add_case(), desk.add_case()
    colleague = desk.visit("mira")
    for reference, typed in ((one, "@Invented_Troll"), (other, "invented_troll")):
        colleague.go(f"/desk/cases/{reference}/others/account")
        colleague.press("Write it down", account=typed, place="a chat app")
    text = colleague.go(f"/desk/cases/{one}").text
    assert f"Same poster in another case: {other}" in text
    colleague.go("/desk")
    found = colleague.press("Find", sought="@INVENTED_troll").text
    assert one in found
    assert other in found
    colleague.go(f"/desk/cases/{other}/others")
    colleague.press("Take out")
    assert "Same poster" not in colleague.go(f"/desk/cases/{one}").text


def test_the_person_reads_on_both_of_her_pages_that_one_goes_on_and_opens_both_with_their_own_words(desk: Desk) -> None:
    first, first_words = add_case(desk)
    second, second_words = add_case(desk)
    colleague = desk.visit("mira")
    colleague.go(f"/desk/cases/{first}/others/merge?other={second}")
    colleague.press("Put together", goes_on="this", said=SAID, agreed="y")
    for words, sentence, other in (
        (first_words, "They put them together, and this one goes on.", second),
        (second_words, "Your other case goes on, with its own six words.", first),
    ):
        person = Visitor(desk.app)
        person.go("/return")
        text = person.press("Go on", words=words).text
        assert sentence in text
        assert other not in text
        assert SAID in person.go("/case/history").text
