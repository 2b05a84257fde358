"""The whole journey carried by an advocate at the desk, with JavaScript; the person follows it from their own page."""

from __future__ import annotations

from portal.domain.lifecycle import Role
from tests.browser import story
from tests.browser.conftest import Admit
from tests.browser.papers import read_facts, read_text
from tests.browser.site import PASSWORD, Site
from tests.browser.visitor import Visitor
from tests.second_factor import give_code

TEAM = "Harbour"
MEMBERS = (
    ("mere", "Mere Anker", Role.ADVOCATE),
    ("tama", "Tama Boje", Role.ADVOCATE),
    ("ines", "Ines Lotse", Role.SUPERVISOR),
)
OFCOM = "Ofcom"


def test_an_advocate_carries_a_case_to_the_regulator(site: Site, admit: Admit) -> None:
    site.make_team(TEAM, MEMBERS)
    person, advocate, colleague, supervisor = admit(), admit(), admit(), admit()
    reference, words = report_to_the_team(person)
    take_the_case(site, advocate, reference)
    send_six_requests(advocate, reference)
    write_to_each_other(advocate, person, reference)
    hand_over(site, advocate, colleague, reference)
    log_answers(colleague, reference)
    site.pass_time(days=3)
    find_it_overdue(site, supervisor, reference)
    sign_in(site, colleague, "tama")
    remind(colleague, reference)
    bundle = complain(colleague, site, reference)
    check_bundle(bundle)
    follow_and_take_back(person, colleague, reference, words)


def report_to_the_team(person: Visitor) -> tuple[str, str]:
    words = story.begin(person)
    story.answer_first(person, "United Kingdom", part="England")
    story.paste_links(person)
    person.sees("30 links found")
    story.answer_rest(person, f"With {TEAM}")
    reference = story.hand_in(person)
    person.open("/case/requests/1/letter/notice")
    story.state(person)
    person.press("Only say this: my team makes the letter")
    person.sees("Your team can make the letter now.")
    person.open("/case/sharing")
    person.press("Change to yes Authorities, in a complaint")
    return reference, words


def sign_in(site: Site, visitor: Visitor, login: str) -> None:
    with site.parts.sessions.begin() as session:
        code = give_code(session, login)
    visitor.open("/desk/sign-in")
    visitor.fill("Sign-in name", login)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")
    visitor.fill("Code", code)
    visitor.press("Go on")
    visitor.is_at("Today")


def take_the_case(site: Site, advocate: Visitor, reference: str) -> None:
    sign_in(site, advocate, "mere")
    advocate.sees("New and unassigned, by risk: 1 case")
    advocate.follow(reference)
    advocate.press("Take this case")
    advocate.sees(f"Assigned to you, in the team {TEAM}.")
    advocate.follow("Report and consent")
    advocate.sees("I never agreed that anybody else sees this.")
    assert advocate.page.locator("main a[href*='instagram']").count() == 0, "no link of a case can be clicked"


def send_six_requests(advocate: Visitor, reference: str) -> None:
    for number, name in enumerate(story.LINKS_EACH, start=1):
        open_request(advocate, reference, name)
        advocate.sees("Nothing is missing, and nothing stops the letter.")
        if number == 1:
            copy_a_field(advocate)
        advocate.press("Make the letter")
        assert story.NAME in read_text(advocate.fetch("Full letter (PDF)"))
        assert story.NAME not in read_text(advocate.fetch("Without names (PDF)"))
        advocate.follow("Record that it was sent")
        advocate.choose("By the platform’s own form")
        advocate.page.locator("#sent_at").fill("2026-11-23T09:00")
        advocate.page.locator("#received_at").fill("2026-11-23T09:00")
        advocate.page.locator("#ticket").fill(f"INV-{number}")
        advocate.choose("I used this address or form today, and it works")
        advocate.press("It was sent")
        advocate.sees(f"Their ticket number: INV-{number}.")
        advocate.sees("By Wednesday 25 November 2026, 09:00 (UTC) the platform must remove")


def open_request(visitor: Visitor, reference: str, name: str) -> None:
    visitor.open(f"/desk/cases/{reference}")
    visitor.page.locator("main .line").get_by_role("link", name=name, exact=False).first.click()
    visitor.sees("Links of this request")


def copy_a_field(advocate: Visitor) -> None:
    """The button that only a browser with JavaScript shows."""
    advocate.context.grant_permissions(["clipboard-read", "clipboard-write"])
    advocate.page.locator("[data-copy] button").first.click()
    advocate.sees("Copied")
    copied = read_clipboard(advocate)
    first = advocate.page.locator("[data-copy] input, [data-copy] textarea").first
    assert copied.strip() == first.input_value().strip()
    assert copied.strip()


