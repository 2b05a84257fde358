"""What an invented person pastes and answers, and the way through the report with it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.browser.visitor import Visitor

# Thirty places on six platforms, as people paste them: with words around, commas, tracking, capitals, twice.
PASTED = """\
I found these, please help:
https://www.instagram.com/p/Invented01/?igsh=abc123, https://instagram.com/p/Invented02/; HTTPS://WWW.INSTAGRAM.COM/p/Invented03/
<https://www.instagram.com/reel/Invented04/> (https://www.instagram.com/p/Invented05/).
https://www.instagram.com/p/Invented01/
hxxps://x.com/invented/status/1000000000000000001 and hxxps://x[.]com/invented/status/1000000000000000002
https://twitter.com/invented/status/1000000000000000003?s=20&t=xyz https://mobile.twitter.com/invented/status/1000000000000000004
"https://x.com/invented/status/1000000000000000005"...
https://www.reddit.com/r/invented/comments/inv001/no_such_post/?utm_source=share&utm_medium=web
https://old.reddit.com/r/invented/comments/inv002/no_such_post/ https://www.reddit.com/r/invented/comments/inv003/no_such_post/
https://www.reddit.com/r/invented/comments/inv004/no_such_post/,https://www.reddit.com/r/invented/comments/inv005/no_such_post/
https://www.tiktok.com/@invented/video/7000000000000000001?is_from_webapp=1
https://www.tiktok.com/@invented/video/7000000000000000002
https://m.tiktok.com/@invented/video/7000000000000000003
https://www.tiktok.com/@invented/video/7000000000000000004
https://www.tiktok.com/@invented/video/7000000000000000005
https://www.pornhub.com/view_video.php?viewkey=invented0001
https://www.pornhub.com/view_video.php?viewkey=invented0002 https://www.pornhub.com/view_video.php?viewkey=invented0003
https://www.pornhub.com/view_video.php?viewkey=invented0004 https://de.pornhub.com/view_video.php?viewkey=invented0005
https://www.facebook.com/invented.page/posts/100001?fbclid=IwAR0 https://m.facebook.com/invented.page/posts/100002
https://www.facebook.com/invented.page/posts/100003
https://www.facebook.com/invented.page/posts/100004
https://www.facebook.com/invented.page/posts/100005
"""
LINKS_EACH: Mapping[str, int] = MappingProxyType(
    {"Facebook": 5, "Instagram": 5, "Pornhub (Aylo)": 5, "Reddit": 5, "TikTok": 5, "X (Twitter)": 5}
)
NAME, MAIL = "Ana Exemplar", "ana.exemplar@example.org"


def begin(visitor: Visitor) -> str:
    """From the front page to the first question. Returns the six words."""
    visitor.open("/")
    visitor.follow("Get something taken down", exact=False)
    visitor.press("Begin")
    visitor.is_at("Keep these six words")
    words = visitor.page.locator(".words").inner_text()
    visitor.press("I have kept them. Continue")
    return words


def answer_first(visitor: Visitor, country: str, part: str = "") -> None:
    """Who, how old, where, what, and whether it is online."""
    _answer(visitor, "Who is this about?", "Me")
    _answer(visitor, "Was the person under 18 when it was made?", "No, 18 or older")
    visitor.is_at("Which country do you live in?")
    visitor.page.get_by_label("Country").select_option(label=country)
    visitor.press("Continue")
    if part:
        visitor.is_at("Which part of the country?")
        visitor.page.get_by_label("Part of the country").select_option(label=part)
        visitor.press("Continue")
    _answer(visitor, "What is it?", "A real intimate picture or video")
    _answer(visitor, "Is it online already?", "Yes, or it was sent to others")


def paste_links(visitor: Visitor, text: str = PASTED) -> None:
    """Paste, and see what was understood. The visitor stays on the page."""
    visitor.is_at("Where is it? Paste the links")
    visitor.fill("Links", text)
    visitor.press("Add these links")
    visitor.sees("found")


def answer_rest(visitor: Visitor, company: str) -> None:
    """From the links to the review. `company` is who carries the case, as the page names it."""
    visitor.press("Continue")
    visitor.press("No, there is none")
    visitor.is_at("When and how did you find it?")
    visitor.fill_moment("On which day did you first know of it?", 20, 11, 2026)
    visitor.fill("How did you find it?", "A friend told me.")
    visitor.press("Continue")
    visitor.is_at("Why should it come down?")
    visitor.fill("In your own words", "I never agreed that anybody else sees this.")
    visitor.press("Continue")
    _answer(visitor, "Did you take the picture or video yourself?", "No, someone else did, or it was made")
    visitor.is_at("How may we reach you?")
    visitor.choose("By e-mail")
    visitor.fill("E-mail address", MAIL)
    visitor.press("Continue")
    if visitor.heading == "Your postal address":
        visitor.fill("Postal address", "1 Invented Street, Exampleton")
        visitor.press("Continue")
    visitor.is_at("Who may learn what you told us?")
    for group in ("May the letters", "May a complaint"):
        visitor.page.get_by_role("group", name=group).get_by_label("Yes", exact=True).check()
    visitor.press("Continue")
    _answer(visitor, "With someone, or on your own?", company)
    visitor.is_at("Which name should stand under the letters?")
    visitor.choose("My own name, as in my papers")
    visitor.fill("The name", NAME)
    visitor.press("Continue")
    visitor.is_at("What you state, and your signature")
    for statement in (
        "I did not agree that this is shown.",
        "I say this in good faith.",
        "What I have written here is right, as far as I know.",
    ):
        visitor.choose(statement)
    visitor.fill("Your signature", NAME)
    visitor.press("Continue")
    visitor.is_at("Look at it once more")


def hand_in(visitor: Visitor) -> str:
    """From the review to the case. Returns the reference."""
    visitor.press("Hand it in")
    visitor.is_at("Your report is handed in")
    reference = visitor.page.locator(".summary-list__value").first.inner_text()
    visitor.press("I have kept it. Go to my case")
    visitor.is_at("Your case")
    return reference


def _answer(visitor: Visitor, question: str, answer: str) -> None:
    visitor.is_at(question)
    visitor.choose(answer)
    visitor.press("Continue")
