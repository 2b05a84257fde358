"""Is it gone? The links of a case that are not, what is known of each, and whether they still answer."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal.domain.lifecycle import ItemState
from portal.services.requests.views import ItemView
from portal.services.tracking import answers, looks
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.looks import LooksForm
from portal.web.desk.pages import LINKS_A_PAGE, Answered, asked_page, go
from portal.web.desk.panes import show_beside
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

LOOK = "look"
bp = make_blueprint("desk_looks", __name__, "/desk/cases/<reference>/gone")


@bp.route("", methods=["GET", "POST"])
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Answered:
    """The chosen ones are gone, as somebody saw; or the portal is to see whether they answer."""
    form = LooksForm()
    form.offer(_list_open(work))
    if form.validate_on_submit():
        with refusals(form):
            flash(_look(work, form.numbers) if request.form.get("step") == LOOK else _mark(work, form.numbers))
            return go("desk_looks.show", reference=work.reference)
    return _page(member, work, form)


def _look(work: CaseWork, numbers: Sequence[int]) -> str:
    count = looks.ask_looks(work, numbers)
    if not count:
        return str(_("Nothing to check: these were checked within the hour, or have no address."))
    return str(ngettext("%(num)d link is being checked.", "%(num)d links are being checked.", count))


def _mark(work: CaseWork, numbers: Sequence[int]) -> str:
    count = len(answers.mark_all_gone(work, numbers))
    return str(ngettext("%(num)d link is marked as gone.", "%(num)d links are marked as gone.", count))


def _list_open(work: CaseWork) -> list[ItemView]:
    return [item for item in item_views(work) if item.state is not ItemState.REMOVED]


def _page(member: SignedInStaff, work: CaseWork, form: LooksForm) -> Answered:
    items = _list_open(work)
    pages = max(1, -(-len(items) // LINKS_A_PAGE))
    page = min(asked_page(), pages)
    return show_beside(
        "desk/looks.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        problems=form.problems(),
        items=items[(page - 1) * LINKS_A_PAGE : page * LINKS_A_PAGE],
        found=looks.list_looks(work),
        is_offered=looks.may_look(work),
        is_switched_on=unit().config.may_look_at_links,
        has_proxy=unit().config.look_proxy is not None,
        page=page,
        pages=pages,
        address=lambda page: url_for("desk_looks.show", reference=work.reference, page=page),
    )
