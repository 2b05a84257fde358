"""Ready texts of a team: the supervisor keeps them, and whoever writes puts one in with a press."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.rights import Right
from portal.models.snippets import SnippetUse
from portal.services.staff import snippets
from portal.services.staff.snippets import Placeholder, SnippetCommand, SnippetRefused, SnippetView
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.pages import Answered, go
from portal.web.desk.team.words import KeptWords, WordsPage, list_own_teams, show_entry, show_words
from portal.web.fields import ChoiceField, PageForm, TextField
from portal.web.filters import show_day
from portal.web.refusals import refusals
from portal.web.staff_settings import desk_zone
from portal.web.unit_of_work import unit

PUT_IN = "put_in"  # the button, and the field beside it
USES = {
    SnippetUse.MESSAGE: _l("Messages to the person"),
    SnippetUse.NOTE: _l("Notes of the team"),
    SnippetUse.ANSWER: _l("Answers to platforms"),
}

bp = make_blueprint("desk_snippets", __name__, "/desk/team/snippets")


class SnippetForm(PageForm):
    team_id = ChoiceField(_l("Team"), required=_l("Choose the team."))
    use = ChoiceField(
        _l("Where it is offered"),
        choices=[(use.value, words) for use, words in USES.items()],
        required=_l("Choose where."),
    )
    title = TextField(_l("Title"), [DataRequired(_l("Write a title."))], longest=snippets.LONGEST_TITLE)
    text = TextField(
        _l("Text"),
        [DataRequired(_l("Write the text."))],
        lines=True,
        longest=snippets.LONGEST_TEXT,
        description=_l(
            "Filled in when it is used: {reference}, {my name}, {team}, {today}. Write no name of a person into it."
        ),
    )


@bp.get("")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff) -> Answered:
    page = WordsPage(
        title=_("Ready texts"),
        below=_(
            "Offered where a message, a note or an answer to a platform is written. Each can be changed before it is "
            "sent."
        ),
        add=url_for("desk_snippets.add"),
        add_words=_("Add a text"),
        change_words=_("Change"),
        empty=_("There is none yet. A good first one: how and when the team answers."),
    )
    rows = [
        KeptWords(
            title=each.title,
            beside=f"{USES[each.use]} · {each.team}",
            text=each.text,
            change=url_for("desk_snippets.change", snippet_id=each.id),
            drop=url_for("desk_snippets.drop", snippet_id=each.id),
        )
        for each in snippets.list_snippets(unit().work(member.actor), tuple(member.team_keys))
    ]
    return show_words(member, page, rows)


@bp.route("/new", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
def add(member: SignedInStaff) -> Answered:
    return _keep(member, None)


@bp.route("/<uuid:snippet_id>", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
def change(member: SignedInStaff, snippet_id: UUID) -> Answered:
    found = snippets.list_snippets(unit().work(member.actor), tuple(member.team_keys))
    one = next((each for each in found if each.id == snippet_id), None)
    return _keep(member, one) if one else go("desk_snippets.show")


@bp.post("/<uuid:snippet_id>/drop")
@allowed(Right.LEAD_TEAM)
def drop(member: SignedInStaff, snippet_id: UUID) -> Answered:
    snippets.drop(unit().work(member.actor), snippet_id, tuple(member.team_keys))
    flash(_("Deleted. What was written with it stays."))
    return go("desk_snippets.show")


def list_offered(work: CaseWork, use: SnippetUse) -> Sequence[SnippetView]:
    """What can be put in on a page of this case."""
    return snippets.list_snippets(work, [work.case.team_id], use) if work.case.team_id else ()


def put_in(field: Any, member: SignedInStaff, work: CaseWork, use: SnippetUse) -> bool:
    """Whether the button for it was pressed: the field has the chosen snippet below what was typed."""
    if PUT_IN not in request.form:
        return False
    chosen = next((each for each in list_offered(work, use) if str(each.id) == request.form.get("snippet")), None)
    if chosen is None:
        return True
    today = unit().now.astimezone(desk_zone()).date()
    values = {
        Placeholder.REFERENCE: work.reference,
        Placeholder.MEMBER: member.staff.name,
        Placeholder.TEAM: chosen.team,
        Placeholder.TODAY: show_day(today),
    }
    typed = (field.data or "").rstrip()
    field.data = "\n\n".join(part for part in (typed, snippets.fill(chosen.text, values)) if part)
    return True


def _keep(member: SignedInStaff, one: SnippetView | None) -> Answered:
    work = unit().work(member.actor)
    teams = list_own_teams(member)
    begun = {"team_id": str(one.team_id), "use": one.use.value, "title": one.title, "text": one.text} if one else {}
    form = SnippetForm(data=begun or {"team_id": next(iter(teams), "")})
    form.team_id.offer(teams.items())
    if form.validate_on_submit():
        with refusals(form, SnippetRefused):
            command = SnippetCommand(
                id=one.id if one else None,
                team_id=UUID(str(form.team_id.data)),
                use=SnippetUse(str(form.use.data)),
                title=form.title.data or "",
                text=form.text.data or "",
            )
            snippets.keep(work, command, tuple(member.team_keys))
            flash(_("Kept."))
            return go("desk_snippets.show")
    return show_entry(
        member,
        form,
        title=_("Change a ready text") if one else _("A new ready text"),
        back_to=url_for("desk_snippets.show"),
        back_words=_("Back to the ready texts"),
    )
