"""The review: every answer as it will be saved, each with the step that changes it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.intake import StepId, steps_for
from portal.domain.lifecycle import Filer, Handler
from portal.domain.report import Report, YesNo
from portal.reference.registry import Registry
from portal.web.forms.parts import PARTS
from portal.web.person.forms.about import depictions_for
from portal.web.person.links import group_links
from portal.web.places import country_names

Row = tuple[str, str, str]

FILERS: Mapping[Filer, Any] = MappingProxyType(
    {
        Filer.SELF: _l("Me"),
        Filer.PARENT: _l("My child"),
        Filer.REPRESENTATIVE: _l("Someone else, who asked me to help"),
    }
)
YES_NO: Mapping[YesNo, Any] = MappingProxyType(
    {
        YesNo.YES: _l("Yes"),
        YesNo.NO: _l("No"),
        YesNo.UNSURE: _l("Not sure"),
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
        StepId.WHO: (_l("Who it is about"), lambda: str(FILERS[report.filer]) if report.filer else ""),
        StepId.AGE: (_l("Under 18 when it was made"), lambda: _yes_no(report.under_18)),
        StepId.COUNTRY: (_l("Country"), lambda: dict(country_names(language)).get(report.country, "")),
        StepId.STATE: (_l("Part of the country"), lambda: _part(report)),
        StepId.WHAT: (_l("What it is"), lambda: _kind(report)),
        StepId.ONLINE: (_l("Online yet"), lambda: _yes_no(report.is_online)),
        StepId.LINKS: (_l("Links"), lambda: _links(report, registry)),
        StepId.PLACES: (_l("Without a link"), lambda: _places(report)),
        StepId.CONTACT: (_l("How to reach you"), lambda: _contact(report)),
        StepId.HANDLER: (_l("Who sends the letters"), lambda: _handler(report, teams)),
        StepId.AUTHORITY: (_l("Who asked you to act"), lambda: _authority(report)),
    }


def _or_skipped(text: str) -> str:
    return text or str(_("Not answered"))


def _yes_no(value: YesNo | None) -> str:
    return str(YES_NO[value]) if value is not None else ""


def _kind(report: Report) -> str:
    return str(dict(depictions_for(report))[report.depiction.value]) if report.depiction else ""


def _part(report: Report) -> str:
    return str(dict(PARTS.get(report.country, ())).get(report.subdivision, ""))


def _links(report: Report, registry: Registry) -> str:
    groups = [f"{group.name}: {group.total}" for group in group_links(report, registry)]
    if report.rejected:
        groups.append(ngettext("%(num)d note kept", "%(num)d notes kept", len(report.rejected)))
    return "\n".join(groups)


def _places(report: Report) -> str:
    return "\n".join(f"{place.platform}: {place.text}" for place in report.places)


def _contact(report: Report) -> str:
    given = "\n".join(filter(None, [report.email, report.phone, report.safe_contact]))
    return given or (str(_("Not at all")) if report.contact_by else "")


def _handler(report: Report, teams: Mapping[str, str]) -> str:
    if report.handler is Handler.TEAM:
        return teams.get(report.team_id, str(_("A team")))
    return str(_("On my own")) if report.handler else ""


def _authority(report: Report) -> str:
    ends = _("until %(day)s", day=format_date(report.authority_ends_on, "d MMMM y")) if report.authority_ends_on else ""
    return "\n".join(filter(None, [report.authority, str(ends)]))
