"""Other cases that have to do with this one: linked, of the same person, with the same links or the same account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.cases import finding
from portal.services.intake import case_links
from portal.services.intake.case_links import NO_OTHER
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read, open_case
from portal.web.desk.forms.others import LinkCasesForm, MergeCasesForm, PosterForm
from portal.web.desk.pages import Answered, Page, go, read_reference, show_form
from portal.web.desk.panes import show_beside
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

T = TypeVar("T")

bp = make_blueprint("desk_others", __name__, "/desk/cases/<reference>/others")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork) -> Page:
    return show_beside(
        "desk/others.html",
        member,
        work,
        linked=case_links.list_linked(work),
        shared=finding.list_shared(work),
        posters=case_links.list_posters(work),
        may_change=member.may(Right.WORK_ON_CASES),
    )


@bp.route("/link", methods=["GET", "POST"])
@on_case
@locks_late
def link(member: SignedInStaff, work: CaseWork) -> Answered:
    form = LinkCasesForm()
    if form.validate_on_submit():
        with refusals(form):
            _with_both(
                member, work, form.other.data, lambda one, other: case_links.link(one, other, form.reason.data or "")
            )
            return _back_to(work)
    _fill_in(form)
    return show_form(
        member, work, form, title=_("Link with another case"), button=_("Link the cases"), back=_address(work)
    )


@bp.route("/merge", methods=["GET", "POST"])
@on_case
@locks_late
def merge(member: SignedInStaff, work: CaseWork) -> Answered:
    form = MergeCasesForm(work.reference)
    if form.validate_on_submit():
        with refusals(form):

            def put_together(one: CaseWork, other: CaseWork) -> int:
                first, second = (one, other) if form.is_this_first else (other, one)
                done = case_links.merge(first, second, form.said.data or "")
                return len(done.added) + done.places

            added = _with_both(member, work, form.other.data, put_together)
            flash(
                ngettext(
                    "Put together. %(num)d place was added to the case that goes on.",
                    "Put together. %(num)d places were added to the case that goes on.",
                    added,
                )
            )
            return _back_to(work)
    _fill_in(form)
    text = _(
        "One case goes on. The other is closed, and stays readable as it is, also with its own six words. What of it "
        "is still online is added to the first, each place once. Safe hours are not carried over: look at them in both."
    )
    return show_form(
        member, work, form, title=_("One person, two cases"), button=_("Put together"), back=_address(work), text=text
    )


@bp.post("/<other>/unlink")
@on_case
@locks_late
def unlink(member: SignedInStaff, work: CaseWork, other: str) -> Response:
    _with_both(member, work, other, case_links.unlink)
    flash(_("The cases are not linked any more. Links that were added stay where they are."))
    return _back_to(work)


@bp.route("/account", methods=["GET", "POST"])
@on_case
def name_poster(member: SignedInStaff, work: CaseWork) -> Answered:
    form = PosterForm()
    if form.validate_on_submit():
        with refusals(form):
            case_links.name_poster(work, form.account.data or "", form.place.data or "")
            return _back_to(work)
    return show_form(
        member,
        work,
        form,
        title=_("An account that posted"),
        button=_("Write it down"),
        back=_address(work),
        text=_("Cases of the team that name the same account are shown to each other. The person does not see it."),
    )


@bp.post("/account/<uuid:poster_id>/drop")
@on_case
def drop_poster(member: SignedInStaff, work: CaseWork, poster_id: UUID) -> Response:
    case_links.drop_poster(work, poster_id)
    return _back_to(work)


def _with_both(member: SignedInStaff, work: CaseWork, other: str | None, do: Callable[[CaseWork, CaseWork], T]) -> T:
    """Do it with both cases held, this one first; always taken in one order, so that two who do it at once wait."""
    references = {work.reference, read_reference((other or "")[:40])}
    if len(references) < 2:
        raise StepRefused(NO_OTHER)
    with unit().writing() as session:
        try:
            opened = {each: open_case(member, each, session) for each in sorted(references)}
        except NotFound as error:
            raise StepRefused(NO_OTHER) from error
        [theirs] = references - {work.reference}
        return do(opened[work.reference], opened[theirs])


def _fill_in(form: LinkCasesForm | MergeCasesForm) -> None:
    """The other case, where the page that led here named it."""
    if not form.is_submitted():
        form.other.data = request.args.get("other", "")[:20]


def _address(work: CaseWork) -> str:
    return url_for("desk_others.show", reference=work.reference)


def _back_to(work: CaseWork) -> Response:
    return go("desk_others.show", reference=work.reference)
