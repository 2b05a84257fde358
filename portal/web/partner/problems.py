"""What is wrong with a call of a machine, as application/problem+json (RFC 9457): what it is, and what to do."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, current_app
from werkzeug.exceptions import HTTPException

from portal.domain.lifecycle import StepRefused
from portal.services.cases.instants import BadInstant
from portal.services.cases.opening import Changed, NoAccess, UnknownNumber
from portal.services.intake.submission import Incomplete
from portal.services.partners.calls import AnswerGone, OtherBody
from portal.services.partners.keys import KeyUnknown
from portal.services.partners.pace import TooMany
from portal.services.requests.preparing import DetailsRefused
from portal.web.access import OutOfScope
from portal.web.errors import show_failure
from portal.web.open.records import Problem

PROBLEM = "application/problem+json"


class BadCall(ValueError):
    """The call cannot be read. `parameter` names what to look at."""

    def __init__(self, status: HTTPStatus, title: str, detail: str, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.status, self.title, self.parameter = status, title, parameter


def say(status: int, title: str, detail: str, parameter: str | None = None, **headers: str) -> Response:
    """One problem as an answer."""
    body = msgspec.json.encode(Problem(title=title, status=status, detail=detail, parameter=parameter))
    return current_app.response_class(body, status=status, mimetype=PROBLEM, headers=headers)


def answer_with_problems(bp: Blueprint) -> None:
    """Let every error of this blueprint be told to a machine."""
    bp.register_error_handler(BadCall, _tell_bad_call)
    bp.register_error_handler(KeyUnknown, _tell_key_unknown)
    bp.register_error_handler(OutOfScope, _tell_out_of_scope)
    bp.register_error_handler(TooMany, _tell_too_many)
    bp.register_error_handler(NoAccess, _tell_no_case)
    bp.register_error_handler(UnknownNumber, _tell_no_number)
    bp.register_error_handler(Changed, _tell_changed)
    bp.register_error_handler(OtherBody, _tell_other_body)
    bp.register_error_handler(AnswerGone, _tell_gone)
    bp.register_error_handler(Incomplete, _tell_incomplete)
    bp.register_error_handler(BadInstant, _tell_bad_instant)
    bp.register_error_handler(DetailsRefused, _tell_refused)
    bp.register_error_handler(StepRefused, _tell_refused)
    bp.register_error_handler(HTTPException, _tell_http)
    bp.register_error_handler(Exception, _tell_failure)


def _tell_bad_call(error: BadCall) -> Response:
    return say(error.status, error.title, str(error), error.parameter)


def _tell_key_unknown(_error: KeyUnknown) -> Response:
    detail = (
        "Send the header “Authorization: Bearer” with a key that works. It may have ended or been revoked: ask the "
        "team that made it for another."
    )
    return say(401, "The key is not known here", detail, **{"WWW-Authenticate": "Bearer"})


def _tell_out_of_scope(error: OutOfScope) -> Response:
    detail = f"Ask the team that made the key for one that is good for “{error.scope}”."
    return say(403, "The key is not good for this", detail)


def _tell_too_many(error: TooMany) -> Response:
    detail = f"Wait {error.seconds} seconds, then send it again."
    return say(429, "Too many calls", detail, **{"Retry-After": str(error.seconds)})


def _tell_no_case(_error: NoAccess) -> Response:
    detail = (
        "A key opens the cases that it opened itself, as long as its team has them. Check the reference. The person "
        "may have taken the case back or erased it."
    )
    return say(404, "There is no such case for this key", detail)


def _tell_no_number(error: UnknownNumber) -> Response:
    detail = f"{error} Read the case again: it lists its requests, links and papers.".strip()
    return say(404, "The case has nothing of this number", detail)


def _tell_changed(_error: Changed) -> Response:
    detail = "Read the case again, look whether what you write is there already, and send it with the new version."
    return say(409, "The case was changed meanwhile", detail, "version")


def _tell_other_body(_error: OtherBody) -> Response:
    detail = "This Idempotency-Key was used before, for another call. Take a new one for each new call."
    return say(409, "The key of the call was used before", detail, "Idempotency-Key")


def _tell_gone(_error: AnswerGone) -> Response:
    return say(410, "The answer is gone", "The case of this call was erased. Do not open it anew without a new yes.")


def _tell_incomplete(error: Incomplete) -> Response:
    detail = " ".join(str(each.text) for each in error.missing)
    return say(422, "Something is missing", detail, error.missing[0].step.value)


def _tell_bad_instant(error: BadInstant) -> Response:
    return say(422, "The time cannot be right", str(error), "at")


def _tell_refused(error: ValueError) -> Response:
    return say(409, "This cannot be done now", str(error))


def _tell_http(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return say(status, "Too much at once", "Send less in one call.")
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return say(status, status.phrase, "Check the address and the method against /api/v1/openapi.json.", **allowed)


def _tell_failure(error: Exception) -> Response:
    """A fault of ours: written into the log as every other."""
    show_failure(error)
    return say(500, "Something went wrong on our side", "Nothing was kept. Send the same call again in a minute.")
