"""What legal reviewers said of the letters and complaints of a case."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from portal.domain.lifecycle import ReviewVerdict
from portal.services.letters import reviews
from portal.services.letters.reviews import ReviewCommand, Subject
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case_to_read, on_case_to_review
from portal.web.desk.case_phrases import name_letter
from portal.web.desk.pages import Answered, Page, go, show_form
from portal.web.desk.panes import show_beside
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm, TextField
from portal.web.refusals import refusals
from portal.web.staff_settings import desk_zone

bp = make_blueprint("desk_reviews", __name__, "/desk/cases/<reference>/reviews")


class ReviewForm(PageForm):
    verdict = RadioField(_l("What do you say of it?"), [InputRequired(_l("Choose one."))])
    text = TextField(_l("What has to be changed, or what you looked at"), lines=True)

    def __init__(self) -> None:
        super().__init__()
        self.verdict.choices = choices_of(ReviewVerdict)

    @property
    def command(self) -> ReviewCommand:
        return ReviewCommand(verdict=ReviewVerdict(self.verdict.data), text=self.text.data or "")


@bp.get("")
@on_case_to_read
def show_all(member: SignedInStaff, work: CaseWork) -> Page:
    return show_beside("desk/reviews.html", member, work, rows=reviews.list_reviewable(work))


@bp.route("/<any(letter, complaint):subject>/<int:number>", methods=["GET", "POST"])
@on_case_to_review
def review(member: SignedInStaff, work: CaseWork, subject: str, number: int) -> Answered:
    form, what = ReviewForm(), Subject(subject)
    one = reviews.find_reviewable(work, what, number)
    if form.validate_on_submit():
        with refusals(form):
            reviews.add_review(work, what, number, form.command)
            return go("desk_reviews.show_all", reference=work.reference)
    named = name_letter(one.letter, one.letter.recipient, desk_zone().key) if one.letter else one.name
    title = _("Review: %(name)s", name=named)
    text = _("The team reads it. The person does not see it on their page. A letter itself is never changed.")
    back = url_for("desk_reviews.show_all", reference=work.reference)
    return show_form(member, work, form, title=title, button=_("Keep the review"), back=back, text=text)
