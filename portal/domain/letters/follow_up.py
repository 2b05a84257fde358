"""Letters after the first one: it is back, it was left, each reason of refusal answered, what was asked for given."""

from __future__ import annotations

from collections.abc import Mapping

from portal.domain.letters.asks import REMOVE_EVERYWHERE
from portal.domain.letters.blocks import (
    Block,
    Cell,
    Heading,
    Items,
    LetterDocument,
    Pairs,
    Paragraph,
    Quote,
    Table,
    TableColumn,
    Translate,
)
from portal.domain.letters.common_blocks import (
    LetterContext,
    close_letter,
    finish,
    note_redaction,
    open_letter,
    reply_address,
    split_paragraphs,
    write_annexes,
    write_requests,
)
from portal.domain.letters.content_statements import describe_asked, describe_standing, write_statements, write_sworn
from portal.domain.letters.copyright import REMOVE_WORK
from portal.domain.letters.facts import AnswerFact, FollowUpFacts, LinkFact
from portal.domain.letters.kinds import FollowUp
from portal.domain.letters.law_blocks import title_of, write_bases
from portal.domain.letters.past_letters import describe_answers, describe_sent, name_letter
from portal.domain.letters.phrases import format_moment, mark
from portal.domain.lifecycle import LetterKind
from portal.domain.regimes import NoticeField, RegimeKind

_SUBJECTS: Mapping[FollowUp, str] = {
    FollowUp.BACK: mark("It is back: content of my letter %(reference)s can be reached again"),
    FollowUp.LEFT: mark("What is left of my letter %(reference)s"),
    FollowUp.MORE_ASKED: mark("What you asked for on my letter %(reference)s"),
    FollowUp.EXCESS_ID: mark("Your demand for proof of identity on my letter %(reference)s"),
    FollowUp.LOGIN: mark("Your demand that I sign in, on my letter %(reference)s"),
    FollowUp.GEO_ONLY: mark("Blocked in some countries only: my letter %(reference)s"),
    FollowUp.COUNTER_NOTICE: mark("The counter-notice to my letter %(reference)s"),
}
_OBJECTION = mark("Your refusal of my letter %(reference)s: I ask you to decide again")

_POINTS: Mapping[FollowUp, tuple[str, ...]] = {
    FollowUp.BACK: (
        mark("The content had been removed and can be reached again, at the links and times in the table."),
        mark("My letter stands. I make the same request again for these links, from the receipt of this letter."),
    ),
    FollowUp.LEFT: (
        mark("A part of the content was removed. At the links in Annex A it can still be reached, as far as I know."),
        mark("My letter stands for these links. To remove a part does not settle the rest."),
    ),
    FollowUp.NOT_VIOLATION: (
        mark("You say that the content does not break your rules. My letter does not rely on your rules."),
        mark("It relies on the laws named below. I ask you to decide under them and to name your provision."),
    ),
    FollowUp.ID_WANTED: (
        mark("You ask for an identity document. My letter contains what the laws named below ask of it."),
    ),
    FollowUp.NOT_FOUND: (
        mark("You say that the content cannot be found. As far as I know, it can be reached at the links in Annex A."),
        mark("Please open each link as the file links.txt has it, also without an account and from other countries."),
    ),
    FollowUp.LOGIN: (
        mark("You ask me to sign in first. My letter contains what the laws named below ask for."),
        mark("I ask you to deal with it as it is, without an account."),
    ),
    FollowUp.PUBLIC_INTEREST: (
        mark("You rely on a public interest. The content shows intimate or private life, not a public act."),
        mark("I ask you to name, for each link, the interest you see and the provision that lets it prevail."),
    ),
    FollowUp.CONSENT_CLAIMED: (
        mark("You say that there was consent. There was none to this publication."),
        mark("Consent to make an image, or to share it with one person, is no consent to publish it."),
        mark("Any consent you rely on is withdrawn with this letter. I ask you to show me what you rely on."),
    ),
    FollowUp.PARODY: (
        mark("You say that the content is parody, or that it is plainly made by computer."),
        mark("A joke or a label changes neither what the content shows nor that there was no consent to it."),
    ),
    FollowUp.OWN_ACCOUNT: (
        mark("You say that the content is in my own account or that I can remove it myself."),
        mark("That an account carries a name does not show who published the content. I ask you to remove it."),
    ),
    FollowUp.GEO_ONLY: (
        mark("You blocked the content in some countries only. From elsewhere it can still be reached."),
        mark("My letter asked for its removal. I ask you to remove it for all users and in all countries."),
    ),
    FollowUp.NO_REASON: (
        mark("You closed the matter without a decision for each link and without reasons."),
        mark("I ask you for both, and for the ways in which your decision can be contested."),
    ),
    FollowUp.COUNTER_NOTICE: (
        mark("You tell me of a counter-notice. I uphold my letter."),
        mark("A counter-notice under copyright law settles nothing under the other laws that my letter names."),
    ),
    FollowUp.MORE_ASKED: (mark("You asked me for more. Here it is; I ask you to go on with my letter."),),
    FollowUp.EXCESS_ID: (
        mark("You ask for more proof of identity than this matter needs."),
        mark("I can show that I am the one who asks by answering from the contact named in this letter."),
        mark("If you still doubt it, tell me why. I can then show a document with all you do not need blacked out."),
    ),
}

