"""Which complaints a person could make: the competent bodies, why they are, from when and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from portal.domain.clocks import ClockState
from portal.domain.escalation import EscalationKind, EscalationOption
from portal.domain.lifecycle import RequestState
from portal.domain.notices import needs_request
from portal.domain.regimes import Binding, ObligedParty, Regime, RegimeKind
from portal.domain.regulators import Regulator
from portal.domain.report import Report
from portal.models.items import Item
from portal.models.requests import Request
from portal.services.clocks.derivation import PLATFORM_PREFIX
from portal.services.complaints.views import ComplaintOption, PreconditionView, RequestChoice
from portal.services.directory.competence import find_regulators
from portal.services.directory.lookups import is_body_of
from portal.services.requests.citations import find_reason
from portal.services.requests.content import situation_of
from portal.services.requests.dossier import Dossier
from portal.services.requests.dossier_rows import OpenedItem
from portal.services.requests.escalation import EscalatedRequest, read_escalated
from portal.services.work import CaseWork

_OBLIGED = frozenset({ObligedParty.PLATFORM, ObligedParty.CONTROLLER})
_REFUSED = frozenset({RequestState.REFUSED, RequestState.PARTLY, RequestState.GEO_BLOCKED})
_USED = frozenset({EscalationKind.AUTHORITY, EscalationKind.APPEAL, EscalationKind.BODY, EscalationKind.COURT})


@dataclass(frozen=True)
class _Body:
    """The addressee of a complaint: an authority, or for an appeal the platform itself."""

    id: str
    name: str
    country: str
    regulator: Regulator | None = None


def count_open(work: CaseWork, escalated: Iterable[EscalatedRequest], items: Sequence[OpenedItem]) -> int:
    """How many of all complaints are open now: those that `list_options` would find, none put together.

    `escalated` are the requests of the case, and `items` its links.
    """
    found: dict[tuple[str, str], bool] = {}
    for each in escalated:
        for escalation in each.options:
            if regime := _find_law(each.dossier, escalation):
                for body in _find_bodies(each.dossier, escalation, regime):
                    key = regime.id, body.id
                    found[key] = found.get(key, False) or escalation.is_open
    for regime, regulators, _why in _find_direct(work, work.report, _platforms_of(items)):
        for regulator in regulators:
            found.setdefault((regime.id, regulator.id), True)
    return sum(found.values())


def list_options(work: CaseWork, escalated: Sequence[EscalatedRequest] | None = None) -> tuple[ComplaintOption, ...]:
    """Every complaint open to this person now or later, each body under each law once: those open now first, and of
    these the ones of the person's own country.

    `escalated` are the requests of the case, where the caller has them in hand.
    """
    report = work.report
    found: dict[tuple[str, str], ComplaintOption] = {}
    known = read_escalated(work) if escalated is None else escalated
    for each in known:
        for escalation in each.options:
            for option in options_from(each.dossier, escalation):
                key = option.regime, option.regulator
                found[key] = _join(found[key], option) if key in found else option
    requests = [each.dossier.request for each in known]
    for option in _list_direct(work, report, requests):
        found.setdefault((option.regime, option.regulator), option)
    choices = {each.dossier.number: describe_choice(each.dossier) for each in known}
    named = (
        replace(option, requests=tuple(choices[number] for number in option.request_numbers if number in choices))
        for option in found.values()
    )
    return tuple(sorted(named, key=lambda option: (not option.is_open, not _is_near(work, option))))


def _is_near(work: CaseWork, option: ComplaintOption) -> bool:
    """Whether the body is one of the country where the person lives."""
    body = work.ports.registry.regulators.get(option.regulator)
    return body is not None and is_body_of(body, work.case.country or "")


def list_open_for(escalated: EscalatedRequest) -> tuple[ComplaintOption, ...]:
    """The complaints about one request that can be made now, each body once under the first law that opens it."""
    found: dict[str, ComplaintOption] = {}
    for escalation in escalated.options:
        if escalation.is_open and escalation.kind is not EscalationKind.COURT:
            for option in options_from(escalated.dossier, escalation):
                found.setdefault(option.regulator, option)
    return tuple(found.values())


def describe_choice(dossier: Dossier) -> RequestChoice:
    """A request as a complaint can rest on it."""
    states = dossier.clock_states
    missed = (clock for clock in dossier.clocks if clock.owed_by in _OBLIGED and states[clock.id] is ClockState.MISSED)
    return RequestChoice(
        number=dossier.number,
        name=dossier.name,
        kind=dossier.request.kind,
        is_overdue=any(clock.binding is not Binding.FOLLOW_UP for clock in missed),
        is_refused=dossier.request.state in _REFUSED,
    )


def options_from(dossier: Dossier, escalation: EscalationOption) -> Iterator[ComplaintOption]:
    """The complaints that a next step of one request comes to: one to each competent body, resting on that request."""
    regime = _find_law(dossier, escalation)
    if regime is None:
        return
    why = dossier.find_reason(regime)
    for body in _find_bodies(dossier, escalation, regime):
        option = _option(
            regime,
            body,
            why=why or regime.summary,
            what=str(escalation.can_do),
        )
        yield replace(
            option,
            is_open=escalation.is_open,
            opens=escalation.opens,
            opens_at=escalation.opens_at,
            closes=escalation.closes,
            closes_at=escalation.closes_at,
            preconditions=tuple(
                PreconditionView(text=text, is_met=met)
                for text, met in zip(escalation.first, escalation.met, strict=True)
            ),
            request_numbers=(dossier.request.number,),
        )


def _find_law(dossier: Dossier, escalation: EscalationOption) -> Regime | None:
    """The law that a complaint would rest on; None where the next step is no complaint."""
    if escalation.kind not in _USED or not (escalation.regime or escalation.regulator):
        return None
    regimes = dossier.work.ports.registry.regimes
    return regimes.get(escalation.regime or next(iter(escalation.origins), ""))


def _find_bodies(dossier: Dossier, escalation: EscalationOption, regime: Regime) -> list[_Body]:
    if escalation.regulator:
        found = dossier.work.ports.registry.regulators.get(escalation.regulator)
        return [_as_body(found)] if found and found.can_be_asked else []
    if regime.kind is RegimeKind.APPEAL:
        own = any(rule.owed_by in _OBLIGED for rule in regime.rules)
        return [_platform_body(dossier)] if own else []
    if regime.kind is not RegimeKind.COMPLAINT:
        return []
    return [_as_body(each) for each in dossier.find_regulators(regime)]


def _list_platforms(work: CaseWork) -> list[str]:
    query = select(Item.platform).where(Item.case_id == work.case.id)
    return list(dict.fromkeys(work.session.scalars(query.order_by(Item.number))))


def _platforms_of(items: Sequence[OpenedItem]) -> list[str]:
    return list(dict.fromkeys(each.row.platform for each in items))


def _list_direct(work: CaseWork, report: Report, requests: Iterable[Request]) -> Iterator[ComplaintOption]:
    sent = tuple(request.number for request in requests if request.sent_at)
    for regime, regulators, why in _find_direct(work, report, _list_platforms(work)):
        for regulator in regulators:
            option = _option(regime, _as_body(regulator), why=why, what=regime.summary)
            yield replace(option, is_open=True, is_direct=True, request_numbers=sent)


def _find_direct(
    work: CaseWork, report: Report, listed: Sequence[str]
) -> Iterator[tuple[Regime, Sequence[Regulator], str]]:
    """Complaints that need no request to the platform before, as the law asks for no account of one: its bodies, and
    why it can be used.
    """
    registry = work.ports.registry
    # A threat has no place yet.
    platforms = list(dict.fromkeys(each if each in registry.platforms else "" for each in listed or [""]))
    situation = situation_of(report)
    for regime in work.ports.registry.regimes.values():
        if regime.kind is not RegimeKind.COMPLAINT or needs_request(regime, situation):
            continue
        reasons = (find_reason(regime, report, platform, now=work.now, ports=work.ports) for platform in platforms)
        why = next((reason for reason in reasons if reason), None)
        if why is None:
            continue
        yield regime, find_regulators(regime, work.case, platforms, registry), why


def _option(regime: Regime, body: _Body, *, why: str, what: str) -> ComplaintOption:
    regulator = body.regulator
    return ComplaintOption(
        regime=regime.id,
        regulator=body.id,
        name=body.name,
        regime_name=regime.name,
        citation=regime.citation,
        kind=regime.kind,
        country=body.country,
        why=why,
        what=what,
        website=regulator.website if regulator else None,
        complaint_url=regulator.form_under(regime.id) if regulator else None,
        email=regulator.email if regulator else None,
        postal_address="\n".join(regulator.postal_address) if regulator and regulator.postal_address else None,
        is_signatory=bool(regulator and regulator.joint_statement_signatory),
        is_open=False,
        opens="",
        opens_at=None,
        closes="",
        closes_at=None,
        preconditions=(),
        request_numbers=(),
        traps=regime.traps,
    )


def _join(one: ComplaintOption, other: ComplaintOption) -> ComplaintOption:
    """The same complaint about two requests: the readier one, resting on both where both are ready."""
    if one.is_open is not other.is_open:
        return one if one.is_open else other
    numbers: Sequence[int] = (*one.request_numbers, *other.request_numbers)
    instants = [each.opens_at for each in (one, other) if each.opens_at]
    limits = [each.closes_at for each in (one, other) if each.closes_at]
    return replace(
        one,
        request_numbers=tuple(dict.fromkeys(numbers)),
        opens_at=min(instants, default=None),
        closes_at=min(limits, default=None),
    )


def _as_body(regulator: Regulator) -> _Body:
    return _Body(id=regulator.id, name=regulator.name, country=regulator.country, regulator=regulator)


def _platform_body(dossier: Dossier) -> _Body:
    return _Body(
        id=PLATFORM_PREFIX + dossier.request.platform,
        name=dossier.name,
        country=(dossier.platform.seat_country or "") if dossier.platform else "",
    )
