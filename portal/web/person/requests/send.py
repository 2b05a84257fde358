"""Send my letters: one page for each, in the best order, which begins again at the first that has not gone."""

from __future__ import annotations

from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.directory import AddressOutcome
from portal.domain.lifecycle import CaseStatus, Filer, Path, RequestKind, SendingChannel, StepRefused
from portal.domain.quotas import Counted
from portal.services.casefile import sharing as case_sharing
from portal.services.requests import proofs
from portal.services.requests.channels import COPYRIGHT_READERS
from portal.services.requests.dossier import REQUEST_LETTERS
from portal.services.tracking import person_mailing, send_round, send_views, sending
from portal.services.tracking.send_views import SentLine, StepView
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.late_writing import hold_case
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.person.forms.send import GoneForm, KeptProofForm, SayForm
from portal.web.person.pages import people_near
from portal.web.person.phrases import format_due
from portal.web.person.requests.send_words import (
    describe_until,
    group_by_date,
    list_read_words,
    name_lacking,
    say_how_long,
    write_mail_link,
)
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("send", __name__, place="/case/send")
FEW_LINKS = 20
FEW_LINES = 40
OUTCOMES = {each.value: each for each in (AddressOutcome.WORKED, AddressOutcome.BOUNCED, AddressOutcome.ASKED_ELSE)}


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    """What the letters say in the person's name, where nobody has said it yet; else the first letter that waits."""
    found, to_say, signature = send_round.read_start(work)
    if work.case.status is not CaseStatus.OPEN or not (found.waiting or found.sent or found.leaving):
        return redirect(url_for("case.show"), 303)
    if not found.waiting:
        return redirect(url_for("send.end"), 303)
    if not to_say and any(line.has_letter for line in found.waiting):
        return _go_to(found.first)
    form = SayForm(name=send_views.name_all(to_say), signature=signature)
    return _show_start(work, found, to_say, form)


@bp.post("")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def begin(work: CaseWork) -> ResponseReturnValue:
    found, to_say, signature = send_round.read_start(work)
    form = SayForm(name=send_views.name_all(to_say), signature=signature)
    if form.validate():
        with refusals(form):
            hold_case(work)
            case_sharing.allow_by_asking(work, "platforms")
            send_round.begin_round(work, to_say if form.is_said else (), form.signature.data or "")
            return _go_to(found.first)
    return _show_start(work, found, to_say, form)


@bp.get("/<int:number>")
@case_holder
def step(work: CaseWork, number: int) -> ResponseReturnValue:
    try:
        view = send_round.read_step(work, number, after=_number("after"))
    except StepRefused:  # it has gone: a page that was left open, or a way back in the browser
        return redirect(url_for("send.show"), 303)
    return _show_step(work, view, _gone_form(work, view), _say_form(view))


@bp.post("/<int:number>")
@case_holder
@locks_late
def record_sent(work: CaseWork, number: int) -> ResponseReturnValue:
    """That it has gone, now and by the address on the page, unless something else was said."""
    try:
        view = send_round.read_step(work, number)
    except StepRefused:  # pressed twice
        return redirect(url_for("send.show"), 303)
    form = _gone_form(work, view)
    if form.validate() and form.find_number(view.ticket_pattern, (work.reference, view.reference)):
        with refusals(form):
            hold_case(work)
            case_sharing.allow_by_asking(work, "platforms")
            sending.record_sent(work, number, form.command(unit().now))
            return _go_to(view.next_number, after=number)
    return _show_step(work, view, form, _say_form(view))


@bp.post("/<int:number>/make")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def make(work: CaseWork, number: int) -> ResponseReturnValue:
    """Have one letter made: in the background, or at once for whoever does not want to wait."""
    try:
        view = send_round.read_step(work, number)
    except StepRefused:
        return redirect(url_for("send.show"), 303)
    form = _say_form(view)
    if form.validate():
        with refusals(form):
            if "now" in request.form:
                letter_making.make_letter(work, REQUEST_LETTERS[view.kind], number)
            else:
                hold_case(work)
                said = view.to_say if form.is_said else ()
                send_round.begin_round(work, said, form.signature.data or "", only=number)
                send_round.renew_letter(work, number)
            return _go_to(number)
    return _show_step(work, view, _gone_form(work, view), form)


