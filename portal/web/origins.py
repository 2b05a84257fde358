"""Where a request began: on a page of ours, at the hand of the one who asks, or on another site.

The session's cookie is not sent along when another site leads here. Such a request must not be answered as that of
somebody new, or the cookie that is there would be overwritten and its session would live on without an owner.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

OWN_PAGES = frozenset({"same-origin", "none"})  # `none`: nobody's page, as when an address is typed or loaded again
NOWHERE = "null"  # what a browser names as the origin where it may not say more, as on all pages of ours


def began_elsewhere(request: Request, base_url: str) -> bool:
    """Whether the browser says that another site began this, one of our own domain included.

    A browser that is too old to say so names at least the origin of a form; one that names nothing is believed, since
    a form needs its token in any case.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in OWN_PAGES
    origin = request.headers.get("Origin", NOWHERE)
    return origin != NOWHERE and urlsplit(origin).netloc not in {request.host, urlsplit(base_url).netloc}


def leads_a_person(request: Request) -> bool:
    """Whether somebody comes here with this page's address, from a link for instance, to see it in a window."""
    asked = (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest"))
    return request.method == "GET" and asked == ("navigate", "document")
