"""Knows the pages that only lead on to another one, where the other address stands in their own: exit pages of big
sites, what mail servers make of a link, login and age walls, views of a search, copies kept by a cache.

Nothing is opened. What cannot be read out of the address itself is left as it is.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, urlsafe_b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, unquote

from portal.adapters.links.hosts import has_known_ending
from portal.adapters.links.mirrors import read_instance, read_proxy
from portal.adapters.links.url_rules import Address, plain_host, whole_path

# By host and beginning of the path: the names of the parameters in which the page stands that is meant. A host that
# begins with a dot stands for every host below it, too.
_PARAMETERS: tuple[tuple[str, str, str], ...] = (
    (".facebook.com", "/l.php", "u"),
    (".facebook.com", "/flx/warn", "u"),
    (".facebook.com", "/sharer", "u"),
    (".facebook.com", "/share.php", "u"),
    (".facebook.com", "/dialog/", "href u"),
    (".facebook.com", "/plugins/", "href"),
    ("snapchat.com", "/unlock", "deeplink_url"),
    (".medium.com", "/m/", "redirectUrl redirect"),
    ("quora.com", "/qemail/", "url"),
    (".facebook.com", "/safe_image.php", "url"),
    (".fbcdn.net", "/safe_image.php", "url"),
    ("l.messenger.com", "/l.php", "u"),
    ("l.instagram.com", "/", "u"),
    ("l.threads.com", "/", "u"),
    ("l.threads.net", "/", "u"),
    ("l.wl.co", "/l", "u"),
    ("youtube.com", "/redirect", "q"),
    ("youtube.com", "/attribution_link", "u"),
    ("youtube.com", "/oembed", "url"),
    ("out.reddit.com", "/", "url"),
    ("reddit.com", "/media", "url"),
    ("reddit.com", "/submit", "url"),
    ("t.umblr.com", "/redirect", "z"),
    (".vk.com", "/away", "to"),
    (".vk.ru", "/away", "to"),
    (".ok.ru", "/dk", "st.link st.redirect"),
    ("instagram.com", "/challenge", "next"),
    ("duckduckgo.com", "/l/", "uddg"),
    (".duckduckgo.com", "/iu/", "u"),
    ("duckduckgo.com", "/", "iai"),
    (".bing.com", "/images/search", "purl mediaurl"),
    (".bing.com", "/alink/link", "url"),
    (".bing.com", "/news/apiclick.aspx", "url"),
    (".yahoo.com", "/images/view", "rurl imgurl"),
    ("steamcommunity.com", "/linkfilter", "u url"),
    ("t.me", "/iv", "url"),
    ("telegram.me", "/iv", "url"),
    ("telegram.dog", "/iv", "url"),
    (".medium.com", "/r/", "url"),
    (".xing.com", "/app/xbp", "url"),
    ("go.skimresources.com", "/", "url"),
    ("go.redirectingat.com", "/", "url"),
    (".viglink.com", "/", "u"),
    (".awin1.com", "/cread.php", "ued p"),
    (".qwant.com", "/thumbr/", "u"),
    ("startpage.com", "/av/proxy-image", "piurl"),
    ("startpage.com", "/do/proxy", "u"),
    ("yandexwebcache.net", "/yandbtm", "url"),
    ("blogger.com", "/blogin.g", "blogspotURL"),
    ("draft.blogger.com", "/blogin.g", "blogspotURL"),
    ("t.me", "/share/url", "url"),
    ("telegram.me", "/share/url", "url"),
    ("tiktok.com", "/link/v2", "target"),
    ("x.com", "/i/redirect", "url"),
    ("twitter.com", "/i/redirect", "url"),
    ("x.com", "/intent/tweet", "url"),
    ("twitter.com", "/intent/tweet", "url"),
    ("x.com", "/share", "url"),
    ("twitter.com", "/share", "url"),
    (".linkedin.com", "/redir/", "url"),
    (".linkedin.com", "/safety/go", "url"),
    (".linkedin.com", "/sharing/share-offsite", "url"),
    (".linkedin.com", "/sharearticle", "url"),
    (".pinterest.com", "/offsite", "url"),
    (".pinterest.com", "/pin/create", "url"),
    ("deviantart.com", "/users/outgoing", ""),
    ("disq.us", "/url", "url"),
    ("slack-redir.net", "/link", "url"),
    ("exit.sc", "/", "url"),
    ("gate.sc", "/", "url"),
    ("link.zhihu.com", "/", "target"),
    ("link.csdn.net", "/", "target"),
    ("jianshu.com", "/go", "url to"),
    ("weibo.cn", "/sinaurl", "u"),
    ("c.pc.qq.com", "/", "url pfurl"),
    ("translate.google.com", "/", "u"),
    ("googleweblight.com", "/", "lite_url u"),
    ("images.weserv.nl", "/", "url"),
    ("wsrv.nl", "/", "url"),
    ("translatetheweb.com", "/", "a"),
    ("tineye.com", "/search", "url"),
    (".baidu.com", "/from=", "src"),
    (".app.link", "/", "$desktop_url $canonical_url $fallback_url"),
    (".page.link", "/", "link"),
    (".onelink.me", "/", "af_web_dp af_r"),
    (".adjust.com", "/", "redirect adjust_fallback fallback"),
    ("href.li", "/", ""),
    ("anonym.to", "/", ""),
    ("anonymz.com", "/", ""),
    ("anon.to", "/", ""),
    ("nullrefer.com", "/", ""),
    ("nullref.com", "/", ""),
    ("dereferer.me", "/", ""),
    ("dereferer.org", "/", ""),
    ("hidereferrer.net", "/", ""),
    ("dref.pw", "/", ""),
    # Mail servers of offices, which write each link of a message anew.
    (".safelinks.protection.outlook.com", "/", "url"),
    (".safelinks.protection.office365.us", "/", "url"),
    ("statics.teams.cdn.office.net", "/evergreen-assets/safelinks", "url"),
    ("urldefense.proofpoint.com", "/v1/url", "u"),
    (".fireeye.com", "/v1/url", "u"),
    (".fireeye.com", "/v2/url", "u"),
    (".fireeye.com", "/url", "u"),
    ("linkprotect.cudasvc.com", "/url", "a"),
    ("clicktime.symantec.com", "/", "u"),
    ("clicktime.cloud.postoffice.net", "/", "U u"),
    ("linklock.titanhq.com", "/", "url"),
    ("link.edgepilot.com", "/", "u"),
    ("antiphishing.vadesecure.com", "/", "u"),
    ("scanmail.trustwave.com", "/", "u"),
    ("urlsand.esvalabs.com", "/", "u"),
    (".hornetsecurity.com", "/", "url u"),
    (".url-protection.com", "/", "o u url"),
    ("deref-gmx.net", "/", "redirectUrl"),
    ("deref-web.de", "/", "redirectUrl"),
    ("deref-mail.com", "/", "redirectUrl"),
    (".trendmicro.com", "/", "url"),
    (".retarus.com", "/", "u url"),
)
_GOOGLE_PARAMETERS = {
    "/url": "q url", "/imgres": "imgrefurl imgurl", "/amp": "", "/aclk": "adurl", "/interstitial": "url",
    "/uploadbyurl": "url",
}  # fmt: skip
_YANDEX_PARAMETERS = {"/images": "img_url url", "/clck/jsredir": "url", "/turbo": "text"}
# Words of a path that ask somebody to sign in, to agree or to be old enough, and where the page beyond it is named.
_WALL = re.compile(
    r"(?:^|[/_-])(?:log-?in|sign-?in|signup|register|logon|servicelogin|authwall|auth|checkpoint|over18|consent|"
    r"age-?gate|age-?verif(?:y|ication)|verify[_-]?age|safe-mode|sessions?|uas)(?:\.php)?(?:/|$)",
    re.IGNORECASE,
)
_WALL_HOSTS = frozenset({"accounts", "consent", "login", "auth", "passport", "signin"})
_BEYOND = (
    "next", "next_url", "nexturl", "dest", "dest_url", "redir", "continue_url", "continue",
    "redirect_after_login", "redirect_to", "redirect_uri", "redirect_url", "redirect", "wreply",
    "sessionredirect", "session_redirect", "return_to", "returnurl", "return_url", "return", "returnto", "ru",
    "goto", "back", "backurl", "referer", "target", "to", "url", "u", "done", "destination", "from", "retpath",
    "r",
)  # fmt: skip
_BARE = re.compile(r"((?:[\w-]{1,63}\.)+[a-z]{2,24})/.")
_WEB_START = re.compile(r"h(?:tt|xx)ps?:/", re.IGNORECASE)


def find_wrapped(address: Address) -> str | None:
    """The web address inside the address of a page that only leads to it, or None. Not yet cleaned or checked."""
    for read in _READERS:
        for found in read(address):
            if target := _complete(found, address):
                return target
    return None


def _complete(found: str, outer: Address) -> str | None:
    """A target as a whole web address: one without a host is on the site that names it."""
    text = found.strip()
    if text[:12].lower().startswith(("http%3a", "https%3a")):
        text = unquote(text)
    if _WEB_START.match(text):
        return text
    if (bare := _BARE.match(text)) and has_known_ending(bare[1]):
        return f"https://{text}"
    if text.startswith("/") and not text.startswith("//") and len(text) > 1:
        host = outer.registrable if outer.host.partition(".")[0] in _WALL_HOSTS else outer.host
        return f"{outer.scheme}://{host}{text}"
    return None


def _read_parameters(address: Address) -> Iterator[str]:
    host = plain_host(address)
    for domain, path, names in _PARAMETERS:
        is_there = host == domain or (domain[0] == "." and f".{host}".endswith(domain))
        if is_there and address.path.lower().startswith(path):
            whole = [each for each in (unquote(address.query), address.query) if _WEB_START.match(each)]
            yield from _list_values(address, names) if names else whole


def _list_values(address: Address, names: str) -> Iterator[str]:
    values = dict(parse_qsl(address.query))
    for name in names.split():
        if name in values:
            yield values[name]


def _read_search(address: Address) -> Iterator[str]:
    for name, table in (("google", _GOOGLE_PARAMETERS), ("yandex", _YANDEX_PARAMETERS)):
        if _is_of(address, name):
            for path, names in table.items():
                if address.path == path or address.path.startswith(path + "/"):
                    yield from _list_values(address, names)
    if address.registrable == "bing.com" and address.path.startswith("/ck/"):
        yield from (_decode(value[2:]) for value in _list_values(address, "u") if value.startswith("a1"))
    if address.registrable == "yahoo.com" and (found := re.search(r"/RU=([^/]+)", address.path)):
        yield unquote(found[1])


def _is_of(address: Address, name: str) -> bool:
    """Whether it is on the site of this name in any country: `google.de`, and not `google.some.de`."""
    return address.registrable.partition(".")[0] == name


_READ_FOR_OTHERS = frozenset(
    {"12ft.io", "r.jina.ai", "removepaywalls.com"}
)  # pages of other sites, without their walls


def _read_copy(address: Address) -> Iterator[str]:
    """Copies of a page that a search engine's cache hands out under a name of its own."""
    path = None
    if address.host.endswith((".cdn.ampproject.org", ".bing-amp.com")) or address.host == "cdn.ampproject.org":
        path = re.match(r"/(?:c|v|i|ii|a|mbv3)/(s/)?(.+)", address.path)
    elif _is_of(address, "google"):
        path = re.match(r"/amp/(s/)?(.+)", address.path)
    if path and "." in path[2].partition("/")[0]:
        yield f"http{'s' if path[1] else ''}://{path[2]}" + (f"?{address.query}" if address.query else "")
    if address.host == "webcache.googleusercontent.com":
        cached = (
            re.match(r"cache:(?:[\w-]{1,40}:)?((?:https?://)?[^\s+]+)", each) for each in _list_values(address, "q")
        )
        yield from (found[1] if "://" in found[1] else f"http://{found[1]}" for found in cached if found)
    if address.host in _READ_FOR_OTHERS and (found := re.match(r"/(https?:/.+)", whole_path(address))):
        yield found[1]
    if plain_host(address) == "web.archive.org" and (found := re.match(r"/save/(https?:/.+)", whole_path(address))):
        yield found[1]


