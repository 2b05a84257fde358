"""One request on the desk: check it, make its letters, send it, write down what came of it."""

from __future__ import annotations

from flask import flash
from flask import request as url_request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.approvals import Approvable
from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import LetterKind
from portal.models.snippets import SnippetUse
from portal.services.directory.address_checks import note_outcome
from portal.services.letters.printing import LetterStopped
from portal.services.requests import preparing, proofs, statements
from portal.services.requests.dossier import read_dossier
from portal.services.requests.statement_views import letters_to_state
from portal.services.requests.views import DetailsView
from portal.services.tracking import read_answers, sending
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import SignedInStaff
from portal.web.answer_form import READ, log_with_ticket, read_into
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case, on_case_to_read
from portal.web.desk.forms.cases import CloseForm
from portal.web.desk.forms.proofs import ProofForm
from portal.web.desk.forms.requests import ChannelForm
from portal.web.desk.pages import (
    Answered,
    Page,
    show_on_case,
    staff_reader,
)
from portal.web.desk.requests.about import (
    address,
    back_to,
    fill_from_mail,
    fill_now,
    find_waiting,
    read_request,
    show_about,
    show_request,
    warn_of_proof,
)
from portal.web.desk.team.snippets import list_offered, put_in
from portal.web.desk.versions import read_stamp, require_fresh
from portal.web.desk.wording import describe_word
from portal.web.fields import PageForm
from portal.web.filters import show_moment
from portal.web.forms.answers import AnswerForm
from portal.web.forms.further import FurtherForm, kind_of_topic
from portal.web.forms.mandates import NameForm
from portal.web.forms.requests import (
    DETAILS,
    DetailsForm,
    InformationSentForm,
    ReceivedForm,
    RemindedForm,
    SentForm,
    TicketForm,
)
from portal.web.forms.statements import StatementsForm
from portal.web.late_writing import hold_case
from portal.web.refusals import refusals
from portal.web.staff_settings import desk_zone
from portal.web.unit_of_work import locks_late, unit

bp = make_blueprint("desk_requests", __name__, "/desk/cases/<reference>/requests/<int:number>")


@bp.get("")
@on_case_to_read
def show(member: SignedInStaff, work: CaseWork, number: int) -> Page:
    return show_request(member, work, number)


@bp.route("/details", methods=["GET", "POST"])
@on_case
@locks_late
def change_details(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    request = read_request(work, number)
    form = DetailsForm.of(staff_reader(), request)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number, tell=lambda: describe_others(form, read_request(work, number).details))
            preparing.set_details(work, number, form.changes(request.details))
            return back_to(work, number)
    text = _("Used for this request only. What the person wrote in the report is not changed.")
    return show_about(
        member,
        work,
        number,
        form,
        title=_("Details for this request"),
        button=_("Save"),
        text=text,
    )


@bp.post("/letter/<any(notice, reminder, erasure, copyright):kind>")
@on_case
@locks_late
def make_letter(member: SignedInStaff, work: CaseWork, number: int, kind: str) -> Answered:
    try:
        letter_making.make_letter(work, LetterKind(kind), number)
    except LetterStopped as stop:
        return show_request(member, work, number, stop=stop, status=409)
    return back_to(work, number, anchor="letters")


@bp.route("/further/<topic:topic>", methods=["GET", "POST"])
@on_case
@locks_late
def make_further(member: SignedInStaff, work: CaseWork, number: int, topic: str) -> Answered:
    """A letter after the first one: an answer to the platform, or to a company behind the site."""
    request = read_request(work, number)
    kind = kind_of_topic(request, topic)
    if kind is None:
        flash(_("This letter does not fit what has happened so far."))
        return back_to(work, number, anchor="letters")
    form = FurtherForm.of(staff_reader(), kind, topic)
    is_put_in = "given" in form and put_in(form.given, member, work, SnippetUse.ANSWER)
    if not is_put_in and form.validate_on_submit():
        with refusals(form):
            letter_making.make_letter(work, kind, number, words=form.words())
            return back_to(work, number, anchor="letters")
    return show_about(
        member,
        work,
        number,
        form,
        title=describe_word(form.topic),
        button=_("Make the letter"),
        snippets=list_offered(work, SnippetUse.ANSWER) if "given" in form else (),
        is_wrong=not is_put_in,
    )


