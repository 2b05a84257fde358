"""The review: every answer as it will be handed in, each with the step that changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.intake import StepId, steps_for
from portal.domain.lifecycle import Depiction, Filer, Handler
from portal.domain.report import ContactBy, Report, YesNo
from portal.reference.registry import Registry
from portal.web.person.forms.parts import PARTS
from portal.web.person.links import group_links
from portal.web.places import country_names

Row = tuple[str, str, str]

# By kind first: two kinds of "unsure" are the same text, and so would be one key.
ANSWERS: Mapping[type[StrEnum], Mapping[Any, Any]] = MappingProxyType(
    {
        Filer: {
            Filer.SELF: _l("Me"),
            Filer.PARENT: _l("My child"),
            Filer.REPRESENTATIVE: _l("Someone I act for"),
        },
        YesNo: {
            YesNo.YES: _l("Yes"),
            YesNo.NO: _l("No"),
            YesNo.UNSURE: _l("Not sure"),
        },
        Depiction: {
            Depiction.REAL: _l("A real intimate picture or video"),
            Depiction.SYNTHETIC: _l("An intimate picture that was changed or made with AI"),
            Depiction.UNSURE: _l("An intimate picture; not known if real or made"),
            Depiction.FALSE: _l("Something else that shows me falsely or harms me"),
            Depiction.PRIVATE: _l("Private facts about me"),
        },
    }
)


def review_rows(
    report: Report, needed: Collection[str], registry: Registry, teams: Mapping[str, str], language: str
) -> list[Row]:
    """Label, answer and address of the step, for every question of this report's way."""
    show = _table(report, registry, teams, language)
    steps = [step.id for step in steps_for(report, needed) if step.id in show]
    return [
        (str(show[step][0]), _or_skipped(show[step][1]()), url_for("report.show", step=step.value)) for step in steps
    ]


def _table(
    report: Report, registry: Registry, teams: Mapping[str, str], language: str
) -> dict[StepId, tuple[Any, Callable[[], str]]]:
    return {
        StepId.WHO: (_l("Who it is about"), lambda: _word(report.filer)),
        StepId.AGE: (_l("Under 18 when it was made"), lambda: _word(report.under_18)),
        StepId.COUNTRY: (_l("Country"), lambda: dict(country_names(language)).get(report.country, "")),
        StepId.STATE: (_l("Part of the country"), lambda: _part(report)),
        StepId.WHAT: (_l("What it is"), lambda: _word(report.depiction)),
        StepId.ONLINE: (_l("Online already"), lambda: _word(report.is_online)),
        StepId.LINKS: (_l("Links"), lambda: _links(report, registry)),
        StepId.PLACES: (_l("Places without a link"), lambda: _places(report)),
        StepId.DISCOVERY: (_l("When and how it was found"), lambda: _found(report)),
        StepId.EXPLANATION: (_l("Why it should come down"), lambda: report.explanation),
        StepId.OWNERSHIP: (_l("I took it myself"), lambda: _word(report.took_it)),
        StepId.CONTACT: (_l("How to reach you"), lambda: _contact(report)),
        StepId.ADDRESS: (_l("Postal address"), lambda: report.postal_address),
        StepId.SHARING: (_l("What may be shared"), lambda: _sharing(report)),
        StepId.HANDLER: (_l("Who carries the case"), lambda: _handler(report, teams)),
        StepId.AUTHORITY: (_l("Who gave the authority"), lambda: _authority(report)),
        StepId.NAME: (_l("Name under the letters"), lambda: report.name),
        StepId.STATEMENT: (_l("What you state"), lambda: _statement(report)),
    }


def _or_skipped(text: str) -> str:
    return text or str(_("Not answered"))


def _word(value: StrEnum | None) -> str:
    return str(ANSWERS[type(value)][value]) if value is not None else ""


def _part(report: Report) -> str:
    return str(dict(PARTS.get(report.country, ())).get(report.subdivision, ""))


def _links(report: Report, registry: Registry) -> str:
    groups = [f"{group.name}: {group.total}" for group in group_links(report, registry)]
    if report.rejected:
        groups.append(ngettext("%(num)d text not understood", "%(num)d texts not understood", len(report.rejected)))
    return "\n".join(groups)


def _places(report: Report) -> str:
    return "\n".join(f"{place.platform}: {place.text}" for place in report.places)


def _found(report: Report) -> str:
    day = str(format_date(report.found_on, "d MMMM y")) if report.found_on else ""
    return "\n".join(filter(None, [day, report.how_found]))


def _contact(report: Report) -> str:
    if report.contact_by in {None, ContactBy.NONE}:
        return str(_("Not at all")) if report.contact_by else ""
    address = report.email if report.contact_by is ContactBy.EMAIL else report.phone
    return "\n".join(filter(None, [address, report.safe_contact]))


def _sharing(report: Report) -> str:
    answers = [
        (_("With platforms"), report.share_with_platforms),
        (_("With authorities"), report.share_with_regulators),
    ]
    words = {True: _("yes"), False: _("no"), None: _("not answered")}
    return "\n".join(f"{label}: {words[given]}" for label, given in answers)


def _handler(report: Report, teams: Mapping[str, str]) -> str:
    if report.handler is Handler.TEAM:
        return teams.get(report.team_id, str(_("A team")))
    return str(_("On my own")) if report.handler else ""


def _authority(report: Report) -> str:
    ends = _("until %(day)s", day=format_date(report.authority_ends_on, "d MMMM y")) if report.authority_ends_on else ""
    return "\n".join(filter(None, [report.authority, str(ends)]))


def _statement(report: Report) -> str:
    given = [
        (report.states_no_consent, _("No agreement was given.")),
        (report.states_good_faith, _("Said in good faith.")),
        (report.states_accuracy, _("Right, as far as known.")),
        (bool(report.signature), _("Signed: %(name)s", name=report.signature)),
    ]
    return "\n".join(str(text) for is_given, text in given if is_given)
