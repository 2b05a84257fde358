"""The case: where everything stands, the receipt, the links, and what has happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.domain.paging import cut
from portal.domain.quotas import Counted
from portal.domain.report import YesNo
from portal.services.casefile.front import read_front, read_lines
from portal.services.casefile.overview import ShownParts, read_overview
from portal.services.casefile.page import describe_events, list_events
from portal.services.casefile.turns import Why
from portal.services.casefile.ways_in import find_news
from portal.services.cases.room import NoRoom
from portal.services.cases.team_handover import find_current
from portal.services.complaints.reading import list_lines
from portal.services.inbox import case_mail
from portal.services.intake import case_links
from portal.services.intake.drafts import LINK_LIMIT
from portal.services.intake.facts import find_missing_facts
from portal.services.intake.submission import AddedLinks
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.escalation import read_escalated
from portal.services.requests.views import ItemView
from portal.services.tracking import link_answers, person_mailing, request_page
from portal.services.work import CaseWork
from portal.web.access import case_holder, session_token
from portal.web.flood_gate import measure_pasted, rate_limited
from portal.web.forms.links import AddLinksForm
from portal.web.incoming_mail import describe_nature
from portal.web.link_adding import add_pasted
from portal.web.person import next_steps
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.case import receipt as receipts
from portal.web.person.case.history import fold_history
from portal.web.person.case.retention import read_retention
from portal.web.person.facts import describe_missing, describe_to_add
from portal.web.person.form_pages import page_number, reader_of, show_form, zone_of
from portal.web.person.links import split_rejected
from portal.web.person.pages import fastest_for, people_near, police_for
from portal.web.person.phrases import name_complaint, place_of_zone
from portal.web.person.requests.send_words import say_how_long
from portal.web.square_codes import draw_code
from portal.web.unit_of_work import locks_late, unit

bp = PersonBlueprint("case", __name__)
LINKS_A_PAGE = 40
EVENTS_A_PAGE = 120  # before what is the same becomes one line


@bp.get("/case")
@case_holder
def show(work: CaseWork) -> str:
    dossiers = read_dossiers(work)
    mails = person_mailing.read_first_mails(work)
    front, zone, now = read_front(work, dossiers, leaving=mails.leaving), zone_of(work), unit().now
    leaving = {line.number for line in front.lines if line.turn.why is Why.LEAVING}  # nothing is added to these now
    return render_template(
        "person/case/show.html",
        case=front,
        zone=zone,
        now=now,
        main=next_steps.find_main_thing(front),
        tally=next_steps.tally(front),
        nearest=next_steps.say_nearest(front.nearest, zone, now) if front.nearest else "",
        reply_words=next_steps.say_replies(front),
        about_times=next_steps.say_about_times(front, zone),
        has_receipt="receipt" in session,
        near=people_near(work.report),
        police=police_for(work.report),
        fastest=fastest_for(work.report),
        retention=read_retention(work),
        said=link_answers.list_waiting(work),
        unread_mail=case_mail.list_unread(work),
        describe_mail=describe_nature,
        mail_trouble=mails.trouble,
        hand_on=work.case.team_id is not None and find_current(work) is not None,
        joined=case_links.find_merged(work),
        news=find_news(work, token=session_token()),
        stronger=describe_missing(find_missing_facts(work, [each for each in dossiers if each.number not in leaving])),
    )


@bp.get("/case/receipt")
@case_holder
def receipt(work: CaseWork) -> ResponseReturnValue:
    kept = session.get("receipt")
    if kept is None:
        return redirect(url_for("case.show"), 303)
    address = unit().config.base_url
    escalated = read_escalated(work)
    dossiers = [each.dossier for each in escalated]
    case = read_overview(work, ShownParts(items_a_page=1), escalated)
    return render_template(
        "person/case/receipt.html",
        receipt=kept,
        at=datetime.fromisoformat(kept["submitted_at"]),
        zone=zone_of(work),
        near=people_near(work.report),
        address=address,
        code=_draw_address(address),
        letters=case.requests.total,
        team=case.team_name,
        is_online=work.report.is_online is YesNo.YES,
        to_add=describe_to_add(find_missing_facts(work, dossiers)),
        how_long=say_how_long(len(dossiers), sum(map(person_mailing.goes_by_mail, dossiers))) if dossiers else "",
    )


@lru_cache(maxsize=1)
def _draw_address(address: str) -> Markup:
    """The portal's own address, which is on every receipt; nothing about a case is in it."""
    return draw_code(address)


