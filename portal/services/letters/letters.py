"""Letters: checked, made once in full and redacted, kept sealed, read back. A letter never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from portal.adapters.papers.letter_content import Progress
from portal.adapters.papers.letter_json import encode_facts
from portal.adapters.vault import seal
from portal.domain.letters.blocks import Opening, plain_text
from portal.domain.letters.checks import ProblemCode
from portal.domain.letters.facts import CopyrightFacts, ErasureFacts, LetterFacts, NoticeFacts
from portal.domain.letters.kinds import StatedBy
from portal.domain.lifecycle import (
    ActorKind,
    History,
    LetterKind,
    MandateAct,
    RequestKind,
    StepRefused,
    require_open,
    require_unsent,
)
from portal.models.guards import StoredFile
from portal.models.items import Item
from portal.models.letters import Letter
from portal.models.requests import Basis
from portal.services.cases.mandates import require_papers
from portal.services.cases.opening import CaseStamp, read_stamp
from portal.services.cases.room import require_room_for_letter
from portal.services.cases.team_mandates import require_team_mandate
from portal.services.clocks.agreement import require_whole
from portal.services.history import stored_files
from portal.services.history.events import NewEvent
from portal.services.letters.drafting import number_of, read_facts, reminder_facts, request_facts
from portal.services.letters.further import NO_WORDS, FurtherWords, further_facts
from portal.services.letters.kept_letters import file_context, file_key, find_letter, has_left, letter_view
from portal.services.letters.printing import LetterStopped, Printed, build, check, print_letter
from portal.services.letters.views import LetterView, ProblemView
from portal.services.requests.citations import list_cited
from portal.services.requests.dossier import REQUEST_LETTERS, Dossier, read_dossier
from portal.services.requests.statements import list_uncovered
from portal.services.work import CaseWork

NOT_SWORN = (
    "A copyright notice is made under penalty of perjury. Only the person, or whoever acts for them, can state that, "
    "for this very letter and on their own page."
)


NOTHING_STATED = "Nothing is stated for this letter yet. Tick what is true, and sign it."


@dataclass(frozen=True, repr=False)
class Draft:
    """A letter as it would be made now; `text` is what is copied into a form or an e-mail."""

    facts: LetterFacts
    text: str
    reference: str  # that of `text`, and of the PDF
    problems: tuple[ProblemView, ...]


@dataclass(frozen=True, eq=False, repr=False)
class FixedLetter:
    """What a request leaves with: the letter, or None where other words were sent, and the links it is about."""

    letter: Letter | None
    items: tuple[Item, ...]


@dataclass(frozen=True, eq=False, repr=False)
class LetterPlan:
    """What a letter would say as things stood at `stamp`, if nothing stops it."""

    stamp: CaseStamp
    request_number: int
    kind: LetterKind
    facts: LetterFacts
    words: FurtherWords


@dataclass(frozen=True, eq=False, repr=False)
class LetterOrder:
    """A letter that can be made: what it is to say, under a number of its own, as things stood at `work.now`.

    `request_number` is None for a paper of the case itself.
    """

    work: CaseWork
    request_number: int | None
    kind: LetterKind
    number: int
    facts: LetterFacts
    words: FurtherWords = NO_WORDS


class FactsChanged(Exception):
    """What the letter says is not so any more: something was written down while it was printed."""


def draft(dossier: Dossier) -> Draft:
    """The notice or erasure request as it would be made now. Reads only.

    Its text is that of the letter that was made, where there is one: what is copied has the same reference as the PDF.
    """
    facts = request_facts(dossier, number=dossier.work.case.letter_numbers + 1)
    problems = _missing(dossier, facts) or check(facts)
    made = dossier.last_letter
    shown = read_facts(dossier.work, made) if made else facts
    text = "\n\n".join(plain_text(build(shown)))
    return Draft(facts=facts, text=text, reference=shown.frame.reference, problems=problems)


def letter_problems(work: CaseWork, kind: LetterKind, number: int) -> tuple[ProblemView, ...]:
    """What stops a letter about this request; empty where it can be made. Raises UnknownNumber, StepRefused."""
    dossier = read_dossier(work, number)
    facts = _facts(dossier, kind, number=work.case.letter_numbers + 1)
    return _missing(dossier, facts) or check(facts)


def find_missing_letter(work: CaseWork, number: int) -> LetterKind | None:
    """Which letter request `number` is sent with, where it has not been made yet. Raises UnknownNumber."""
    dossier = read_dossier(work, number)
    return None if dossier.last_letter else REQUEST_LETTERS[dossier.request.kind]


def plan_letter(work: CaseWork, kind: LetterKind, number: int, *, words: FurtherWords = NO_WORDS) -> LetterPlan:
    """Decide what a notice, an erasure request or a reminder about request `number` says. Reads only.

    A further letter has `words`: its topic (`further.list_topics`, `further.list_suppliers`) and what the sender gives.

    Raises LetterStopped with every reason, UnknownNumber, NoConsent, MandateOver, NoRoom, RecordsDisagree, and
    StepRefused where the request is past it.
    """
    stamp, dossier = read_stamp(work), read_dossier(work, number)
    require_papers(work, "platforms")
    require_room_for_letter(work, dossier.request)
    facts = _facts(dossier, kind, number=work.case.letter_numbers + 1, words=words)
    require_whole(work)
    if problems := _missing(dossier, facts) or check(facts):
        raise LetterStopped(problems)
    return LetterPlan(stamp, number, kind, facts, words)


def reserve_letter(work: CaseWork, plan: LetterPlan) -> LetterOrder:
    """Reserve the number of a planned letter, for whoever holds the case as it stood at the plan's stamp."""
    return LetterOrder(work, plan.request_number, plan.kind, reserve_number(work), plan.facts, plan.words)


