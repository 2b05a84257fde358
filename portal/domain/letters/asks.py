"""What a letter to a platform asks, each marked as a duty under a law that says so or as a request beyond any duty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from portal.domain.letters.blocks import Block, Cell, Heading, Table, TableColumn
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.content_statements import HIDE_NAME, RELEASE_NAME
from portal.domain.letters.facts import ContentFact
from portal.domain.letters.kinds import NoticeAsk
from portal.domain.letters.law_blocks import title_of
from portal.domain.letters.law_facts import BasisFact
from portal.domain.letters.phrases import mark
from portal.domain.regimes import LetterAsk

# In one sentence, for the letters after the first.
REMOVE_EVERYWHERE = mark("Remove the content at every link in Annex A, for all users and in all countries.")
_ASKS: Mapping[NoticeAsk, str] = {
    NoticeAsk.REMOVE: mark("Remove the content at every link in Annex A."),
    NoticeAsk.EVERYWHERE: mark("Remove it for all users and in all countries."),
    NoticeAsk.COPIES: mark("Make reasonable efforts to identify and remove known identical copies of it."),
    NoticeAsk.CONFIRM: mark("Confirm that you have received this letter, with your reference number for it."),
    NoticeAsk.DECIDE: mark("Tell me what you decided for each link, with your reasons and how it can be contested."),
    NoticeAsk.KEEP: mark(
        "Keep, out of public sight, the content and the records of who uploaded it, so that they can serve as evidence."
    ),
    NoticeAsk.MATCH: mark("Keep a fingerprint (hash) of the content, and block it when it is uploaded again."),
    NoticeAsk.POSTER: mark(
        "Where the law that binds you lets you, tell me what you know of whoever uploaded it, or which order you need."
    ),
    NoticeAsk.REPEAT: mark("Act against accounts that upload such content again and again."),
    NoticeAsk.HOTLINE: mark(
        "Report the content to the authority or hotline that your law names for images of children. In the United "
        "States that is the CyberTipline (18 U.S.C. 2258A)."
    ),
    NoticeAsk.HIDE_NAME: HIDE_NAME,
    NoticeAsk.RELEASE_NAME: RELEASE_NAME,
}

_DUTIES: Mapping[NoticeAsk, LetterAsk] = {
    NoticeAsk.REMOVE: LetterAsk.REMOVE,
    NoticeAsk.COPIES: LetterAsk.COPIES,
    NoticeAsk.CONFIRM: LetterAsk.CONFIRM,
    NoticeAsk.DECIDE: LetterAsk.DECIDE,
}


def list_asks(content: ContentFact, may_pass_identity: bool | None) -> tuple[NoticeAsk, ...]:
    """The requests of a notice in their order. Whoever said nothing about their name wants it kept."""
    first = (NoticeAsk.EVERYWHERE, NoticeAsk.COPIES)
    child = (NoticeAsk.HOTLINE,) if content.under_18 else ()
    others = (NoticeAsk.CONFIRM, NoticeAsk.DECIDE, NoticeAsk.KEEP, NoticeAsk.MATCH, NoticeAsk.POSTER, NoticeAsk.REPEAT)
    return (
        NoticeAsk.REMOVE,
        *child,
        *first,
        *others,
        NoticeAsk.RELEASE_NAME if may_pass_identity else NoticeAsk.HIDE_NAME,
    )


def write_asks(context: LetterContext, asks: Iterable[NoticeAsk], bases: Sequence[BasisFact]) -> list[Block]:
    """A table: what is asked, and whether it is a duty (of which law) or a request beyond the duties."""
    translate = context.translate
    rows = [(translate(_ASKS[ask]), describe_ground(context, _DUTIES.get(ask), bases)) for ask in asks]
    return write_ask_table(context, rows, bases)


def write_ask_table(
    context: LetterContext, asked: Iterable[tuple[str, str]], bases: Iterable[BasisFact]
) -> list[Block]:
    """Requests with their grounds as a table; what the cited laws let one ask beyond their duties comes last."""
    translate, rows = context.translate, list(asked)
    for basis in bases:
        requests = basis.wording.requests if basis.wording else ()
        rows += [(translate(text), describe_ground(context, None, ())) for text in requests]
    columns = (
        TableColumn(title=translate("No."), cell=Cell.NUMBER),
        TableColumn(title=translate("What I ask")),
        TableColumn(title=translate("Duty or request"), cell=Cell.GROUND),
    )
    numbered = tuple((str(number), ask, ground) for number, (ask, ground) in enumerate(rows, start=1))
    return [Heading(text=translate("What I ask you to do")), Table(columns=columns, rows=numbered)]


def describe_ground(context: LetterContext, wanted: LetterAsk | None, bases: Iterable[BasisFact]) -> str:
    """Which cited laws make it a duty; a request beyond the duties where none does."""
    laws = [title_of(context, basis) for basis in bases if wanted and _obliges(basis, wanted)]
    if not laws:
        return context.translate("Request")
    return context.translate("Duty: %(laws)s", laws="; ".join(laws))


def _obliges(basis: BasisFact, ask: LetterAsk) -> bool:
    return any(ask in duty.asks for duty in (basis.wording.duties if basis.wording else ()))
