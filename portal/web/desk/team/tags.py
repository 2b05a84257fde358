"""A team's tags: the supervisor keeps the list, and whoever works on a case gives it some of them."""

from __future__ import annotations

from uuid import UUID

from flask import flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.rights import Right
from portal.services.cases import tags
from portal.services.cases.tags import TagRefused, TagView
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.pages import Answered, go, show_form
from portal.web.desk.team.words import KeptWords, WordsPage, list_own_teams, show_entry, show_words
from portal.web.fields import ChoiceField, PageForm, TextField
from portal.web.forms.typed_fields import CheckboxesField
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_tags", __name__, "/desk")


class TagForm(PageForm):
    team_id = ChoiceField(_l("Team"), required=_l("Choose the team."))
    name = TextField(
        _l("Tag"),
        [DataRequired(_l("Write the tag."))],
        longest=tags.LONGEST,
        description=_l("A word for many cases. It is stored plain: write no name of a person into it."),
    )


class CaseTagsForm(PageForm):
    tags = CheckboxesField(_l("Tags"))

    @property
    def chosen(self) -> list[UUID]:
        return [UUID(each) for each in self.tags.data or ()]


@bp.get("/team/tags")
@allowed(Right.LEAD_TEAM)
def show(member: SignedInStaff) -> Answered:
    page = WordsPage(
        title=_("Tags"),
        below=_("The team’s own words for its cases, to find them together. Only the team sees them."),
        add=url_for("desk_tags.add"),
        add_words=_("Add a tag"),
        change_words=_("Rename"),
        empty=_("There is none yet. A good first one: a campaign, or a wave of cases that came together."),
    )
    rows = [
        KeptWords(
            title=each.name,
            beside=each.team,
            found_at=url_for("queue.show", tag=each.id),
            change=url_for("desk_tags.change", tag_id=each.id),
            drop=url_for("desk_tags.drop", tag_id=each.id),
        )
        for each in tags.list_tags(unit().work(member.actor), tuple(member.team_keys))
    ]
    return show_words(member, page, rows)


@bp.route("/team/tags/new", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
def add(member: SignedInStaff) -> Answered:
    return _keep(member, None)


@bp.route("/team/tags/<uuid:tag_id>", methods=["GET", "POST"])
@allowed(Right.LEAD_TEAM)
def change(member: SignedInStaff, tag_id: UUID) -> Answered:
    found = tags.list_tags(unit().work(member.actor), tuple(member.team_keys))
    one = next((each for each in found if each.id == tag_id), None)
    return _keep(member, one) if one else go("desk_tags.show")


@bp.post("/team/tags/<uuid:tag_id>/drop")
@allowed(Right.LEAD_TEAM)
def drop(member: SignedInStaff, tag_id: UUID) -> Answered:
    tags.drop_tag(unit().work(member.actor), tag_id, tuple(member.team_keys))
    flash(_("Deleted, and taken from every case."))
    return go("desk_tags.show")


@bp.route("/cases/<reference>/tags", methods=["GET", "POST"])
@on_case
def set_on_case(member: SignedInStaff, work: CaseWork) -> Answered:
    known = tags.list_tags(work, [work.case.team_id] if work.case.team_id else [])
    form = CaseTagsForm(data={"tags": [str(each) for each in tags.list_ids(work)]})
    form.tags.choices = [(str(each.id), each.name) for each in known]
    if form.validate_on_submit():
        with refusals(form):
            tags.set_tags(work, form.chosen)
            return go("desk_case.show", reference=work.reference)
    text = "" if known else _("The team has no tags yet. A supervisor makes them, on the page of the team.")
    back = url_for("desk_case.show", reference=work.reference)
    return show_form(member, work, form, title=_("Tags of the case"), button=_("Save the tags"), back=back, text=text)


def _keep(member: SignedInStaff, one: TagView | None) -> Answered:
    work, ours = unit().work(member.actor), tuple(member.team_keys)
    teams = list_own_teams(member)
    form = TagForm(
        data={"team_id": str(one.team_id) if one else next(iter(teams), ""), "name": one.name if one else ""}
    )
    form.team_id.offer(teams.items())
    if one:
        del form.team_id  # cases have it already
    if form.validate_on_submit():
        team_id = one.team_id if one else UUID(str(form.team_id.data))
        with refusals(form, TagRefused):
            tags.keep_tag(work, team_id, form.name.data or "", ours, one.id if one else None)
            return go("desk_tags.show")
    return show_entry(
        member,
        form,
        title=_("Rename a tag") if one else _("A new tag"),
        back_to=url_for("desk_tags.show"),
        back_words=_("Back to the tags"),
    )