def _read_translation(address: Address) -> Iterator[str]:
    """Pages that a service shows in another language, under a name of its own."""
    if found := _TRANSLATED.match(address.path) if address.registrable == "turbopages.org" else None:
        yield f"{found[1]}://{found[2]}" + (f"?{address.query}" if address.query else "")
    if address.host.endswith(".translate.goog"):
        host = address.host.removesuffix(".translate.goog").replace("--", "\0").replace("-", ".").replace("\0", "-")
        kept = "&".join(pair for pair in address.query.split("&") if pair and not pair.startswith("_x_tr_"))
        yield f"{address.scheme}://{host}{address.path}" + (f"?{kept}" if kept else "")


_TRANSLATED = re.compile(r"/proxy_u/[^/]+/(https?)/(.+)")


def _read_picture(address: Address) -> Iterator[str]:
    """Servers that hand out pictures of other sites: the address of the picture is in theirs, plain or encoded."""
    if re.fullmatch(r"i[0-3]\.wp\.com", address.host) and (found := _BARE.match(address.path[1:])):
        yield f"https://{address.path[1:]}" if has_known_ending(found[1]) else ""
    if address.host == "camo.githubusercontent.com" and (
        hexed := re.fullmatch(r"/[^/]+/((?:[0-9a-f]{2})+)", address.path)
    ):
        yield bytes.fromhex(hexed[1]).decode("utf-8", "replace")
    if address.host == "imgs.search.brave.com" and (place := address.path.find("/aHR0c")) > 0:
        yield _decode(address.path[place:].replace("/", ""))
    if address.host.endswith(".googleusercontent.com"):  # what Gmail makes of a picture in a message
        yield address.fragment


