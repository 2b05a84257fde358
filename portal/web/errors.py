"""Errors as pages: what happened, what to do, and nothing of what was typed in a log."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound
from werkzeug.wrappers import Response

from portal.domain.typed import LARGEST_TYPED
from portal.logs import describe_error
from portal.services.cases.opening import UnknownNumber
from portal.web import kept_forms
from portal.web.access import SignedOut
from portal.web.origins import OWN_PAGES

LOG = logging.getLogger("recourse")
Answer = tuple[str, int, dict[str, str]]
# What of a form may stand in a page again to be sent once more. A name that is not here never does: passwords, six
# words, answers to a check question, codes, links' tokens, and that somebody is sure.
NO_SECRETS = """
    about account accounts add address age agreed answers_to_me approvals asked asks_items at authority
    authority_ends_on auto back case_cap cases change channel colleague column columns company complaints confirm
    confirmation confirmed consent contact_by countries country covers danger date_form day days density depiction
    digest dismiss door due email ends_on events explanation extension_until factor filer first for_all found_words
    from from_file geo_blocked give given goes_on gone handler hard_cap has_checked has_no_ticket heard how how_found
    identity_offer is_certain is_final is_online is_private items keep kept kept_form key kind label language last
    letter letters levels limit link links login made_from mails_dates mark meaning more more_asked name name_kind
    never no_answer_link not_found not_violation note now number open order other others outcome owner
    part_independence part_remarks part_who part_work pass_on passes_on pasted phone place places platform
    postal_address proof put_in question read reason received_at receiver recipient reference remove removed replies
    request requests role safe_contact safe_words said said_accuracy said_at said_good_faith said_no_consent
    said_perjury saved say scopes sent_as sent_at signature signed_on since skip snippet sought speaker stated_at
    stop subdivision suicide tag tags team team_id text threat threatened_on ticket title to to_authorities
    to_platforms told told_at took_it under_18 until use verdict version view wait weekends when which wish withdraw
    words_by work wrong_place zone
"""
REPEATED = frozenset(NO_SECRETS.split())
# `answer` is what the person's check question asks for, and here one of a list.
REPEATED_AT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **dict.fromkeys(("request.log_answer", "desk_requests.log_answer"), frozenset({"answer"})),
        **dict.fromkeys(("desk_approvals.decide", "desk_handovers.answer"), frozenset({"answer"})),
        **dict.fromkeys(("desk_handovers.answer_offer", "hand_on.answer"), frozenset({"answer"})),
    }
)
# Boxes of one field, and what stands in rows of a list: with the number of a request, before it the case's reference.
PARTS = re.compile(r"-(day|month|year|time)|(-[A-Z0-9]{4}){0,2}-\d{1,3}(-(platform|text))?")
SAYS_HOW = frozenset({"Allow", "Retry-After"})  # what an error's own headers tell the one who asked


def init_errors(app: Flask) -> None:
    app.register_error_handler(CSRFError, show_expired_form)
    app.register_error_handler(SignedOut, show_signed_out)
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(UnknownNumber, show_missing)
    app.register_error_handler(Exception, show_failure)
    app.logger.addFilter(hide_content)


def show_expired_form(error: CSRFError) -> Answer | Response:
    """A form whose token does not fit: what may be repeated is shown with a new token, to be sent with one press.

    Only where the form began here: nobody else's may be pressed on.
    """
    if not began_here():
        text = _(
            "This page was open for too long. Nothing was saved. Go back, open the page again, and fill it in anew."
        )
        return render_template("errors/page.html", heading=_("Nothing was sent"), text=text), 400, {}
    if kept_forms.is_for_staff() and "staff_id" not in session:
        return show_signed_out()
    return render_template("errors/form_again.html", fields=list_typed(), action=request.path), 400, {}


def show_signed_out(_error: SignedOut | None = None) -> Response:
    """To the sign-in. What a member typed after their session had ended is kept until they are back."""
    if request.method == "POST" and began_here() and kept_forms.keep_typed(list_typed()):
        flash(_("You had been signed out. What you typed is kept: sign in, and it is here again."))
    return redirect(url_for("signin.show"), 303)


def show_foreign_form() -> Answer:
    """A form that another site's page sent: none of it is shown."""
    text = _("Another website tried to send something in your name. We stopped it. Nothing was saved or changed.")
    return render_template("errors/page.html", heading=_("Nothing was sent"), text=text), 403, {}


def began_here() -> bool:
    """Whether a page of ours sent this form, as far as the browser says; one that says nothing is not believed."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in OWN_PAGES
    sender = urlsplit(request.headers.get("Origin") or request.headers.get("Referer") or "")
    here = urlsplit(request.host_url)
    return (sender.scheme, sender.netloc) == (here.scheme, here.netloc)


def list_typed() -> list[tuple[str, str]]:
    """Names and values of the form that was sent, as far as they may be sent again."""
    return [(name, value) for name, values in request.form.lists() for value in values if _may_be_repeated(name)]


def _may_be_repeated(name: str) -> bool:
    field, dash, _rest = name.partition("-")
    if dash and not PARTS.fullmatch(name, len(field)):
        return False
    return field in REPEATED or field in REPEATED_AT.get(request.endpoint or "", ())


def show_http_error(error: HTTPException) -> Answer:
    """Pages for what a visitor can run into."""
    if isinstance(error, InternalServerError):
        return show_failure(error.original_exception or error)
    code = error.code or 500
    texts = {
        400: (_("This did not work"), _("Go back, check what you typed, and send it again.")),
        403: (_("You cannot open this page"), _("Your sign-in does not allow it. Go back to where you were.")),
        404: (_("This page is not here"), _("The address may be wrong, or the page may be gone.")),
        405: (_("This page is not here"), _("Go back and use the buttons on the page.")),
        413: (
            _("That was too much at once"),
            _(
                "Nothing was saved. Go back: what you typed is still there. Send it in smaller parts. "
                "One page takes up to %(most)s characters, and a file may have 10 MB.",
                most=f"{LARGEST_TYPED:,}",
            ),
        ),
        429: (_("Please wait a moment"), _("We are busy right now. Wait a minute, then try again.")),
        503: (_("Please wait a moment"), _("We are busy right now. Wait a minute, then try again.")),
    }
    title, text = texts.get(code, (_("This did not work"), _("Go back and try again.")))
    return render_template("errors/page.html", heading=title, text=text), code, _own_headers(error)


def show_missing(_error: UnknownNumber) -> Answer:
    """The case has nothing of the number in the address. The desk has a page of its own for this."""
    return show_http_error(NotFound())


def show_failure(error: BaseException) -> Answer:
    """A fault of ours: a reference to tell us, and in the log only where it happened."""
    number = secrets.token_hex(4)
    LOG.error("failure %s: %s", number, describe_error(error), extra={"reference": number})
    heading = _("Something went wrong on our side")
    text = _(
        "Nothing you saved before is lost. Try again in a minute. If it comes back, tell us this number: %(n)s",
        n=number,
    )
    return render_template("errors/page.html", heading=heading, text=text), 500, {}


def hide_content(record: logging.LogRecord) -> bool:
    """Flask's own lines on a failure would name the address that was asked for and the error's message."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = "a request failed: %s", (describe_error(error),)
        record.exc_info = record.exc_text = None
    return True


def _own_headers(error: HTTPException) -> dict[str, str]:
    return {name: value for name, value in error.get_headers() if name in SAYS_HOW}
