"""The first six words of a case that was told on the phone: read out and said back, or printed."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, session, url_for
from flask_babel import gettext as _

from portal.services.cases import mail_contact, recovery_words
from portal.services.work import CaseWork
from portal.web.access import SignedInStaff
from portal.web.desk.blueprint import make_blueprint
from portal.web.desk.case_access import on_case
from portal.web.desk.forms.first_words import RepeatForm
from portal.web.desk.pages import Answered, go, show_on_case
from portal.web.desk.step_up import confirmed
from portal.web.unit_of_work import unit

bp = make_blueprint("desk_first_words", __name__, "/desk/cases/<reference>/first-words")

READ_OUT = "read_out"  # in the session: the words that are being read out, of which case, and which are asked back
ASKED = 2


@bp.get("")
@on_case
def show(member: SignedInStaff, work: CaseWork) -> Answered:
    kept = find_kept(work)
    return show_words(member, work, kept, RepeatForm(kept["asked"]) if kept else None)


@bp.post("/make")
@on_case
@confirmed
def make(member: SignedInStaff, work: CaseWork) -> Answered:
    """Drawn now, and shown in this session alone until they were said back."""
    words = recovery_words.make_first_set(work)
    asked = sorted(secrets.SystemRandom().sample(range(1, len(words.split()) + 1), ASKED))
    session[READ_OUT] = {"reference": work.reference, "words": words, "asked": asked}
    return go("desk_first_words.show", reference=work.reference)


@bp.post("/said")
@on_case
def hear(member: SignedInStaff, work: CaseWork) -> Answered:
    kept = find_kept(work)
    if kept is None:
        return go("desk_case.show", reference=work.reference)
    form = RepeatForm(kept["asked"])
    if form.validate() and form.fits(kept["words"].split()):
        recovery_words.note_repeated(work)
        session.pop(READ_OUT)
        flash(_("The caller has the words. They are not shown again."))
        return go("desk_case.show", reference=work.reference)
    return show_words(member, work, kept, form, status=400)


@bp.post("/printed")
@on_case
def finish(member: SignedInStaff, work: CaseWork) -> Answered:
    """They are on paper: this browser forgets them."""
    session.pop(READ_OUT, None)
    return go("desk_case.show", reference=work.reference)


@bp.post("/link")
@on_case
@confirmed
def let_link(member: SignedInStaff, work: CaseWork) -> Answered:
    """The caller chose a way back by e-mail, and the address is confirmed."""
    mail_contact.choose_told_link(work)
    flash(_("From now on a link by e-mail opens the case. The person asks for it on the page “Come back to my case”."))
    return go("desk_case.show", reference=work.reference)


def find_kept(work: CaseWork) -> dict[str, Any] | None:
    """The words that this browser is reading out, if they are of this case."""
    kept: dict[str, Any] | None = session.get(READ_OUT)
    return kept if kept and kept["reference"] == work.reference else None


def show_words(
    member: SignedInStaff, work: CaseWork, kept: dict[str, Any] | None, form: RepeatForm | None, *, status: int = 200
) -> Answered:
    return show_on_case(
        "desk/first_words.html",
        member,
        work,
        status=status,
        words=kept["words"].split() if kept else (),
        form=form,
        problems=form.problems() if form and status == 400 else [],
        has_words=bool(recovery_words.list_sets(work)),
        mail=mail_contact.contact_view(work),
        address=unit().config.base_url,
        back=url_for("desk_case.show", reference=work.reference),
    )
