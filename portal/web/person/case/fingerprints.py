"""Fingerprints: a public page that makes them on the person's device, and the same as a step of a case."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.domain.fingerprints import BadFingerprint, may_fingerprint
from portal.services.cases import fingerprints
from portal.services.directory.lookups import list_takers
from portal.services.tracking.request_page import item_views
from portal.services.work import CaseWork
from portal.web.access import case_holder, public
from portal.web.fields import PageForm, PlainForm
from portal.web.helplines import Helpline, lines_of_children, list_helplines
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.forms.fingerprints import ChooseLettersForm, KeepForm
from portal.web.refusals import refusals
from portal.web.security import seal_page
from portal.web.unit_of_work import unit

bp = PersonBlueprint("fingerprints", __name__)
PROGRAMME = "int-stopncii"


@bp.get("/fingerprint")
@public
def show_public() -> Response:
    page = render_template("person/fingerprint.html", lines=_lines_of_children(""), programme=_programme())
    return seal_page(current_app.make_response(page), has_forms=False)


@bp.get("/case/prints")
@case_holder
def show(work: CaseWork) -> ResponseReturnValue:
    return _page(work, PlainForm(formdata=None))


@bp.post("/case/prints/keep")
@case_holder
def keep(work: CaseWork) -> ResponseReturnValue:
    form = KeepForm()
    try:
        with refusals(form):
            new = fingerprints.keep(work, fingerprints.read_digits(form.fingerprints.data or ""))
            kept = ngettext(
                "We keep the fingerprint of %(num)d file.", "We keep the fingerprints of %(num)d files.", new
            )
            flash(kept if new else _("Your case has all of these already."))
            return redirect(url_for("fingerprints.show"), 303)
    except BadFingerprint:
        unit().refuse()
        form.form_errors.append(_("Nothing was kept. Choose your pictures again, and wait until they are done."))
    return _page(work, form), 400


@bp.post("/case/prints/letters")
@case_holder
def choose(work: CaseWork) -> ResponseReturnValue:
    form = _choose_form(work)
    if form.validate():
        with refusals(form):
            fingerprints.choose_letters(work, form.numbers())
            flash(_("Saved. This counts for new letters. Letters you made before stay as they are."))
            return redirect(url_for("fingerprints.show"), 303)
    return _page(work, form), 400


@bp.post("/case/prints/remove")
@case_holder
def remove(work: CaseWork) -> ResponseReturnValue:
    form = PlainForm(formdata=None)
    with refusals(form):
        fingerprints.remove_all(work)
        flash(_("The fingerprints are deleted. Letters you made before still name them."))
        return redirect(url_for("fingerprints.show"), 303)
    return _page(work, form), 400


def _page(work: CaseWork, form: PageForm) -> Response:
    items = item_views(work)
    page = render_template(
        "person/case/fingerprints.html",
        problems=form.problems(),
        is_adult=may_fingerprint(work.report),
        lines=_lines_of_children(work.report.country),
        programme=_programme(),
        takers=list_takers(unit().ports.registry.platforms, [(item.platform, item.platform_name) for item in items]),
        kept=fingerprints.list_kept(work),
        letters_form=form if isinstance(form, ChooseLettersForm) else _choose_form(work),
    )
    return seal_page(current_app.make_response(page))


def _choose_form(work: CaseWork) -> ChooseLettersForm:
    chosen = {number for one in fingerprints.list_kept(work) for number in one.requests}
    return ChooseLettersForm(fingerprints.list_requests(work), sorted(chosen))


def _programme() -> Helpline | None:
    """StopNCII as the directory has it."""
    found = list_helplines(unit().ports.registry.regulators)
    return next((line for line in found if line.id == PROGRAMME), None)


def _lines_of_children(country: str) -> tuple[Helpline, ...]:
    return lines_of_children(unit().ports.registry.regulators, country)
