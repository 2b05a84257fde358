"""Where whoever got a notice answers without an account: a page for people, and an address for machines.

The address is the only right to answer, and shows nothing that the letter did not say. No file is taken. What is said
waits for the one who sent the notice, so that a stranger who got hold of the address changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

import msgspec
from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.domain.lifecycle import Answer
from portal.services.ports import PLATFORM
from portal.services.signin import guess_throttle
from portal.services.signin.guess_throttle import Guess, TooSoon
from portal.services.tracking import link_answers
from portal.services.tracking.link_answers import (
    LONGEST_TEXT,
    LONGEST_TICKET,
    OFFERED,
    AnswerPart,
    Became,
    LinkOver,
    OpenLink,
    SaidThere,
    SaidWrong,
    TooManyAnswers,
)
from portal.web.access import public
from portal.web.fields import PageForm, TextField
from portal.web.network import find_bucket
from portal.web.open.openapi import CALLS, CaseEndpoint
from portal.web.partner.problems import answer_with_problems, say
from portal.web.partner.reading import read_body
from portal.web.recipient.bodies import RecipientBody, Taken
from portal.web.refusals import refusals
from portal.web.security import csrf
from portal.web.unit_of_work import locks_late, parts, unit

bp = Blueprint("recipient", __name__)
machines = Blueprint("recipient_machines", __name__, url_prefix="/api/v1/answers")
csrf.exempt(machines)
answer_with_problems(machines)
CALLS.append(
    CaseEndpoint(
        path="/answers/{token}",
        method="post",
        name="answer_notice",
        summary="Answer a notice you got: `answer.endpoint` in its notice.json is this address with its token",
        scope="",
        body=RecipientBody,
        answer=Taken,
    )
)
LABELS = {
    Answer.REMOVED: _l("Removed for everybody"),
    Answer.GEO_BLOCKED: _l("Blocked in some countries, or restricted"),
    Answer.NOT_FOUND: _l("Nothing found at the link"),
    Answer.NOT_VIOLATION: _l("Left up: not a violation. Say why below"),
    Answer.MORE_ASKED: _l("More information needed. Say what below"),
    Answer.WRONG_PLACE: _l("Not ours. Say below who is responsible"),
}
RANGE = re.compile(r"(\d{1,4})(?:\s*[-–]\s*(\d{1,4}))?")
LONGEST_NUMBERS = 2_000
MOST_NUMBERS = 500


class BadNumbers(ValueError):
    """These are no numbers of links. The message says how to write them."""


def check_numbers(_form: PageForm, field: TextField) -> None:
    """Raises ValidationError."""
    try:
        read_numbers((field.data or "").strip())
    except BadNumbers as error:
        raise ValidationError(str(error)) from error


class AnswerLinkForm(PageForm):
    removed = TextField(LABELS[Answer.REMOVED], [check_numbers], longest=LONGEST_NUMBERS)
    geo_blocked = TextField(LABELS[Answer.GEO_BLOCKED], [check_numbers], longest=LONGEST_NUMBERS)
    not_found = TextField(LABELS[Answer.NOT_FOUND], [check_numbers], longest=LONGEST_NUMBERS)
    not_violation = TextField(LABELS[Answer.NOT_VIOLATION], [check_numbers], longest=LONGEST_NUMBERS)
    more_asked = TextField(LABELS[Answer.MORE_ASKED], [check_numbers], longest=LONGEST_NUMBERS)
    wrong_place = TextField(LABELS[Answer.WRONG_PLACE], [check_numbers], longest=LONGEST_NUMBERS)
    text = TextField(_l("Your words"), lines=True, longest=LONGEST_TEXT, description=_l("Plain text. No files."))
    ticket = TextField(_l("Your number for this notice"), longest=LONGEST_TICKET)

    def read(self) -> SaidThere:
        answered = [(answer, (self[answer.value].data or "").strip()) for answer in OFFERED]
        return SaidThere(
            parts=tuple(AnswerPart(answer=answer, links=read_numbers(text)) for answer, text in answered if text),
            text=self.text.data or "",
            ticket=self.ticket.data or "",
        )


@bp.get("/answer/<token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _show(token, AnswerLinkForm(formdata=None))


@bp.post("/answer/<token>")
@public
@locks_late
def send(token: str) -> ResponseReturnValue:
    """In a transaction of its own. A form without a word confirms receipt."""
    form = AnswerLinkForm()
    if form.validate():
        with refusals(form, SaidWrong):
            said = form.read()
            try:
                _find_link(token)
                return render_template("recipient/taken.html", token=token, became=_keep(token, said).value)
            except LinkOver:
                return _show_over()
            except TooSoon as error:
                return _show_wait(error)
            except TooManyAnswers as error:
                text = _("A lot of answers came over this link already. Answer by e-mail, as the letter says.")
                raise SaidWrong(text) from error
    return _show(token, form)


@machines.post("/<token>")
@public
@locks_late
def post(token: str) -> Response:
    """The link is looked at first: to a stranger no body makes a difference."""
    link = _find_link(token)
    said = read_body(RecipientBody).said()
    body = msgspec.json.encode(Taken(reference=link.reference, became=_keep(token, said)))
    return current_app.response_class(body, mimetype="application/json")


@machines.errorhandler(LinkOver)
def tell_over(_error: LinkOver) -> Response:
    detail = "It was cut off when it was copied, or the matter is closed. Answer to the address that the letter names."
    return say(HTTPStatus.NOT_FOUND, "This address takes no answers", detail)


@machines.errorhandler(TooSoon)
def tell_wait(error: TooSoon) -> Response:
    detail = "A lot of addresses that take no answers were asked for from your network. Wait, then ask again."
    return say(HTTPStatus.TOO_MANY_REQUESTS, "Too many tries", detail, **{"Retry-After": str(error.seconds)})


@machines.errorhandler(SaidWrong)
def tell_wrong(error: SaidWrong) -> Response:
    return say(HTTPStatus.UNPROCESSABLE_ENTITY, "The answer does not fit", str(error), "answers")


@machines.errorhandler(TooManyAnswers)
def tell_too_many(_error: TooManyAnswers) -> Response:
    detail = "A lot of answers came over this address. Wait an hour, or answer to the address that the letter names."
    return say(HTTPStatus.TOO_MANY_REQUESTS, "Too many answers", detail, **{"Retry-After": "3600"})


def read_numbers(text: str) -> tuple[int, ...]:
    """ "all" for every link, which is no number; else numbers such as "1-5, 9". Raises BadNumbers."""
    if text.casefold() in {"all", _("all").casefold()}:
        return ()
    found = tuple(_list_numbers(text))
    if len(found) > MOST_NUMBERS:
        raise BadNumbers(_("Write “all”, or the numbers of the links, such as 1-5, 9."))
    return found


def _list_numbers(text: str) -> Iterator[int]:
    for piece in filter(None, re.split(r"[,;\s]+(?![-–])", re.sub(r"\s*[-–]\s*", "-", text))):
        match = RANGE.fullmatch(piece)
        if match is None:
            raise BadNumbers(_("Write “all”, or the numbers of the links, such as 1-5, 9."))
        first, last = int(match[1]), int(match[2] or match[1])
        yield from range(first, min(last, first + MOST_NUMBERS) + 1)


def _keep(token: str, said: SaidThere) -> Became:
    with unit().writing() as writing:
        return link_answers.keep(unit().work_in(writing, PLATFORM), token, said)


def _find_link(token: str) -> OpenLink:
    """A link that nobody made is a guess, counted before it is looked at. Raises LinkOver, TooSoon."""
    bucket = guess_throttle.name_bucket(unit().ports.keys, Guess.ANSWER, find_bucket())
    with (
        guess_throttle.attempt(unit().parts.sessions, [bucket], now=unit().now),
        unit().reading() as reading,
    ):
        return link_answers.find_link(unit().work_in(reading, PLATFORM), token)


def _show(token: str, form: AnswerLinkForm) -> ResponseReturnValue:
    try:
        link = _find_link(token)
    except LinkOver:
        return _show_over()
    except TooSoon as error:
        return _show_wait(error)
    status = 400 if form.is_submitted() else 200
    page = render_template(
        "recipient/answer.html",
        link=link,
        form=form,
        problems=form.problems(),
        answers=[form[answer.value] for answer in OFFERED],
        recipient=_name(link),
        token=token,
    )
    return page, status


def _name(link: OpenLink) -> str:
    """Of a recipient that is in the directory; of others the table says nothing."""
    known = parts().registry.platforms.get(link.platform)
    return known.name if known else ""


def _show_over() -> ResponseReturnValue:
    return render_template("recipient/over.html"), 404


def _show_wait(error: TooSoon) -> ResponseReturnValue:
    page = render_template("recipient/wait.html", seconds=error.seconds)
    return page, 429, {"Retry-After": str(error.seconds)}
