"""What a member typed and sent after they had been signed out: shown once they are back, to be sent or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app, flash, request, session
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from portal.services.signin import kept_forms
from portal.services.signin.kept_forms import KeptView
from portal.web.access import EVERY_ROLE, SignedInStaff, is_read_by_staff, staff
from portal.web.desk.blueprint import home_of, make_blueprint
from portal.web.desk.pages import Answered, go
from portal.web.desk.pages import show as show_page
from portal.web.kept_forms import FIELD
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_kept", __name__, "/desk/typed")


@dataclass(frozen=True, kw_only=True, repr=False)
class KeptLine:
    """One form on the page. `reference`: of its case, if it is about one; `opens`: whether its page can be opened."""

    id: UUID
    kept_at: datetime
    path: str
    fields: tuple[tuple[str, str], ...]
    reference: str
    opens: bool


@bp.get("")
@staff(*EVERY_ROLE)
def show(member: SignedInStaff) -> Answered:
    waiting = kept_forms.list_kept(unit().db, member.staff.id, member.private_key, now=unit().now)
    lines = [_line(each) for each in waiting]
    return show_page("desk/account/kept_forms.html", member, lines=lines, home=home_of(member.staff.role), field=FIELD)


@bp.post("/discard")
@staff(*EVERY_ROLE)
def discard(member: SignedInStaff) -> Answered:
    kept_forms.discard(unit().db, member.staff.id, _read_id())
    flash(_("Thrown away."))
    return go("desk_kept.show")


@bp.after_app_request
def forget_sent(answer: Response) -> Response:
    """A form that was kept and has now been taken needs keeping no more; one that was refused stays."""
    # Only of a form that was taken: one that was too large must not even be looked at.
    if answer.status_code != 303 or not is_read_by_staff() or FIELD not in request.form:
        return answer
    unit().end_transaction()  # of what was sent, before another transaction writes
    with unit().writing() as writing:
        kept_forms.discard(writing, UUID(session["staff_id"]), _read_id())
    return answer


def _read_id() -> UUID:
    """Which form is meant; the id of none where it is no id."""
    try:
        return UUID(request.form.get(FIELD, ""))
    except ValueError:
        return UUID(int=0)


def _line(kept: KeptView) -> KeptLine:
    """What the page says about a form, from the address it was sent to."""
    urls = current_app.url_map.bind("")
    try:
        values = urls.match(kept.form.path, method="POST")[1]
    except HTTPException:
        values = {}
    opens = urls.test(kept.form.path, method="GET")
    return KeptLine(
        id=kept.id,
        kept_at=kept.kept_at,
        path=kept.form.path,
        fields=kept.form.fields,
        reference=str(values.get("reference", "")),
        opens=opens,
    )
