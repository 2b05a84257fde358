"""What a letter says of the content and what its writer declares, in both voices.

The content is named, never described. Sentences come in two voices: of the person who writes about themselves, and of a
parent or representative who writes for them. Both are whole sentences: other languages cannot swap a pronoun. Where a
child is shown nothing is argued about consent: a child cannot give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from portal.domain.letters.blocks import Block, Heading, Items
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.facts import (
    ContentFact,
    ErasureFacts,
    FollowUpFacts,
    NoticeFacts,
    StatedFact,
    SupplierFacts,
    ThreatFacts,
)
from portal.domain.letters.kinds import StatedBy, Statement
from portal.domain.letters.law_facts import BasisFact, StatementFact
from portal.domain.letters.phrases import format_day, mark
from portal.domain.lifecycle import Depiction, Filer, LetterKind, MandateAct
from portal.domain.regimes import NoticeField

Stating = NoticeFacts | ErasureFacts | FollowUpFacts | SupplierFacts | ThreatFacts

SUBJECTS: Mapping[Depiction, str] = {
    Depiction.REAL: mark("non-consensual intimate imagery"),
    Depiction.SYNTHETIC: mark("non-consensual intimate imagery, altered or made by computer"),
    Depiction.UNSURE: mark("non-consensual intimate imagery"),
    Depiction.FALSE: mark("a false and harmful depiction"),
    Depiction.PRIVATE: mark("private information published without consent"),
}
CHILD_SUBJECT = mark("an image that shows a child")

_OWN_CONTENT: Mapping[Depiction, str] = {
    Depiction.REAL: mark("The content is intimate imagery of me. I did not consent to its publication."),
    Depiction.SYNTHETIC: mark(
        "The content is intimate imagery that was altered or made by computer so that it shows me. "
        "I did not consent to its making or its publication."
    ),
    Depiction.UNSURE: mark(
        "The content is intimate imagery that shows me. I cannot tell whether it is real or was made by computer. "
        "Either way, I did not consent to its publication."
    ),
    Depiction.FALSE: mark(
        "The content is a false depiction of me, and it does me harm. I did not consent to its publication."
    ),
    Depiction.PRIVATE: mark("The content makes private facts about me public. I did not consent to their publication."),
}

_OTHER_CONTENT: Mapping[Depiction, str] = {
    Depiction.REAL: mark(
        "The content is intimate imagery of the person I act for, who did not consent to its publication."
    ),
    Depiction.SYNTHETIC: mark(
        "The content is intimate imagery that was altered or made by computer so that it shows the person I act for, "
        "who did not consent to its making or its publication."
    ),
    Depiction.UNSURE: mark(
        "The content is intimate imagery that shows the person I act for. It cannot be told whether it is real or was "
        "made by computer. Either way, the person did not consent to its publication."
    ),
    Depiction.FALSE: mark(
        "The content is a false depiction of the person I act for, and it does them harm. The person did not consent "
        "to its publication."
    ),
    Depiction.PRIVATE: mark(
        "The content makes private facts about the person I act for public. The person did not consent to their "
        "publication."
    ),
}


_OWN_THREAT = mark("Somebody is threatening to publish it. I do not consent to its publication.")
_OTHER_THREAT = mark("Somebody is threatening to publish it. The person I act for does not consent to its publication.")
_THREATENED: Mapping[Depiction, str] = {
    Depiction.REAL: mark("This is about intimate imagery."),
    Depiction.SYNTHETIC: mark("This is about intimate imagery that was altered or made by computer."),
    Depiction.UNSURE: mark("This is about intimate imagery, real or made by computer."),
    Depiction.FALSE: mark("This is about a false depiction that does harm."),
    Depiction.PRIVATE: mark("This is about private facts."),
}


def describe_subject(context: LetterContext, content: ContentFact) -> str:
    """What the matter is, in a few words; of a child that a child is shown."""
    return context.translate(CHILD_SUBJECT if content.under_18 else SUBJECTS[content.depiction])


def describe_content(context: LetterContext, depiction: Depiction, under_18: bool) -> str:
    """What the content is and that there was no consent, without describing it."""
    if under_18:
        return context.voice(
            mark("The content shows a child: I was under 18 when it was made. It has to go wherever it is."),
            mark("The content shows a child: the person was under 18 when it was made. It has to go wherever it is."),
        )
    return context.voice(_OWN_CONTENT[depiction], _OTHER_CONTENT[depiction])


def describe_asked(context: LetterContext, kind: LetterKind, content: ContentFact) -> str:
    """What an earlier letter of that kind was about. Of a copyright notice the work, and nothing of what it shows."""
    if kind is LetterKind.COPYRIGHT:
        return describe_work(context)
    return describe_content(context, content.depiction, content.under_18)


def describe_work(context: LetterContext) -> str:
    """The copyright work, named and not described."""
    return context.voice(
        mark("The copyrighted work is the picture or video shown at the links in Annex A, which I took myself."),
        mark(
            "The copyrighted work is the picture or video shown at the links in Annex A, which the person I act for "
            "took themselves."
        ),
    )


def describe_threat(context: LetterContext, depiction: Depiction, under_18: bool) -> str:
    """What is threatened, of which nothing may be online yet; every paper of a threat says it so."""
    if under_18:
        return context.voice(
            mark("Somebody is threatening to publish images of me from when I was under 18."),
            mark("Somebody is threatening to publish images of a child, the person I act for."),
        )
    return f"{context.translate(_THREATENED[depiction])} {context.voice(_OWN_THREAT, _OTHER_THREAT)}"


def describe_standing(context: LetterContext) -> str | None:
    """In which capacity a parent or representative writes; nothing for the person themselves."""
    reporter = context.header.reporter
    if reporter.role is Filer.SELF:
        return None
    if reporter.role is Filer.PARENT:
        return context.translate("I am the child's parent or guardian and act as holder of parental responsibility.")
    if reporter.authority:
        return context.translate(
            "I act with the authority of the person concerned, which I will show on request: %(authority)s.",
            authority=reporter.authority.rstrip("."),
        )
    return context.translate("I act with the authority of the person concerned, which I will show on request.")


def title_own_words(context: LetterContext) -> str:
    """Above what the sender wrote: a representative's words are not the person's."""
    return context.voice(
        mark("In my own words"),
        mark("Statement of the representative"),
    )


_OWN_STATEMENTS: Mapping[Statement, str] = {
    Statement.GOOD_FAITH: mark("I believe in good faith that the content was published without my consent."),
    Statement.ACCURACY: mark("What this letter says is true and complete as far as I know."),
    Statement.PERJURY: mark(
        "The information in this notification is accurate and, under penalty of perjury, I am the owner of an "
        "exclusive right that is allegedly infringed."
    ),
    Statement.COPYRIGHT_GOOD_FAITH: mark(
        "I believe in good faith that neither I, nor anyone acting for me, nor the law allowed this use of my work."
    ),
    Statement.COPYRIGHT_OWNER: mark("I own the copyright in the work named in this letter."),
}

_OTHER_STATEMENTS: Mapping[Statement, str] = {
    Statement.GOOD_FAITH: mark(
        "The person for whom I act believes in good faith that the content was published without that person's consent."
    ),
    Statement.ACCURACY: mark("What this letter says is true and complete as far as I know."),
    Statement.PERJURY: mark(
        "The information in this notification is accurate and, under penalty of perjury, I am authorised to act on "
        "behalf of the owner of an exclusive right that is allegedly infringed."
    ),
    Statement.COPYRIGHT_GOOD_FAITH: mark(
        "I believe in good faith that neither the owner of the work, nor anyone acting for the owner, nor the law "
        "allowed this use of it."
    ),
    Statement.COPYRIGHT_OWNER: mark("I am authorised to act for the owner of the copyright in the work named here."),
}

# Said on another day, or of another letter, it was not said of this one.
_EARLIER: Mapping[Statement, str] = {
    Statement.ACCURACY: mark("What I said is true and complete as far as I know."),
}

_MEANINGS: Mapping[Statement, frozenset[NoticeField]] = {
    Statement.GOOD_FAITH: frozenset({NoticeField.GOOD_FAITH}),
    Statement.ACCURACY: frozenset({NoticeField.ACCURACY}),
    Statement.PERJURY: frozenset({NoticeField.PERJURY}),
    Statement.COPYRIGHT_GOOD_FAITH: frozenset({NoticeField.WORK, NoticeField.GOOD_FAITH}),
    Statement.COPYRIGHT_OWNER: frozenset({NoticeField.WORK}),
}


def format_statements(
    context: LetterContext, statements: Iterable[Statement], stated: Iterable[StatedFact] = ()
) -> tuple[str, ...]:
    """Each statement; one that was not made for this letter is told with the day on which it was made."""
    made = {each.statement: each for each in stated}
    return tuple(_tell_day(context, _word(context, each, made.get(each)), made.get(each)) for each in statements)


def _word(context: LetterContext, statement: Statement, made: StatedFact | None) -> str:
    is_mandated = made is not None and made.by is StatedBy.MANDATED
    if made is not None and statement in _EARLIER and not (made.is_for_letter if is_mandated else _is_for_letter(made)):
        return context.translate(_EARLIER[statement])
    if is_mandated:
        return context.translate(_OTHER_STATEMENTS[statement])
    return context.voice(_OWN_STATEMENTS[statement], _OTHER_STATEMENTS[statement])


def _tell_day(context: LetterContext, text: str, made: StatedFact | None) -> str:
    if made is None or _is_for_letter(made):
        return text
    day = format_day(context.local(made.at).date(), context.translate)
    if made.by is StatedBy.TOLD and context.header.organisation:
        return context.translate(
            "As I told %(organisation)s on %(day)s: %(statement)s",
            organisation=context.header.organisation.name,
            day=day,
            statement=text,
        )
    if made.by is StatedBy.MANDATED and made.mandated_on:
        return context.translate(
            "%(speaker)s states as my representative, under my written mandate of %(mandated)s, on %(day)s: "
            "%(statement)s",
            speaker=made.speaker or "",
            mandated=f"{format_day(made.mandated_on, context.translate)}{describe_scope(context, made)}",
            day=day,
            statement=text,
        )
    return context.translate("As I stated on %(day)s: %(statement)s", day=day, statement=text)


def _is_for_letter(made: StatedFact) -> bool:
    return made.is_for_letter and made.by not in {StatedBy.TOLD, StatedBy.MANDATED}


_ACTS: Mapping[MandateAct, str] = {
    MandateAct.LETTERS: mark("letters to platforms"),
    MandateAct.BELIEF: mark("statements of what I believe"),
    MandateAct.COMPLAINTS: mark("complaints to authorities"),
    MandateAct.MESSAGES: mark("answers to what they write back"),
}


def describe_scope(context: LetterContext, made: StatedFact) -> str:
    """What the mandate covers, in brackets, exactly as it names it; nothing where it named nothing yet."""
    if not made.mandate_covers:
        return ""
    acts = ", ".join(context.translate(_ACTS[act]) for act in made.mandate_covers)
    if made.mandate_limit:
        words = made.mandate_limit.rstrip(". ")
        return context.translate(" (it covers %(acts)s; its limit: %(limit)s)", acts=acts, limit=words)
    return context.translate(" (it covers %(acts)s)", acts=acts)


def write_statements(context: LetterContext, facts: Stating) -> list[Block]:
    """Each statement in the words of the law that wants it, for above the signature; empty where there is none."""
    found = list_statements(context, facts.statements, facts.bases, facts.stated, under_18=facts.content.under_18)
    return [Heading(text=context.translate("Statements")), Items(items=found)] if found else []


def write_sworn(context: LetterContext, statements: Iterable[Statement], stated: Iterable[StatedFact]) -> list[Block]:
    """What a copyright notice swears, in the very words of its writer; later letters tell it in the same words."""
    found = format_statements(context, statements, stated)
    return [Heading(text=context.translate("Statements")), Items(items=found)] if found else []


def list_statements(
    context: LetterContext,
    statements: Iterable[Statement],
    bases: Iterable[BasisFact],
    stated: Iterable[StatedFact] = (),
    *,
    under_18: bool = False,
) -> tuple[str, ...]:
    """Every statement above the signature: what each cited law wants in its own words, then what only we word.

    A law's sentence is printed only where all that it says was stated, and with the day where any of it was not stated
    for this letter. Where a child is shown, our own sentence about consent is left out.
    """
    made, days = tuple(statements), tuple(stated)
    given = frozenset[NoticeField]().union(*(_MEANINGS[each] for each in made))
    own = [
        each for basis in bases if basis.wording for each in basis.wording.statements if given.issuperset(each.states)
    ]
    worded = frozenset[NoticeField]().union(*(each.states for each in own))
    general = [
        each for each in made if not _MEANINGS[each] <= worded and not (under_18 and each is Statement.GOOD_FAITH)
    ]
    told = [_tell_day(context, context.translate(each.text), _find_earlier(each, days)) for each in own]
    return _join_alike((*told, *format_statements(context, general, days)))


# A sentence's own source at its end: "... to the best of my knowledge and belief (section 20A(2)(c))."
_SOURCE = re.compile(r" \((?P<source>[^()]*(?:\([^()]*\)[^()]*)*)\)\.$")


def _join_alike(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each sentence once. One that two laws want in the same words is stated once, with the source of each."""
    sources: dict[str, list[str]] = {}
    for sentence in sentences:
        found = _SOURCE.search(sentence)
        said = sentence[: found.start()] + "." if found else sentence
        kept = sources.setdefault(said, [])
        if found and found["source"] not in kept:
            kept.append(found["source"])
    return tuple(f"{said[:-1]} ({'; '.join(kept)})." if kept else said for said, kept in sources.items())


def _find_earlier(sentence: StatementFact, stated: Iterable[StatedFact]) -> StatedFact | None:
    """What the sentence says and was not stated for this letter; the earliest of it."""
    parts = (each for each in stated if _MEANINGS[each.statement] & frozenset(sentence.states))
    return min((each for each in parts if not _is_for_letter(each)), key=lambda each: each.at, default=None)


HIDE_NAME = mark("Do not pass my name or contact details to whoever published the content.")
RELEASE_NAME = mark("You may pass my name and contact details to whoever published the content.")


def describe_release(context: LetterContext, may_pass_identity: bool) -> str:
    """Whether the recipient may tell the poster who writes."""
    return context.translate(RELEASE_NAME if may_pass_identity else HIDE_NAME)
