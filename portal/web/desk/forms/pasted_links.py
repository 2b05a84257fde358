"""The form of links that are pasted over several cases."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.web.fields import PageForm, PasteField

LONGEST = 200_000  # characters of what is pasted


class PasteLinksForm(PageForm):
    pasted = PasteField(
        _l("Which links?"),
        [DataRequired(_l("Paste at least one link."))],
        description=_l("From their mail, in any form, of as many cases as you like. No link is opened."),
    )
