"""What the person decides: who may see what, with whom to go on, what to take along, and erasing everything."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.quotas import Counted
from portal.services.casefile import export as case_export
from portal.services.casefile import sharing as case_sharing
from portal.services.cases import consent, erasure, handover, messages
from portal.services.cases.opening import Changed
from portal.services.intake import drafts
from portal.services.law.local_days import person_day
from portal.services.work import CaseWork
from portal.web import access
from portal.web.access import case_holder, public
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.person.acting import show_form, try_to, zone_of
from portal.web.person.forms.case import EraseForm, MessageForm
from portal.web.person.forms.reach import StatementForm
from portal.web.person.forms.steps import Setting
from portal.web.unit_of_work import unit

bp = Blueprint("own", __name__)
RECIPIENTS = ("platforms", "regulators")


@bp.get("/case/messages")
@case_holder
def show_messages(work: CaseWork) -> ResponseReturnValue:
    return _messages_page(work, MessageForm())


@bp.post("/case/messages")
@rate_limited(Counted.MESSAGE)
@case_holder
def send_message(work: CaseWork) -> ResponseReturnValue:
    form = MessageForm()
    if not form.validate():
        return _messages_page(work, form, is_wrong=True)
    refused = try_to(lambda: messages.send_message(work, form.text.data or ""))
    if refused:
        return _messages_page(work, form, refused=refused)
    messages.mark_read(work)
    return redirect(url_for("own.show_messages"), 303)


@bp.get("/case/sharing")
@case_holder
def sharing(work: CaseWork) -> ResponseReturnValue:
    return _sharing_page(work)


@bp.post("/case/sharing")
@case_holder
def change_sharing(work: CaseWork) -> ResponseReturnValue:
    recipient = request.form.get("give") or request.form.get("withdraw") or ""
    if recipient not in RECIPIENTS:
        abort(400)
    case_sharing.change_consent(work, recipient, given="give" in request.form)
    flash(_("Written down. It counts from now on; what was sent before cannot be called back."))
    return redirect(url_for("own.sharing"), 303)


@bp.get("/case/statement")
@case_holder
def statement(work: CaseWork) -> ResponseReturnValue:
    return _statement_page(work, _statement_form(work))


@bp.post("/case/statement")
@case_holder
def sign(work: CaseWork) -> ResponseReturnValue:
    form = _statement_form(work)
    if not form.validate():
        return _statement_page(work, form, is_wrong=True)
    report = replace(form.apply(work.report), signed_at=unit().now)
    try:
        drafts.save_report(work, report, version=form.version_number())
    except Changed:
        return _statement_page(
            work, form, refused=_("The case was changed in another window. Look, and send it again.")
        )
    flash(_("Written down. Letters that are made from now on say it."))
    return redirect(url_for("case.show"), 303)


@bp.get("/case/help")
@case_holder
def company(work: CaseWork) -> ResponseReturnValue:
    return _company_page(work)


@bp.post("/case/help")
@case_holder
def change_company(work: CaseWork) -> ResponseReturnValue:
    team = request.form.get("team", "")
    known = {team_id for team_id, _name in drafts.list_teams_to_ask(unit().db, work.report.country)}
    if team and team not in known:
        abort(400)
    if team:
        refused = try_to(lambda: handover.hand_to_team(work, UUID(team)))
    else:
        refused = try_to(lambda: handover.take_back(work))
    if refused:
        return _company_page(work, refused=refused)
    flash(
        _("The team can open your case now.")
        if team
        else _("You carry the case yourself now. The team cannot open it any more.")
    )
    return redirect(url_for("case.show"), 303)


@bp.get("/case/take-along")
@case_holder
def take_along(_opened: CaseWork) -> str:
    return render_template("person/case/take_along.html")


@bp.post("/case/take-along")
@case_holder
def export(work: CaseWork) -> Response:
    content = case_export.export_case(work)
    answer: Response = current_app.response_class(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="papers.zip"'
    return answer


@bp.get("/case/erase")
@case_holder
def ask_erase(work: CaseWork) -> ResponseReturnValue:
    return show_form("person/case/erase.html", EraseForm(), reference=work.reference)


@bp.post("/case/erase")
@case_holder
def erase(work: CaseWork) -> ResponseReturnValue:
    form = EraseForm()
    if not form.validate():
        return show_form("person/case/erase.html", form, is_wrong=True, reference=work.reference)
    erasure.erase(work)
    access.leave()
    return redirect(url_for("own.erased"), 303)


@bp.get("/erased")
@public
def erased() -> str:
    return render_template("person/erased.html")


def _statement_form(work: CaseWork) -> StatementForm:
    return StatementForm(Setting(report=work.report, today=person_day(work.report, unit().config, now=unit().now)))


def _statement_page(
    work: CaseWork, form: StatementForm, *, refused: str = "", is_wrong: bool = False
) -> ResponseReturnValue:
    form.version.data = str(work.case.version)
    return show_form("person/case/statement.html", form, refused=refused, is_wrong=is_wrong)


def _messages_page(
    work: CaseWork, form: MessageForm, *, refused: str = "", is_wrong: bool = False
) -> ResponseReturnValue:
    rows = messages.message_views(work)
    has_team = work.case.team_id is not None
    values = {"rows": rows, "zone": zone_of(work), "has_team": has_team}
    return show_form("person/case/messages.html", form, refused=refused, is_wrong=is_wrong, **values)


def _sharing_page(work: CaseWork) -> ResponseReturnValue:
    given = {each: consent.has_consent(unit().db, work.case, each) for each in RECIPIENTS}
    return show_form("person/case/sharing.html", PlainForm(formdata=None), given=given)


def _company_page(work: CaseWork, *, refused: str = "") -> ResponseReturnValue:
    teams = drafts.list_teams_to_ask(unit().db, work.report.country)
    has_team = work.case.team_id is not None
    return show_form(
        "person/case/company.html", PlainForm(formdata=None), refused=refused, teams=teams, has_team=has_team
    )
