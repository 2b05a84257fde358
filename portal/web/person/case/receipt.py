"""The receipt as a text file: proof that a report was saved, without a word of what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from portal.web.person.phrases import format_short_moment


def format_receipt(kept: Mapping[str, str], zone: str) -> str:
    """Reference, words, moment and digest; line ends as every system reads them."""
    moment = format_short_moment(datetime.fromisoformat(kept["submitted_at"]), zone)
    lines = [
        _("Receipt"),
        "",
        _("Case: %(reference)s", reference=kept["reference"]),
        _("Saved: %(moment)s", moment=moment),
        _("Proof (SHA-256 of the report): %(digest)s", digest=kept["digest"]),
        "",
        _("Six words to come back:"),
        kept["words"],
        "",
        _("Keep this safe. We can’t give you the words again."),
        _("This is not legal advice."),
    ]
    return "\r\n".join(str(line) for line in lines) + "\r\n"
