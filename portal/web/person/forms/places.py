"""The questions about the content itself: where it is, how it was found, what harm it does, who took it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField
from wtforms import Form as PartForm

from portal.domain.intake import StepId
from portal.domain.report import Report, ReportedPlace
from portal.web.fields import ChoiceField, PastDayField, PasteField, TextField
from portal.web.person.forms.about import UNSURE
from portal.web.person.forms.steps import StepForm

BLANK_ROWS = 3
MOST_PLACES = 100


class LinksForm(StepForm):
    """The links are kept by the service that reads them; this form only carries what was pasted."""

    step = StepId.LINKS
    heading = _l("Where is it? Paste the links")
    pasted = PasteField(
        _l("Links"),
        description=_l("Copy the address of each page, in any form, as many as you have (up to 500). "
                       "Other words around them do no harm. We never open a link."),
    )  # fmt: skip

    def start_from(self, report: Report) -> dict[str, Any]:
        return {"pasted": ""}

    def apply(self, report: Report) -> Report:
        return report


class PlaceForm(PartForm):  # type: ignore[misc]
    """One place without a link."""

    platform = TextField(_l("Which app or site"))
    text = TextField(_l("Account, group or post, in your own words"), lines=True, longest=2000)


class PlacesForm(StepForm):
    step = StepId.PLACES
    heading = _l("Is it in a place that has no link?")
    intro = _l("For example in a chat group, in a story, or on an account whose address you do not have.")
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
        is_valid = super().validate(extra_validators)
        for row in self.places:
            if row["text"].data and not row["platform"].data:
                row["platform"].errors = [_("Say which app or site this is on.")]
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


class DiscoveryForm(StepForm):
    step = StepId.DISCOVERY
    heading = _l("When and how did you find it?")
    intro = _l("A rough answer is enough. Some laws give you only so much time from this day.")
    found_on = PastDayField(_l("On which day did you first know of it?"), description=_l("For example 24 11 2026"))
    how_found = TextField(_l("How did you find it?"), lines=True, longest=2000)

    def prepare(self) -> None:
        self.found_on.today = self.setting.today


class ExplanationForm(StepForm):
    step = StepId.EXPLANATION
    heading = _l("Why should it come down?")
    intro = _l("You do not have to explain. If you like, say in your own words what it does to you. "
               "Your words go into the letter as you write them.")  # fmt: skip
    explanation = TextField(_l("In your own words"), lines=True)


class OwnershipForm(StepForm):
    step = StepId.OWNERSHIP
    heading = _l("Did you take the picture or video yourself?")
    took_it = ChoiceField(
        _l("Did you take the picture or video yourself?"),
        choices=[("yes", _l("Yes, I took it")), ("no", _l("No, someone else did, or it was made")), UNSURE],
    )