# Pages of forums and other sites that only lead on, whatever the site: the path says so, and one parameter is the whole
# address of a page elsewhere.
LEADS_ON = re.compile(
    r"(?:^|/)(?:redirect(?:-to|_to|or)?|outgoing|outbound|out|away|exit|leave|leaving|goto|jump|external|externallink|"
    r"link-confirmation|linkfilter|proxy|dereferer|deref)(?:\.(?:php|aspx?|html?|cgi))?/?$",
    re.IGNORECASE,
)
_LEADS_TO = ("url", "link", "to", "target", "u", "q", "redirect", "dest", "destination", "goto", "out", "href", "uri")


# Hosts that count who opens a link of a newsletter, or guard a mailbox, and then lead on.
_LEADING_HOST = re.compile(
    r"(?:^|[.-])(?:clicks?|clicktime|track(?:ing|er)?|trk|redirects?|redir|deref|dereferer|safe-?links?|urldefense|"
    r"link-?protect(?:ion)?|url-?protect(?:ion)?|urlscan|exit)[0-9]*(?=[.-])"
)


def _read_lead(address: Address) -> Iterator[str]:
    is_host = bool(_LEADING_HOST.search(address.host))
    if is_host and (inner := _IN_PATH.search(address.path)):
        yield unquote(inner[1])
    if is_host:
        yield from (_decode(each) for each in address.path.split("/") if each.startswith("aHR0c"))
    if not (is_host or LEADS_ON.search(address.path)):
        return
    values = {name.lower(): value for name, value in parse_qsl(address.query)}
    for name in _LEADS_TO:
        value = values.get(name, "")
        whole = value if _WEB_START.match(value) else _decode(value) if len(value) > 15 else ""
        if _WEB_START.match(whole) and not _is_on(whole, address.registrable):
            yield whole


