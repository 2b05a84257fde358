"""The sheet with a letter's postal address, folded in front of it, that shows in the window of an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.letters.kinds import Paper
from portal.domain.lifecycle import LetterKind, StepRefused
from portal.models.requests import Request
from portal.services.letters import kept_letters
from portal.services.letters.drafting import read_facts
from portal.services.letters.facts import company_lines, find_company, only_entity
from portal.services.work import CaseWork

NO_ADDRESS = "We have no postal address for them. Look on their site for one."
# Nobody posts these: the person takes the one along, and a complaint has a sheet of its own.
_NOT_POSTED = frozenset({LetterKind.POLICE, LetterKind.COMPLAINT})
_POSTED = frozenset(LetterKind) - _NOT_POSTED


@dataclass(frozen=True, kw_only=True)
class AddressSheet:
    """`lines` as they stand on an envelope; `paper` says for which window: DIN 5008 B on A4, US #10 on Letter."""

    number: int
    request_number: int | None
    reference: str
    lines: tuple[str, ...]
    paper: Paper


def read_address_sheet(work: CaseWork, number: int) -> AddressSheet:
    """As the letter names its recipient, else as the directory has the company.

    Raises UnknownNumber, and StepRefused where no postal address is known.
    """
    letter = kept_letters.find_letter(work, number, _POSTED)
    frame = read_facts(work, letter).frame
    request = work.session.get(Request, letter.request_id) if letter.request_id else None
    lines = (frame.recipient.name, *frame.recipient.address_lines) if frame.recipient.address_lines else ()
    is_to_platform = letter.kind is not LetterKind.SUPPLIER
    if not lines and request is not None and is_to_platform:
        lines = _find_lines(work, request)
    if not lines:
        raise StepRefused(NO_ADDRESS)
    return AddressSheet(
        number=number,
        request_number=request.number if request else None,
        reference=frame.reference,
        lines=lines,
        paper=frame.paper,
    )


def _find_lines(work: CaseWork, request: Request) -> tuple[str, ...]:
    """The company that answers for this person at its own address; else the platform at the first one known."""
    platform = work.ports.registry.platforms.get(request.platform)
    company = find_company(platform, work.case.country, request.kind)
    if company and (lines := company_lines(platform, company)):
        return (company.name, *lines)
    lines = company_lines(platform, None)
    return (only_entity(platform) or platform.name, *lines) if platform and lines else ()
