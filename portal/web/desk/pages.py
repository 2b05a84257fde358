"""What all pages of the desk share: showing a page, one of a case, a form, a file, and going on to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.lifecycle import Answer, CaseStatus, History, Path, Proof, SendingChannel, SentAs
from portal.domain.rights import RIGHTS, Right
from portal.services.casefile.marks import CaseMarks, read_marks
from portal.services.cases.risks import RiskView, list_risks
from portal.services.clocks.case_events import ComplaintAnswer
from portal.services.history.events import NewEvent, record
from portal.services.staff.snippets import SnippetView
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.call_help import CallHelp, find_help
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm
from portal.web.forms.readers import Reader
from portal.web.places import show_country_within
from portal.web.staff_settings import desk_zone
from portal.web.unit_of_work import unit

Page = tuple[str, int]
LINKS_A_PAGE = 50
Answered = Page | Response


@dataclass(frozen=True, kw_only=True)
class CaseHead:
    """What stands above every page of a case, and what the team has to know first."""

    reference: str
    status: CaseStatus
    path: Path | None
    country: str  # by its name; empty where none was said
    is_mine: bool
    marks: CaseMarks
    risks: tuple[RiskView, ...]
    help: CallHelp | None  # whom to call, where somebody may be in danger


def head_of(member: SignedInStaff, work: CaseWork) -> CaseHead:
    case = work.case
    found = list_risks(work)
    is_child = bool(case.under_18) or case.path is Path.CHILD
    asks = bool(found) or is_child or case.path is Path.THREAT
    return CaseHead(
        reference=case.reference,
        status=case.status,
        path=case.path,
        country=show_country_within(case.country) if case.country else "",
        is_mine=case.assignee_id == member.staff.id,
        marks=read_marks(work),
        risks=found,
        help=find_help(case.country, case.subdivision, is_child=is_child) if asks else None,
    )


def staff_reader() -> Reader:
    """An advocate as the reader of a form."""
    vocabularies = (SendingChannel, Answer, ComplaintAnswer, Proof, SentAs)
    words: dict[type[StrEnum], list[tuple[str, str]]] = {each: choices_of(each) for each in vocabularies}
    words[Proof] = [pair for pair in words[Proof] if pair[0] != Proof.ANSWER_LINK.value]  # nobody says that by hand
    return Reader(is_staff=True, zone=desk_zone().key, words=words)


def show(template: str, member: SignedInStaff, *, status: int = 200, **values: Any) -> Page:
    """A page of the desk, with what its frame needs. One that says that something was refused undoes it first."""
    if status >= 400:
        unit().refuse()
    page = render_template(
        template,
        name=member.staff.name,
        role=member.staff.role,
        rights=RIGHTS[member.staff.role],
        may_work=member.may(Right.WORK_ON_CASES),
        now=unit().now,
        zone=desk_zone().key,
        **values,
    )
    return page, status


def show_on_case(template: str, member: SignedInStaff, work: CaseWork, **values: Any) -> Page:
    """A page of one case."""
    return show(template, member, head=head_of(member, work), **values)


def show_form(
    member: SignedInStaff,
    work: CaseWork,
    form: PageForm,
    *,
    title: str,
    button: str,
    back: str,
    text: str = "",
    facts: Sequence[str] = (),
    made_from: str = "",
    waits: str = "",
    waits_for: Approvable = Approvable.CLOSING,
    waits_number: int = 0,
    snippets: Sequence[SnippetView] = (),
    is_wrong: bool = True,
) -> Page:
    """A form of one case on a page of its own; 400 once it was sent, because then something in it is wrong, unless the
    caller says that nothing is.

    `facts` are what to look at before; `made_from` the version it is made from (`versions.py`),
    `waits` why a second member has to look first, at which step; `snippets` the ready texts that can be put in.
    """
    status = 400 if form.is_submitted() and is_wrong else 200
    values: dict[str, Any] = {"form": form, "title": title, "button_label": button, "back": back, "text": text}
    values |= {"facts": facts, "made_from": made_from, "snippets": snippets}
    values |= {"waits": waits, "waits_for": waits_for.value, "waits_number": waits_number}
    return show_on_case("desk/form.html", member, work, status=status, problems=form.problems(), **values)


def note_export(member: SignedInStaff, work: CaseWork, what: str) -> None:
    """That papers of a case were taken out by a member, in its history; a transaction of its own, because the page only
    reads. No detail is written, so no key is needed.
    """
    event = NewEvent(kind=History.EXPORTED, at=unit().now, facts={"what": what})
    with unit().writing() as writing:
        record(writing, work.case.id, None, event, actor=member.actor, now=unit().now)


def show_file(content: bytes, mimetype: str, name: str) -> Response:
    """A finished file; a PDF opens in the browser, anything else is saved."""
    answer = Response(content, mimetype=mimetype)
    how = "inline" if mimetype == "application/pdf" else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{name}"'
    return answer


def go(endpoint: str, **values: Any) -> Response:
    """To another page after a change."""
    return redirect(url_for(endpoint, **values), 303)


def teams_kept_by(member: SignedInStaff) -> tuple[UUID, ...] | None:
    """The teams whose keys of partners, and addresses that hear of events, a member keeps. None for all, which an
    administrator keeps as they keep the staff.
    """
    return None if member.may(Right.KEEP_STAFF) else tuple(member.team_keys)


def asked_page(name: str = "page") -> int:
    """The number of a page of a list that this address asks for under that name."""
    return read_page(request.args.get(name, ""))


def read_page(text: str) -> int:
    """The number of a page from an address; the first where it is none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) else 1


def read_number(text: str) -> int | None:
    """The number of a request or a link from an address; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def read_reference(typed: str) -> str:
    """A case's reference as it is read aloud on the telephone: small letters, spaces or no hyphen are all the same."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"
