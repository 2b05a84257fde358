"""The form that adds links to a case."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.domain.typed import LARGEST_TYPED
from portal.web.fields import PasteField, TextField
from portal.web.forms.readers import ReaderForm, for_each


class AddLinksForm(ReaderForm):
    pasted = for_each(
        person=PasteField(_l("More links"), description=_l("Paste them as they are. We never open a link.")),
        desk=TextField(
            _l("Links"),
            [DataRequired(_l("Paste at least one link."))],
            description=_l("In any form, with or without text around them. None of them is opened."),
            name="links",
            lines=True,
            longest=LARGEST_TYPED,
        ),
    )
