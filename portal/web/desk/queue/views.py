"""What a member keeps of the list for themselves: named views, and which columns it has."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.rights import Right
from portal.services.staff import accounts, saved_views
from portal.services.staff.saved_views import ViewRefused
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import go
from portal.web.desk.queue.page import read_choice, read_columns, write_choice
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_views", __name__, "/desk")


@bp.post("/views")
@allowed(Right.READ_CASES)
def save(member: SignedInStaff) -> Response:
    """The present view under a name; what is none of ours in it is left out."""
    asked = urlencode(_read_asked(), doseq=True)
    try:
        saved_views.save_view(unit().work(member.actor), request.form.get("name", ""), asked)
        flash(_("Saved. It stands on Today and above the list."))
    except ViewRefused as refused:
        flash(_(str(refused)))
    return redirect(f"{url_for('queue.show')}?{asked}", 303)


@bp.post("/views/<uuid:view_id>/drop")
@allowed(Right.READ_CASES)
def drop(member: SignedInStaff, view_id: UUID) -> Response:
    saved_views.drop_view(unit().work(member.actor), view_id)
    return go("queue.show")


@bp.post("/columns")
@allowed(Right.READ_CASES)
def keep_columns(member: SignedInStaff) -> Response:
    """From now on, wherever the address names none."""
    accounts.keep_columns(member.staff, read_columns(request.form))
    flash(_("The list has these columns from now on."))
    return redirect(url_for("queue.show", **write_choice(read_choice(request.form))), 303)


def _read_asked() -> dict[str, object]:
    columns = read_columns(request.form)
    return write_choice(read_choice(request.form)) | ({"columns": [each.value for each in columns]} if columns else {})
