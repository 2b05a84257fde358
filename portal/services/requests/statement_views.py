"""What the page shows on which somebody states what a letter says: plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.lifecycle import UNSENT, Filer, RequestKind
from portal.domain.regimes import NoticeField
from portal.services.cases.team_mandates import TeamMandate, find_team_mandate
from portal.services.law.local_days import place_zone
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.lookup import find_request
from portal.services.requests.statements import SWORN, find_signed, list_stated_on, list_uncovered, list_wanted
from portal.services.work import CaseWork


@dataclass(frozen=True, kw_only=True)
class LettersToState:
    """One request with what has to be stated for it. `others` are unsent requests that ask for no more than it."""

    wanted: tuple[NoticeField, ...]
    stated_today: frozenset[NoticeField]
    signed_today: str
    uncovered: tuple[int, ...]  # links of which nobody has stated anything yet
    others: tuple[tuple[int, str], ...]
    is_for_another: bool
    is_copyright: bool
    mandate: TeamMandate | None = None  # under which the team may state it as representative


def letters_to_state(work: CaseWork, number: int) -> LettersToState:
    """Raises UnknownNumber."""
    find_request(work, number)
    dossiers = read_dossiers(work)
    own = next(dossier for dossier in dossiers if dossier.number == number)
    zone = place_zone(work.case.country, work.case.subdivision, work.ports.config)
    wanted = list_wanted(own)
    stated_today = list_stated_on(work.report, dossiers, work.now, zone)
    is_copyright = own.request.kind is RequestKind.COPYRIGHT
    if is_copyright:  # what was said in good faith was said of something else
        stated_today -= {NoticeField.GOOD_FAITH}
    others = (
        (each.number, each.name)
        for each in dossiers
        if each is not own and each.request.state in UNSENT and not SWORN & {*wanted, *list_wanted(each)}
    )
    return LettersToState(
        wanted=wanted,
        stated_today=stated_today,
        signed_today=find_signed([own, *dossiers]) if stated_today else "",
        uncovered=tuple(item.row.number for item in list_uncovered(own)),
        others=tuple(others),
        is_for_another=work.report.filer in {Filer.PARENT, Filer.REPRESENTATIVE},
        is_copyright=is_copyright,
        mandate=find_team_mandate(work),
    )
