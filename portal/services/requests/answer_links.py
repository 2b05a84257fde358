"""The link in a letter by which its recipient answers without an account: whose it is, and whether it works.

It names its request and carries a keyed mark, as a reply address does and under another key, so that nobody can make
one up. It is printed only where the portal has an address of its own behind TLS, and nobody switched it off.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from portal.adapters.papers.notice_json import ANSWER_PAGE
from portal.adapters.vault import derive_subkey
from portal.domain.lifecycle import CaseStatus, RequestState
from portal.domain.reply_addresses import make_token, read_token
from portal.models.accounts import Team
from portal.models.answer_links import AnswerLink
from portal.models.cases import Case
from portal.models.requests import Request
from portal.services.history import guards
from portal.services.ports import Ports, ServerKeys
from portal.services.requests.dossier import Dossier
from portal.services.work import CaseWork


def find_page(dossier: Dossier) -> str | None:
    """The whole address for this request's letters; None where they have none."""
    work = dossier.work
    if not work.ports.config.has_https or not is_wanted(work.session, work.case):
        return None
    return f"{work.ports.config.base_url}{ANSWER_PAGE}{name_link(work.ports, dossier.request.id)}"


def name_link(ports: Ports, request_id: UUID) -> str:
    """What stands in the address behind the page."""
    return make_token(_key(ports.keys), request_id)


def find_later_page(dossier: Dossier) -> str | None:
    """The same for a letter after the first one, whose link works only where the first one had it."""
    row = dossier.work.session.get(AnswerLink, dossier.request.id)
    return None if row is None else find_page(dossier)


def is_wanted(session: Session, case: Case) -> bool:
    """Whether neither the person nor the team that has the case switched it off."""
    team = session.get(Team, case.team_id) if case.team_id else None
    return not case.no_answer_link and not (team is not None and team.no_answer_link)


def open_link(dossier: Dossier, letter: int, numbers: list[int]) -> None:
    """The letter with the link has left: from now on the link answers. Nothing where it has none."""
    if find_page(dossier) is None:
        return
    work = dossier.work
    row = AnswerLink(request_id=dossier.request.id, case_id=work.case.id, letter=letter, numbers=numbers)
    row.made_at = work.now
    work.session.add(row)


def find_request_id(ports: Ports, token: str) -> UUID | None:
    """The request that a link names; None where nobody here made it."""
    return read_token([_key(each) for each in ports.keys.every()], token)


def find_working(session: Session, request_id: UUID) -> tuple[AnswerLink, Case, Request] | None:
    """The link with its case and request while it works: until the request or the case is closed or erased, or the
    person or the team does not want it any more.
    """
    row = session.get(AnswerLink, request_id)
    if row is None or AnswerLink.__tablename__ in guards.list_bent(session, row.case_id):
        return None
    case, request = session.get_one(Case, row.case_id), session.get_one(Request, request_id)
    is_over = case.status is not CaseStatus.OPEN or request.state in {RequestState.PREPARED, RequestState.CLOSED}
    return None if is_over or not is_wanted(session, case) else (row, case, request)


def choose(work: CaseWork, *, wanted: bool) -> None:
    """The person wants letters to have such a link, or not; those that left stop answering too."""
    work.case.no_answer_link = not wanted


def _key(keys: ServerKeys) -> bytes:
    return derive_subkey(keys.replies, "answer links")
