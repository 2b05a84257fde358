"""Links are found in any pasted text, cleaned, named, and whatever is not understood is shown back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.adapters.links.hosts import ShownBack
from portal.adapters.links.url_rules import LinkNote
from portal.adapters.links.urls import FOREIGN, MOST_MEANT, MOST_READ, MOST_REJECTED, FoundLinks, find_links
from portal.reference.registry import load_registry

INDEX = load_registry().hosts


def find(text: str) -> FoundLinks:
    return find_links(text, INDEX)


def urls(text: str) -> list[str]:
    return [link.url for link in find(text).items]


def whys(text: str) -> list[tuple[str, str]]:
    return [(piece.text, piece.why) for piece in find(text).rejected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.instagram.com/p/AbC/", "https://www.instagram.com/p/AbC/"),
        ("HTTPS://WWW.Instagram.COM/p/AbC/", "https://www.instagram.com/p/AbC/"),
        ("instagram.com/p/AbC", "https://instagram.com/p/AbC"),
        ("www.some-site.de", "https://www.some-site.de/"),
        ("look: (https://some.de/a) now", "https://some.de/a"),
        ("<https://some.de/a>", "https://some.de/a"),
        ('<a href="https://some.de/?a=1&amp;b=2">', "https://some.de/?a=1&b=2"),
        ("“https://some.de/a”", "https://some.de/a"),
        ("[here](https://some.de/a_(b))", "https://some.de/a_(b)"),
        ("**https://some.de/a**", "https://some.de/a"),
        ("_https://some.de/a_", "https://some.de/a"),
        ("https://instagram.com/name_", "https://instagram.com/name_"),
        ("https://some.de/a..", "https://some.de/a"),
        ("https://some.de/a?!", "https://some.de/a"),
        ("https://some.de/a,b;c", "https://some.de/a,b;c"),
        ("Link:https://some.de/a", "https://some.de/a"),
        ("1.https://some.de/a", "https://some.de/a"),
        ("hxxp://some.de/a", "http://some.de/a"),
        ("hXXps://some[.]de/a", "https://some.de/a"),
        ("hxxps[:]//some(dot)de/a", "https://some.de/a"),
        ("some (dot) de/a", "https://some.de/a"),
        ("http:\\\\some.de\\a", "http://some.de/a"),
        ("https:/some.de/a", "https://some.de/a"),
        ("https://some.de:443/a", "https://some.de/a"),
        ("http://some.de:8080/a", "http://some.de:8080/a"),
        ("some.de:8080/a", "https://some.de:8080/a"),
        ("http://93.184.216.34/a", "http://93.184.216.34/a"),
        ("http://[2606:4700::1111]:8080/a", "http://[2606:4700::1111]:8080/a"),
        ("https://Bücher.de/straße?q=ü", "https://xn--bcher-kva.de/stra%C3%9Fe?q=%C3%BC"),
        ("https://some.de/a#/photo/3", "https://some.de/a#/photo/3"),
        ("https://some.de/a#:~:text=word", "https://some.de/a"),
        ("https://mega.nz/file/abc#key", "https://mega.nz/file/abc#key"),
        ("https://web.archive.org/web/2020/https://x.com/q", "https://web.archive.org/web/2020/https://x.com/q"),
        ("\u200bhttps://some.de/\u200ba\u200e", "https://some.de/a"),
        ("\u2068https://some.de/a\u2069", "https://some.de/a"),
        ("https://new-ending.nobodyknows/a", "https://new-ending.nobodyknows/a"),
        ("https://a_b.tumblr.com/post/1", "https://a_b.tumblr.com/post/1"),
    ],
)
def test_a_link_is_found_and_cleaned_in_each_form_people_paste(text: str, expected: str) -> None:
    assert urls(text) == [expected]
    assert whys(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://some.de/a?utm_source=x&UTM_medium=y&id=3&fbclid=z", "https://some.de/a?id=3"),
        ("https://www.facebook.com/story.php?story_fbid=1&id=2&mibextid=q", "https://www.facebook.com/story.php?story_fbid=1&id=2"),
        ("https://www.facebook.com/photo?fbid=1&set=a.2&__tn__=x", "https://www.facebook.com/photo?fbid=1&set=a.2"),
        ("https://www.instagram.com/p/a/?igsh=q&img_index=2", "https://www.instagram.com/p/a/?img_index=2"),
        ("https://youtu.be/abc?si=q&t=10", "https://youtu.be/abc?t=10"),
        ("https://www.youtube.com/watch?v=abc&feature=share", "https://www.youtube.com/watch?v=abc"),
        ("https://x.com/a/status/1?s=20&t=q", "https://x.com/a/status/1"),
        ("https://some.de/a.?utm_source=x", "https://some.de/a%2E"),
        ("https://forum.some.de/?t=12&p=3&s=4&si=5", "https://forum.some.de/?t=12&p=3&s=4&si=5"),
        ("https://www.pornhub.com/view_video.php?viewkey=ph5", "https://www.pornhub.com/view_video.php?viewkey=ph5"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fsome.de%2Fa%3Futm_source%3Dx&h=q", "https://some.de/a"),
        ("https://www.google.com/url?sa=t&url=https://some.de/a", "https://some.de/a"),
    ],
)  # fmt: skip
def test_tracking_goes_and_what_names_the_content_stays(text: str, expected: str) -> None:
    assert urls(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "https://youtu.be/abc https://m.youtube.com/watch?v=abc&t=3 https://youtube.com/shorts/abc",
        "https://x.com/a/status/1 https://mobile.twitter.com/a/status/1 twitter.com/i/web/status/1",
        "https://www.instagram.com/reel/q/ https://instagr.am/p/q https://instagram.com/name/p/q/".replace(
            "/reel/", "/p/"
        ),
        "https://old.reddit.com/r/a/comments/1x/title/ https://redd.it/1x https://www.reddit.com/r/a/comments/1x",
        "https://t.me/chan/5 https://telegram.me/s/chan/5 t.me/chan/5?single",
        "https://some.de/a http://www.some.de/a/ https://m.some.de/a https://SOME.de/a?utm_source=q",
        "https://www.facebook.com/a/posts/1 https://m.facebook.com/a/posts/1 https://mbasic.facebook.com/a/posts/1",
    ],
)
def test_spellings_of_one_page_collapse_to_the_first(text: str) -> None:
    found = find(text)
    assert len(found.items) == 1
    assert found.items[0].given == text.split()[0]
    assert found.duplicates == len(text.split()) - 1
    assert found.rejected == ()


@pytest.mark.parametrize(
    "text",
    [
        "https://www.instagram.com/p/q/?img_index=1 https://www.instagram.com/p/q/?img_index=2",
        "https://www.youtube.com/watch?v=abc https://www.youtube.com/watch?v=ABC",
        "https://some.de/a https://other.some.de/a",
        "https://one.blogspot.com/a https://m.blogspot.com/a",
        "https://some.de/?id=1 https://some.de/?id=2",
    ],
)
def test_different_pages_stay_different(text: str) -> None:
    assert len(urls(text)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "https://a.de/x https://b.de/y",
        "https://a.de/x,https://b.de/y",
        "https://a.de/x;https://b.de/y.",
        "https://a.de/x|https://b.de/y",
        "a.de/x, b.de/y",
        "a.de/x,b.de/y",
        "https://a.de/xhttps://b.de/y",
        "first https://a.de/x\r\n\r\n- https://b.de/y (seen on Monday)",
    ],
)
def test_links_are_kept_apart_however_they_are_listed(text: str) -> None:
    assert [link.host for link in find(text).items] == ["a.de", "b.de"]


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://youtu.be/a", "youtube"),
        ("https://scontent.xx.fbcdn.net/v/a.jpg", "facebook"),
        ("https://drive.google.com/file/d/1", "google-drive"),
        ("https://www.google.com/search?q=name", "google-search"),
        ("https://t.me/a/1", "telegram"),
        ("https://somebody.tumblr.com/post/1", "tumblr"),
        ("https://a.b.unknown-place.co.uk/x", "unknown-place.co.uk"),
        ("https://notfacebook.com/x", "notfacebook.com"),
        ("http://93.184.216.34/x", "93.184.216.34"),
    ],
)
def test_the_longest_host_names_the_platform_and_unknown_hosts_keep_their_registrable_domain(
    url: str, platform: str
) -> None:
    assert [link.platform_key for link in find(url).items] == [platform]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://user:pw@some.de/x", ShownBack.USERINFO),
        ("javascript:alert(1)", ShownBack.SCRIPT),
        ("data:text/html;base64,AAAA", ShownBack.SCRIPT),
        ("file:///etc/passwd", ShownBack.SCRIPT),
        ("blob:https://some.de/1", ShownBack.SCRIPT),
        ("ftp://some.de/a", ShownBack.SCHEME),
        ("tg://setlanguage?lang=a", ShownBack.SCHEME),
        ("https://some.de/a...", ShownBack.CUT),
        ("htp:/foo", ShownBack.SCHEME),
        ("htps://some.de/a", ShownBack.SCHEME),
        ("http//some.de/a", ShownBack.SCHEME),
        ("http://localhost:8000/", ShownBack.PRIVATE),
        ("http://127.0.0.1/a", ShownBack.PRIVATE),
        ("192.168.1.1/a", ShownBack.PRIVATE),
        ("http://[::1]/", ShownBack.PRIVATE),
        ("http://[::ffff:10.0.0.1]/", ShownBack.PRIVATE),
        ("https://printer.local/a", ShownBack.PRIVATE),
        ("http://１２７.0.0.1/", ShownBack.PRIVATE),
        ("http://2130706433/", ShownBack.NUMBER),
        ("http://0x7f.1/", ShownBack.NUMBER),
        ("http://0177.0.0.1/", ShownBack.NUMBER),
        ("https://some.de:99999/a", ShownBack.PORT),
        ("https://some..de/a", ShownBack.HOST),
        ("https://-/a", ShownBack.HOST),
        ("foo.invalidtld", ShownBack.ENDING),
        ("www.nothing", ShownBack.ENDING),
        ("somebody@some.de", ShownBack.EMAIL),
        ("mailto:somebody@some.de", ShownBack.EMAIL),
        ("@somebody", ShownBack.ACCOUNT),
        ("@somebody@some.social", ShownBack.ACCOUNT),
        ("u/somebody", ShownBack.ACCOUNT),
        ("video.mov", ShownBack.FILE),
        ("instagram", ShownBack.NO_LINK),
        ("my neighbour posted it", ShownBack.NO_LINK),
        ("---", ShownBack.NO_LINK),
        ("https://" + "a" * 9000 + ".de/", ShownBack.TOO_LONG),
    ],
)
def test_what_is_not_understood_is_shown_back_with_the_reason(text: str, why: ShownBack) -> None:
    assert urls(text) == []
    assert whys(text) == [(text, why)]


def test_hidden_characters_are_refused_and_written_out() -> None:
    assert whys("https://some.de/\u202egpj.a") == [("https://some.de/[U+202E]gpj.a", ShownBack.HIDDEN)]
    assert whys("https://some.de/\x00a") == [("https://some.de/[U+0000]a", ShownBack.HIDDEN)]
    assert whys("https://some.de/\ud800") == [("https://some.de/[U+D800]", ShownBack.HIDDEN)]


def test_words_around_a_link_are_context_but_accounts_beside_it_are_shown_back() -> None:
    found = find("seen here https://some.de/a by @somebody last week")
    assert [link.url for link in found.items] == ["https://some.de/a"]
    assert [piece.text for piece in found.rejected] == ["@somebody"]


def test_a_line_without_a_link_is_shown_back_whole() -> None:
    line = "the account is @somebody on instagram"
    assert whys(f"{line}\nhttps://some.de/a") == [(line, ShownBack.ACCOUNT)]


def test_the_501st_link_is_shown_back_and_not_lost() -> None:
    found = find("\n".join(f"https://some.de/{number}" for number in range(501)))
    assert len(found.items) == 500
    assert [(piece.text, piece.why) for piece in found.rejected] == [
        ("https://some.de/500", "over the limit of 500 links")
    ]


def test_the_readable_host_keeps_its_own_letters() -> None:
    assert [(link.host, link.readable_host) for link in find("https://bücher.de").items] == [
        ("xn--bcher-kva.de", "bücher.de")
    ]


@pytest.mark.parametrize("unit", ["hello ", "https://a.de/1 ", "a.b/,", "(", "a:", "h", "[ . ] ", "x\n", "/|a.b/", "@"])
def test_a_megabyte_of_anything_is_read_in_time_that_grows_with_its_length(unit: str) -> None:
    def measure(size: int) -> float:
        text = unit * (size // len(unit))
        started = time.process_time()
        find(text)
        return time.process_time() - started

    measure(10_000)
    assert measure(1_000_000) < 30 * max(measure(100_000), 0.05)  # ten times, and slack for a busy machine


LINKLIKE = ["https://some.de/a", "hxxp://b[.]de", "www.c.de/x", "@name", "youtu.be/", "l.facebook.com/l.php?u=", "://"]
MARKS = [",", ";", " ", "\n", "(", ")", "]", "[", "?", "#", "&", "a=1", "javascript:", ".", "/", "\\", "%", "ü"]
HIDDEN = ["\x00", "\u202e", "\u200b"]
PIECES = st.sampled_from(LINKLIKE + MARKS + HIDDEN)
PASTED = st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12).map("".join)


@given(st.one_of(st.text(), PASTED))
@settings(max_examples=300, deadline=None)
def test_no_text_raises_and_its_own_result_is_found_again_unchanged(text: str) -> None:
    found = [link.url for link in find(text).items]
    assert urls("\n".join(found)) == found
    assert all(url.isascii() and " " not in url for url in found)


@given(PASTED)
@settings(max_examples=300, deadline=None)
def test_every_line_leaves_a_link_a_duplicate_or_is_shown_back(text: str) -> None:
    for line in text.splitlines():
        if line.strip():
            found = find(line)
            assert found.items or found.rejected


@given(st.lists(st.integers(0, 40), max_size=60))
@settings(deadline=None)
def test_links_keep_the_order_of_first_appearance(numbers: list[int]) -> None:
    expected = [f"https://some.de/{number}" for number in dict.fromkeys(numbers)]
    assert urls(" ".join(f"some.de/{number}" for number in numbers)) == expected


def test_no_more_than_so_many_links_are_read_and_the_rest_comes_back_as_it_was() -> None:
    lines = [f"https://some.de/{number}" for number in range(MOST_MEANT + 300)]
    found = find_links("\n".join(lines), INDEX, limit=len(lines))
    assert [item.url for item in found.items] == lines[:MOST_MEANT]
    assert found.rest.splitlines() == lines[MOST_MEANT:]
    assert not found.rejected
    assert [item.url for item in find_links(found.rest, INDEX).items] == lines[MOST_MEANT:], "a second reading goes on"


def test_a_line_that_was_read_in_part_comes_back_whole() -> None:
    pieces = [f"some{number}.de/a" for number in range(MOST_MEANT + 10)]
    line = ",".join(pieces)
    found = find_links(line, INDEX, limit=len(pieces))
    assert len(found.items) == MOST_MEANT
    assert found.rest == line


def test_a_long_line_is_cut_only_between_words() -> None:
    lines = [f"https://some.de/{number}" for number in range(MOST_MEANT + 300)]
    found = find_links(" ".join(lines), INDEX, limit=len(lines))
    assert " ".join(found.rest.splitlines()).endswith(" ".join(lines[MOST_MEANT:]))
    assert len(found.items) == MOST_MEANT
    word = "https://some.de/" + "a" * 30_000
    assert [piece.text for piece in find_links(f"{word} some.de/b {word}", INDEX).rejected] == [word]


def test_words_around_links_use_nothing_up_however_many_they_are() -> None:
    words = "\n".join(f"she wrote {number} times" for number in range(3 * MOST_REJECTED))
    found = find_links(f"{words}\nhttps://some.de/a", INDEX)
    assert [item.url for item in found.items] == ["https://some.de/a"]
    assert len(found.rejected) == MOST_REJECTED
    assert len(found.rest.splitlines()) == 2 * MOST_REJECTED
    assert found.work == 1


def test_what_is_no_link_is_looked_at_only_so_often() -> None:
    text = " ".join(f"at.{number}" for number in range(3 * MOST_READ))
    assert find_links(text, INDEX).work <= MOST_READ
    foreign = " ".join(f"слово{number}.конец" for number in range(3 * MOST_READ))
    found = find_links(foreign, INDEX)
    assert MOST_READ <= found.work < MOST_READ + FOREIGN
    assert found.rest


def test_what_is_repeated_is_read_once() -> None:
    found = find_links("https://some.de/a\n" * 20_000 + "some.de/a, some.de/b " * 5_000, INDEX)
    assert [item.url for item in found.items] == ["https://some.de/a", "https://some.de/b"]
    assert found.duplicates == 29_998
    assert found.work == 3


# --- Links as mail, forums, chats, tables, apps and other sites hand them out ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Quoted-printable, where the paragraph shows that it is.
        ("https://www.tube-si=\nte.com/v/1", ["https://www.tube-site.com/v/1"]),
        ("<a href=3D'https://some.de/v?x=3D1'>", ["https://some.de/v?x=1"]),
        ("<https://some.de/AbC=\r\n/?x=3D1>", ["https://some.de/AbC/?x=1"]),
        ("https://some.de/watch?v=3Dabc", ["https://some.de/watch?v=3Dabc"]),
        ("https://a.de/?q=\nhttps://b.de/x", ["https://a.de/?q=", "https://b.de/x"]),
        ("https://www.a-b=\nc.de/1\n\nhttps://some.de/?v=3Dx", ["https://www.a-bc.de/1", "https://some.de/?v=3Dx"]),
        # Rows of cells.
        ("id;url;name\n1;https://some.de/a;Anna\n2;https://some.de/b;Ben", ["https://some.de/a", "https://some.de/b"]),
        ("https://some.de/a,Anna\nhttps://some.de/b,Ben", ["https://some.de/a", "https://some.de/b"]),
        ('https://some.de/a,1.1.26,"x, y"\nhttps://some.de/b,2.1.26,"z"', ["https://some.de/a", "https://some.de/b"]),
        ("https://some.de/a,12.html\nhttps://some.de/b,13.html", ["https://some.de/a,12.html", "https://some.de/b,13.html"]),
        # Glued lists.
        ("https://x.com/a/status/1+https://x.com/a/status/2", ["https://x.com/a/status/1", "https://x.com/a/status/2"]),
        ("https://x.com/a/status/1#https://t.me/c/2", ["https://x.com/a/status/1", "https://t.me/c/2"]),
        ("https://x.com/a/1%20https://x.com/a/2%0Ahttps://x.com/a/3", [f"https://x.com/a/{n}" for n in (1, 2, 3)]),
        ("https://some.de/a\\r\\nhttps://some.de/b\\thttps://some.de/c", [f"https://some.de/{n}" for n in "abc"]),
        ("http://https://some.de/a", ["https://some.de/a"]),
        ("https://www.http://some.de/a", ["http://some.de/a"]),
        ("https://some.de/a / seen on Monday 3/4", ["https://some.de/a"]),
        # Escapes, entities and the marks of forums and chats.
        ('{"a":"https:\\u002F\\u002Fsome.de\\u002Fp?a=1\\u0026b=2"}', ["https://some.de/p?a=1&b=2"]),
        ("https://some.de/a\\_b\\*c", ["https://some.de/a_b*c"]),
        ("[img]https://some.de/a.jpg[/img] [URL=\"https://some.de/b\"]x[/URL]", ["https://some.de/a.jpg", "https://some.de/b"]),
        ("<https://some.de/a|some.de/other>", ["https://some.de/a"]),
        ("&lt;https://some.de/a&gt; https://some.de/?x=1&amp;amp;y=2", ["https://some.de/a", "https://some.de/?x=1&y=2"]),
        ("https%253A%252F%252Fsome.de%252Fa", ["https://some.de/a"]),
        # Signs and words right beside a link.
        ("👇https://some.de/1✨ ✅some.de/2✅ https://some.de/3—and", [f"https://some.de/{n}" for n in (1, 2, 3)]),
        ("링크https://x.com/a/status/5입니다", ["https://x.com/a/status/5"]),
        ("看x.com/a/status/1吧", ["https://x.com/a/status/1"]),
        ("https://www.instagram.com/p/C9x/を見て", ["https://www.instagram.com/p/C9x/"]),
        ("https://ja.wikipedia.org/wiki/第4回", ["https://ja.wikipedia.org/wiki/%E7%AC%AC4%E5%9B%9E"]),
        ("https://good.com。evil.com/x", ["https://good.com.evil.com/x"]),
        ("some-site。com/v/1 ｈｔｔｐｓ：／／some.de／２", ["https://some-site.com/v/1", "https://some.de/2"]),
        # Broken over two lines.
        ("https://some.de/view?id=\n12345", ["https://some.de/view?id=12345"]),
        ("https://www.instagram.com/reel/\nC9_ab_EFgh/", ["https://www.instagram.com/reel/C9_ab_EFgh/"]),
        ("https://some.de/a-b-\nand then", ["https://some.de/a-b-"]),
        ("https://some.de/v/\n12/11/2026", ["https://some.de/v/"]),
        # Addresses of apps.
        ("tg://resolve?domain=chan&post=5", ["https://t.me/chan/5"]),
        ("fb://facewebmodal/f?href=https%3A%2F%2Fwww.facebook.com%2Fphoto%3Ffbid%3D1", ["https://www.facebook.com/photo?fbid=1"]),
        ("intent:#Intent;S.browser_fallback_url=https%3A%2F%2Fx.com%2Fa%2Fstatus%2F9;end", ["https://x.com/a/status/9"]),
        ("android-app://com.instagram.android/https/www.instagram.com/p/AbC", ["https://www.instagram.com/p/AbC"]),
        ("vnd.youtube:dQw4w9WgXcQ", ["https://www.youtube.com/watch?v=dQw4w9WgXcQ"]),
        # Pages that only lead on.
        ("https://urldefense.com/v3/__https://some.de/v/*x__;Iw!!abc!def$", ["https://some.de/v/#x"]),
        ("https://url.avanan.click/v2/___https://some.de/26___.YXA", ["https://some.de/26"]),
        ("https://some--site-com.translate.goog/21?_x_tr_sl=de&a=1", ["https://some-site.com/21?a=1"]),
        ("https://anonym.to/?https://some.de/10", ["https://some.de/10"]),
        ("https://l.facebook.com/l.php?u=some.de%2F5&h=1", ["https://some.de/5"]),
        ("https://google.abc.com/url?q=https://some.de/4", ["https://google.abc.com/url?q=https://some.de/4"]),
        ("https://vk.com/login?u=2&to=L3dhbGwtMV8y", ["https://vk.com/wall-1_2"]),
        ("https://fxtwitter.com/a/status/1 https://d.fxtwitter.com/a/status/2", ["https://x.com/a/status/1", "https://x.com/a/status/2"]),
        ("https://some.de/login?next=https%3A%2F%2Fother.de%2Fa", ["https://some.de/login?next=https%3A%2F%2Fother.de%2Fa"]),
    ],
)  # fmt: skip
def test_a_link_is_found_however_it_was_handed_on(text: str, expected: list[str]) -> None:
    assert urls(text) == expected
    assert urls("\n".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("instagram.com/p/C9a…", ShownBack.CUT),
        ("https://www.facebook.com/perma...", ShownBack.CUT),
        ("https://some.de/…/video.html", ShownBack.CUT),
        ("https://some.de / v / 12", ShownBack.CUT),
        ("https://some.de/ v/12", ShownBack.CUT),
        ("https://x.com/a/status /47", ShownBack.CUT),
        ("https://x.com/a/ status/48", ShownBack.CUT),
        ("https://m.facebook.com/", ShownBack.FRONT),
        ("https://de.pornhub.com/?ref=x", ShownBack.FRONT),
        ("https://www.instagram.com/accounts/login/", ShownBack.FRONT),
        ("he put it on x.com", ShownBack.FRONT),
        ("my insta is anna.me", ShownBack.ACCOUNT),
        ("anna.link on telegram", ShownBack.ACCOUNT),
        ("find me at anna.me (snapchat)", ShownBack.ACCOUNT),
        ("ig:anna.me", ShownBack.ACCOUNT),
        ("insta: anna_b / snap: kim.world / tiktok: @x.y", ShownBack.ACCOUNT),
        ("tube-site,com/v/1", ShownBack.DOT),
        ("看some-site.com/v/1", ShownBack.GLUED),
        ("weixin://dl/chat?a", ShownBack.SCHEME),
        ("https://good.com❤.evil.com/a", ShownBack.HOST),
    ],
)
def test_what_is_not_certain_is_asked_about(text: str, why: ShownBack) -> None:
    assert urls(text) == []
    assert whys(text) == [(text, why)]


@pytest.mark.parametrize(
    "text",
    ["https://someone.tumblr.com/", "https://some.de/", "he posted it on some-site.com", "https://someone.t.me"],
)
def test_somebodys_own_front_page_is_a_page(text: str) -> None:
    assert len(urls(text)) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fsome.de%2Fa", LinkNote.UNWRAPPED),
        ("https://vxtiktok.com/@user/video/7", LinkNote.UNWRAPPED),
        ("fb://profile/1", LinkNote.APP),
        ("https://x.com/us\u00ader/status/1", LinkNote.MARKS),
        ("https://some.de/v\n?x=2", LinkNote.JOINED),
        ("https://x.com/user/status/4です", LinkNote.WORDS),
        ("https://bit.ly/3abcdE", LinkNote.SHORT),
        ("https://t.co/abc", LinkNote.SHORT),
    ],
)
def test_what_was_done_to_a_link_is_said(text: str, told: LinkNote) -> None:
    assert [link.told for link in find(text).items] == [(told,)]
    assert [link.told for link in find("\u200ehttps://some.de/a\u200e (x)").items] == [()]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.xvideos.com/video.abc/one https://de.xvideos.com/video.abc/eins https://www.xvideos.com/embedframe/abc",
        "https://www.tiktok.com/@a/video/7123 https://m.tiktok.com/v/7123.html https://www.tiktok.com/embed/v2/7123",
        "https://vk.com/wall-1_2 https://vk.com/feed?w=wall-1_2 https://m.vk.com/wall-1_2",
        "https://www.threads.net/@a/post/C1 https://www.threads.com/t/C1",
        "https://vimeo.com/123 https://player.vimeo.com/video/123",
        "https://www.facebook.com/photo.php?fbid=1&set=a https://m.facebook.com/photo/?fbid=1",
    ],
)
def test_copies_of_one_page_count_once(text: str) -> None:
    assert len(urls(text)) == 1


def test_two_names_under_a_shared_ending_are_two_places() -> None:
    text = "https://one.ru.com/a https://two.ru.com/b https://one.eu.org/a https://a.hopto.org/1 https://b.hopto.org/1"
    assert len({link.platform_key for link in find(text).items}) == 5


@pytest.mark.parametrize(
    "unit",
    ["a.b❤", "看x.com看", "=\n", 'a=3D"=\n', "\\n", "&amp;", "[url=", "<http://a|", "/https://a.de", "'https://a.de",
     "https://a.de/b-\n1-2\n", "1-2-\n", "a dot com ", "insta is a.me ", "https%3A%2F%2F", "https://"],
)  # fmt: skip
def test_what_looks_like_wrappings_takes_time_in_proportion_too(unit: str) -> None:
    def measure(size: int) -> float:
        text = "https://a.de/b-\n" + unit * (size // len(unit))
        started = time.process_time()
        find(text)
        return time.process_time() - started

    measure(10_000)
    assert measure(400_000) < 30 * max(measure(40_000), 0.05)