@bp.post("/<int:number>/told")
@case_holder
def tell(work: CaseWork, number: int) -> ResponseReturnValue:
    """Whether the address worked by which a letter went."""
    outcome, form = OUTCOMES.get(request.form.get("outcome", "")), PlainForm(formdata=None)
    if outcome is None:
        abort(400)
    with refusals(form):
        send_round.note_door(work, number, outcome)
        flash(_("Thank you. This helps the next person."))
    return _go_to(_number("to"))


@bp.post("/<int:number>/kept")
@case_holder
def keep_proof(work: CaseWork, number: int) -> ResponseReturnValue:
    """What the person saved of it, in their own words to us: no picture, and nothing to upload."""
    form = KeptProofForm(is_child=work.report.path is Path.CHILD, before=None)
    if not form.validate():
        abort(400)
    if not form.chosen:
        flash(_("Tick what you saved first."))
        return _go_to(number)
    with refusals(form):
        proofs.say_kept(work, number, form.chosen, for_all=bool(form.for_all.data))
        flash(_("Thank you. Your case says that you saved it."))
    return _go_to(number)


@bp.get("/end")
@case_holder
def end(work: CaseWork) -> ResponseReturnValue:
    found = send_round.read_round(work, after=_number("after"))
    if not (found.sent or found.leaving):
        return redirect(url_for("send.show"), 303)
    return show_form(
        "person/send/end.html",
        PlainForm(formdata=None),
        round=found,
        sends_for=person_mailing.is_offered(work),
        groups=group_by_date(sorted(found.sent[:FEW_LINES], key=_ends_at), zone_of(work)),
        is_cut=len(found.sent) > FEW_LINES,
        until=lambda line: describe_until(line, zone_of(work)),
        next_date=format_due(ahead.clock, zone_of(work)) if (ahead := found.next_date) and ahead.clock else "",
        near=people_near(work.report),
    )


def _show_start(
    work: CaseWork, found: send_views.RoundView, to_say: tuple[send_views.ToSay, ...], form: SayForm
) -> ResponseReturnValue:
    return show_form(
        "person/send/start.html",
        form,
        round=found,
        how_long=say_how_long(len(found.waiting), found.by_mail),
        to_say=to_say,
        name=send_views.name_all(to_say),
        is_own=_is_own(work),
        is_child=work.report.path is Path.CHILD,
    )


def _show_step(work: CaseWork, view: StepView, form: GoneForm, say_form: SayForm) -> ResponseReturnValue:
    door, words = view.door, view.words
    is_mail = door is not None and door.via is SendingChannel.EMAIL
    mail, is_whole = write_mail_link(door.address, words) if door and words and is_mail else ("", False)
    return show_form(
        "person/send/step.html",
        say_form if say_form.errors or say_form.form_errors else form,
        gone=form,
        kept=KeptProofForm(is_child=view.is_child, before=view.kept, formdata=None),
        say=say_form,
        step=view,
        is_being_made=view.job is not None and not view.job.is_finished,
        few=view.links[:FEW_LINKS],
        read=list_read_words(view.read),
        warnings=COPYRIGHT_READERS if view.kind is RequestKind.COPYRIGHT else (),
        lacking=name_lacking(view.lacking),
        name=send_views.name_all(view.to_say),
        mail=mail,
        is_whole_mail=is_whole,
        until=lambda line: describe_until(line, zone_of(work)),
        is_own=_is_own(work),
        zone=zone_of(work),
    )


def _gone_form(work: CaseWork, view: StepView) -> GoneForm:
    return GoneForm(reader_of(work), view.doors, [_(door.label) for door in view.doors])


def _say_form(view: StepView) -> SayForm:
    return SayForm(name=send_views.name_all(view.to_say), signature=view.signature)


def _ends_at(line: SentLine) -> tuple[bool, datetime, int]:
    """What ends first comes first, and what has no date last; of those that end together, by their number."""
    due = line.clock.due_at if line.clock else None
    return due is None, due or line.sent_at, line.number


def _is_own(work: CaseWork) -> bool:
    """Whether the person sends letters about themselves."""
    return work.report.filer in {None, Filer.SELF}


def _go_to(number: int | None, *, after: int | None = None) -> ResponseReturnValue:
    """To one letter, or to the end where there is none."""
    if number is None:
        return redirect(url_for("send.end", after=after), 303)
    return redirect(url_for("send.step", number=number, after=after), 303)


def _number(name: str) -> int | None:
    """A small number of the address; None where there is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
