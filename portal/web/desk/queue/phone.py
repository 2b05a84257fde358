"""A call taken down while the caller speaks: one page in any order, kept half-filled, and opened as a case."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.adapters.mail import BadAddress
from portal.domain.rights import Right
from portal.services.cases.opening import Changed, NoAccess, open_for_staff, read_stamp
from portal.services.intake import drafts
from portal.services.intake.submission import Incomplete
from portal.services.law.local_days import place_zone
from portal.services.phone import calls, opening
from portal.services.phone.opening import WordsBy
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.call_help import find_help
from portal.web.desk.forms.phone import SECTIONS, TOLD, PhoneForm
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.pages import show as show_page
from portal.web.late_writing import hold_case, let_go
from portal.web.places import country_names
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_phone", __name__, "/desk/new")


@bp.get("")
@allowed(Right.WORK_ON_CASES)
def show_new(member: SignedInStaff) -> Page:
    teams = list_teams(member)
    return show_call(member, make_form(teams, MultiDict()) if teams else None)


@bp.post("")
@allowed(Right.WORK_ON_CASES)
@locks_late
def begin(member: SignedInStaff) -> Answered:
    """Kept first, whatever was pressed, so that nothing that was typed is lost."""
    teams = list_teams(member)
    if not teams:
        return show_call(member, None, status=400)
    form = make_form(teams, request.form)
    team_id = UUID(form.chosen_team if form.chosen_team in dict(teams) else teams[0][0])
    with unit().writing() as writing:
        work = unit().work_in(writing, member.actor)
        begun = calls.begin_call(work, form.list_typed(), team_id=team_id, language=str(get_locale()))
        reference = begun.reference
    unit().read_again()
    found = find_call(member, reference)
    return go_on(member, found, form) if found else go("desk_today.show")


@bp.get("/<reference>")
@allowed(Right.WORK_ON_CASES)
def show(member: SignedInStaff, reference: str) -> Answered:
    work = find_call(member, reference)
    if work is None:
        return go_where_it_went(member, reference)
    return show_call(member, make_form(teams_of(work), MultiDict(list_pairs(calls.read_typed(work)))), work)


@bp.post("/<reference>")
@allowed(Right.WORK_ON_CASES)
@locks_late
def save(member: SignedInStaff, reference: str) -> Answered:
    work = find_call(member, reference)
    if work is None:
        return go_where_it_went(member, reference)
    form = make_form(teams_of(work), request.form)
    try:
        hold_case(work)
        calls.save_call(work, form.list_typed(), version=read_version())
    except Changed:
        unit().refuse()
        return show_call(member, form, work, status=409, note=describe_change())
    let_go(work)
    return go_on(member, work, form)


@bp.post("/<reference>/discard")
@allowed(Right.WORK_ON_CASES)
def discard(member: SignedInStaff, reference: str) -> Answered:
    work = find_call(member, reference, to_change=True)
    if work is None:
        return go_where_it_went(member, reference)
    calls.discard_call(work)
    flash(_("The call is thrown away. Nothing of it is left."))
    return go("desk_today.show")


def go_on(member: SignedInStaff, work: CaseWork, form: PhoneForm) -> Answered:
    """After it was saved: open the case, show the page anew to the script that saves by itself, or go to the call."""
    if "open" in request.form:
        return open_case(member, work, form)
    if "auto" in request.form:
        return show_call(member, form, work)
    flash(_("Saved. The call is on Today until the case is opened."))
    return go("desk_phone.show", reference=work.reference)


def open_case(member: SignedInStaff, work: CaseWork, form: PhoneForm) -> Answered:
    if form.validate():
        zone = place_zone(form.country.data, form.subdivision.data.partition("-")[2] or None, unit().config)
        call = form.call(unit().ports, team_id=str(calls.team_of(work)), zone=zone.key)
        with refusals(form, BadAddress):
            try:
                plan = opening.plan_case(work, call)
                hold_case(work)
                if plan.stamp != read_stamp(work):
                    raise Changed
                opening.keep_case(work, plan, call)
                reads = call.words_by in {WordsBy.READ, WordsBy.PAPER}
                return go("desk_first_words.show" if reads else "desk_case.show", reference=work.reference)
            except Incomplete as error:
                form.show_missing(error.missing)
            except Changed:
                unit().refuse()
                return show_call(member, form, work, status=409, note=describe_change())
    return show_call(member, form, work, status=400)


def show_call(
    member: SignedInStaff, form: PhoneForm | None, work: CaseWork | None = None, *, status: int = 200, note: str = ""
) -> Page:
    """The page of a call; without a form where no team of the member takes cases."""
    country = form.country.data if form and form.country.data in dict(country_names(str(get_locale()))) else ""
    is_child = form is not None and form.is_child
    return show_page(
        "desk/queue/phone.html",
        member,
        status=status,
        form=form,
        problems=form.problems() if form and status == 400 else [],
        sections=SECTIONS,
        told=TOLD,
        reference=work.reference if work else "",
        version=work.case.version if work else "",
        action=url_for("desk_phone.save", reference=work.reference) if work else url_for("desk_phone.begin"),
        note=note,
        help=find_help(country, None, is_child=is_child),
        is_child=is_child,
        is_known=bool(country),
        is_urgent=form is not None and bool(form.danger.data or form.suicide.data),
        days=unit().config.draft_days,
    )


def find_call(member: SignedInStaff, reference: str, *, to_change: bool = False) -> CaseWork | None:
    with suppress(NoAccess):
        work = unit().work(member.actor)
        return calls.open_call(work, reference, team_keys=member.team_keys, to_change=to_change)
    return None


def go_where_it_went(member: SignedInStaff, reference: str) -> Answered:
    """A call that is a case by now leads to it. One that is not there and one that is not theirs are answered alike."""
    with suppress(NoAccess):
        work = unit().work(member.actor)
        open_for_staff(work, reference, team_keys=member.team_keys, to_change=False)
        return go("desk_case.show", reference=reference)
    text = _("This call is not there any more: it was thrown away, or its days are over.")
    place = url_for("desk_today.show")
    return render_template("desk/stopped.html", heading=_("This page is not here"), text=text, place=place), 404


def list_teams(member: SignedInStaff) -> list[tuple[str, str]]:
    """The member's teams that take cases now."""
    mine = {str(team_id) for team_id in member.team_keys}
    return [each for each in drafts.list_teams_to_ask(unit().db, "") if each[0] in mine]


def teams_of(work: CaseWork) -> list[tuple[str, str]]:
    """The one team of a call that was saved: from then on there is nothing to choose."""
    return [(str(calls.team_of(work)), "")]


def make_form(teams: list[tuple[str, str]], typed: MultiDict[str, str]) -> PhoneForm:
    return PhoneForm(teams, has_mail=unit().config.mail is not None, formdata=typed)


def list_pairs(typed: calls.Typed) -> list[tuple[str, str]]:
    return [(name, value) for name, values in typed.items() for value in values]


def read_version() -> int | None:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def describe_change() -> str:
    text = _("A colleague saved this call after you opened it. What you typed is still here. Save again to keep it.")
    return str(text)
