"""What an answer means for the person: what it does to the deadline, what to do next, and the page for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l

from portal.domain.answers import Effect, NextPage, NoPaper
from portal.domain.letters.kinds import FollowUp
from portal.domain.lifecycle import Answer, LetterKind
from portal.services.casefile.moves import Move, MoveKind
from portal.services.tracking.views import RequestView
from portal.web.answer_steps import AfterAnswer, AnswerStep, AnswerWords, say_after
from portal.web.person.phrases import plain_word

EFFECTS: Mapping[Effect, Any] = MappingProxyType(
    {
        Effect.RUNS_ON: _l("It shows that they got your letter. Their time runs on."),
        Effect.PAUSES: _l("Some laws let them ask this. Then their time stops until you send it."),
        Effect.MAY_LENGTHEN: _l("We move the date only if the law gives them more time."),
        Effect.STARTS_OTHERS: _l("Their time runs on. Some laws count a new date from here."),
        Effect.REFUSES: _l("They decided. Now you can object."),
        Effect.PARTLY_DECIDES: _l("They decided about some of it. Their time runs on for the rest."),
        Effect.DECIDES: _l("They decided."),
        Effect.NOTHING: _l("This is not an answer. It changes nothing, and their time runs on."),
    }
)
NEXT: Mapping[Answer, Any] = MappingProxyType(
    {
        Answer.ACKNOWLEDGED: _l("You can wait for now. If you see that it’s gone, tell us."),
        Answer.UPDATE: _l("You can wait for now. If you see that it’s gone, tell us."),
        Answer.EXTENDED: _l("You can wait for now. On the date, we say what you can do."),
        Answer.MORE_ASKED: _l("Send them what they asked for, then tell us. Never send them the picture."),
        Answer.IDENTITY_ASKED: _l("You don’t have to send an ID at once. You can write that they ask for too much."),
        Answer.LOGIN_ASKED: _l("You don’t need an account to report this. You can write that to them."),
        Answer.REMOVED: _l("Check the links if you can, or ask someone you trust. If one is still there, tell us."),
        Answer.PARTLY: _l("Tick the links that are gone. You can ask them for the rest."),
        Answer.REFUSED: _l("You can write back. Choose what they said, and we write the letter."),
        Answer.NOT_VIOLATION: _l("Their own rules are not the law. You can write that to them."),
        Answer.NOT_FOUND: _l("Check that your links are right. You can write that it’s still there."),
        Answer.NO_REASON: _l("You can ask them for their reasons, and to decide again."),
        Answer.GEO_BLOCKED: _l("Others can still see it. You can ask them to hide it everywhere."),
        Answer.WRONG_PLACE: _l("Send a reminder to the address that they name. It has your first letter’s number."),
        Answer.PASSED_ON: _l("The person who posted it may know about your report. Think of your safety first."),
        Answer.COUNTER_NOTICE: _l("They may put it back. You can write that your report still counts."),
        Answer.LEGAL_THREAT: _l("Don’t answer this alone. Show it to someone who knows the law first."),
        Answer.AUTO_REPLY: _l("Wait for a real answer. If it shows that your letter arrived, you can save that."),
    }
)
NO_PAPERS: Mapping[NoPaper, Any] = MappingProxyType(
    {
        NoPaper.THEIR_TURN: _l("There is nothing to write. It’s their turn."),
        NoPaper.DONE: _l("There is nothing to write. If it comes back, we have a letter for that."),
        NoPaper.LAWYER_FIRST: _l("We have no letter for this. Talk to a lawyer or a helpline before you write."),
        NoPaper.NO_ANSWER: _l("There is nothing to write to a machine."),
    }
)

LABELS: Mapping[NextPage, Any] = MappingProxyType(
    {
        NextPage.WAIT: _l("Tell us what is gone"),
        NextPage.LOOK: _l("See the links"),
        NextPage.GIVE: _l("I sent what they asked for"),
        NextPage.REMIND: _l("Make a reminder"),
        NextPage.HELP: _l("Find someone who helps"),
        NextPage.RECEIPT: _l("It shows that they got my letter"),
    }
)
_PAGES: Mapping[NextPage, str] = MappingProxyType(
    {NextPage.WAIT: "case.links", NextPage.LOOK: "case.links", NextPage.HELP: "start.help_now"}
)
_OF_REQUEST: Mapping[NextPage, str] = MappingProxyType(
    {NextPage.GIVE: "request.ask_given", NextPage.RECEIPT: "request.ask_received"}
)


def _find_address(view: RequestView, page: NextPage, topic: FollowUp | None) -> str:
    if topic:
        return url_for("letters.ask_further", number=view.number, topic=topic.value)
    if page is NextPage.REMIND:
        return url_for("letters.make", number=view.number, kind=LetterKind.REMINDER.value)
    if page in _PAGES:
        return url_for(_PAGES[page])
    return url_for(_OF_REQUEST[page], number=view.number)


_SAME: Mapping[MoveKind, NextPage] = MappingProxyType(
    {
        MoveKind.GIVE: NextPage.GIVE,
        MoveKind.REMIND: NextPage.REMIND,
        MoveKind.WRITE_BACK: NextPage.WRITE_BACK,
    }
)

_WORDS = AnswerWords(
    effects=EFFECTS, next=NEXT, no_papers=NO_PAPERS, labels=LABELS, describe=plain_word, address=_find_address
)


def say_next(view: RequestView, moves: Sequence[Move]) -> AfterAnswer | None:
    """What the last answer means, and the pages for what comes next, but for those that `moves` name above already.

    Nobody is told to wait where `moves` say what to do.
    """
    after = say_after(view, _WORDS)
    if after is None or (moves and any(step.page is NextPage.WAIT for step in after.steps)):
        return None
    return replace(after, steps=tuple(step for step in after.steps if not any(_is_same(step, move) for move in moves)))


def _is_same(step: AnswerStep, move: Move) -> bool:
    """Whether a move is this very step, or leads to a letter about whatever the person chooses."""
    return _SAME.get(move.kind) is step.page and (move.topic is None or move.topic is step.topic)
