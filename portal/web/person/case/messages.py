"""Messages between the person and the team."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.domain.quotas import Counted
from portal.services.cases import messages
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.flood_gate import rate_limited
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import show_form, zone_of
from portal.web.person.forms.case import MessageForm
from portal.web.refusals import refusals

bp = PersonBlueprint("messages", __name__)


@bp.get("/case/messages")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _messages_page(work, MessageForm())


@bp.post("/case/messages")
@rate_limited(Counted.MESSAGE)
@case_holder
def send(work: CaseWork) -> ResponseReturnValue:
    form = MessageForm()
    if form.validate():
        with refusals(form):
            messages.send_message(work, form.text.data or "")
            messages.mark_read(work)
            return redirect(url_for("messages.show"), 303)
    return _messages_page(work, form)


def _messages_page(work: CaseWork, form: MessageForm) -> ResponseReturnValue:
    return show_form(
        "person/case/messages.html",
        form,
        rows=messages.message_views(work),
        zone=zone_of(work),
        has_team=work.case.team_id is not None,
    )