def order_letter(work: CaseWork, kind: LetterKind, number: int, *, words: FurtherWords = NO_WORDS) -> LetterOrder:
    """Both at once. Raises as `plan_letter`."""
    return reserve_letter(work, plan_letter(work, kind, number, words=words))


def print_order(order: LetterOrder, progress: Progress | None = None) -> Printed:
    """The slow part: both PDFs. It needs no database, so no transaction is to be open. Raises LetterStopped."""
    return print_letter(order.facts, progress)


@dataclass(frozen=True, eq=False, repr=False)
class LetterRows:
    """The rows of a letter whose files are in the storage. They are in no table yet."""

    letter: Letter
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, eq=False, repr=False)
class PrintedLetter:
    """A letter that was found at `stamp` to say what is so."""

    stamp: CaseStamp
    rows: LetterRows


def confirm_letter(work: CaseWork, order: LetterOrder, rows: LetterRows) -> PrintedLetter:
    """That what was printed still says what is so. Reads only. Raises FactsChanged else, and as `plan_letter`."""
    if order.request_number is None:
        raise TypeError("a paper of the case itself is confirmed by who made it")
    stamp, dossier = read_stamp(work), read_dossier(work.at(order.work.now), order.request_number)
    require_papers(work, "platforms")
    if _facts(dossier, order.kind, number=order.number, words=order.words) != order.facts:
        raise FactsChanged
    require_whole(work)
    rows.letter.request_id = dossier.request.id
    return PrintedLetter(stamp, rows)


def keep_letter(work: CaseWork, order: LetterOrder, printed: Printed) -> LetterView:
    """Keep what was printed, if it still says what is so. Raises as `confirm_letter`."""
    rows = put_files(work, order.kind, order.facts, printed)
    confirm_letter(work, order, rows)
    add_letter(work, rows)
    return letter_view(rows.letter, request_number=order.request_number)


def make_letter(work: CaseWork, kind: LetterKind, number: int, *, words: FurtherWords = NO_WORDS) -> LetterView:
    """All of it in one transaction, where nobody waits: invented cases, the command line, tests."""
    order = order_letter(work, kind, number, words=words)
    return keep_letter(work, order, print_order(order))


def make_missing_letter(work: CaseWork, number: int) -> None:
    """The same for the letter that a request is sent with, unless there is one."""
    if kind := find_missing_letter(work, number):
        make_letter(work, kind, number)


def reserve_number(work: CaseWork) -> int:
    """The next letter's number, for whoever holds the case's row. One that is not used in the end stays unused."""
    work.case.letter_numbers += 1
    work.session.flush()
    return work.case.letter_numbers


def store_letter(
    work: CaseWork,
    kind: LetterKind,
    facts: LetterFacts,
    printed: Printed,
    *,
    request_id: UUID | None = None,
    complaint_id: UUID | None = None,
) -> Letter:
    """Keep a finished letter under the number in its facts: its row, and both files sealed in the storage."""
    rows = put_files(work, kind, facts, printed)
    rows.letter.request_id, rows.letter.complaint_id = request_id, complaint_id
    add_letter(work, rows)
    return rows.letter


