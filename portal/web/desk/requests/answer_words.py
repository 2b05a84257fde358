"""What an answer means for the desk: what it does to the clocks, what to do next, and the page for it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from portal.domain.answers import Effect, NextPage, NoPaper
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import Answer, LetterKind
from portal.services.tracking.views import RequestView
from portal.web.answer_steps import AfterAnswer, AnswerWords, say_after
from portal.web.desk.wording import describe_word

EFFECTS: Mapping[Effect, Any] = MappingProxyType(
    {
        Effect.RUNS_ON: _l("Receipt proven. Clocks run on."),
        Effect.PAUSES: _l("Receipt proven. Clocks pause where the law lets them ask."),
        Effect.MAY_LENGTHEN: _l("Receipt proven. A clock is longer only where the law allows it."),
        Effect.STARTS_OTHERS: _l("Receipt proven. Clocks run on; some laws start another one from here."),
        Effect.REFUSES: _l("Receipt proven. Decided: refused. The time to contest it begins."),
        Effect.PARTLY_DECIDES: _l("Receipt proven. Decided in part: clocks run on for what is left."),
        Effect.DECIDES: _l("Receipt proven. Decided."),
        Effect.NOTHING: _l("No answer: receipt is not proven by it, and clocks run on."),
    }
)
NEXT: Mapping[Answer, Any] = MappingProxyType(
    {
        Answer.ACKNOWLEDGED: _l("Wait for the decision. Note their ticket number."),
        Answer.UPDATE: _l("Wait for the decision."),
        Answer.EXTENDED: _l("Wait until the date that counts. Complain if the law allows no more time."),
        Answer.MORE_ASKED: _l("Give what the law lets them ask, then record it. Never the content itself."),
        Answer.IDENTITY_ASKED: _l("Ask why first: most laws want no document. Otherwise give a blackened copy."),
        Answer.LOGIN_ASKED: _l("Object: a notice needs no account. Record it as given if it was done signed in."),
        Answer.REMOVED: _l("Ask the person whether it is gone. Mark as back what is not."),
        Answer.PARTLY: _l("Mark what is gone, and ask for the rest."),
        Answer.REFUSED: _l("Answer the reason they give."),
        Answer.NOT_VIOLATION: _l("Answer with the law: their rules are not the measure."),
        Answer.NOT_FOUND: _l("Check the links with the person, then uphold the notice."),
        Answer.NO_REASON: _l("Ask for a reasoned decision for each link."),
        Answer.GEO_BLOCKED: _l("Ask for removal in all countries."),
        Answer.WRONG_PLACE: _l("Send the reminder to the address they name. Check who is obliged."),
        Answer.PASSED_ON: _l("The poster may know: ask the person whether they are safe, and refer them if not."),
        Answer.COUNTER_NOTICE: _l("Uphold the notice before they put it back."),
        Answer.LEGAL_THREAT: _l("Send nothing back yet. Have a lawyer look at it."),
        Answer.AUTO_REPLY: _l("Wait for an answer. If it shows that the letter arrived, record the receipt."),
    }
)
NO_PAPERS: Mapping[NoPaper, Any] = MappingProxyType(
    {
        NoPaper.THEIR_TURN: _l("Nothing to write: it is their turn."),
        NoPaper.DONE: _l("Nothing to write, unless it comes back."),
        NoPaper.LAWYER_FIRST: _l("No letter: a lawyer has to read it first."),
        NoPaper.NO_ANSWER: _l("Nothing to write to a machine."),
    }
)
LABELS: Mapping[NextPage, Any] = MappingProxyType(
    {
        NextPage.WAIT: _l("Log the next answer"),
        NextPage.LOOK: _l("Mark links"),
        NextPage.GIVE: _l("Record that it was given"),
        NextPage.REMIND: _l("Make a reminder"),
        NextPage.HELP: _l("Refer the person"),
        NextPage.RECEIPT: _l("Record the receipt"),
    }
)
_PAGES: Mapping[NextPage, tuple[str, str | None]] = MappingProxyType(
    {
        NextPage.WAIT: ("desk_requests.log_answer", None),
        NextPage.LOOK: ("desk_requests.show", "links"),
        NextPage.GIVE: ("desk_requests.record_given", None),
        NextPage.RECEIPT: ("desk_requests.record_received", None),
    }
)


def _find_address(reference: str, view: RequestView, page: NextPage, topic: FollowUp | None) -> str:
    here: dict[str, Any] = {"reference": reference, "number": view.number}
    if topic:
        return url_for("desk_requests.make_further", topic=topic.value, **here)
    if page is NextPage.REMIND:
        return url_for("desk_requests.make_letter", kind=LetterKind.REMINDER.value, **here)
    if page is NextPage.HELP:
        return url_for("desk_referrals.show", reference=reference)
    endpoint, anchor = _PAGES[page]
    return url_for(endpoint, **here, _anchor=anchor)


def say_next_at_desk(view: RequestView, reference: str) -> AfterAnswer | None:
    """What the last answer means, and the pages for what comes next."""
    words = AnswerWords(
        effects=EFFECTS,
        next=NEXT,
        no_papers=NO_PAPERS,
        labels=LABELS,
        describe=describe_word,
        address=partial(_find_address, reference),
    )
    return say_after(view, words)
