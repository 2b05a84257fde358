"""How a step becomes a page: which form, which template, and what only some steps show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import g, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from portal.domain import intake as rules
from portal.domain.intake import Missing, StepId
from portal.domain.lifecycle import Handler, Path
from portal.domain.police import Act
from portal.domain.report import Report
from portal.services.intake import drafts
from portal.services.law import applicability, fastest_routes
from portal.services.law.fastest_routes import FastestRoute
from portal.services.law.local_days import person_day
from portal.services.law.police import PoliceHelp, find_police
from portal.services.work import CaseWork
from portal.web.access import WORDS
from portal.web.fields import PlainForm
from portal.web.helplines import Helpline, helplines_for, helplines_near, put_blocking_third
from portal.web.person.form_pages import page_number
from portal.web.person.forms import about, places, reach
from portal.web.person.forms.about import filer_of
from portal.web.person.forms.steps import Setting, StepForm
from portal.web.person.links import cut_links, group_links, split_rejected
from portal.web.person.review import review_rows
from portal.web.unit_of_work import unit

FORMS: Mapping[StepId, type[StepForm]] = MappingProxyType(
    {
        form.step: form
        for form in (
            about.WhoForm, about.AgeForm, about.CountryForm, about.CountryPartForm, about.WhatForm, about.OnlineForm,
            places.LinksForm, places.PlacesForm, reach.ContactForm, reach.HandlerForm, reach.AuthorityForm,
        )
    }
)  # fmt: skip
OWN_TEMPLATES = frozenset(
    {
        StepId.START, StepId.COUNTRY, StepId.CHILD, StepId.THREAT, StepId.LINKS, StepId.PLACES, StepId.CONTACT,
        StepId.HANDLER, StepId.REVIEW,
    }
)  # fmt: skip
ANSWER_FIELDS = frozenset({"email", "contact_by"})  # what a letter lacks without an address for the answer
MOST_LIKELY = 2  # countries that are offered as a button


LINKS_A_PAGE = 60
_THREATS = frozenset({Act.THREAT, Act.EXTORTION})


def find(work: CaseWork, name: str) -> StepId | None:
    """The step of that name if it is on this report's way, else None."""
    try:
        step = rules.find_step(name).id
    except rules.UnknownStep:
        return None
    report = work.report
    return step if step in {one.id for one in rules.open_steps(report, needed_for(report))} else None


def needed_for(report: Report) -> frozenset[str]:
    """What decides which questions come, besides the report: whether there is a team to ask. A page asks that several
    times; it is read once.
    """
    known: dict[str, bool] = g.setdefault("has_team_to_ask", {})
    if report.country not in known:
        known[report.country] = bool(drafts.list_teams_to_ask(unit().db, report.country))
    return frozenset({rules.TEAM}) if known[report.country] else rules.NOTHING_NEEDED


def make_form(report: Report, step: StepId) -> PlainForm:
    """The form of a step; a step that only informs has one without questions."""
    if step not in FORMS:
        return PlainForm()
    setting = Setting(
        report=report,
        today=person_day(report, unit().config, now=unit().now),
        teams=tuple(drafts.list_teams_to_ask(unit().db, report.country)) if step is StepId.HANDLER else (),
        language=str(get_locale()),
        likely_countries=list_likely_countries() if step is StepId.COUNTRY else (),
    )
    return FORMS[step](setting)


def list_likely_countries() -> tuple[str, ...]:
    """The countries in the languages that the browser asks for, as "NZ" in "en-NZ": nothing is looked up or kept."""
    tags = (tag.replace("_", "-").split("-") for tag in request.accept_languages.values())
    found = (part.upper() for parts in tags for part in parts[1:] if len(part) == 2)
    return tuple(dict.fromkeys(found))[:MOST_LIKELY]


