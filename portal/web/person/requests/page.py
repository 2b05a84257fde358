"""One request to one recipient: its time limits, its letter, what was sent and answered, and what can come next."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask import request as asked
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.answers import find_current
from portal.domain.lifecycle import SentAs
from portal.services.casefile.front import find_moves, find_return
from portal.services.casefile.turns import Why
from portal.services.clocks.agreement import list_bent
from portal.services.inbox import case_mail
from portal.services.requests import preparing
from portal.services.requests.channels import COPYRIGHT_READERS
from portal.services.requests.dossier import read_dossier, read_dossiers
from portal.services.requests.preparing import LONGEST, NameCommand
from portal.services.requests.statement_views import letters_to_state
from portal.services.tracking import (
    later_mailing,
    link_answers,
    mailing,
    person_mailing,
    read_answers,
    request_page,
    returned,
    send_round,
    sending,
)
from portal.services.tracking.views import RequestView
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.answer_form import READ, log_with_ticket, read_into
from portal.web.fields import PlainForm
from portal.web.forms.answers import AnswerForm
from portal.web.forms.requests import (
    STATED_THERE,
    DetailsForm,
    InformationSentForm,
    ReceivedForm,
    RemindedForm,
    SentForm,
    TicketForm,
)
from portal.web.incoming_mail import describe_nature
from portal.web.late_writing import hold_case
from portal.web.person import next_steps
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.pages import fastest_for
from portal.web.person.phrases import format_short_moment
from portal.web.person.requests import answer_words
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("request", __name__, place="/case/requests/<int:number>")
FEW_LINKS = 20


@bp.get("")
@case_holder
def show(work: CaseWork, number: int) -> ResponseReturnValue:
    return show_request(work, find(work, number), PlainForm(formdata=None))


@bp.get("/details")
@case_holder
def details(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    return show_form("person/request/details.html", DetailsForm.of(reader_of(work), view), req=view)


@bp.post("/details")
@case_holder
@locks_late
def change_details(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    form = DetailsForm.of(reader_of(work), view)
    if form.validate():
        with refusals(form):
            hold_case(work)
            preparing.set_details(work, number, form.command(_confirmed(view)))
            return _back_to(number)
    return show_form("person/request/details.html", form, req=view)


@bp.get("/sent")
@case_holder
def ask_sent(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), SentForm(reader_of(work), data={"sent_at": unit().now})
    form.offer(view, letters_to_state(work, number))
    return show_form("person/request/sent.html", form, req=view, stated=STATED_THERE)


@bp.post("/sent")
@case_holder
@locks_late
def record_sent(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), SentForm(reader_of(work))
    form.offer(view, letters_to_state(work, number))
    if form.validate():
        with refusals(form):
            letter_making.record_sent(work, number, form.command())
            flash(_tell_sent(find(work, number), is_unsaid=bool(form.list_ticks()) and not form.is_stated))
            return _back_to(number)
    return show_form("person/request/sent.html", form, req=view, stated=STATED_THERE)


def _tell_sent(view: RequestView, *, is_unsaid: bool) -> str:
    """What follows from a sending. `is_unsaid`: laws want something stated, and in other words nobody stated it."""
    if any(clock.due_at for clock in view.clocks):
        told = _("Saved. We watch the deadline now.")
    elif is_unsaid and view.sent_as is SentAs.OTHER:
        told = _("Saved. No deadline runs yet: what you sent did not say what the law asks for. A reminder can say it.")
    else:
        told = _("Saved. They have no fixed date.")
    return str(told)


@bp.get("/received")
@case_holder
def ask_received(work: CaseWork, number: int) -> ResponseReturnValue:
    return show_form("person/request/received.html", ReceivedForm(reader_of(work)), req=find(work, number))


@bp.post("/received")
@case_holder
@locks_late
def record_received(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), ReceivedForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            sending.record_received(work, number, form.command())
            flash(_("Saved. We count the deadline from then."))
            return _back_to(number)
    return show_form("person/request/received.html", form, req=view)


@bp.get("/answer")
@case_holder
def ask_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    mailed = _from_mail(work, number)
    form = AnswerForm(reader_of(work), data={"at": unit().now, **mailed})
    form.offer(view.items, read_answers.list_readable(work, number))
    told = read_into(form, work, number) if mailed else None  # what came by mail is read at once, and confirmed by her
    return show_form("person/request/answer.html", form, req=view, told=told)


def _from_mail(work: CaseWork, number: int) -> dict[str, object]:
    """When a mail of this request came and what it says, where the address names one that was read; to be changed."""
    found = asked.args.get("mail", "")
    if not found.isascii() or not found.isdigit() or len(found) > 6:
        return {}
    mail = case_mail.mail_view(work, int(found))
    if mail.read is None or mail.request_number != number:
        return {}
    return {"at": mail.received_at, "text": mail.read.text[:LONGEST]}


@bp.post("/answer")
@case_holder
@locks_late
def log_answer(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), AnswerForm(reader_of(work))
    form.offer(view.items, read_answers.list_readable(work, number))
    if READ in asked.form:
        told = read_into(form, work, number)
        return show_form("person/request/answer.html", form, is_done=True, req=view, told=told)
    if form.validate():
        with refusals(form):
            hold_case(work)
            log_with_ticket(work, view, form)
            flash(_("Their answer is saved."))
            return _back_to(number)
    return show_form("person/request/answer.html", form, req=view, told=None)


@bp.get("/given")
@case_holder
def ask_given(work: CaseWork, number: int) -> ResponseReturnValue:
    form = InformationSentForm(reader_of(work), data={"at": unit().now})
    return show_form("person/request/given.html", form, req=find(work, number))


@bp.post("/given")
@case_holder
@locks_late
def record_given(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), InformationSentForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            sending.record_information_sent(work, number, form.at.data)
            flash(_("Saved. Deadlines that had stopped go on now."))
            return _back_to(number)
    return show_form("person/request/given.html", form, req=view)


@bp.get("/ticket")
@case_holder
def ask_ticket(work: CaseWork, number: int) -> ResponseReturnValue:
    return show_form("person/request/ticket.html", TicketForm(reader_of(work)), req=find(work, number))


@bp.post("/ticket")
@case_holder
@locks_late
def record_ticket(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), TicketForm(reader_of(work))
    if form.validate():
        with refusals(form):
            hold_case(work)
            sending.record_ticket(work, number, form.ticket.data or "", has_none=bool(form.has_no_ticket.data))
            flash(_("Saved. Your next letters have this number."))
            return _back_to(number)
    return show_form("person/request/ticket.html", form, req=view)


@bp.get("/reminded")
@case_holder
def ask_reminded(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), RemindedForm(reader_of(work), data={"at": unit().now})
    form.offer(view, lambda at: format_short_moment(at, zone_of(work)))
    return show_form("person/request/reminded.html", form, req=view)


@bp.post("/reminded")
@case_holder
@locks_late
def record_reminded(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), RemindedForm(reader_of(work))
    form.offer(view, lambda at: format_short_moment(at, zone_of(work)))
    if form.validate():
        with refusals(form):
            hold_case(work)
            sending.record_reminded(work, number, form.command())
            flash(_("Saved. A complaint will say that you reminded them."))
            return _back_to(number)
    return show_form("person/request/reminded.html", form, req=view)


@bp.get("/name")
@case_holder
def ask_name(work: CaseWork, number: int) -> ResponseReturnValue:
    """Whether their name may be passed on: a question of its own, because it cannot be taken back once it was used."""
    view = find(work, number)
    return show_form("person/request/name.html", PlainForm(formdata=None), req=view)


@bp.post("/name")
@case_holder
@locks_late
def choose_name(work: CaseWork, number: int) -> ResponseReturnValue:
    view, form = find(work, number), PlainForm(formdata=None)
    with refusals(form):
        hold_case(work)
        is_yes = asked.form.get("pass_on") == "yes"
        preparing.choose_name(work, number, NameCommand(may_pass_on=is_yes))
        send_round.renew_letter(work, number)
        flash(_("They may tell your name.") if is_yes else _("The letter asks them to keep your name to themselves."))
        return redirect(url_for("send.step", number=number), 303)
    return show_form("person/request/name.html", form, req=view)


@bp.get("/copyright")
@case_holder
def ask_copyright(work: CaseWork, number: int) -> ResponseReturnValue:
    view = find(work, number)
    readers = COPYRIGHT_READERS
    return show_form("person/request/copyright.html", PlainForm(formdata=None), req=view, readers=readers)


@bp.post("/copyright")
@case_holder
def prepare_copyright(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        made = preparing.prepare_copyright(work, number)
        flash(_("Your copyright letter is started. You decide on the next page what it says."))
        return redirect(url_for("send.step", number=made), 303)
    return show_request(work, find(work, number), form)


@bp.post("/erasure")
@case_holder
def prepare_erasure(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        made = preparing.prepare_erasure(work, number)
        flash(_("A letter that asks them to erase your data is ready. Read it before you send it."))
        return _back_to(made)
    return show_request(work, find(work, number), form)


@bp.post("/close")
@case_holder
def close(work: CaseWork, number: int) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        sending.close_request(work, number)
        return _back_to(number)
    return show_request(work, find(work, number), form)


def find(work: CaseWork, number: int) -> RequestView:
    """The request of that number in this case. Raises UnknownNumber, which is answered with 404."""
    return request_page.request_view(work, number)


def show_request(work: CaseWork, view: RequestView, form: PlainForm) -> ResponseReturnValue:
    """The page of a request, with whatever stopped the last step."""
    zone, now, dossier = zone_of(work), unit().now, read_dossier(work, view.number)
    later = later_mailing.list_sendable(dossier) if person_mailing.is_offered(work) else ()
    mails_out, later_mails = mailing.list_all_mails(dossier)
    answered = find_current([answer.node for answer in view.answers], view.state)
    said = answered.topics if answered else ()
    turn, moves = find_moves(dossier, [route.regime.id for route in fastest_for(work.report)], said)
    return show_form(
        "person/request/show.html",
        form,
        req=view,
        zone=zone,
        now=now,
        turn=turn,
        what_now=next_steps.say_what_now(view.platform_name, turn, zone, now, has_moves=bool(moves)),
        moves=moves,
        after=answer_words.say_next(view, moves),
        corrected=[next_steps.say_corrected(each, zone, now) for each in view.corrections],
        correct_words=next_steps.FACTS,
        few=view.items[:FEW_LINKS],
        is_unfit=bool(list_bent(work)),
        said=link_answers.list_answers(work, view.number),
        mails=case_mail.list_mails(work, view.number),
        mails_out=mails_out,
        later_mails=later_mails,
        is_return_asked=returned.is_asked(dossier.request, mails_out),
        mailable=[each.number for each in later if person_mailing.find_later_address(work, each.number)],
        describe_mail=describe_nature,
        earlier=find_return(read_dossiers(work), view.number) if turn.why is Why.BACK else None,
    )


def _back_to(number: int) -> ResponseReturnValue:
    return redirect(url_for("request.show", number=number), 303)


def _confirmed(view: RequestView) -> tuple[str, ...]:
    """The facts the person has confirmed: those of before, and those ticked now."""
    offered = {problem.confirm for problem in view.problems if problem.confirm}
    ticked = {text for text in asked.form.getlist("confirm") if text in offered}
    return tuple(dict.fromkeys((*view.details.confirmed, *sorted(ticked))))
