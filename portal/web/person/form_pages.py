"""What the pages of a case share: a page with one form, the reader's zone, which part of a list is asked for."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.domain.lifecycle import Answer, Proof, SendingChannel, SentAs
from portal.services.work import CaseWork
from portal.web.fields import PageForm
from portal.web.forms.readers import Reader
from portal.web.person.phrases import ANSWERS, CHANNELS, PROOFS, SENT_AS, reader_zone
from portal.web.unit_of_work import unit


def zone_of(work: CaseWork) -> str:
    """The zone in which this person reads times."""
    return reader_zone(work.report, unit().config)


def reader_of(work: CaseWork) -> Reader:
    """The person as the reader of a form."""
    channels = [(each.value, CHANNELS[each]) for each in SendingChannel]
    answers = [(each.value, ANSWERS[each]) for each in Answer]
    proofs = [(each.value, PROOFS[each]) for each in Proof if each is not Proof.ANSWER_LINK]  # nobody says that by hand
    sent_as = [(each.value, SENT_AS[each]) for each in SentAs]
    words = {SendingChannel: channels, Answer: answers, Proof: proofs, SentAs: sent_as}
    return Reader(is_staff=False, zone=zone_of(work), words=words)


def show_form(template: str, form: PageForm, *, is_done: bool = False, **values: object) -> ResponseReturnValue:
    """A page with one form; 400 once it was sent, because then something in it is wrong, with all of it still there.

    `is_done`: nothing was wrong, what was sent is written down, and the form comes back with what is left.
    """
    is_wrong = form.is_submitted() and not is_done
    if is_wrong:
        unit().refuse()
    page = render_template(template, form=form, problems=form.problems(), **values)
    return page, 400 if is_wrong else 200


def page_number() -> int:
    """Which page of a list is asked for."""
    text = request.args.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