@bp.post("/channel")
@on_case
def note_channel(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    """What staff saw of an address is kept for everybody, and says nothing of the case."""
    form = ChannelForm()
    subject = read_request(work, number).platform
    if form.validate():
        with refusals(form):
            note_outcome(unit().work(member.actor), subject, form.address.data or "", AddressOutcome(form.outcome.data))
            return back_to(work, number, anchor="channels")
    return show_request(member, work, number, status=400)


@bp.route("/sent", methods=["GET", "POST"])
@on_case
@locks_late
def record_sent(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    request, form = read_request(work, number), SentForm(staff_reader())
    form.offer(request, letters_to_state(work, number))
    fill_now(form, "sent_at")
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_sent(work, number, form.command())
            return back_to(work, number)
    title = _("Record that it was sent to %(platform)s", platform=request.platform_name)
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("It was sent"),
        waits=find_waiting(work, number),
        waits_for=Approvable.SENDING,
        waits_number=number,
        facts=warn_of_proof(request),
    )


@bp.route("/proof", methods=["GET", "POST"])
@on_case
def record_proof(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = ProofForm(read_request(work, number).kept)
    if form.validate_on_submit():
        with refusals(form):
            proofs.say_kept(work, number, form.chosen, for_all=bool(form.for_all.data))
            return back_to(work, number)
    text = _(
        "Once it is gone, nobody can show what was there. Ask the person to save it now, on paper or in a file that "
        "only they can open. Never the picture: nobody sends it, and in a case of a child nobody saves it."
    )
    return show_about(member, work, number, form, title=_("What did the person save?"), button=_("Save"), text=text)


@bp.route("/received", methods=["GET", "POST"])
@on_case
@locks_late
def record_received(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = ReceivedForm(staff_reader())
    fill_now(form, "received_at")
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_received(work, number, form.command())
            return back_to(work, number)
    title = _("Record the receipt by %(platform)s", platform=read_request(work, number).platform_name)
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("It was received"),
    )


@bp.route("/ticket", methods=["GET", "POST"])
@on_case
@locks_late
def record_ticket(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = TicketForm(staff_reader())
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_ticket(work, number, form.ticket.data or "", has_none=bool(form.has_no_ticket.data))
            return back_to(work, number)
    title = _("Ticket number of %(platform)s", platform=read_request(work, number).platform_name)
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("Save"),
    )


@bp.route("/reminded", methods=["GET", "POST"])
@on_case
@locks_late
def record_reminded(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    request, form = read_request(work, number), RemindedForm(staff_reader())
    form.offer(request, lambda at: show_moment(at, desk_zone().key))
    fill_now(form, "at")
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_reminded(work, number, form.command())
            return back_to(work, number)
    title = _("Record that a reminder was sent to %(platform)s", platform=request.platform_name)
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("It was sent"),
    )


@bp.route("/stated", methods=["GET", "POST"])
@on_case
@locks_late
def record_stated(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    """What the person told the team. It is no signature, and never an oath."""
    form = StatementsForm.of(staff_reader(), letters_to_state(work, number))
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            statements.state(work, form.command(number))
            return back_to(work, number)
    text = _("In the person’s own words, as they told you. Tick only what they said. What is said under penalty of "
             "perjury they say themselves, on their own page.")  # fmt: skip
    title = _(
        "What the person states for the letter to %(platform)s", platform=read_request(work, number).platform_name
    )
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("The person said this"),
        text=text,
    )


@bp.route("/name", methods=["GET", "POST"])
@on_case
@locks_late
def record_name(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    """Whether their name may be passed on, as the person said it."""
    form = NameForm(staff_reader())
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            preparing.choose_name(work, number, form.command())
            return back_to(work, number)
    text = _("Only the person decides this. It cannot be taken back once the platform has used it.")
    title = _("May %(platform)s pass the name on?", platform=read_request(work, number).platform_name)
    return show_about(member, work, number, form, title=title, button=_("The person said this"), text=text)


@bp.post("/copyright")
@on_case
def prepare_copyright(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = PageForm(formdata=None)
    with refusals(form):
        made = preparing.prepare_copyright(work, number)
        return back_to(work, made)
    return show_request(member, work, number, status=409)


@bp.route("/answer", methods=["GET", "POST"])
@on_case
@locks_late
def log_answer(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    request, form = read_request(work, number), AnswerForm(staff_reader())
    form.offer(request.items, read_answers.list_readable(work, number))
    fill_now(form, "at")
    is_mailed = fill_from_mail(form, work, number)  # what came by mail is read at once, and confirmed by the member
    is_asked = READ in url_request.form and form.is_submitted()
    told = read_into(form, work, number) if is_mailed or is_asked else None
    if told is None and form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            log_with_ticket(work, request, form)
            return back_to(work, number)
    values = {
        "form": form,
        "problems": form.problems(),
        "title": _("Log an answer of %(platform)s", platform=request.platform_name),
        "back": address(work, number),
        "made_from": url_request.form.get("made_from", "") if is_asked else read_stamp(work, number),
        "told": told,
    }
    status = 400 if told is None and form.is_submitted() else 200
    return show_on_case("desk/request/answer.html", member, work, status=status, **values)


@bp.route("/given", methods=["GET", "POST"])
@on_case
@locks_late
def record_given(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    form = InformationSentForm(staff_reader())
    fill_now(form, "at")
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.record_information_sent(work, number, form.at.data)
            return back_to(work, number)
    title = _("Record that %(platform)s was given what it asked for", platform=read_request(work, number).platform_name)
    return show_about(
        member,
        work,
        number,
        form,
        title=title,
        button=_("It was sent"),
    )


@bp.post("/erasure")
@on_case
def prepare_erasure(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    made = preparing.prepare_erasure(work, number)
    return back_to(work, made)


@bp.post("/again")
@on_case
def prepare_again(member: SignedInStaff, work: CaseWork, number: int) -> Response:
    made = preparing.prepare_again(work, number)
    return back_to(work, made)


@bp.route("/close", methods=["GET", "POST"])
@on_case
@locks_late
def close(member: SignedInStaff, work: CaseWork, number: int) -> Answered:
    dossier = read_dossier(work, number)
    is_running = sending.is_duty_running(dossier)
    form = CloseForm(is_settled=not is_running)
    if form.validate_on_submit():
        with refusals(form):
            hold_case(work)
            require_fresh(work, number)
            sending.close_request(work, number, reason=form.chosen, note=form.note.data, is_certain=is_running)
            return back_to(work, number)
    return show_about(
        member,
        work,
        number,
        form,
        title=_("Close the request to %(platform)s", platform=dossier.name),
        button=_("Close this request"),
        text=_("It can be opened again: correct the closing under “Something here is wrong”."),
        facts=(_("A deadline of the platform still runs. Closing stops it."),) if is_running else (),
    )


def describe_others(form: DetailsForm, now: DetailsView) -> str:
    """What stands in the details now, where something else was typed."""
    differing = [form[name] for name in DETAILS if name in form and form[name].data != getattr(now, name)]
    told = (
        _("%(field)s is now: “%(text)s”.", field=field.label.text, text=getattr(now, field.name) or "–")
        for field in differing
    )
    return " ".join(told)
