"""Referring a person to others who help, with what they agreed to and nothing more."""

from __future__ import annotations

from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import DataRequired, InputRequired

from portal.domain.lifecycle import Path
from portal.domain.referrals import ReferralKind, ReferralPart
from portal.services.casefile import referrals
from portal.services.casefile.referrals import LONGEST, NewReferral
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go, note_export, show_form, show_on_case
from portal.web.desk.wording import choices_of
from portal.web.fields import PageForm, TextField
from portal.web.forms.typed_fields import CheckboxesField, IsoDayField
from portal.web.helplines import helplines_for
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_referrals", __name__, "/desk/cases/<reference>/referrals")


class ReferForm(PageForm):
    kind = RadioField(_l("To whom?"), [InputRequired(_l("Choose one."))])
    to = TextField(_l("Name, and how to reach them"), [DataRequired(_l("Write to whom."))], longest=300)
    agreed = CheckboxesField(_l("What may they be told? Tick only what the person agreed to"))
    consent = TextField(
        _l("When and how did the person say yes?"),
        [DataRequired(_l("Write down what the person said. Without it nothing is told."))],
        lines=True,
        longest=LONGEST,
    )

    def __init__(self) -> None:
        super().__init__()
        self.kind.choices, self.agreed.choices = choices_of(ReferralKind), choices_of(ReferralPart)

    @property
    def command(self) -> NewReferral:
        return NewReferral(
            kind=ReferralKind(self.kind.data),
            to=self.to.data,
            agreed=frozenset(ReferralPart(each) for each in self.agreed.data or ()),
            consent=self.consent.data,
        )


class ToldForm(PageForm):
    day = IsoDayField(_l("On which day were they told?"), [DataRequired(_l("Fill in the day."))])
    how = TextField(_l("How, and by whom"), lines=True, longest=LONGEST)


class OutcomeForm(PageForm):
    text = TextField(
        _l("What came of it? Or: the person took their yes back"),
        [DataRequired(_l("Write what came of it."))],
        lines=True,
        longest=LONGEST,
    )


@bp.route("", methods=["GET", "POST"])
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Answered:
    form = ReferForm()
    if form.validate_on_submit():
        with refusals(form):
            referrals.refer(work, form.command)
            return go("desk_referrals.show", reference=work.reference)
    near = helplines_for(unit().ports.registry.regulators, work.case.country or "", is_child=_is_child(work))
    return show_on_case(
        "desk/referrals.html",
        member,
        work,
        status=400 if form.is_submitted() else 200,
        form=form,
        problems=form.problems(),
        rows=referrals.list_referrals(work),
        near=near,
    )


@bp.get("/<uuid:referral_id>")
@on_case_to_read
def sheet(member: SignedInStaff, work: CaseWork, referral_id: UUID) -> Page:
    """To print and hand over: only what the person agreed to."""
    made = referrals.read_sheet(work, referral_id)
    note_export(member, work, "referral")
    return show_on_case("desk/referral_sheet.html", member, work, sheet=made)


@bp.route("/<uuid:referral_id>/told", methods=["GET", "POST"])
@on_case
def record_told(member: SignedInStaff, work: CaseWork, referral_id: UUID) -> Answered:
    form = ToldForm()
    if form.validate_on_submit():
        with refusals(form):
            referrals.record_told(work, referral_id, form.day.data, form.how.data or "")
            return go("desk_referrals.show", reference=work.reference)
    text = _("Tell them what is on the sheet, and nothing else.")
    return _form(member, work, form, _("They were told"), text)


@bp.route("/<uuid:referral_id>/outcome", methods=["GET", "POST"])
@on_case
def record_outcome(member: SignedInStaff, work: CaseWork, referral_id: UUID) -> Answered:
    form = OutcomeForm()
    if form.validate_on_submit():
        with refusals(form):
            referrals.record_outcome(work, referral_id, form.text.data or "")
            return go("desk_referrals.show", reference=work.reference)
    return _form(member, work, form, _("What came of it"), "")


def _form(member: SignedInStaff, work: CaseWork, form: PageForm, title: str, text: str) -> Page:
    back = url_for("desk_referrals.show", reference=work.reference)
    return show_form(member, work, form, title=title, button=_("Write it down"), back=back, text=text)


def _is_child(work: CaseWork) -> bool:
    return bool(work.case.under_18) or work.case.path is Path.CHILD
