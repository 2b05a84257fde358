"""What every answer carries so that nothing is kept, framed, guessed or fetched from elsewhere; and form tokens."""

from __future__ import annotations

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

from portal.config import Config
from portal.web.caching import is_cacheable, let_keep
from portal.web.frame import READING

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "X-Robots-Tag": "noindex",
}
LARGEST_FORM = 4 * 1024 * 1024  # a million pasted characters of any script fit; more is refused before it is read

SAME_FOR_ALL = frozenset({"static", "start.style"})  # says nothing about anybody, so it may be kept

csrf = CSRFProtect()


def init_security(app: Flask, config: Config) -> None:
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the token lives as long as the session it belongs to
    app.config["WTF_CSRF_SSL_STRICT"] = False  # no page sends a referrer

    @app.before_request
    def refuse_foreign_forms() -> None:
        # Before the form token is looked at, because the answer to a bad token would begin a new session
        # and so end the one that this browser has.
        if request.method not in READING and request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(403)

    csrf.init_app(app)

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if config.has_https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if response.status_code < 400 and is_cacheable():
            return let_keep(response)
        if request.endpoint not in SAME_FOR_ALL or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
