"""Cases that go to another portal in a sealed file, or come from one."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import FileField
from wtforms.validators import DataRequired

from portal.domain.handovers import HandoverReason
from portal.domain.lifecycle import StepRefused
from portal.domain.rights import Right
from portal.services.casefile import sealed_files as sending
from portal.services.casefile.sealed_files import LONGEST, FileOrder
from portal.services.intake import sealed_files as taking
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff, allowed
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.pages import Answered, Page, go, show, show_file, show_form, show_on_case
from portal.web.desk.step_up import confirmed
from portal.web.desk.wording import choices_of
from portal.web.fields import ChoiceField, PageForm, TextField
from portal.web.refusals import refusals
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_exchange", __name__, "/desk")


class FileForm(PageForm):
    receiver = TextField(_l("Which organisation gets it?"), [DataRequired(_l("Write its name."))], longest=200)
    key = TextField(_l("The key of their team, as they sent it"), [DataRequired(_l("Paste their key."))])
    heard = TextField(
        _l("Its fingerprint, as they read it to you on the phone"),
        [DataRequired(_l("Call them and write what they read out."))],
        description=_l("Call a number that you know already. So you are sure that the key is theirs."),
    )
    reason = ChoiceField(_l("Why?"), required=_l("Choose why."))
    note = TextField(_l("What should they know first?"), lines=True, longest=LONGEST)
    told = TextField(
        _l("When and how did the person say yes, and to what?"),
        [DataRequired(_l("Write down what the person said. Without it the case stays here."))],
        lines=True,
        longest=LONGEST,
    )

    @property
    def order(self) -> FileOrder:
        return FileOrder(
            receiver=self.receiver.data,
            key=self.key.data,
            heard=self.heard.data,
            reason=HandoverReason(str(self.reason.data)),
            note=self.note.data or "",
            told=self.told.data,
        )


class TakeForm(PageForm):
    file = FileField(_l("The sealed file"))


@bp.route("/cases/<reference>/sealed-file", methods=["GET", "POST"])
@on_case
@confirmed
def make(member: SignedInStaff, work: CaseWork) -> Answered:
    form = FileForm()
    form.reason.offer(choices_of(HandoverReason))
    if form.validate_on_submit():
        with refusals(form):
            content = sending.make_file(work, form.order)
            return show_file(content, "application/octet-stream", f"{work.reference}.sealed-case")
    return show_form(
        member,
        work,
        form,
        title=_("Hand the case to another organisation"),
        button=_("Make the sealed file"),
        back=url_for("desk_handovers.show", reference=work.reference),
        text=_("Only their team can open the file. The case stays here until you close it."),
    )


@bp.post("/cases/<reference>/sealed-file/<any(accepted, back):outcome>")
@on_case
def record(member: SignedInStaff, work: CaseWork, outcome: str) -> Response:
    sending.record_outcome(work, is_accepted=outcome == "accepted")
    return go("desk_handovers.show", reference=work.reference)


@bp.get("/cases/<reference>/before")
@on_case_to_read
def before(member: SignedInStaff, work: CaseWork) -> Page:
    return show_on_case("desk/before.html", member, work, origin=taking.read_origin(work))


@bp.route("/exchange", methods=["GET", "POST"])
@allowed(Right.WORK_ON_CASES)
def exchange(member: SignedInStaff) -> Page:
    form, taken = TakeForm(), None
    if form.validate_on_submit():
        with refusals(form):
            upload = request.files.get("file")
            if upload is None or not upload.filename:
                raise StepRefused("Choose the file first.")
            taken = taking.take_in(unit().work(member.actor), upload.read(), member.team_keys)
    return show(
        "desk/exchange.html",
        member,
        status=400 if form.is_submitted() and taken is None else 200,
        form=form,
        problems=form.problems(),
        taken=taken,
        keys=taking.list_keys(unit().work(member.actor), member.team_keys),
    )