_IN_PATH = re.compile(r"/(https?%3a[^/]+|https?:%2f[^/]+|https?:/.+)", re.IGNORECASE)


_PROOFPOINT = frozenset({"urldefense.proofpoint.com", "urldefense.com", "urldefense.us"})


def _read_mail(address: Address) -> Iterator[str]:
    if address.host in _PROOFPOINT and address.path.startswith("/v2/"):
        for value in _list_values(address, "u"):
            yield unquote(re.sub(r"-([0-9A-F]{2})", r"%\1", value.replace("_", "/")))
    if address.host in _PROOFPOINT and address.path.startswith("/v3/__"):
        yield from _read_proofpoint(whole_path(address).removeprefix("/v3/__"))
    if address.host in {"secure-web.cisco.com", "click.redditmail.com"} and (inner := _IN_PATH.search(address.path)):
        yield unquote(inner[1])
    if address.registrable == "mandrillapp.com" and address.path.startswith("/track/click"):
        yield from map(_read_mandrill, _list_values(address, "p"))
    if address.host.endswith(".protection.sophos.com"):
        yield from map(_decode, _list_values(address, "u"))
    if address.host.endswith((".avanan.click", ".checkpoint.com")):
        found = re.search(r"/___(.+?)___", whole_path(address))
        yield from [found[1]] if found else []


