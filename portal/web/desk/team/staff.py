"""The administrator's pages: who there is, inviting, a new team, another role, a lost password, an account's end."""

from __future__ import annotations

from uuid import UUID

from flask import abort, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.adapters.word_list import UnknownWord, WrongCount
from portal.domain.rights import Right, may
from portal.models.accounts import Staff
from portal.services.operations import troubles
from portal.services.ports import SYSTEM
from portal.services.staff import invitations, lists, members
from portal.services.staff.accounts import AccountRefused
from portal.services.staff.invitations import InvitationOver
from portal.web.access import SignedInStaff, allowed, public
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.forms.staff import InviteForm, JoinForm, RoleForm, TeamForm
from portal.web.desk.pages import Answered, Page, go
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed
from portal.web.fields import PageForm
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_staff", __name__, "/desk/staff")


@bp.get("")
@allowed(Right.KEEP_STAFF)
def show(member: SignedInStaff) -> Page:
    open_ones = invitations.list_open(unit().db, now=unit().now)
    found = troubles.find_troubles(unit().work(member.actor), team_ids=None)
    rows = lists.list_staff(unit().db)
    return show_page("desk/team/staff.html", member, rows=rows, invited=open_ones, troubles=found)


@bp.route("/invite", methods=["GET", "POST"])
@allowed(Right.KEEP_STAFF)
@confirmed
def invite(member: SignedInStaff) -> Answered:
    form = InviteForm()
    form.offer(lists.list_teams(unit().db))
    if form.validate_on_submit():
        with refusals(form, AccountRefused):
            made = invitations.invite(unit().work(member.actor), form.guest, by=member.staff.id)
            return show_words(member, form.guest.login, form.guest.name, made)
    text = _("They get six words from you and set a password of their own. A supervisor of the team then lets them in.")
    return show_form(member, form, title=_("Invite somebody"), button=_("Make the words"), text=text)


@bp.route("/team", methods=["GET", "POST"])
@allowed(Right.KEEP_STAFF)
@confirmed
def make_team(member: SignedInStaff) -> Answered:
    form, everybody = TeamForm(), lists.list_staff(unit().db)
    form.offer([one for one in everybody if one.ended_at is None and may(one.role, Right.LEAD_TEAM)])
    if form.validate_on_submit():
        with refusals(form, AccountRefused):
            begin_team(member, form)
            return go("desk_staff.show")
    text = _(
        "The team’s key is made for its first member, a supervisor, who lets the others in. You get no key by making "
        "a team. People are offered it once a supervisor of another team has agreed; the first team is shown at once."
    )
    return show_form(member, form, title=_("Make a team"), button=_("Make the team"), text=text)


@bp.post("/invitations/<uuid:invitation_id>/end")
@allowed(Right.KEEP_STAFF)
def end_invitation(member: SignedInStaff, invitation_id: UUID) -> Response:
    invitations.end(unit().db, invitation_id, now=unit().now)
    return go("desk_staff.show")


@bp.route("/<login>/role", methods=["GET", "POST"])
@allowed(Right.KEEP_STAFF)
@confirmed
def change_role(member: SignedInStaff, login: str) -> Answered:
    one, form = find(login), RoleForm()
    form.begin_with(one.role, one.scope)
    if form.validate_on_submit():
        with refusals(form, AccountRefused):
            members.change_role(
                unit().db, login, form.chosen_role, form.chosen_scope, by=member.staff.id, now=unit().now
            )
            return go("desk_staff.show")
    text = _("They are signed out at once. Whoever reads no cases any more leaves their teams.")
    return show_form(member, form, title=_("Another role for %(name)s", name=one.name), button=_("Change"), text=text)


@bp.route("/<login>/password", methods=["GET", "POST"])
@allowed(Right.KEEP_STAFF)
@confirmed
def renew_password(member: SignedInStaff, login: str) -> Answered:
    one, form = find(login), PageForm()
    if form.validate_on_submit():
        with refusals(form, AccountRefused):
            made = invitations.invite_back(unit().work(member.actor), login, by=member.staff.id)
            return show_words(member, one.login, one.name, made)
    text = _(
        "They get six words from you and set a new password. It makes new keys: a supervisor of each team, or the "
        "recovery key, has to let them in again. No case is lost. The second factor is set up anew as well."
    )
    title = _("A new password for %(name)s", name=one.name)
    return show_form(member, form, title=title, button=_("Make the words"), text=text)


@bp.route("/<login>/end", methods=["GET", "POST"])
@allowed(Right.KEEP_STAFF)
@confirmed
def end(member: SignedInStaff, login: str) -> Answered:
    one, form = find(login), PageForm()
    if form.validate_on_submit():
        with refusals(form, AccountRefused):
            members.end_by_administrator(unit().db, login, by=member.staff.id, now=unit().now)
            return go("desk_staff.show")
    text = _(
        "They cannot sign in any more and read no case from that moment. The key of each of their teams is changed "
        "when a colleague is on the desk next. Cases they carried are then without an advocate."
    )
    title = _("End the account of %(name)s?", name=one.name)
    return show_form(member, form, title=title, button=_("End the account"), text=text)


@bp.route("/join", methods=["GET", "POST"])
@public
def join() -> Answered:
    """For whoever got words from an administrator: a password of their own."""
    form = JoinForm()
    if form.validate_on_submit():
        try:
            with refusals(form, AccountRefused, at=form.password):
                invitations.accept(unit().work(SYSTEM), form.login.data, form.words.data, form.password.data)
                return go("signin.show")
        except InvitationOver:
            form.form_errors.append(_("The name or the words do not fit, or they are over. Ask for new ones."))
        except (WrongCount, UnknownWord):
            form.words.errors = [_("These are not six words as they were given. Look at each of them once more.")]
    status = 400 if form.is_submitted() else 200
    return render_template("desk/account/join.html", form=form, problems=form.problems()), status


def find(login: str) -> Staff:
    """Somebody whose account has not ended, or 404."""
    try:
        return members.find_staff(unit().db, login)
    except AccountRefused:
        abort(404)


def begin_team(member: SignedInStaff, form: TeamForm) -> None:
    """Raises AccountRefused."""
    countries = members.read_countries(form.countries.data or "")
    name, first = form.name.data or "", form.first.data
    members.make_team(unit().db, name, countries, first, by=member.staff.id, now=unit().now)


def show_words(member: SignedInStaff, login: str, name: str, words: str) -> Page:
    return show_page("desk/account/invited.html", member, login=login, invited=name, words=words)


def show_form(member: SignedInStaff, form: PageForm, *, title: str, button: str, text: str) -> Page:
    status = 400 if form.is_submitted() else 200
    values = {"form": form, "title": title, "button_label": button, "text": text}
    return show_page("desk/team/staff_form.html", member, status=status, problems=form.problems(), **values)