def render_step(
    work: CaseWork, step: StepId, form: PlainForm, *, note: str = "", missing: Sequence[Missing] = ()
) -> str:
    """The page of a step, with whatever was typed."""
    report = work.report
    needed = needed_for(report)
    form.version.data = str(work.case.version)
    back = rules.previous_step(report, step, needed)
    template = f"person/report/{step.value}.html" if step in OWN_TEMPLATES else "person/report/step.html"
    return render_template(
        template,
        form=form,
        step=step.value,
        report=report,
        note=note,
        back=url_for("report.show", step=back.value) if back else None,
        progress=rules.progress(report, step, needed),
        is_question=rules.STEPS[step].is_question,
        near=people_near(report),
        **_extra(work, step, report, missing),
    )


def people_for(report: Report) -> tuple[Helpline, ...]:
    """Everybody who helps a person of that country and age."""
    regulators = unit().ports.registry.regulators
    return helplines_for(regulators, report.country, is_child=report.path is Path.CHILD)


def people_near(report: Report) -> tuple[Helpline, ...]:
    """Who helps in the person's country, for the end of a page."""
    regulators = unit().ports.registry.regulators
    return helplines_near(regulators, report.country, is_child=report.path is Path.CHILD)


def police_for(report: Report) -> PoliceHelp | None:
    """What a person of that country can tell the police; None while the country is not known."""
    if not report.country:
        return None
    on = person_day(report, unit().config, now=unit().now)
    acts = _THREATS if report.path is Path.THREAT else None
    return find_police(report.country, report.subdivision or None, unit().ports.registry, on=on, acts=acts)


def fastest_for(report: Report) -> tuple[FastestRoute, ...]:
    """The few fastest ways to a removal for this person."""
    return fastest_routes.fastest_for(report, registry=unit().ports.registry, now=unit().now)


@dataclass(frozen=True)
class NearHelp:
    """What somebody without a case can do in a country: the police, and the fastest ways to a removal."""

    police: PoliceHelp
    fastest: tuple[FastestRoute, ...]


def near_help(country: str) -> NearHelp:
    """For one country by its code."""
    registry, now = unit().ports.registry, unit().now
    police = find_police(country, None, registry, on=unit().config.day_at(now))
    routes = fastest_routes.fastest_routes(country, None, registry=registry, now=now)
    return NearHelp(police, routes[: fastest_routes.FEW])


def _extra(work: CaseWork, step: StepId, report: Report, missing: Sequence[Missing]) -> dict[str, Any]:
    """What only some steps show."""
    registry = unit().ports.registry
    if step is StepId.START:
        return {"words": session.get(WORDS) or drafts.read_old_words(work), "days": unit().config.draft_days}
    if step in {StepId.CHILD, StepId.THREAT}:
        people = people_for(report)
        return {
            "helplines": put_blocking_third(people) if step is StepId.CHILD else people,
            "is_child": report.path is Path.CHILD,
            "police": police_for(report),
            "who": filer_of(report).value,
        }
    if step is StepId.CONTACT:
        return {
            "count": applicability.count_letters(report, without=ANSWER_FIELDS, now=unit().now, ports=unit().ports),
            "has_team": bool(rules.TEAM in needed_for(report)),
        }
    if step is StepId.LINKS:
        part = cut_links(group_links(report, registry), page_number(), LINKS_A_PAGE)
        questions, own_words = split_rejected(report.rejected)
        return {
            "part": part,
            "questions": questions,
            "own_words": own_words,
            "address": lambda page: url_for("report.show", step=step.value, page=page),
        }
    if step is StepId.REVIEW:
        names = dict(drafts.list_teams_to_ask(unit().db, report.country))
        found = missing or rules.missing(report)
        return {
            "rows": review_rows(report, needed_for(report), registry, names, str(get_locale())),
            "missing": [(url_for("report.show", step=one.step.value), str(_(one.text))) for one in found],
            "has_letters": report.path is not Path.THREAT and bool(report.links or report.places),
            "team": names.get(report.team_id) if report.handler is Handler.TEAM else None,
        }
    return {}