def put_files(work: CaseWork, kind: LetterKind, facts: LetterFacts, printed: Printed) -> LetterRows:
    """Both files of a letter, sealed in the storage, and the rows that `add_letter` puts into their tables.

    Needs no lock; `drop_files` takes them away again where the letter is not kept.
    """
    letter = Letter(id=uuid4(), case_id=work.case.id, number=number_of(facts), kind=kind)
    letter.language, letter.paper = facts.frame.language, facts.frame.paper.value
    letter.made_at, letter.pages = work.now, printed.pages
    letter.size, letter.redacted_size = len(printed.full), len(printed.redacted)
    letter.digest, letter.redacted_digest = printed.digest, printed.redacted_digest
    letter.sealed = work.sealed_for(letter, {"facts": encode_facts(facts).decode()})
    files = []
    for is_redacted, content in ((False, printed.full), (True, printed.redacted)):
        sealed = seal(work.key, file_context(letter, is_redacted), content)
        name = file_key(letter, is_redacted)
        files.append(stored_files.put(work.ports.storage, name, sealed, case_id=letter.case_id))
    return LetterRows(letter, tuple(files))


def drop_files(work: CaseWork, rows: LetterRows) -> None:
    """Of a letter that is not kept after all."""
    for file in rows.files:
        work.ports.storage.delete(file.name)


def add_letter(work: CaseWork, rows: LetterRows) -> None:
    """The rows of a letter whose files are in the storage, and that it was made."""
    letter = rows.letter
    work.session.add_all((letter, *rows.files))
    work.session.flush()
    _record(work, History.LETTER_MADE, letter, {"letter": letter.number, "digest": letter.digest})


@dataclass(frozen=True, repr=False)
class LetterWords:
    """A letter as it is typed somewhere else: what it is about in one line, and all of it."""

    subject: str
    text: str


def read_words(work: CaseWork, letter: Letter) -> LetterWords:
    """The letter for an e-mail or a form."""
    document = build(read_facts(work, letter))
    subject = next(block.subject for block in document.blocks if isinstance(block, Opening))
    return LetterWords(f"{subject} ({document.reference})", "\n\n".join(plain_text(document)))


def find_reference(dossier: Dossier) -> str:
    """Of the letter that was sent, else of the one it would be sent with; empty where there is none."""
    letter = dossier.sent_letter or (dossier.last_letter if dossier.sent_event is None else None)
    return f"{dossier.work.reference}-{letter.number}" if letter else ""


def add_reference(text: str, reference: str, limit: int | None = None) -> str:
    """A text for a field of a form with the reference under it, where there is one and the field holds both."""
    if not text or not reference:
        return text
    whole = f"{text}\n\nOur reference: {reference}"
    return text if limit is not None and len(whole) > limit else whole


def find_problems(dossier: Dossier) -> tuple[ProblemView, ...]:
    """What stops the letter that the request is sent with, as things stand. Reads only."""
    facts = request_facts(dossier, number=dossier.work.case.letter_numbers + 1)
    return _missing(dossier, facts) or check(facts)


def is_outdated(dossier: Dossier, letter: Letter) -> bool:
    """Whether the request's letter would say something else now: something was changed after it was made."""
    kept = read_facts(dossier.work, letter)
    return request_facts(dossier.at(kept.frame.written_at), number=letter.number) != kept


def find_sendable(dossier: Dossier, *, sent_at: datetime) -> Letter | None:
    """The newest letter that was there at that moment: only such a paper can have been sent."""
    kind = REQUEST_LETTERS[dossier.request.kind]
    there = [each for each in dossier.letters if each.kind is kind and each.discarded_at is None]
    return next((letter for letter in reversed(there) if was_there(letter, sent_at)), None)


def was_there(letter: Letter, at: datetime) -> bool:
    """Whether a letter had been made by then. People tell times in minutes: one of the same minute counts."""
    return letter.made_at.replace(second=0, microsecond=0) <= at


def fix_words(dossier: Dossier) -> FixedLetter:
    """Other words than a letter of ours were sent: the request stands for all its links and for the laws of which it
    has everything they ask for, in their versions of today.
    """
    work, request = dossier.work, dossier.request
    versions = {each.regime.id: each.regime.version for each in list_cited(dossier.citations)}
    work.session.execute(delete(Basis).where(Basis.request_id == request.id, Basis.regime.not_in(versions)))
    work.session.flush()
    return FixedLetter(None, tuple(item.row for item in dossier.items))