def _read_mandrill(value: str) -> str:
    """Its parameter is JSON in base64, in which the address stands in a second text of JSON."""
    try:
        target = json.loads(json.loads(_decode(value))["p"])["url"]
    except (ValueError, KeyError, TypeError):
        return ""
    return target if isinstance(target, str) else ""


def _read_proofpoint(text: str) -> Iterator[str]:
    """Its third way of writing: signs that it finds risky are stars, and stand encoded behind the address."""
    found = re.fullmatch(r"(.+?)__;([^!]*)!.*", text)
    if found is None:
        return
    signs = iter(_decode(found[2]))
    written = re.sub(r"\*(?:\*(.))?", lambda star: _take_signs(star[1], signs), found[1])
    yield written


def _take_signs(run: str | None, signs: Iterator[str]) -> str:
    lengths = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    count = lengths.find(run) + 2 if run else 1
    return "".join(next(signs, "*") for _each in range(count))


def _decode(text: str) -> str:
    """Base64 in either of its alphabets, with or without its padding; nothing where it is none."""
    plain = unquote(text).strip().rstrip("=")
    decode = urlsafe_b64decode if set(plain) & set("-_") else b64decode
    try:
        return decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (Error, ValueError):
        return ""


def _read_wall(address: Address) -> Iterator[str]:
    """What a login or an age wall hides, where it is on the same site: nothing else is certain."""
    first = address.host.partition(".")[0]
    if not (_WALL.search(address.path) or first in _WALL_HOSTS):
        return
    values = {name.lower(): value for name, value in parse_qsl(address.query)}
    for name in _BEYOND:
        value = values.get(name, "")
        if (
            address.registrable == "vk.com"
            and not value.startswith(("/", "http"))
            and (page := _decode(value.rstrip("-")))
        ):
            value = page if page.startswith(("/", "http")) else f"/{page}"
        if value.startswith("/") or _is_on(value, address.registrable):
            yield value


def _is_on(url: str, registrable: str) -> bool:
    found = re.match(r"https?://([^/?#@\\]+)", unquote(url) if url[:8].lower().startswith("http") else url, re.I)
    host = found[1].lower() if found else ""
    same = {"google.com": ("google.com", "youtube.com"), "live.com": ("live.com", "onedrive.com", "1drv.ms")}
    return any(host == each or host.endswith("." + each) for each in same.get(registrable, (registrable,)))


_Reader = Callable[[Address], Iterator[str]]
_READERS: tuple[_Reader, ...] = (
    _read_parameters, _read_search, _read_copy, _read_translation, _read_picture, _read_mail, _read_wall, _read_lead,
    read_proxy, read_instance,
)  # fmt: skip
