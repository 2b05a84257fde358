"""Where an officer has a complaint's file checked: it is read, told about, and not kept. Nobody signs in for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField

from portal.domain.bundle_checks import (
    LARGEST_SENT,
    BundleRefusal,
    BundleRefused,
    ChainState,
    FileState,
    RevocationState,
)
from portal.services.complaints.checking import BundleReport, DateState, check_file
from portal.services.ports import OFFICER
from portal.web.access import public
from portal.web.fields import PlainForm
from portal.web.unit_of_work import unit

bp = Blueprint("check", __name__, url_prefix="/check")
Answer = str | tuple[str, int]

REFUSALS: Mapping[BundleRefusal, Any] = MappingProxyType(
    {
        BundleRefusal.TOO_LARGE: _l(
            "This file is too large for this page. Check complaint.pdf alone, without the other files of its ZIP."
        ),
        BundleRefusal.NOT_A_BUNDLE: _l(
            "This is not a complaint from this portal. Choose the ZIP as you got it, or complaint.pdf from inside it."
        ),
        BundleRefusal.BROKEN: _l(
            "This file cannot be read. It was cut off or changed. Save it once more and try again."
        ),
        BundleRefusal.BUSY: _l("Another file is being checked. Wait a few seconds and send this one again."),
        BundleRefusal.UNCONFINED: _l(
            "This portal cannot open files safely at the moment. Use the commands in HOW-TO-CHECK.txt instead."
        ),
    }
)
FILES: Mapping[FileState, Any] = MappingProxyType(
    {
        FileState.SAME: _l("as listed"),
        FileState.DIFFERS: _l("differs from the list"),
        FileState.MISSING: _l("is missing"),
        FileState.UNLISTED: _l("is in no list"),
    }
)
CHAINS: Mapping[ChainState, Any] = MappingProxyType(
    {
        ChainState.TRUSTED: _l("The certificate leads to a root that is trusted here. So the name in it was checked."),
        ChainState.SELF_MADE: _l(
            "The certificate was made by whoever signed, and nobody else vouches for the name in it. "
            "Compare its SHA-256 with the one that the organisation gave you."
        ),
        ChainState.EXPIRED: _l(
            "The certificate leads to a root that is trusted here, but it was not valid at the moment in question."
        ),
        ChainState.UNKNOWN: _l(
            "The certificate leads to no root that is trusted here. "
            "Compare its SHA-256 with the one that the organisation gave you."
        ),
        ChainState.NOT_CHECKED: _l(
            "Who vouches for the certificate was not checked: this portal has no list of roots that it trusts."
        ),
    }
)
STAMPS: Mapping[ChainState, Any] = MappingProxyType(
    {
        ChainState.TRUSTED: _l("Its certificate leads to a root that is trusted here."),
        ChainState.SELF_MADE: _l("Nobody vouches for its certificate."),
        ChainState.EXPIRED: _l("Its certificate was not valid at that moment."),
        ChainState.UNKNOWN: _l("Its certificate leads to no root that is trusted here."),
        ChainState.NOT_CHECKED: _l("Who vouches for its certificate was not checked."),
    }
)
REVOCATIONS: Mapping[RevocationState, Any] = MappingProxyType(
    {
        RevocationState.GOOD: _l(
            "Checked by what the file itself holds: the certificate was not taken back at the moment in question."
        ),
        RevocationState.REVOKED: _l("The file itself holds proof that the certificate was taken back."),
        RevocationState.UNCLEAR: _l(
            "Not settled: the file holds data on whether the certificate was taken back, but they are too old, "
            "or are of somebody else."
        ),
        RevocationState.NOT_CHECKED: _l(
            "Not checked: whether the certificate was taken back since. The file holds nothing to tell it by, "
            "and no other machine is asked."
        ),
    }
)
DATES: Mapping[DateState, Any] = MappingProxyType(
    {
        DateState.SAME: _l("the same date came out here"),
        DateState.DIFFERS: _l("another date came out here"),
        DateState.LONGER: _l("later than the plain period: it was extended or stood still, as the answers say"),
        DateState.UNKNOWN: _l("not counted: this portal has another version of that law"),
    }
)


class CheckForm(PlainForm):
    file = FileField(_l("The file"))


@bp.get("")
@public
def show() -> str:
    return _page(CheckForm(formdata=None), None)


@bp.post("")
@public
def check() -> Answer:
    """The answer comes at once and not after a redirect, because nothing of the file is kept to show later."""
    form = CheckForm()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.file.errors = [_("Choose the ZIP or the PDF.")]
        return _page(form, None), 400
    content = sent.read(LARGEST_SENT + 1)
    try:
        if len(content) > LARGEST_SENT:
            raise BundleRefused(BundleRefusal.TOO_LARGE)
        return _page(CheckForm(formdata=None), check_file(unit().work(OFFICER), content))
    except BundleRefused as refused:
        form.file.errors = [str(REFUSALS[refused.reason])]
        return _page(form, None), 400


def _page(form: CheckForm, report: BundleReport | None) -> str:
    return render_template(
        "open/check.html",
        form=form,
        report=report,
        files=FILES,
        chains=CHAINS,
        stamps=STAMPS,
        revocations=REVOCATIONS,
        dates=DATES,
    )