def fix_letter(dossier: Dossier, letter: Letter | None) -> FixedLetter:
    """The letter with which a request leaves: from here the request stands for what it says.

    The laws it cites are kept in their versions, and the links it lists. Raises StepRefused where there is no letter.
    """
    work, request = dossier.work, dossier.request
    facts = read_facts(work, letter) if letter else None
    if letter is None or not isinstance(facts, NoticeFacts | ErasureFacts | CopyrightFacts):
        raise StepRefused(
            "No letter was there at that moment, so none can have been sent then. Say that it was sent in other words, "
            "or by their form."
        )
    letter.left_at = work.now
    versions = {basis.regime_id: basis.version for basis in facts.bases}
    work.session.execute(delete(Basis).where(Basis.request_id == request.id, Basis.regime.not_in(versions)))
    for basis in work.session.scalars(select(Basis).where(Basis.request_id == request.id)):
        basis.version = versions[basis.regime]
    listed = {link.number for link in facts.links}
    for item in dossier.items:
        if item.row.number not in listed and request.kind is RequestKind.NOTICE:
            item.row.request_id = None
    work.session.flush()
    return FixedLetter(letter, tuple(item.row for item in dossier.items if item.row.number in listed))


def unfix_letter(letter: Letter) -> None:
    """It was written down wrongly that this letter had left: it can be sent, or put aside, like any other."""
    letter.left_at = None


def discard_letter(work: CaseWork, number: int) -> None:
    """A letter that never left is put aside: it is no exhibit, and no request is sent with it. Raises StepRefused."""
    require_open(work.case.status)
    letter = find_letter(work, number)
    if has_left(work.session, letter):
        raise StepRefused("This letter was sent. It stays as it is.")
    if letter.discarded_at is not None:
        raise StepRefused("This letter was put aside already.")
    letter.discarded_at = work.now
    work.session.flush()
    _record(work, History.LETTER_DISCARDED, letter, {"letter": letter.number})


def _record(work: CaseWork, kind: History, letter: Letter, detail: Mapping[str, Any]) -> None:
    """What became of a letter, in the history of its request or complaint."""
    event = NewEvent(
        kind=kind,
        at=work.now,
        request_id=letter.request_id,
        complaint_id=letter.complaint_id,
        facts={"kind": letter.kind.value},
        detail=detail,
    )
    work.record(event)


def _facts(dossier: Dossier, kind: LetterKind, *, number: int, words: FurtherWords = NO_WORDS) -> LetterFacts:
    if kind is LetterKind.REMINDER:
        return reminder_facts(dossier, number=number)
    if kind in {LetterKind.FOLLOW_UP, LetterKind.SUPPLIER}:
        _require_act(dossier, kind)
        return further_facts(dossier, kind, words, number=number)
    if REQUEST_LETTERS[dossier.request.kind] is not kind:
        raise StepRefused("This kind of letter does not belong to this request.")
    require_unsent(dossier.request.state)
    return request_facts(dossier, number=number)


def _require_act(dossier: Dossier, kind: LetterKind) -> None:
    """A letter of the team's after the first one rests on what the team stated under a mandate only if that covers it.

    Raises StepRefused.
    """
    work, made = dossier.work, dossier.statement
    if work.actor.kind is ActorKind.STAFF and made is not None and made.by is StatedBy.MANDATED:
        require_team_mandate(work, MandateAct.MESSAGES if kind is LetterKind.FOLLOW_UP else MandateAct.LETTERS)


def _missing(dossier: Dossier, facts: LetterFacts) -> tuple[ProblemView, ...]:
    """Where laws could be cited and not one of them has all it demands, each missing thing by name."""
    if not isinstance(facts, NoticeFacts | ErasureFacts | CopyrightFacts):
        return ()
    if not dossier.items:
        return (ProblemView(code="no_places", text="The request lists no place where the content is."),)
    if isinstance(facts, CopyrightFacts) and not dossier.content.is_sworn:
        return (ProblemView(code=ProblemCode.NOT_STATED.value, text=NOT_SWORN),)
    if uncovered := list_uncovered(dossier):
        numbers = ", ".join(str(item.row.number) for item in uncovered)
        text = f"Nobody has stated anything yet about what was added later. Links: {numbers}."
        return (ProblemView(code=ProblemCode.NOT_STATED.value, text=text),)
    if facts.bases:
        return ()
    if any(citation.waits_for_statement for citation in dossier.citations):
        return (ProblemView(code=ProblemCode.NOT_STATED.value, text=NOTHING_STATED),)
    return tuple(
        ProblemView(
            code="element_missing",
            text=f"{citation.regime.name} asks for this, and it is missing: {each.element.label}.",
        )
        for citation in dossier.citations
        for each in citation.missing
    )
