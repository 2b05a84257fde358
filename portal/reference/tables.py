"""The decision table of `docs/laws.md`, written from the laws' own records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from portal.domain.regimes import Certainty, Confidence, ConnectingFactor, Regime, RegimeKind, Status, TerritorialScope

_INTRODUCTION = """\
# Which law applies to what

Written by `flask --app app law table` from the records in `portal/reference/laws/`; a test keeps it true. What decides
in a case is `portal/domain/applicability.py`: the law is in force that day, something ties the case to its place, it
reaches this kind of service, this filer and this content. One *no* anywhere is no, else one *?* is "may apply".

- *yes*: reached; *-*: not reached; *?*: may be reached.
- *Real*, *altered* (a real picture changed) and *made* (by AI) are kinds of intimate pictures; *false* is another false
  or harmful depiction, *data* are private facts, *threat* means that nothing is online yet.
- *Who*: *p* the person, *c* a parent for a child, *r* someone who acts for the person, *a* anyone.
- *Tie*: what ties a case to the law's territory; one is enough.
- A law that is not offered is shown on the pages of laws, but no letter cites it.
"""
_HEADER = (
    *("Law", "Where", "Kind", "In force", "Offered", "Real", "Altered", "Made", "False", "Data", "Threat"),
    *("Under 18", "Adults", "Who", "Tie", "Services"),
)
_MARKS: Mapping[Certainty, str] = MappingProxyType({Certainty.YES: "yes", Certainty.MAYBE: "?", Certainty.NO: "-"})
_KINDS: Mapping[RegimeKind, str] = MappingProxyType(
    {
        RegimeKind.REMOVAL: "removal",
        RegimeKind.ERASURE: "erasure",
        RegimeKind.DATA_RIGHT: "data right",
        RegimeKind.COPYRIGHT: "copyright",
        RegimeKind.APPEAL: "appeal",
        RegimeKind.COMPLAINT: "complaint",
        RegimeKind.COURT: "court",
        RegimeKind.SUPPORT: "support",
    }
)
_STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.IN_FORCE: "yes",
        Status.NOT_IN_FORCE: "not in force",
        Status.BILL: "a bill",
        Status.UNVERIFIED: "not verified",
    }
)
_TIES: Mapping[ConnectingFactor, str] = MappingProxyType(
    {
        ConnectingFactor.ANYWHERE: "none needed",
        ConnectingFactor.RESIDENCE: "residence",
        ConnectingFactor.SEAT: "seat",
        ConnectingFactor.OFFERS: "offers there",
        ConnectingFactor.NOTIFIES: "anybody's notice (never surely)",
    }
)


def make_decision_table(regimes: Iterable[Regime]) -> str:
    """The whole page as Markdown, ending with a line break."""
    rows = [_HEADER, tuple("---" for _ in _HEADER), *(_row(regime) for regime in regimes)]
    return _INTRODUCTION + "\n" + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(regime: Regime) -> tuple[str, ...]:
    covers = regime.covers
    altered = covers.synthetic if covers.altered is None else covers.altered
    content = (covers.real, altered, covers.synthetic, covers.false_depiction, covers.personal_data, covers.threat)
    return (
        f"`{regime.id}`",
        ", ".join(regime.jurisdictions),
        _KINDS[regime.kind],
        _describe_force(regime),
        "yes" if regime.offered else "-",
        *(_MARKS[each] for each in (*content, covers.minors, covers.adults)),
        " ".join(_list_filers(regime)) or "-",
        ", ".join(_TIES[tie] for tie in regime.reach.ties),
        _describe_services(regime.reach),
    )


def _describe_force(regime: Regime) -> str:
    if regime.status is not Status.IN_FORCE:
        return _STATUSES[regime.status]
    start = regime.in_force_from.isoformat() if regime.in_force_from else _STATUSES[regime.status]
    is_sure = not any(
        grade.field == "in_force_from" and grade.confidence is Confidence.MEMORY for grade in regime.grades
    )
    return start if is_sure else f"{start} (from memory)"


def _list_filers(regime: Regime) -> Iterator[str]:
    filers = regime.filers
    for letter, cover in (
        ("p", filers.person),
        ("c", filers.parent),
        ("r", filers.representative),
        ("a", filers.anyone),
    ):
        if cover is not Certainty.NO:
            yield letter if cover is Certainty.YES else f"{letter}?"


def _describe_services(reach: TerritorialScope) -> str:
    if reach.platforms:
        return f"{len(reach.platforms)} named services"
    if reach.designations:
        return "designated: " + ", ".join(reach.designations)
    only = ", ".join(reach.platform_categories) or "all"
    return f"{only} but {', '.join(reach.not_categories)}" if reach.not_categories else only
