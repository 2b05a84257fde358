"""What is not at its end when somebody is about to close a case."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.lifecycle import UNSENT, ItemState
from portal.services.requests.dossier import read_dossiers
from portal.services.requests.dossier_rows import list_items
from portal.services.tracking.sending import is_duty_running
from portal.services.work import CaseWork

Named = tuple[int, str]  # a request by its number and its platform's name


@dataclass(frozen=True, kw_only=True)
class OpenEnds:
    """`online`: how many links are not gone; `unsent`: requests that have not left; `running`: whose duty runs."""

    online: int
    unsent: tuple[Named, ...]
    running: tuple[Named, ...]

    def __bool__(self) -> bool:
        return bool(self.online or self.unsent or self.running)


def list_open_ends(work: CaseWork) -> OpenEnds:
    """Of the whole case. Reads only."""
    dossiers = read_dossiers(work)
    return OpenEnds(
        online=sum(1 for item in list_items(work) if item.row.state is not ItemState.REMOVED),
        unsent=tuple((each.number, each.name) for each in dossiers if each.request.state in UNSENT),
        running=tuple((each.number, each.name) for each in dossiers if is_duty_running(each)),
    )
