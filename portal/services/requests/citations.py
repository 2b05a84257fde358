"""The laws a request cites: picked for this person, this content and this platform on this day, in a fixed order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete

from portal.domain.applicability import assess, prefer_national
from portal.domain.clocks import find_current_rule
from portal.domain.counting import has_number
from portal.domain.lifecycle import RequestKind
from portal.domain.notices import CheckedElement, NoticeContent, check_elements, needs_request
from portal.domain.regimes import Binding, Certainty, NoticeField, Regime, RegimeKind, Rule
from portal.domain.report import Report
from portal.models.requests import Basis
from portal.reference.registry import Registry
from portal.services.history import guards
from portal.services.law.applicability import facts_of, platform_facts
from portal.services.law.local_days import law_day
from portal.services.law.versions import find_law, keep_laws
from portal.services.ports import Ports
from portal.services.requests.content import RequestContent, situation_of
from portal.services.work import Work

KINDS = {
    RequestKind.NOTICE: frozenset({RegimeKind.REMOVAL}),
    RequestKind.ERASURE: frozenset({RegimeKind.ERASURE}),
    RequestKind.COPYRIGHT: frozenset({RegimeKind.COPYRIGHT}),
}
# What is stated for each letter, and the signature under it.
_STATED = frozenset(
    {
        NoticeField.NO_CONSENT,
        NoticeField.GOOD_FAITH,
        NoticeField.ACCURACY,
        NoticeField.PERJURY,
        NoticeField.SIGNATURE,
    }
)
# What a letter writes itself once the kind of content and that nobody agreed are said.
WRITTEN = frozenset({NoticeField.DESCRIPTION, NoticeField.EXPLANATION})
_DIRECT = frozenset({RegimeKind.COMPLAINT, RegimeKind.COURT, RegimeKind.SUPPORT})


@dataclass(frozen=True)
class Citation:
    """A law with the sentence why it applies, and its elements held against what the request contains."""

    regime: Regime
    reason: str
    checked: tuple[CheckedElement, ...]
    facts: NoticeContent  # what they were held against

    @property
    def missing(self) -> tuple[CheckedElement, ...]:
        return tuple(each for each in self.checked if each.demanded and not each.met)

    @property
    def is_complete(self) -> bool:
        """Whether the request has everything this law demands: only then does it cite it."""
        return not self.missing

    @property
    def waits_for_statement(self) -> bool:
        """Whether nothing is missing but what is stated when the letter is made, and what it writes from that."""
        later = _STATED | WRITTEN if self.facts.depiction else _STATED
        return bool(self.missing) and all(later.issuperset(each.missing) for each in self.missing)


def pick(contents: RequestContent, kind: RequestKind, platform: str, *, now: datetime, ports: Ports) -> list[Citation]:
    """The laws that can be used, hard duties first; complete ones and those that miss something. Copyright stands in
    papers of its own, never beside another law.
    """
    about = _About(contents.report, platform, now, ports.registry)
    found = [_cite(regime, reason, contents) for regime, reason in _list_offered(about, kind, ports)]
    is_child = contents.situation.child_material
    return sorted(
        found, key=lambda citation: (_is_for_all(citation.regime) if is_child else 0, rank(citation.regime, now))
    )


def _list_offered(about: _About, kind: RequestKind, ports: Ports) -> Sequence[tuple[Regime, str]]:
    """The laws of a kind of request that can be used, each with why. In a run over many cases those that are alike in
    all that laws ask are judged once.
    """
    if ports.judged is None:
        return list(about.list_offered(KINDS[kind]))
    key = (about.facts, about.known, about.country, about.now, kind)
    if key not in ports.judged:
        ports.judged[key] = tuple(about.list_offered(KINDS[kind]))
    return ports.judged[key]


def _is_for_all(regime: Regime) -> bool:
    """Whether a law is not one for children alone: where a child is shown, those come first."""
    return regime.covers.adults is not Certainty.NO


def find_reason(regime: Regime, report: Report, platform: str, *, now: datetime, ports: Ports) -> str | None:
    """Why the law can be used, or None where it cannot, or a national form of the same right is used in its place."""
    return _About(report, platform, now, ports.registry).find_reason(regime)


class _About:
    """What laws are chosen by, put together once for all of them."""

    def __init__(self, report: Report, platform: str, now: datetime, registry: Registry) -> None:
        self.facts, self.known = facts_of(report), platform_facts(registry, platform)
        self.found, self.country = registry.platforms.get(platform), report.country or None
        self.now, self.national_forms = now, registry.national_forms
        self.regimes = registry.regimes

    def list_offered(self, kinds: Collection[RegimeKind]) -> Iterator[tuple[Regime, str]]:
        """The laws of these kinds that can be used, each with why."""
        for regime in self.regimes.values():
            if regime.kind in kinds and (reason := self.find_reason(regime)):
                yield regime, reason

    def find_reason(self, regime: Regime) -> str | None:
        """As the function of the same name."""
        candidates = (regime, *self.national_forms.get(regime.id, ()))
        days = [(each, law_day(each, self.found, self.country, now=self.now)) for each in candidates]
        verdict = prefer_national([(each, assess(each, self.facts, self.known, day)) for each, day in days])[0][1]
        return verdict.reason if verdict.offered else None


def list_direct(report: Report, registry: Registry) -> list[Regime]:
    """Complaints, courts and services that the person can turn to, whatever was cited.

    Not a complaint about a request where the laws of such requests lead to it: the data protection authority wants to
    know of an erasure request, not of a notice.
    """
    situation = situation_of(report)
    return [
        regime
        for regime in registry.regimes.values()
        if regime.kind in _DIRECT and (regime.id not in registry.led_to or not needs_request(regime, situation))
    ]


def write_bases(work: Work, cited: Iterable[tuple[UUID, Sequence[Citation]]], *, fresh: Collection[UUID] = ()) -> None:
    """Replace the bases of requests, named by their ids, that have not been sent; keep the records of their laws.

    Those that are `fresh` have none yet.
    """
    chosen = list(cited)
    regimes = {citation.regime.id: citation.regime for _, citations in chosen for citation in citations}
    keep_laws(work.session, regimes.values(), now=work.now)
    if older := [request_id for request_id, _ in chosen if request_id not in fresh]:
        work.session.execute(delete(Basis).where(Basis.request_id.in_(older)))
    rows = [
        {
            "id": uuid4(),
            "request_id": request_id,
            "regime": citation.regime.id,
            "version": citation.regime.version,
            "position": position,
            "reason": citation.reason,
        }
        for request_id, citations in chosen
        for position, citation in enumerate(citations, start=1)
    ]
    guards.insert_rows(work.session, Basis, rows)


def cite_kept(work: Work, bases: Iterable[Basis], contents: RequestContent) -> Iterator[Citation]:
    """The laws of a request as they were picked, each in the version it had then."""
    for row in bases:
        if regime := find_law(work.session, row.regime, row.version, work.ports.registry):
            yield _cite(regime, row.reason, contents)


def list_cited(citations: Sequence[Citation]) -> list[Citation]:
    """Those the letter names."""
    return [citation for citation in citations if citation.is_complete]


def find_primary(regime: Regime, now: datetime) -> Rule | None:
    """The law's main clock, as it is law now."""
    return find_current_rule(regime, regime.primary_clock, now.date())


