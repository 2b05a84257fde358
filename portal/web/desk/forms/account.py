"""One's own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField
from wtforms.validators import InputRequired

from portal.models.accounts import DateForm, Density
from portal.services.staff.accounts import Settings
from portal.web.fields import ChoiceField, PageForm
from portal.zone_names import list_zones


class SettingsForm(PageForm):
    """How one member reads the desk."""

    zone = SelectField(_l("Your time zone"))
    date_form = ChoiceField(
        _l("Dates and times"),
        required=_l("Choose how dates are written."),
        choices=[
            (DateForm.WORDS.value, _l("Tuesday 24 November 2026, 14:05")),
            (DateForm.WORDS_12.value, _l("Tuesday 24 November 2026, 2:05 pm")),
            (DateForm.ISO.value, _l("2026-11-24 14:05")),
        ],
    )
    density = ChoiceField(
        _l("Lists"),
        required=_l("Choose how dense lists are."),
        choices=[
            (Density.DENSE.value, _l("Dense: much on one screen")),
            (Density.ROOMY.value, _l("Roomy: larger, with more space")),
        ],
    )
    language = SelectField(_l("Language of the pages"))

    def __init__(self, *, portal_zone: str, languages: Mapping[str, str], **values: Any) -> None:
        """`languages`: names by catalogue; not asked where there is only one."""
        super().__init__(**values)
        here = _("That of the portal (%(zone)s)", zone=portal_zone)
        self.zone.choices = [("", here), *((name, name.replace("_", " ")) for name in list_zones())]
        self.language.choices = [("", _("That of the portal")), *languages.items()]
        if len(languages) < 2:
            del self.language

    def command(self) -> Settings:
        return Settings(
            zone=self.zone.data or None,
            date_form=DateForm(str(self.date_form.data)),
            density=Density(str(self.density.data)),
            language=self.language.data or None if "language" in self else None,
        )


class PasswordForm(PageForm):
    old = PasswordField(_l("The password so far"), [InputRequired(_l("Enter the password so far."))])
    new = PasswordField(_l("The new password"), [InputRequired(_l("Enter a new password."))])
    again = PasswordField(_l("The new password once more"), [InputRequired(_l("Enter the new password once more."))])
