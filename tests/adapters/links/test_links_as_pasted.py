"""Links as people paste them, kind by kind: glued, escaped, behind a wall, for an app, with signs that nobody sees."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from portal.adapters.links.hosts import ShownBack
from portal.adapters.links.url_rules import LinkNote
from portal.adapters.links.urls import find_links
from portal.reference.registry import load_registry

INDEX = load_registry().hosts
ONE, TWO = "https://x.com/a/status/1", "https://x.com/a/status/2"
SITE = "https://tube-site.com/v/7"
CODED = quote(SITE, safe="")


def urls(text: str) -> list[str]:
    return [link.url for link in find_links(text, INDEX).items]


@pytest.mark.parametrize(
    "between",
    [
        ")(", "][", "}{", "'", ":", "->", "and", "und", "(2)", "\\u000a", "\\u00a0", "\\x0a", "%0A", "\\r\\n", "<br>",
        " • ", "、", "~", "*", "/",
    ],
)  # fmt: skip
def test_two_links_are_two_whatever_stands_between_them(between: str) -> None:
    assert urls(ONE + between + TWO) == [ONE, TWO]


def test_links_without_a_beginning_are_two_as_well() -> None:
    found = urls("www.instagram.com/p/A1www.instagram.com/p/B2")
    assert found == ["https://www.instagram.com/p/A1", "https://www.instagram.com/p/B2"]
    assert urls("https://archive.org/www.site.com/a") == ["https://archive.org/www.site.com/a"]


@pytest.mark.parametrize(
    "around",
    [
        '{{\\"url\\":\\"{0}\\"}}', "{{\\\\\\\"url\\\\\\\":\\\\\\\"{0}\\\\\\\"}}", "url({0})", "open({0});", "{0}%22",
        "{0}%3E", "{0}\\", "{0}·", "@{0}", "[[{0} text]]", "<loc>{0}</loc>",
    ],
)  # fmt: skip
def test_what_a_program_wrote_around_a_link_is_no_part_of_it(around: str) -> None:
    assert urls(around.format(SITE)) == [SITE]


def test_slashes_that_were_escaped_twice_are_slashes() -> None:
    assert urls('{\\"u\\":\\"https:\\\\/\\\\/tube-site.com\\\\/v\\\\/7\\"}') == [SITE]


def test_a_coded_quote_in_a_search_stays() -> None:
    assert urls("https://tube-site.com/?q=%22anna%22") == ["https://tube-site.com/?q=%22anna%22"]


@pytest.mark.parametrize("sign", ["\u115f", "\u3164", "\uffa0", "\u2800", "\u17b4", "\ufff9", "\U000e0020", "\u180b"])
def test_signs_that_draw_nothing_are_taken_off_and_said(sign: str) -> None:
    (link,) = find_links(f"https://x.com/{sign}a/status/1", INDEX).items
    assert (link.url, link.told) == (ONE, (LinkNote.MARKS,))
    assert urls(f"{sign}{ONE}{sign}") == [ONE]


@pytest.mark.parametrize(
    ("wall", "page"),
    [
        ("https://vk.com/login?to=dmlkZW8tMV8y", "https://vk.com/video-1_2"),
        ("https://www.flickr.com/signin?redir=%2Fphotos%2Fa%2F1", "https://www.flickr.com/photos/a/1"),
        ("https://www.youtube.com/verify_age?next_url=%2Fwatch%3Fv%3DabcdefghijK", "https://www.youtube.com/watch?v=abcdefghijK"),
        ("https://www.blogger.com/blogin.g?blogspotURL=https://a.blogspot.com/2020/01/b.html", "https://a.blogspot.com/2020/01/b.html"),
        (f"https://forum.site.org/redirect-to/?redirect={CODED}", SITE),
        (f"https://forum.site.org/proxy.php?link={CODED}&hash=1", SITE),
        (f"https://forum.site.org/goto/link-confirmation?url={base64.b64encode(SITE.encode()).decode()}", SITE),
        (f"https://forum.site.org/redirect/?to={base64.b64encode(SITE.encode()).decode()}&m=b64", SITE),
        (f"https://forum.site.org/out.php?u={CODED}", SITE),
        (f"https://telegram.me/iv?url={CODED}", SITE),
        (f"https://medium.com/r/?url={CODED}", SITE),
        (f"https://go.skimresources.com/?id=1&url={CODED}", SITE),
        (f"https://s1.qwant.com/thumbr/0x0/a/b.jpg?u={CODED}", SITE),
        (f"https://www.startpage.com/av/proxy-image?piurl={CODED}", SITE),
        (f"https://webcache.googleusercontent.com/search?q=cache:AbC:{SITE}", SITE),
        (f"https://12ft.io/{SITE}", SITE),
    ],
)  # fmt: skip
def test_the_page_behind_a_wall_or_an_exit_is_taken_and_said(wall: str, page: str) -> None:
    (link,) = find_links(wall, INDEX).items
    assert (link.url, link.told) == (page, (LinkNote.UNWRAPPED,))


@pytest.mark.parametrize(
    "address",
    [
        "https://forum.site.org/redirect?url=%2Fthreads%2F1",  # on the same site: it may be anything
        "https://forum.site.org/threads/out?url=" + quote("https://forum.site.org/a", safe=""),
        f"https://tube-site.org/watch?url={CODED}",  # no page that only leads on
    ],
)
def test_a_page_that_may_be_meant_itself_stays(address: str) -> None:
    assert urls(address) == [address]


@pytest.mark.parametrize(
    ("app", "page"),
    [
        ("whatsapp://send?phone=+49123", "https://wa.me/49123"),
        ("barcelona://user?username=a", "https://www.threads.com/@a"),
        ("barcelona://media?shortcode=C1", "https://www.threads.com/t/C1"),
        ("sgnl://signal.group/#abc", "https://signal.group/#abc"),
        ("line://ti/p/@a", "https://line.me/R/ti/p/@a"),
        ("twitter://status?status_id=57", "https://x.com/i/status/57"),
    ],
)
def test_addresses_of_apps_become_the_page_on_the_web(app: str, page: str) -> None:
    (link,) = find_links(app, INDEX).items
    assert (link.url, link.told) == (page, (LinkNote.APP,))


@pytest.mark.parametrize(
    "text",
    ["Instagram-Account anna.me", "vk anna.ru", "bluesky: anna.bsky.social", "anna.bsky.social", "bsky anna.me"],
)
def test_an_account_is_no_website(text: str) -> None:
    found = find_links(text, INDEX)
    assert not found.items
    assert found.rejected[0].why == ShownBack.ACCOUNT


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tiktok.com/en/", "https://www.tiktok.com/foryou", "https://x.com/explore", "https://www.linkedin.com/feed/",
        "https://www.instagram.com/explore/", "https://www.youtube.com/feed/subscriptions", "https://www.reddit.com/r/popular/",
        "https://discord.com/app", "https://discord.com/channels/@me", "https://www.facebook.com/watch/",
        "https://web.telegram.org/k/",
    ],
)  # fmt: skip
def test_what_a_site_shows_to_everybody_is_asked_about(address: str) -> None:
    found = find_links(address, INDEX)
    assert not found.items
    assert found.rejected[0].why == ShownBack.FRONT


@pytest.mark.parametrize(
    "address", ["https://x.com/en/", "https://www.instagram.com/reels/C1/", "https://www.facebook.com/watch/?v=1"]
)
def test_a_name_and_a_post_are_no_front_page(address: str) -> None:
    assert len(urls(address)) == 1


@pytest.mark.parametrize(
    "ending", ["kr.com", "neocities.org", "narod.ru", "free.fr", "forumotion.com", "b-cdn.net", "ucoz.ru"]
)
def test_what_somebody_shares_out_is_never_one_place(ending: str) -> None:
    found = find_links(f"https://one.{ending}/a https://two.{ending}/b", INDEX).items
    assert [link.platform_key for link in found] == [f"one.{ending}", f"two.{ending}"]


@pytest.mark.parametrize(
    "text",
    [
        "https://www.pinterest.de/pin/1/ https://www.pinterest.com/pin/1/ https://pinterest.co.uk/pin/1",
        "https://vk.com/video-1_2 https://vkvideo.ru/video-1_2 https://m.vkvideo.ru/video-1_2",
        "https://www.dailymotion.com/video/x1 https://dai.ly/x1",
    ],
)
def test_one_page_of_two_hosts_counts_once(text: str) -> None:
    assert len(urls(text)) == 1


@pytest.mark.parametrize("host", ["gg.gg", "qrco.de", "wa.link", "tr.ee", "aka.ms", "spoti.fi"])
def test_a_short_link_says_so(host: str) -> None:
    (link,) = find_links(f"https://{host}/AbC", INDEX).items
    assert LinkNote.SHORT in link.told


@pytest.mark.parametrize("host", ["colab.research.google.com", "books.google.com", "ads.google.com", "tv.google.com"])
def test_other_services_of_a_company_are_not_its_search_engine(host: str) -> None:
    (link,) = find_links(f"https://{host}/a", INDEX).items
    assert link.platform is not None
    assert link.platform.slug == "google-services"


def test_a_formula_on_the_next_line_is_no_rest_of_a_link() -> None:
    assert urls(f'{ONE}\n=HYPERLINK("{SITE}","see")') == [ONE, SITE]


@pytest.mark.parametrize("page", ["deviantart.com/users/outgoing", "reddit.com/away", "x.com/out"])
def test_a_page_that_only_leads_on_is_no_place_of_its_own(page: str) -> None:
    assert f"https://www.{page}" not in urls(f"https://www.{page}?{SITE}")


def test_the_page_behind_one_that_leads_on_is_taken_out() -> None:
    assert urls(f"https://www.deviantart.com/users/outgoing?{SITE}") == [SITE]


def test_only_the_link_that_was_broken_is_said_to_have_been() -> None:
    found = find_links("https://tube-site.org/a/b/20?x=1\n&page=6\n\nhttps://tube-site.or/v/1", INDEX).items
    assert [LinkNote.JOINED in link.told for link in found] == [True, False]
    cut = find_links("https://tube-site.org/a/b/20?x=1\n&page=6\n\nhttps://tube-site.org/a", INDEX).items
    assert [LinkNote.JOINED in link.told for link in cut] == [True, False]


def test_a_link_without_a_beginning_is_found_in_capitals_too() -> None:
    assert urls("FACEBOOK.COM/a/1WWW.TUBE-SITE.COM/V/7") == [
        "https://facebook.com/a/1",
        "https://www.tube-site.com/V/7",
    ]


@pytest.mark.parametrize(
    "outer",
    [
        "https://urldefense.us/v2/url?u=https-3A__tube-2Dsite.com_v_7&d=Dw",
        "https://deref-gmx.net/mail/client/abc/dereferrer/?redirectUrl={0}",
        "https://checkpoint.url-protection.com/v1/url?o={0}&g=x",
        "https://atpscan.global.hornetsecurity.com/?d=a&u={0}",
        "https://click.some-letters.com/c/1?to={0}",
        "https://track.some-letters.com/a/{0}/b",
        "https://www.translatetheweb.com/?from=&to=de&a={0}",
        "https://wsrv.nl/?url={0}",
        "https://anna.app.link/x?$desktop_url={0}",
        "https://x.page.link/?link={0}&apn=a",
        "https://web.archive.org/save/https://tube-site.com/v/7",
        "https://i2.wp.com/tube-site.com/v/7",
        "https://translated.turbopages.org/proxy_u/de-en.en.1/https/tube-site.com/v/7",
        "https://ci3.googleusercontent.com/meips/A=s0-d-e1-ft#https://tube-site.com/v/7",
        "https://m.baidu.com/from=844b/bd_page_type=1/tc?src={0}",
        "https://mandrillapp.com/track/click/30/tube-site.com?p={1}",
        "https://camo.githubusercontent.com/ab12/{2}",
        "https://click.some-letters.com/x/{3}",
    ],
)
def test_what_only_leads_on_is_opened_where_the_address_is_in_it(outer: str) -> None:
    inner = json.dumps({"u": 30, "url": SITE}).replace("/", "\\/")
    mandrill = base64.b64encode(json.dumps({"s": "a", "p": inner}).encode()).decode()
    plain = base64.urlsafe_b64encode(SITE.encode()).decode()
    text = outer.format(CODED, mandrill, SITE.encode().hex(), plain)
    (link,) = find_links(text, INDEX).items
    assert link.url == SITE
    assert LinkNote.UNWRAPPED in link.told


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("https://nitter.someones-server.de/anna/status/179", "https://x.com/anna/status/179"),
        ("https://invidious.someones-server.de/watch?v=dQw4w9WgXcQ", "https://youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://nitter.someones-server.de/about", "https://nitter.someones-server.de/about"),
        ("https://vk.com/login?to=d2FsbC0xXzI-", "https://vk.com/wall-1_2"),
        ("https://ok.ru/dk?st.cmd=anonymMain&st.redirect=%2Fvideo%2F123", "https://ok.ru/video/123"),
        ("https://www.instagram.com/challenge/?next=/p/C9x41/", "https://www.instagram.com/p/C9x41/"),
    ],
)
def test_a_wall_or_a_program_of_somebody_is_read_as_the_post_it_shows(pasted: str, url: str) -> None:
    assert urls(pasted) == [url]


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        (f"https://tube-site.com/?{'a' * 51}=\n_end", [f"https://tube-site.com/?{'a' * 51}_end"]),
        ("https://tube-site.com/watch?list=\nabc123", ["https://tube-site.com/watch?list=abc123"]),
        ("> https://tube-site.com/v/abcdef=\n> ghijk", ["https://tube-site.com/v/abcdefghijk"]),
        ("https://tube-site.com/v/1=20\nhttps://tube-site.com/v/2=20", [f"{SITE[:-1]}1", f"{SITE[:-1]}2"]),
    ],
)
def test_a_full_line_of_a_mail_was_broken_and_a_short_one_was_not(pasted: str, found: list[str]) -> None:
    assert urls(pasted) == found


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        (f"[[{SITE}|Anna]]", [SITE]),
        (f"[[{SITE}][Anna]]", [SITE]),
        (f"\\href{{{SITE}}}{{her page}}", [SITE]),
        (f"2026-11-12,{SITE},{SITE}8,ok", [SITE, f"{SITE}8"]),
        (f"{SITE},2026-11-12", [SITE]),
        (f"{ONE}={TWO}", [ONE, TWO]),
        (f"①{ONE}②{TWO}", [ONE, TWO]),
        ("see www.tube-site.com/v/20.He did", ["https://www.tube-site.com/v/20"]),
        ("https://tube-site.com/v/20.Html", ["https://tube-site.com/v/20.Html"]),
        (f"{ONE}тут", [ONE]),
        (f"{ONE}देखो", [ONE]),
        ("https://www.instagram.com/explore/tags/7лет", ["https://www.instagram.com/explore/tags/7%D0%BB%D0%B5%D1%82"]),
    ],
)
def test_what_stands_around_a_link_in_a_wiki_a_row_or_a_list_is_left_off(pasted: str, found: list[str]) -> None:
    assert urls(pasted) == found


@pytest.mark.parametrize(
    "pasted",
    ["https://www.instagram.com/p/", "https://x.com/anna/status/", "www.youtube.com/watch?v="],
)
def test_a_post_without_its_name_is_asked_about(pasted: str) -> None:
    (piece,) = find_links(pasted, INDEX).rejected
    assert piece.why == ShownBack.CUT
    assert urls("https://tube-site.com/v/ https://www.instagram.com/anna/reels/") == [
        "https://tube-site.com/v/",
        "https://www.instagram.com/anna/reels/",
    ]
