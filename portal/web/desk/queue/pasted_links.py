"""Pasted links over several cases: where each is, and one answer about all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import request
from werkzeug.exceptions import NotFound

from portal.domain.rights import Right
from portal.services.casefile.bulk import pasted_links
from portal.services.casefile.bulk.actions import BY_LINK, BulkAction
from portal.services.casefile.bulk.pasted_links import PastedOfRequest
from portal.services.cases import finding
from portal.services.cases.finding import FoundPlaces
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import open_case
from portal.web.desk.forms.bulk import SameAnswerForm
from portal.web.desk.forms.pasted_links import LONGEST, PasteLinksForm
from portal.web.desk.pages import Answered, Page, go, show, staff_reader
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_pasted", __name__, "/desk/pasted-links")
MOST_LINKS = 200  # that one press is about


@dataclass(frozen=True, kw_only=True)
class CaseOfLinks:
    """What of the pasted links is in one case."""

    reference: str
    requests: tuple[PastedOfRequest, ...]


@bp.get("")
@allowed(Right.WORK_ON_CASES)
def paste(member: SignedInStaff) -> Page:
    return show("desk/pasted/paste.html", member, form=PasteLinksForm(), problems=[])


@bp.post("")
@allowed(Right.WORK_ON_CASES)
def look(member: SignedInStaff) -> Page:
    """Where the links are. It is posted, so that no link stays in an address."""
    form = PasteLinksForm()
    if not form.validate():
        return show("desk/pasted/paste.html", member, status=400, form=form, problems=form.problems())
    return _show(member, str(form.pasted.data), _make_form(), status=200)


@bp.post("/do")
@allowed(Right.WORK_ON_CASES)
@locks_late
def do(member: SignedInStaff) -> Answered:
    """Log the answer, or mark them as gone or as back, in every case that has some of them."""
    form, pasted = _make_form(), request.form.get("pasted", "")[:LONGEST]
    what = request.form.get("what", "")
    seen = BulkAction(what) if what in BY_LINK else None
    if seen is None and not form.validate():
        return _show(member, pasted, form, status=400)
    token = str(form.token.data)
    for reference, item_ids in _find(member, pasted).cases.items():
        try:
            with unit().writing() as session:
                opened = open_case(member, reference, session)
                if seen is None:
                    pasted_links.log_in_case(opened, item_ids, form.command(), token)
                else:
                    pasted_links.mark_in_case(opened, item_ids, seen, token)
        except NotFound:  # it was taken back meanwhile
            continue
    return go("desk_many.show_done", token=token)


def _find(member: SignedInStaff, pasted: str) -> FoundPlaces:
    work = unit().work(member.actor)
    return finding.find_places(work, pasted, team_ids=tuple(member.team_keys), most=MOST_LINKS)


def _show(member: SignedInStaff, pasted: str, form: SameAnswerForm, *, status: int) -> Page:
    found = _find(member, pasted)
    return show(
        "desk/pasted/found.html",
        member,
        status=status,
        form=form,
        problems=form.problems() if status >= 400 and found.cases else [],  # without a form there is nothing to mend
        pasted=pasted,
        found=found,
        most=MOST_LINKS,
        cases=_look_in_all(member, found.cases),
    )


def _look_in_all(member: SignedInStaff, cases: Mapping[str, frozenset[UUID]]) -> list[CaseOfLinks]:
    return [
        CaseOfLinks(reference=each, requests=pasted_links.look_in_case(open_case(member, each), item_ids))
        for each, item_ids in cases.items()
    ]


def _make_form() -> SameAnswerForm:
    form = SameAnswerForm(staff_reader())
    if "token" not in request.form:
        form.at.data = unit().now
    return form
