"""What every answer carries so that nothing is kept, framed, guessed or fetched from elsewhere; and form tokens."""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Request, Response, render_template, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import RequestEntityTooLarge

from portal.config import Config
from portal.domain.typed import LARGEST_FORM, LARGEST_TYPED
from portal.web.caching import is_cacheable, let_keep
from portal.web.documents import widen_for_files
from portal.web.embedding import is_embeddable
from portal.web.errors import Answer, show_foreign_form
from portal.web.origins import began_elsewhere, leads_a_person
from portal.web.session import DESK, name_cookie
from portal.web.unit_of_work import READING

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self'; form-action 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Where files are read, no connection can be opened, not even to ourselves. A worker has the policy of its own file.
SEALED_WORKER = "/js/fingerprint-worker.js"
SEALED = POLICY.replace("connect-src 'self'", "connect-src 'none'; media-src blob:")
# Every ability of a browser that could watch, locate, sign, pay or tell about the person: nothing here needs one.
# Copying a field to the clipboard and printing are the two that pages of ours use, and printing has no switch.
ABILITIES = """
    accelerometer autoplay browsing-topics camera captured-surface-control clipboard-read compute-pressure
    cross-origin-isolated digital-credentials-create digital-credentials-get display-capture encrypted-media fullscreen
    gamepad geolocation gyroscope hid identity-credentials-get idle-detection interest-cohort keyboard-map
    language-model local-fonts local-network local-network-access loopback-network magnetometer microphone midi
    on-device-speech-recognition otp-credentials payment picture-in-picture private-state-token-issuance
    private-state-token-redemption screen-wake-lock serial speaker-selection storage-access summarizer usb
    window-management xr-spatial-tracking
"""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-DNS-Prefetch-Control": "off",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in ABILITIES.split()),
    "X-Robots-Tag": "noindex",
}
# An answer that another site may show inside its own page: it has no script, no form and no cookie, and loads only its
# style sheet, so that a frame around it gains nothing. `X-Frame-Options` knows no word for "everybody".
FRAMED_HEADERS = {
    **{name: value for name, value in HEADERS.items() if name != "X-Frame-Options"},
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
# After these the browser is asked to forget this site: what it kept, its cookies, its stores. Browsers do so behind
# TLS and on their own machine only. Cookies go for the whole registered domain, as docs/operations.md says.
LEAVING = "start.leave"
FORGETTING = frozenset({LEAVING, "erase.erase", "report.erase_draft", "signin.sign_out"})
FORGET = '"cache", "cookies", "storage"'
KEEP_COOKIES = '"cache", "storage"'

OF_OURS = frozenset({"csrf_token", "version", "wait", "work", "add", "next"})  # fields that nobody types
SAME_FOR_ALL = frozenset({"static", "start.style"})  # says nothing about anybody, so it may be kept

csrf = CSRFProtect()


class WithoutTraces(Request):
    """A request whose files stay in memory: what somebody hands in never lies open on a disk."""

    def _get_file_stream(self, *_arguments: Any, **_options: Any) -> IO[bytes]:
        return BytesIO()


def init_security(app: Flask, config: Config) -> None:
    app.request_class = WithoutTraces
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as the session it belongs to
    app.config["WTF_CSRF_SSL_STRICT"] = False  # no page sends a referrer

    @app.before_request
    def look_where_it_began() -> Answer | str | None:
        widen_for_files(request)
        # Before the form token is looked at, because the answer to a bad token would begin a new session.
        return answer_foreign() if began_elsewhere(request, config.base_url) else None

    app.before_request(refuse_what_is_too_much)
    csrf.init_app(app)

    @app.after_request
    def set_headers(response: Response) -> Response:
        if request.path.endswith(SEALED_WORKER):
            seal_page(response)
        for name, value in (FRAMED_HEADERS if is_embeddable() else HEADERS).items():
            response.headers.setdefault(name, value)
        if config.has_https:
            response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        is_ours = not began_elsewhere(request, config.base_url)
        if is_ours and request.endpoint in FORGETTING and response.status_code < HTTPStatus.BAD_REQUEST:
            response.headers["Clear-Site-Data"] = FORGET if forgets_cookies(config) else KEEP_COOKIES
        return format_duration(stay_here(response))


def forgets_cookies(config: Config) -> bool:
    """Not where the browser of a colleague has to stay known, so that strangers cannot slow it down, nor where a report
    is erased beside a desk that stays signed in.
    """
    if request.endpoint == LEAVING:
        return True
    has_desk = name_cookie(DESK, is_secure=config.has_https) in request.cookies
    return request.endpoint != "signin.sign_out" and not has_desk


def seal_page(response: Response, *, has_forms: bool = True) -> Response:
    """Let nothing leave a page by itself: only a form that somebody sends, and where there is none, not that either."""
    policy = SEALED if has_forms else SEALED.replace("form-action 'self'", "form-action 'none'")
    response.headers["Content-Security-Policy"] = policy
    return response


def refuse_what_is_too_much() -> None:
    """Before anything of it is read, where the browser says how much it sends. Raises RequestEntityTooLarge."""
    if request.method not in READING and measure_typed(request) > LARGEST_TYPED:
        raise RequestEntityTooLarge


def measure_typed(request: Request) -> int:
    """Bytes of everything typed into the form that was sent. Raises RequestEntityTooLarge."""
    typed = (values for name, values in request.form.lists() if name not in OF_OURS)
    return sum(len(value.encode(errors="replace")) for values in typed for value in values)


def answer_foreign() -> Answer | str | None:
    """What another site sends is refused; whoever comes from there asks once more, now as one of our own pages does."""
    if request.method not in READING:
        return show_foreign_form()
    if leads_a_person(request) and not _is_without_session():
        return render_template("open/arrive.html", address=request.full_path.rstrip("?"))
    return None


def _is_without_session() -> bool:
    """Whether the answer is the same whoever asks, or there is none; and leaving, which no other site may do for us."""
    return request.endpoint in {None, LEAVING, *SAME_FOR_ALL} or is_cacheable()


def stay_here(response: Response) -> Response:
    """The router's own redirects (a slash too few) name the host as the request did; a path says the same."""
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT and response.location:
        place = urlsplit(response.location)
        response.location = urlunsplit(("", "", place.path, place.query, ""))
    return response


def format_duration(response: Response) -> Response:
    """Nothing is kept but a good answer that is the same for everybody."""
    if request.method in {"GET", "HEAD"} and response.status_code < HTTPStatus.BAD_REQUEST:
        if is_cacheable():
            return let_keep(response)
        if request.endpoint in SAME_FOR_ALL:
            return response
    response.headers["Cache-Control"] = "no-store"
    return response
