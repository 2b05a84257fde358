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
    visitor.press("I wrote them down")
    return words


def answer_first(visitor: Visitor, country: str, part: str = "") -> None:
    """Who, how old, where, what, and whether it is online."""
    _answer(visitor, "Who is this about?", "Me")
    _answer(visitor, "Were you under 18 when it was made?", "No, 18 or older")
    visitor.is_at("Which country do you live in?")
    visitor.page.get_by_label("Country").select_option(label=country)
    visitor.press("Continue")
    if part:
        visitor.is_at("Which part of the country?")
        visitor.page.get_by_label("Part of the country").select_option(label=part)
        visitor.press("Continue")
    _answer(visitor, "What is it?", "A real private picture or video")
    _answer(visitor, "Is it online yet?", "Yes, or it was sent to others")


def paste_links(visitor: Visitor, text: str = PASTED) -> None:
    """Paste, and see what was understood. The visitor stays on the page."""
    visitor.is_at("Where is it?")
    visitor.fill("Paste the links", text)
    visitor.press("Add these links")
    visitor.sees("found")


def answer_rest(visitor: Visitor, company: str) -> None:
    """From the links to the review. `company` is who sends the letters, "" where nobody is asked."""
    visitor.press("Continue")
    visitor.is_at("How can we reach you?")
    visitor.fill("Your e-mail address", MAIL)
    visitor.press("Continue")
    if company:
        _answer(visitor, "Who sends the letters?", company)
    visitor.is_at("Check your answers")


def hand_in(visitor: Visitor) -> str:
    """From the review to the case, with what makes its letters stronger. Returns the reference."""
    visitor.press("Save my report")
    visitor.is_at("Your report is saved")
    reference = visitor.page.locator(".ticket__case").inner_text().removeprefix("Case ")
    visitor.press("I wrote them down. Go to my case")
    visitor.is_at("Your case")
    add_facts(visitor)
    return reference


def add_facts(visitor: Visitor) -> None:
    """On the page of what makes letters stronger, and back to the case."""
    visitor.open("/case/facts")
    visitor.is_at("Make your letters stronger")
    visitor.page.locator("main details").evaluate_all("all => all.forEach(each => each.open = true)")
    visitor.fill("Which name should we put on the letters?", NAME)
    visitor.choose("Yes, as in my papers")
    visitor.fill("When did you find out?", "20 11 2026")
    visitor.fill("Is there anything you want to add?", "I never agreed that anybody else sees this.")
    visitor.press("Save")
    visitor.is_at("Your case")


def state(visitor: Visitor) -> None:
    """On the page of a letter: what it states, for all other letters too."""
    visitor.is_at("What you say in this letter")
    for box in visitor.page.locator("main input[type=checkbox]").all():
        box.check()
    visitor.fill("Your signature: type your name", NAME)


def _answer(visitor: Visitor, question: str, answer: str) -> None:
    visitor.is_at(question)
    visitor.press(answer)
