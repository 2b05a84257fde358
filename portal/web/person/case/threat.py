"""Papers against a threat: to keep evidence, and a sheet for the police. Nothing has to be online for them."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.domain.lifecycle import LetterKind
from portal.domain.quotas import Counted
from portal.services.casefile import sharing as case_sharing
from portal.services.complaints import complaints
from portal.services.letters import threats
from portal.services.work import CaseWork
from portal.web import letter_making
from portal.web.access import case_holder
from portal.web.fields import PlainForm
from portal.web.flood_gate import rate_limited
from portal.web.forms.threats import ThreatForm
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import reader_of, show_form, zone_of
from portal.web.refusals import refusals
from portal.web.unit_of_work import locks_late

bp = PersonBlueprint("threat", __name__, place="/case/threat")


@bp.get("")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    """Every paper that a threat can have, and those that were made."""
    bodies = dict.fromkeys(option.name for option in complaints.options(work) if option.is_open and option.is_direct)
    return show_form(
        "person/threat/show.html",
        PlainForm(formdata=None),
        papers=threats.list_threat_papers(work),
        bodies=tuple(bodies),
        zone=zone_of(work),
    )


@bp.get("/<letter:paper>")
@case_holder
def ask(work: CaseWork, paper: str) -> ResponseReturnValue:
    chosen = _read_kind(paper)
    return show_form("person/threat/paper.html", ThreatForm.of(reader_of(work), chosen), kind=chosen)


@bp.post("/<letter:paper>")
@rate_limited(Counted.LETTER)
@case_holder
@locks_late
def make(work: CaseWork, paper: str) -> ResponseReturnValue:
    chosen = _read_kind(paper)
    form = ThreatForm.of(reader_of(work), chosen)
    if form.validate():
        with refusals(form):
            letter_making.make_threat_paper(work, form.command())
            if chosen is LetterKind.PRESERVATION:
                case_sharing.allow_by_asking(work, "platforms")  # the page says so above its button
            flash(_("The paper is ready. Read it before you use it."))
            return redirect(url_for("threat.show"), 303)
    return show_form("person/threat/paper.html", form, kind=chosen)


def _read_kind(paper: str) -> LetterKind:
    """One of a threat's papers; any other kind of letter is not here."""
    found = next((each for each in threats.KINDS if each.value == paper), None)
    return found or abort(404)
