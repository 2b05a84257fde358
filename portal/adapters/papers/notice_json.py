"""A notice for machines: `notice.json` in the shape of Article 16(2) of the Digital Services Act, and `links.txt`.

Both stand inside the PDF of the letter, so that a form can be filled and a queue sorted without reading it. The form is
published as a schema, `static/schemas/notice-1.json`; `FORM` changes only when a reader of the old one would misread
the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from portal.domain.letters.blocks import Translate
from portal.domain.letters.common_blocks import LetterContext
from portal.domain.letters.content_statements import describe_content, list_statements
from portal.domain.letters.facts import ErasureFacts, LetterFacts, LinkFact, NoticeFacts, kind_of
from portal.domain.letters.law_blocks import title_of
from portal.domain.letters.law_facts import BasisFact
from portal.domain.lifecycle import Depiction, Filer, LetterKind

NOTICE_FILE = "notice.json"
LINKS_FILE = "links.txt"
FORM = "recourse-notice-1"
ANSWER_PAGE, ANSWER_ENDPOINT = "/answer/", "/api/v1/answers/"  # between the site and what names the request
DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """Article 16(2)(c): who gives the notice. `email` or another contact is where answers go."""

    name: str | None
    is_pseudonym: bool
    capacity: Filer
    email: str | None
    country: str | None


@dataclass(frozen=True, kw_only=True)
class Location:
    """Article 16(2)(b): one place, by its exact address or, where it has none, in words."""

    number: int
    url: str | None
    description: str | None


@dataclass(frozen=True, kw_only=True)
class LastMoment:
    """When a period ends if the notice is received at `if_received_at`. Both in UTC."""

    act: str
    if_received_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoticeLaw:
    """A law the notice rests on: its record's id and version, what the notice is under it, and by when."""

    id: str
    version: str
    title: str
    citation: str
    time_limit: str | None
    duties: tuple[str, ...]
    last_moments: tuple[LastMoment, ...]


@dataclass(frozen=True, kw_only=True)
class AnswerPlace:
    """Where the recipient can answer without an account: on a page, or by posting JSON, see `/api/v1/openapi.json`."""

    page: str
    endpoint: str


@dataclass(frozen=True, kw_only=True)
class NoticeFile:
    """The whole notice."""

    form: str
    kind: LetterKind
    reference: str
    written_at: datetime
    recipient: str
    notifier: Notifier
    depiction: Depiction
    shows_a_child: bool
    explanation: tuple[str, ...]  # Article 16(2)(a): why the content is illegal
    locations: tuple[Location, ...]
    statements: tuple[str, ...]  # Article 16(2)(d)
    laws: tuple[NoticeLaw, ...]
    answer: AnswerPlace | msgspec.UnsetType = msgspec.UNSET  # left out where there is none


def encode_notice(facts: NoticeFacts | ErasureFacts, translate: Translate) -> bytes:
    """The notice as indented UTF-8 JSON; the same facts give the same bytes."""
    frame, content = facts.frame, facts.content
    context = LetterContext(header=frame, translate=translate)
    own = [content.explanation] if content.explanation else []
    said = [translate(text) for basis in facts.bases if basis.wording for text in basis.wording.says]
    notice = NoticeFile(
        form=FORM,
        kind=kind_of(facts),
        reference=frame.reference,
        written_at=frame.written_at,
        recipient=frame.recipient.name,
        notifier=Notifier(
            name=frame.reporter.name,
            is_pseudonym=frame.reporter.is_pseudonym,
            capacity=frame.reporter.role,
            email=frame.reporter.email or (frame.organisation.email if frame.organisation else None),
            country=frame.reporter.country,
        ),
        depiction=content.depiction,
        shows_a_child=content.under_18,
        explanation=(describe_content(context, content.depiction, content.under_18), *said, *own),
        locations=tuple(_location(link) for link in facts.links),
        statements=list_statements(context, facts.statements, facts.bases, under_18=content.under_18),
        laws=tuple(_law(context, basis) for basis in facts.bases),
        answer=_answer(frame.answer_page) if frame.answer_page else msgspec.UNSET,
    )
    return msgspec.json.format(msgspec.json.encode(notice), indent=1) + b"\n"


def _location(link: LinkFact) -> Location:
    return Location(number=link.number, url=link.url, description=link.description)


def _answer(page: str) -> AnswerPlace:
    return AnswerPlace(page=page, endpoint=page.replace(ANSWER_PAGE, ANSWER_ENDPOINT))


def _law(context: LetterContext, basis: BasisFact) -> NoticeLaw:
    wording = basis.wording
    return NoticeLaw(
        id=basis.regime_id,
        version=basis.version,
        title=title_of(context, basis),
        citation=basis.citation,
        time_limit=wording.limit if wording else None,
        duties=tuple(duty.text for duty in wording.duties) if wording else (),
        last_moments=tuple(
            LastMoment(act=clock.label, if_received_at=clock.started_at, ends_at=clock.due_at)
            for clock in basis.clocks
            if clock.started_at and clock.due_at
        ),
    )


def encode_links(facts: LetterFacts) -> bytes:
    """The links as they were given, one a line, nothing else: for whoever has to open or block them."""
    links = () if not hasattr(facts, "links") else facts.links
    return "".join(f"{link.url or link.description}\n" for link in links).encode()


def make_schema() -> dict[str, Any]:
    """The JSON Schema of `notice.json`."""
    schema = msgspec.json.schema(NoticeFile)
    for part in schema["$defs"].values():
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return {"$schema": DIALECT, "title": FORM, **schema}
