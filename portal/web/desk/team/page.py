"""The supervisor's page of the team: what was changed, who waits, who is in it, what is overdue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from flask import abort, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.domain.rights import Right
from portal.services.casefile.queue.filters import QueueChoice, QueueFilter
from portal.services.casefile.queue.listing import list_queue
from portal.services.staff import lists, members, security_notices
from portal.services.staff.accounts import AccountRefused
from portal.services.staff.lists import TeamMember
from portal.services.staff.team_keys import StaleKey
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.key_rotation import continue_key_rotation
from portal.web.desk.pages import Answered, Page, go, read_page
from portal.web.desk.pages import show as show_page
from portal.web.desk.step_up import confirmed
from portal.web.desk.team.words import show_entry
from portal.web.fields import ChoiceField, MailField, PageForm, check_mail
from portal.web.refusals import refusals
from portal.web.reply_times import REPLIES
from portal.web.unit_of_work import READING, unit

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class AddressForm(PageForm):
    email = MailField(
        _l("E-mail address for answers"),
        [check_mail],
        description=_l("Letters of this team name it, and so do fields to copy. Empty: the organisation’s address."),
        longest=254,
    )
    replies = ChoiceField(
        _l("Usual time to answer a message of the person"),
        choices=[("", _l("Not said")), *((str(hours), label) for hours, label in REPLIES.items())],
        description=_l("Shown on the case page of the person, beside the team’s name."),
    )


bp = make_blueprint("desk_team", __name__, "/desk/team")


@bp.get("")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff) -> Page:
    is_busy = continue_key_rotation(member)
    return show_team(member, is_busy=is_busy)


@bp.post("/let-in/<uuid:membership_id>")
@allowed(Right.LEAD_TEAM)
@confirmed
def let_in(member: SignedInStaff, membership_id: UUID) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form, AccountRefused, StaleKey):
        members.let_colleague_in(unit().db, membership_id, member.team_keys, by=member.staff.id, now=unit().now)
        return go("desk_team.show")
    return show_team(member, refused=form.form_errors)


@bp.route("/members/<uuid:membership_id>/remove", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
@confirmed
def remove(member: SignedInStaff, membership_id: UUID) -> Answered:
    """Asks once, because the colleague can come back only by waiting to be let in again."""
    found = [one for one in list_team(member) if one.membership_id == membership_id]
    if not found:
        abort(404)
    if request.method in READING:
        return show_page("desk/team/remove_member.html", member, one=found[0])
    form = PageForm(formdata=None)
    with refusals(form, AccountRefused, StaleKey):
        members.remove_from_team(unit().db, membership_id, keys=member.team_keys, by=member.staff.id, now=unit().now)
        return go("desk_team.show")
    return show_team(member, refused=form.form_errors)


@bp.post("/new/<uuid:team_id>")
@allowed(Right.LEAD_TEAM)
@confirmed
def show_to_people(member: SignedInStaff, team_id: UUID) -> Answered:
    """A team that an administrator made is offered to people once a supervisor of another team has said so."""
    form = PageForm(formdata=None)
    with refusals(form, AccountRefused):
        members.show_team(unit().db, team_id, member.team_keys, by=member.staff.id, now=unit().now)
        return go("desk_team.show")
    return show_team(member, refused=form.form_errors)


@bp.route("/<uuid:team_id>/address", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
@confirmed
def set_address(member: SignedInStaff, team_id: UUID) -> Answered:
    """Where platforms and authorities answer to. Never the mailbox of a person who has not chosen that."""
    addresses = lists.list_addresses(unit().db, tuple(member.team_keys))
    own = next((one for one in addresses if one.team_id == team_id), None)
    if own is None:
        return show_team(member, refused=[_("This is not one of your teams.")])
    form = AddressForm(data={"email": own.email, "replies": str(own.reply_hours or "")})
    if request.method not in READING and form.validate():
        with refusals(form, AccountRefused):
            members.set_team_email(
                unit().db,
                team_id,
                form.email.data or "",
                member.team_keys,
                reply_hours=int(form.replies.data) if form.replies.data else None,
                by=member.staff.id,
                now=unit().now,
            )
            return go("desk_team.show")
    standard = unit().config.organisation.email
    return show_entry(
        member,
        form,
        title=_("Where answers go, and how fast"),
        above=own.team,
        below_field=_("The organisation’s address: %(address)s", address=standard) if standard else "",
        back_to=url_for("desk_team.show"),
        back_words=_("Back to the team"),
        button_label=_("Save"),
    )


@bp.post("/seen")
@allowed(Right.LEAD_TEAM)
def mark_seen(member: SignedInStaff) -> Response:
    """The marks that stood on the page, so that one that came meanwhile is not waved through."""
    shown = [UUID(text) for text in request.form.getlist("mark") if is_id(text)]
    security_notices.confirm_seen(unit().db, member.staff.id, tuple(member.team_keys), shown, now=unit().now)
    return go("desk_team.show")


def list_team(member: SignedInStaff) -> tuple[TeamMember, ...]:
    return lists.list_members(unit().db, tuple(member.team_keys))


def is_id(text: str) -> bool:
    return ID.fullmatch(text) is not None


def show_team(member: SignedInStaff, *, refused: Sequence[str] = (), is_busy: bool = False) -> Page:
    team_ids = tuple(member.team_keys)
    overdue = list_queue(
        unit().work(member.actor),
        team_ids=team_ids,
        choice=QueueChoice(show=QueueFilter.OVERDUE),
        page=read_page(request.args.get("page", "")),
    )
    return show_page(
        "desk/team/page.html",
        member,
        status=409 if refused else 200,
        queue=overdue,
        # Behind the last page with a number the list itself goes on.
        behind=url_for("queue.show", show=QueueFilter.OVERDUE.value, after=overdue.behind) if overdue.behind else "",
        waiting=lists.list_waiting(unit().db, team_ids),
        new_teams=lists.list_new_teams(unit().db),
        members=[one for one in list_team(member) if not one.is_waiting],
        marks=security_notices.list_unseen(unit().db, member.staff.id, team_ids),
        me=member.staff.id,
        is_busy=is_busy,
        refused=refused,
        addresses=lists.list_addresses(unit().db, team_ids),
        standard=unit().config.organisation.email or "",
        address=lambda number: url_for("desk_team.show", page=number),
    )