@bp.post("/case/receipt")
@case_holder
def keep_receipt(_opened: CaseWork) -> ResponseReturnValue:
    session.pop("receipt", None)
    return redirect(url_for("send.show" if request.form.get("to") == "send" else "case.show"), 303)


@bp.get("/case/receipt.txt")
@case_holder
def receipt_text(work: CaseWork) -> ResponseReturnValue:
    kept = session.get("receipt")
    if kept is None:
        return redirect(url_for("case.show"), 303)
    text = receipts.format_receipt(kept, zone_of(work))
    answer: Response = current_app.response_class(text, mimetype="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="receipt.txt"'
    return answer


@bp.get("/case/links")
@case_holder
def links(work: CaseWork) -> ResponseReturnValue:
    return _links_page(work, AddLinksForm(reader_of(work)))


@bp.post("/case/links")
@rate_limited(Counted.LINKS)
@rate_limited(Counted.PASTED, measure=measure_pasted)
@case_holder
@locks_late
def add_links(work: CaseWork) -> ResponseReturnValue:
    form = AddLinksForm(reader_of(work))
    if not (form.pasted.data or "").strip():
        form.form_errors.append(_("Paste at least one link first."))
        return _links_page(work, form)
    try:
        found = add_pasted(work, form.pasted.data)
    except NoRoom as error:
        form.pasted.errors = [_(str(error))]
        return _links_page(work, form)
    if not found.has_links:
        form.form_errors.append(_("We found no link in this. What you pasted is still there."))
        return _links_page(work, form)
    for sentence in describe_added(found):
        flash(sentence)
    if not found.left:
        return redirect(url_for("case.show"), 303)
    form.pasted.data = found.left  # not lost from sight: the page comes back with what the case did not take
    return _links_page(work, form, is_done=True)


@bp.get("/case/history")
@case_holder
def history(work: CaseWork) -> str:
    part = cut(list_events(work)[::-1], page_number(), EVENTS_A_PAGE)
    zone = zone_of(work)
    requests = {dossier.number: dossier.name for dossier in read_dossiers(work)}
    filed = {line.number: name_complaint(line) for line in list_lines(work)}
    return render_template(
        "person/case/history.html",
        part=part,
        days=fold_history(describe_events(work, part.rows), requests, filed, zone),
        place=place_of_zone(zone),
        address=lambda page: url_for("case.history", page=page),
    )


def describe_added(found: AddedLinks) -> Iterator[str]:
    """What became of pasted links, a sentence for each outcome."""
    if found.added:
        yield ngettext("%(num)d link was added.", "%(num)d links were added.", len(found.added))
    if found.back:
        yield ngettext(
            "%(num)d link was marked as gone. Now it is marked as back.",
            "%(num)d links were marked as gone. Now they are marked as back.",
            found.back,
        )
    if found.known:
        yield ngettext("%(num)d link was on the list already.", "%(num)d links were on the list already.", found.known)
    if found.over:
        yield ngettext(
            "%(num)d link did not fit. A case holds %(most)d links. You can still see it in the box below.",
            "%(num)d links did not fit. A case holds %(most)d links. You can still see them in the box below.",
            len(found.over),
            most=LINK_LIMIT,
        )
    for link in found.told[:5]:
        yield from (f"{link.url[:80]}: {_(sentence)}" for sentence in link.told)
    questions, words = split_rejected(found.rejected)
    for _place, one in questions[:5]:
        yield _("Please look at this again: %(text)s (%(why)s)", text=one.text[:80], why=_(one.why))
    if words:
        yield _("We keep your own words as notes.")


def _links_page(work: CaseWork, form: AddLinksForm, *, is_done: bool = False) -> ResponseReturnValue:
    part = cut(request_page.item_views(work), page_number(), LINKS_A_PAGE)
    groups: dict[tuple[str, int | None], list[ItemView]] = {}
    for item in part.rows:
        groups.setdefault((item.platform_name, item.request_number), []).append(item)
    return show_form(
        "person/case/links.html",
        form,
        is_done=is_done,
        part=part,
        groups=[(name, items) for (name, _number), items in groups.items()],
        late=[line for line in read_lines(work, read_dossiers(work)) if line.is_late],
        zone=zone_of(work),
        now=unit().now,
        address=lambda page: url_for("case.links", page=page),
    )