# Where a child is shown, nothing is argued about consent.
_CHILD_POINTS: Mapping[FollowUp, tuple[str, ...]] = {
    FollowUp.CONSENT_CLAIMED: (
        mark("You say that there was consent. The content shows a child, so no consent counts."),
    ),
    FollowUp.PARODY: (
        mark("You say that the content is parody or made by computer. It shows a child, and neither changes that."),
    ),
}

# To a letter that relies on the recipient's own rules and on no law.
_RULES_POINTS: Mapping[FollowUp, tuple[str, ...]] = {
    FollowUp.NOT_VIOLATION: (
        mark("You say that the content does not break your rules."),
        mark("I ask you to look at each link again, and to name the rule that you applied and why it is kept."),
    ),
    FollowUp.ID_WANTED: (
        mark("You ask for an identity document."),
        mark("I can show that I am the one who asks by answering from the contact named in this letter."),
    ),
    FollowUp.LOGIN: (
        mark("You ask me to sign in first. I ask you to deal with my letter as it is, without an account."),
    ),
    FollowUp.COUNTER_NOTICE: (mark("You tell me of a counter-notice. I uphold my letter."),),
}

# To a copyright notice, which says nothing of what the work shows and names no other law.
_COPYRIGHT_POINTS: Mapping[FollowUp, tuple[str, ...]] = {
    FollowUp.PUBLIC_INTEREST: (
        mark("You rely on a public interest. I ask you to name, for each link, the exception to copyright."),
    ),
    FollowUp.CONSENT_CLAIMED: (
        mark("You say that there was consent. No licence was given for this use of the work."),
        mark("I ask you to show me what you rely on."),
    ),
    FollowUp.PARODY: (
        mark("You say that the content is parody, or that it is plainly made by computer."),
        mark("I ask you to name the exception to copyright that you rely on, and why it covers the work."),
    ),
    FollowUp.COUNTER_NOTICE: (mark("You tell me of a counter-notice. I uphold my notice."),),
}

_ASKS: Mapping[FollowUp, tuple[str, ...]] = {
    FollowUp.BACK: (
        mark("Remove the content again, at every link in Annex A."),
        mark("Keep a fingerprint (hash) of it, and block it when it is uploaded again."),
        mark("Tell me how it came back, and what you do about the account that published it."),
    ),
    FollowUp.LEFT: (
        mark("Remove the content at every link in Annex A."),
        mark("Tell me for each link that you leave up why you do, and how that can be contested."),
    ),
    FollowUp.MORE_ASKED: (
        mark("Decide now on every link in Annex A, and tell me your decision."),
        mark("If anything is still missing, tell me all of it at once, and the provision that asks for it."),
    ),
    FollowUp.EXCESS_ID: (
        mark("Decide now on every link in Annex A, and tell me your decision."),
        mark("Name the provision that lets you ask for more proof, and your reason for doubt."),
    ),
    FollowUp.COUNTER_NOTICE: (
        mark("Leave the content removed at every link in Annex A, and remove it where it can still be reached."),
        mark("Send me the counter-notice, and tell me the day on which you mean to show the content again."),
        mark("Tell me your decision for each link, with the provision it rests on."),
    ),
}
_REMOVAL: Mapping[LetterKind, str] = {
    LetterKind.ERASURE: mark("Erase the data that my letter names, and every copy of them."),
    LetterKind.COPYRIGHT: REMOVE_WORK,
}
_AGAIN = (
    mark("Have a person look at this letter and decide again on every link in Annex A."),
    mark("Tell me the decision for each link, with the facts and the provision it rests on."),
    mark("Tell me the ways to contest it: your own appeal, and bodies or courts outside."),
)


def build_follow_up(facts: FollowUpFacts, translate: Translate) -> LetterDocument:
    """The letter as a document. It answers one reason (`facts.topic`) and stands on the laws of the first letter."""
    context = LetterContext(header=facts.frame, translate=translate)
    subject = translate(_SUBJECTS.get(facts.topic, _OBJECTION), reference=name_letter(context, facts.notice))
    blocks: list[Block] = [
        open_letter(context, subject),
        *note_redaction(context),
        _write_glance(context, facts),
        *_write_past(context, facts),
        *_write_points(context, facts),
        *write_requests(context, (translate(ask) for ask in _list_asks(facts))),
        *_write_statements(context, facts),
        close_letter(context),
        *_write_laws(context, facts),
        *write_annexes(context, facts.links),
    ]
    return finish(context, LetterKind.FOLLOW_UP, blocks)


