"""What the page of laws says before all else: the one thing to do first, by when it works, and whom to talk to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.domain.directory import Category, Medium, Platform
from portal.domain.regimes import Binding, Confidence, RegimeKind, Trigger
from portal.domain.regulators import HelpRole, RegulatorKind
from portal.services.law.fastest_routes import fastest_routes
from portal.services.law.law_finder import Facts
from portal.services.requests.first_steps import FirstStep, find_first_step
from portal.web.helplines import FINDER_OF_HOTLINES, Helpline, helplines_for, helplines_near
from portal.web.open.labels import format_period
from portal.web.unit_of_work import parts

_OWN_ACTS = frozenset({Trigger.NOTICE_RECEIVED, Trigger.COMPLAINT_RECEIVED})
_PROMISES: Mapping[Binding, Any] = MappingProxyType(
    {
        Binding.DUTY: _l("By law they have %(period)s after they get your report."),
        Binding.SAFE_HARBOUR: _l("To keep their legal protection they have %(period)s after they get your report."),
        Binding.TARGET: _l("They aim to act within %(period)s. That is their own aim, not law."),
    }
)


@dataclass(frozen=True, kw_only=True)
class Lead:
    """`report` is the place that takes reports about children; with it nothing else comes first."""

    step: FirstStep | None
    platform: Platform | None
    report: Helpline | None
    talk: tuple[Helpline, ...]


def find_lead(facts: Facts, *, now: datetime) -> Lead:
    """Raises InvalidQuery."""
    registry = parts().registry
    found = helplines_for(registry.regulators, facts.country, is_child=facts.under_18)
    reports = (one for one in found if (one.role is HelpRole.REPORT or one.id == FINDER_OF_HOTLINES) and one.address)
    return Lead(
        step=find_first_step(facts, registry, now=now, fastest=_list_fastest(facts, now)),
        platform=registry.platforms.get(facts.platform or ""),
        report=next(reports, None) if facts.under_18 else None,
        talk=helplines_near(registry.regulators, facts.country, is_child=facts.under_18),
    )


def _list_fastest(facts: Facts, now: datetime) -> list[str]:
    """The laws there by how fast they end in a removal that binds. Raises InvalidQuery."""
    routes = fastest_routes(
        facts.country,
        facts.subdivision,
        registry=parts().registry,
        now=now,
        depiction=facts.depiction,
        under_18=bool(facts.under_18),
        threat=bool(facts.threat),
        platform=facts.platform,
    )
    return list(dict.fromkeys(route.regime.id for route in routes))


def name_first(lead: Lead) -> str:
    """The step in one short sentence."""
    if lead.report:
        return str(_("Report it to %(name)s. They can act on pictures of children.", name=lead.report.name))
    step = lead.step
    if step is None:
        return str(_("Talk to people who help. They know what works where you live."))
    if step.body and step.body.kind is RegulatorKind.TRIBUNAL:
        return str(_("Ask %(name)s for an order.", name=step.body.name))
    if step.body:
        said = _("Report it to %(name)s.", name=step.body.name)
        return str(said if step.is_sure else f"{said} {_('It may be able to act.')}")
    name = lead.platform.name if lead.platform else _("the platform")
    if step.regime.kind is RegimeKind.ERASURE and step.regime.reach.platform_categories == (Category.SEARCH,):
        return str(_("Ask %(name)s not to show it when someone looks for your name.", name=name))
    if step.regime.kind is RegimeKind.ERASURE:
        return str(_("Ask %(name)s to erase what it holds of you.", name=name))
    return str(_("Ask %(name)s to take it down.", name=name))


def describe_promise(step: FirstStep | None) -> str:
    """By when they have to act, in a person's words; empty where nothing is sure."""
    rule = step.rule if step and (step.is_sure or step.body) else None
    if rule is None or rule.confidence is Confidence.MEMORY:
        return ""
    if rule.amount is not None and rule.trigger in _OWN_ACTS and rule.binding in _PROMISES:
        return str(_PROMISES[rule.binding]) % {"period": format_period(rule.amount, rule.unit)}
    if rule.amount is None and rule.standard and rule.binding in _PROMISES:
        return str(_("The law gives no date. By when: %(standard)s.", standard=_(rule.standard)))
    return ""


def name_door(lead: Lead) -> str:
    """The words of the button that opens the form."""
    channel = lead.step.channel if lead.step else None
    if channel and channel.medium is Medium.PAGE:
        return str(_("Open the page that leads to their form"))
    return str(_("Open their form"))


def init_lead(app: Flask) -> None:
    """The filters of the templates."""
    app.jinja_env.filters.update(first_words=name_first, promise_words=describe_promise, door_words=name_door)
