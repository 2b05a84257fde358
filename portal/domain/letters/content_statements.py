"""What a letter says of the content and what its writer declares, in both voices.

The content is named, never described. Sentences come in two voices: of the person who writes about themselves, and of a
parent or representative who writes for them. Both are whole sentences: other languages cannot swap a pronoun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.facts import StatedBy, StatedFact, Statement
from portal.domain.letters.phrases import format_day, mark
from portal.domain.lifecycle import Depiction, Filer

SUBJECTS: Mapping[Depiction, str] = {
    Depiction.REAL: mark("non-consensual intimate imagery"),
    Depiction.SYNTHETIC: mark("non-consensual intimate imagery, altered or made by computer"),
    Depiction.UNSURE: mark("non-consensual intimate imagery"),
    Depiction.FALSE: mark("a false and harmful depiction"),
    Depiction.PRIVATE: mark("private information published without consent"),
}

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


_OWN_THREAT = mark("Somebody threatens to publish it. I do not consent to its publication.")
_OTHER_THREAT = mark("Somebody threatens to publish it. The person I act for does not consent to its publication.")
_THREATENED: Mapping[Depiction, str] = {
    Depiction.REAL: mark("This is about intimate imagery."),
    Depiction.SYNTHETIC: mark("This is about intimate imagery that was altered or made by computer."),
    Depiction.UNSURE: mark("This is about intimate imagery, real or made by computer."),
    Depiction.FALSE: mark("This is about a false depiction that does harm."),
    Depiction.PRIVATE: mark("This is about private facts."),
}


def describe_content(context: LetterContext, depiction: Depiction, under_18: bool, *, is_threat: bool = False) -> str:
    """What the content is and that there was no consent, without describing it; of a threat, what is threatened."""
    text = context.voice(_OWN_CONTENT[depiction], _OTHER_CONTENT[depiction])
    if is_threat:
        text = f"{context.translate(_THREATENED[depiction])} {context.voice(_OWN_THREAT, _OTHER_THREAT)}"
    if not under_18:
        return text
    minor = context.voice(mark("I was under 18 when it was made."), mark("The person was under 18 when it was made."))
    return f"{text} {minor}"


def describe_standing(context: LetterContext) -> str | None:
    """In which capacity a parent or representative writes; nothing for the person themselves."""
    reporter = context.header.reporter
    if reporter.role is Filer.SELF:
        return None
    if reporter.authority:
        return context.translate("I act for that person: %(authority)s.", authority=reporter.authority.rstrip("."))
    if reporter.role is Filer.PARENT:
        return context.translate("I act for that person as their parent or guardian.")
    return context.translate("I act for that person with their authority.")


_OWN_STATEMENTS: Mapping[Statement, str] = {
    Statement.GOOD_FAITH: mark("I believe in good faith that the content was published without my consent."),
    Statement.ACCURACY: mark("What this letter says is true and complete as far as I know."),
    Statement.PERJURY: mark(
        "The information in this notice is accurate. Under penalty of perjury, I am the owner of an exclusive right "
        "that is allegedly infringed."
    ),
    Statement.COPYRIGHT_GOOD_FAITH: mark(
        "I believe in good faith that neither I, nor anyone acting for me, nor the law allowed this use of my work."
    ),
    Statement.COPYRIGHT_OWNER: mark("I own the copyright in the work named in this letter."),
}

_OTHER_STATEMENTS: Mapping[Statement, str] = {
    Statement.GOOD_FAITH: mark(
        "I believe in good faith that the content was published without the consent of the person it shows."
    ),
    Statement.ACCURACY: mark("What this letter says is true and complete as far as I know."),
    Statement.PERJURY: mark(
        "The information in this notice is accurate. Under penalty of perjury, I am authorised to act for the owner of "
        "an exclusive right that is allegedly infringed."
    ),
    Statement.COPYRIGHT_GOOD_FAITH: mark(
        "I believe in good faith that neither the owner of the work, nor anyone acting for the owner, nor the law "
        "allowed this use of it."
    ),
    Statement.COPYRIGHT_OWNER: mark("I am authorised to act for the owner of the copyright in the work named here."),
}


def format_statements(
    context: LetterContext, statements: Iterable[Statement], stated: Iterable[StatedFact] = ()
) -> tuple[str, ...]:
    """Each statement; one that was not made for this letter is told with the day on which it was made."""
    made = {each.statement: each for each in stated}
    return tuple(_format_statement(context, each, made.get(each)) for each in statements)


def _format_statement(context: LetterContext, statement: Statement, made: StatedFact | None) -> str:
    text = context.voice(_OWN_STATEMENTS[statement], _OTHER_STATEMENTS[statement])
    if made is None or (made.is_for_letter and made.by is not StatedBy.TOLD):
        return text
    day = format_day(context.local(made.at).date(), context.translate)
    if made.by is StatedBy.TOLD and context.header.organisation:
        return context.translate(
            "As I told %(organisation)s on %(day)s: %(statement)s",
            organisation=context.header.organisation.name,
            day=day,
            statement=text,
        )
    return context.translate("As I stated on %(day)s: %(statement)s", day=day, statement=text)


def describe_release(context: LetterContext, may_pass_identity: bool) -> str:
    """Whether the recipient may tell the poster who writes."""
    if may_pass_identity:
        return context.translate("You may pass my name and contact details to whoever published the content.")
    return context.translate("Do not pass my name or contact details to whoever published the content.")