def read_clipboard(visitor: Visitor) -> str:
    """As another site sees it: pages of ours renounce reading."""
    other = visitor.context.new_page()
    other.goto(visitor.elsewhere)
    found = str(other.evaluate("navigator.clipboard.readText()"))
    other.close()
    visitor.page.bring_to_front()
    return found


def write_to_each_other(advocate: Visitor, person: Visitor, reference: str) -> None:
    advocate.open(f"/desk/cases/{reference}/messages")
    advocate.fill("Message to the person", "All six letters are out.")
    advocate.press("Send the message")
    person.open("/case")
    person.follow("1 new message from the team")
    person.sees("All six letters are out.")
    person.fill("Your message to the team", "Thank you.")
    person.press("Send")
    advocate.page.reload()
    advocate.sees("Thank you.")
    advocate.follow("Notes")
    advocate.fill("Note", "Only to be reached in the morning.")
    advocate.press("Keep the note")
    person.open("/case/history")
    assert "morning" not in person.text


def hand_over(site: Site, advocate: Visitor, colleague: Visitor, reference: str) -> None:
    advocate.open(f"/desk/cases/{reference}")
    advocate.follow("Hand over")
    advocate.choose("Tama Boje")
    advocate.press("Hand over")
    advocate.sees("Assigned to Tama Boje")
    sign_in(site, colleague, "tama")
    colleague.open("/desk")
    colleague.follow("Mine (1)")
    colleague.follow(reference)
    colleague.sees("Assigned to you")


def log_answers(colleague: Visitor, reference: str) -> None:
    for name, meaning, words in (
        ("Facebook", "They refuse", "This does not go against our rules."),
        ("Instagram", "It is removed", "We removed the posts."),
    ):
        open_request(colleague, reference, name)
        colleague.follow("Log an answer")
        colleague.choose(meaning)
        colleague.page.locator("#at").fill("2026-11-23T09:00")
        colleague.fill("What they wrote", words)
        colleague.press("Log the answer")
        colleague.sees(words)
    open_request(colleague, reference, "Facebook")
    colleague.sees("refused")


def find_it_overdue(site: Site, supervisor: Visitor, reference: str) -> None:
    sign_in(site, supervisor, "ines")
    supervisor.follow("Cases")
    supervisor.follow("Overdue (1)")
    supervisor.sees(reference)
    supervisor.follow("Team")
    supervisor.is_at("The team")
    supervisor.follow(reference)
    supervisor.sees("overdue by 24 hours")


def remind(colleague: Visitor, reference: str) -> None:
    open_request(colleague, reference, "Reddit")
    colleague.sees("had to remove")
    colleague.press("Make a reminder")
    colleague.sees("Reminder")
    assert "25 November 2026" in read_text(colleague.fetch("Full letter (PDF)", last=True))


def complain(colleague: Visitor, site: Site, reference: str) -> bytes:
    """With JavaScript the page notices by itself that the papers are ready."""
    colleague.open(f"/desk/cases/{reference}/complaints")
    colleague.follow(f"Prepare this complaint {OFCOM}", exact=False)
    colleague.fill(f"What should {OFCOM} do?", "Have it taken down.")
    colleague.press("Prepare the complaint")
    colleague.follow("Facebook", exact=False)
    colleague.sees(OFCOM)
    assert colleague.page.get_by_role("progressbar").count() == 1
    assert site.work() == 5, "one complaint about each organisation that did not remove it"
    colleague.sees("the bundle with every exhibit (ZIP)")
    bundle = colleague.fetch("Full letter (PDF)")
    colleague.follow("Record that it was lodged")
    colleague.page.locator("#at").fill("2026-11-26T09:00")
    colleague.page.locator("#ticket").fill("OF-INV-1")
    colleague.choose("I used this address or form today, and it works")
    colleague.press("It was lodged")
    colleague.sees("Their case number: OF-INV-1.")
    return bundle


def check_bundle(bundle: bytes) -> None:
    text, facts = read_text(bundle), read_facts(bundle)
    assert OFCOM in facts["frame"]["recipient"]["name"]
    assert OFCOM in text
    assert "This does not go against our rules." in text
    assert "Only to be reached in the morning." not in text
    assert len(facts["notices"]) == 1


def follow_and_take_back(person: Visitor, colleague: Visitor, reference: str, words: str) -> None:
    """The person owns the case: what the team did is on their page, and the team is out with one press."""
    person.come_back(words)
    person.is_at("Your case")
    person.sees(OFCOM)
    person.sees("sent to the authority")
    person.page.get_by_text("More: letters, help and laws").click()
    person.follow("Take it back and go on alone")
    person.press("Go on alone")
    person.sees("The team can’t open your case any more.")
    colleague.open(f"/desk/cases/{reference}")
    colleague.is_at("This page is not here")
