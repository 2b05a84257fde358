"""Mail that came in for the person's requests: opened, read as plain words, and carried into their answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from portal.domain.documents import DocumentRefused
from portal.domain.incoming import Nature
from portal.services.inbox import case_mail
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.documents import describe_refused_file
from portal.web.incoming_mail import describe_nature, describe_proof
from portal.web.person.addresses import PersonBlueprint
from portal.web.person.form_pages import zone_of
from portal.web.unit_of_work import unit

bp = PersonBlueprint("incoming", __name__, place="/case/came/<int:number>")
MEANINGS: Mapping[Nature, Any] = MappingProxyType(
    {
        Nature.ANSWER: _l("Read it when you feel ready. Then save their answer, so we can count the days."),
        Nature.AUTO_REPLY: _l("A machine wrote it. It is not an answer. It only shows that your letter arrived."),
        Nature.AWAY: _l("Someone there is away. Your letter arrived, and the days still count."),
        Nature.RETURNED: _l("They did not get this letter. Send it again by their form or by post."),
        Nature.DELAYED: _l("Your letter is not lost. The mail server tries again by itself."),
        Nature.DELIVERED: _l("Your letter reached their mail server. We can’t see if anyone read it."),
        Nature.COMPLAINED: _l("Your letter arrived, but they called it spam. Send the next one by their form."),
        Nature.JUNK: _l("The mail server thinks it is spam. It may still be their answer."),
    }
)


@bp.get("")
@case_holder
def show(work: CaseWork, number: int) -> ResponseReturnValue:
    return _show(work, number)


@bp.post("/read")
@case_holder
def read(work: CaseWork, number: int) -> ResponseReturnValue:
    """Take a mail that waits into the case."""
    try:
        case_mail.read_in(work, number, end_transaction=unit().end_transaction)
    except DocumentRefused as error:
        unit().refuse()
        return _show(work, number, refused=describe_refused_file(error)), 409
    return redirect(url_for("incoming.show", number=number), 303)


def _show(work: CaseWork, number: int, *, refused: str = "") -> str:
    mail = case_mail.mail_view(work, number)
    return render_template(
        "person/case/mail_in.html",
        mail=mail,
        meaning=MEANINGS[mail.nature],
        refused=refused,
        proof=describe_proof(mail),
        zone=zone_of(work),
        describe_nature=describe_nature,
    )
