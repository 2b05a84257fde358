"""Where a mail server hands mail over by HTTP: the raw message, under a secret of the settings. No page of anybody.

Only what is committed is answered with 200 or 201. Every other answer means: keep the mail and come again, but for
413, of which the sender has to be told.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from http import HTTPStatus

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from portal.domain.incoming import MOST_NAMED
from portal.logs import describe_error
from portal.services.inbox.receiving import MailTooLarge, receive
from portal.services.ports import SYSTEM
from portal.web.access import public
from portal.web.security import csrf
from portal.web.unit_of_work import unit

bp = Blueprint("mail_hook", __name__)
MAIL = "message/rfc822"
RECIPIENTS = "X-Recourse-Recipients"  # the addresses of the envelope, with commas between
SIGNATURE = "X-Recourse-Signature"  # sha256= and in hex HMAC-SHA256 of the recipients, a line feed and the message
TRY_AGAIN_SECONDS = 60

log = logging.getLogger(__name__)


@bp.post("/hooks/mail")
@public
def take() -> ResponseReturnValue:
    """Keep one mail. Without the secret there is no such address."""
    require_secret(unit().config.hook_secret)
    if request.mimetype != MAIL:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    recipients = [each.strip() for each in request.headers.get(RECIPIENTS, "").split(",") if each.strip()]
    try:
        with unit().writing() as database:
            is_new = receive(unit().work_in(database, SYSTEM), request.get_data(), recipients[:MOST_NAMED])
    except MailTooLarge:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except Exception as error:  # the mail server keeps the mail, whatever it is
        log.error("a mail was not taken, to be tried again: %s", describe_error(error))
        answer = jsonify(kept=False)
        answer.status_code, answer.headers["Retry-After"] = HTTPStatus.SERVICE_UNAVAILABLE, str(TRY_AGAIN_SECONDS)
        return answer
    return jsonify(kept=True, new=is_new), HTTPStatus.CREATED if is_new else HTTPStatus.OK


csrf.exempt(take)  # whoever has the secret has no form of ours


def require_secret(secret: str | None) -> None:
    """The secret itself as a bearer token, or a signature made with it. Raises NotFound."""
    if secret is None:
        abort(HTTPStatus.NOT_FOUND)
    given = request.headers.get("Authorization", "")
    if given and hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
        return
    signature = request.headers.get(SIGNATURE, "")
    if not signature.startswith("sha256="):
        abort(HTTPStatus.NOT_FOUND)
    signed = request.headers.get(RECIPIENTS, "").encode() + b"\n" + request.get_data()
    wanted = hmac.digest(secret.encode(), signed, hashlib.sha256).hex()
    if not hmac.compare_digest(signature.encode(), f"sha256={wanted}".encode()):
        abort(HTTPStatus.NOT_FOUND)