def _list_asks(facts: FollowUpFacts) -> tuple[str, ...]:
    """What this topic asks. To decide again is not all that is asked: the content is still there."""
    asks = _ASKS.get(facts.topic)
    if asks is not None:
        return asks
    return _REMOVAL.get(facts.notice.kind, REMOVE_EVERYWHERE), *_AGAIN


def _write_statements(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    if facts.notice.kind is LetterKind.COPYRIGHT:
        return write_sworn(context, facts.statements, facts.stated)
    return write_statements(context, facts)


def _write_glance(context: LetterContext, facts: FollowUpFacts) -> Pairs:
    translate = context.translate
    links = translate.plural("%(count)s link", "%(count)s links", len(facts.links))
    ticket = ((translate("Your reference"), facts.notice.ticket),) if facts.notice.ticket else ()
    return Pairs(
        is_boxed=True,
        rows=(
            (translate("First letter"), name_letter(context, facts.notice)),
            *((translate("Under"), title_of(context, basis)) for basis in facts.bases),
            *ticket,
            (translate("Where"), translate("%(links)s, listed in Annex A", links=links)),
            (translate("Answer to"), reply_address(context)),
            (translate("Our reference"), context.header.reference),
        ),
    )


def _write_past(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    content = describe_asked(context, facts.notice.kind, facts.content)
    parts = (*describe_sent(context, facts.notice), content, describe_standing(context))
    return [
        Paragraph(text=" ".join(part for part in parts if part)),
        *describe_answers(context, facts.answers),
        *_write_words_of(context, facts.answers),
    ]


def _write_points(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    translate = context.translate
    blocks: list[Block] = [Paragraph(text=" ".join(translate(point) for point in _list_points(facts)))]
    if facts.topic in {FollowUp.ID_WANTED, FollowUp.EXCESS_ID}:
        blocks += _write_unasked(context, facts)
    if facts.topic is FollowUp.COUNTER_NOTICE:
        blocks += _write_others(context, facts)
    if facts.topic is FollowUp.BACK:
        blocks.append(_write_returns(context, facts.links))
    if facts.given:
        blocks += [Paragraph(text=translate("My answer:"), leads=True), Quote(paragraphs=split_paragraphs(facts.given))]
    return blocks


def _list_points(facts: FollowUpFacts) -> tuple[str, ...]:
    """What is said to this answer: of a copyright notice, of one without a law and of a child, its own."""
    others: Mapping[FollowUp, tuple[str, ...]] = {}
    if facts.notice.kind is LetterKind.COPYRIGHT:
        others = _COPYRIGHT_POINTS
    elif not facts.bases:
        others = _RULES_POINTS
    if facts.content.under_18 and facts.notice.kind is not LetterKind.COPYRIGHT:
        others = {**others, **_CHILD_POINTS}
    return others.get(facts.topic) or _POINTS[facts.topic]


def _write_words_of(context: LetterContext, answers: tuple[AnswerFact, ...]) -> list[Block]:
    last = next((answer for answer in reversed(answers) if answer.text), None)
    if last is None or not last.text:
        return []
    lead = Paragraph(text=context.translate("In your own words:"), leads=True)
    return [lead, Quote(paragraphs=split_paragraphs(last.text))]


def _write_unasked(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    """The cited laws whose list of contents names no identity document."""
    wanted = {NoticeField.IDENTITY_DOCUMENT}
    laws = [
        title_of(context, basis)
        for basis in facts.bases
        if basis.elements and not any(wanted & set(element.proofs) for element in basis.elements)
    ]
    if not laws:
        return []
    lead = Paragraph(text=context.translate("None of these asks for an identity document:"), leads=True)
    return [lead, Items(items=tuple(laws))]


def _write_others(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    laws = [title_of(context, basis) for basis in facts.bases if basis.kind is not RegimeKind.COPYRIGHT]
    if not laws:
        return []
    return [Paragraph(text=context.translate("Those laws are:"), leads=True), Items(items=tuple(laws))]


def _write_returns(context: LetterContext, links: tuple[LinkFact, ...]) -> Table:
    """When each link had gone and when it was seen again."""
    translate = context.translate
    columns = (
        TableColumn(title=translate("Link"), cell=Cell.NUMBER),
        TableColumn(title=translate("Removed")),
        TableColumn(title=translate("Seen again")),
    )
    unknown = translate("not recorded")
    rows = tuple(
        (
            str(link.number),
            format_moment(context.local(link.removed_at), translate) if link.removed_at else unknown,
            format_moment(context.local(link.state_at), translate) if link.state_at else unknown,
        )
        for link in links
    )
    return Table(columns=columns, rows=rows)


def _write_laws(context: LetterContext, facts: FollowUpFacts) -> list[Block]:
    if not facts.bases:
        return []
    return [Heading(text=context.translate("The law and its time limits")), *write_bases(context, facts.bases)]
