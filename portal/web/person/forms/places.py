"""The questions about where it is: links, and what has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField
from wtforms import Form as PartForm

from portal.domain.intake import StepId
from portal.domain.report import Report, ReportedPlace
from portal.web.fields import PasteField, TextField
from portal.web.person.forms.steps import StepForm

BLANK_ROWS = 1
MOST_PLACES = 100


class LinksForm(StepForm):
    """The links are kept by the service that reads them; this form only carries what was pasted."""

    step = StepId.LINKS
    heading = _l("Where is it?")
    pasted = PasteField(
        _l("Paste the links"),
        description=_l("Paste all you have, up to 500. You can paste notes with them. We never open a link."),
    )

    def start_from(self, report: Report) -> dict[str, Any]:
        return {"pasted": ""}

    def apply(self, report: Report) -> Report:
        return report


class PlaceForm(PartForm):  # type: ignore[misc]
    """One post, account or chat without a link."""

    platform = TextField(_l("Which app or site"), description=_l("For example WhatsApp or Instagram."))
    text = TextField(_l("Which account, group or post"), lines=True, longest=2000)


class PlacesForm(StepForm):
    step = StepId.PLACES
    heading = _l("No link? Tell us where it is")
    intro = _l("For example a group chat, a story, or an account. Your own words are enough.")
    places = FieldList(FormField(PlaceForm), max_entries=MOST_PLACES)

    def start_from(self, report: Report) -> dict[str, Any]:
        rows = [{"platform": place.platform, "text": place.text} for place in report.places]
        return {"places": rows}

    def prepare(self) -> None:
        """Always some blank rows to write in; a press of "another" is answered with the page and more of them."""
        blank = BLANK_ROWS if not self.is_submitted() else 0
        self.add_rows(blank)

    def add_rows(self, count: int) -> None:
        """More rows to write in, as far as there is room."""
        for _number in range(min(count, MOST_PLACES - len(self.places))):
            self.places.append_entry({"platform": "", "text": ""})

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for row in self.places:
            if row["text"].data and not row["platform"].data:
                row["platform"].errors = [_("Type the name of the app or site.")]
                is_valid = False
        return is_valid

    def problems(self) -> list[tuple[str, str]]:
        """Of each row's own fields, so that every message leads to its box."""
        rows = [part for row in self.places for part in (row["platform"], row["text"])]
        return [(part.id, str(text)) for part in rows for text in part.errors]

    def apply(self, report: Report) -> Report:
        rows = [(row["platform"].data or "", row["text"].data or "") for row in self.places]
        kept = [ReportedPlace(platform=platform, text=text) for platform, text in rows if platform or text]
        return replace(report, places=tuple(kept))
