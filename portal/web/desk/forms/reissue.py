"""The form of the check question, before new recovery words are given out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import DataRequired

from portal.web.fields import PageForm, SecretField


class CheckAnswerForm(PageForm):
    answer = SecretField(_l("What the caller answers"), [DataRequired(_l("Type what the caller said."))])