def binding_of(regime: Regime, now: datetime) -> Binding:
    """What kind of promise the law's main clock is; a law without one sets no more than a standard of conduct."""
    primary = find_primary(regime, now)
    return primary.binding if primary else Binding.DUTY


def rank(regime: Regime, now: datetime) -> int:
    """Hard duties with a number first, then immunity for whoever acts, then mere standards; copyright never first."""
    primary = find_primary(regime, now)
    if regime.kind is RegimeKind.COPYRIGHT:
        return 4
    if primary is None:
        return 3
    if primary.binding is Binding.DUTY and has_number(primary):
        return 0
    return 1 if has_number(primary) or primary.binding is Binding.SAFE_HARBOUR else 2


def passes_on(citation: Citation) -> bool:
    """Whether the law asks if the person's identity may be passed to the one who posted it."""
    return any(NoticeField.RELEASE_CHOICE in element.proofs for element in citation.regime.elements)


@dataclass(frozen=True)
class Disclosed:
    """The person's contact data in the letter: no more than a cited law asks for, or one way to answer."""

    email: str
    phone: str
    postal_address: str


def disclose(contents: RequestContent, cited: Sequence[Citation]) -> Disclosed:
    """The e-mail address where there is one; telephone and address only where a law demands them or nothing else is."""
    demanded = {
        proof for citation in cited for each in citation.checked if each.demanded for proof in each.element.proofs
    }
    view = contents.view
    has_email = bool(contents.reply_email)
    phone = view.phone if NoticeField.PHONE in demanded or not has_email else ""
    needs_address = NoticeField.POSTAL_ADDRESS in demanded or not (has_email or phone)
    email = contents.reply_email if contents.organisation is None or view.answers_to_me else ""
    return Disclosed(email=email, phone=phone, postal_address=view.postal_address if needs_address else "")


def lets_represent(regime: Regime) -> bool:
    """Whether the law itself lets a representative state what it asks for."""
    return Certainty.YES in {regime.filers.representative, regime.filers.anyone}


def _cite(regime: Regime, reason: str, contents: RequestContent) -> Citation:
    shown = contents if lets_represent(regime) else contents.without_mandated()
    checked = check_elements(regime, shown.given, shown.situation)
    return Citation(regime=regime, reason=reason, checked=checked, facts=shown.notice)
