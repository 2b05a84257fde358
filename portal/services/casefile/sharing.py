"""Who the case is shared with: the yes given and taken back, the team left, with all that ends at once."""

from __future__ import annotations

from portal.domain.lifecycle import History
from portal.models.jobs import JobKind
from portal.services.background.jobs import stop_jobs
from portal.services.cases import handover
from portal.services.cases.consent import set_consent, was_decided
from portal.services.complaints.officer_links import end_links_of_case
from portal.services.history.events import NewEvent
from portal.services.work import CaseWork

WITHDRAWN = "The person has taken back the yes to sharing with authorities, so the papers are not made."
# What is being made for whom, and is stopped once it may not go there.
_MADE_FOR = {"regulators": (JobKind.BUNDLE,), "platforms": (JobKind.LETTER, JobKind.REMINDER)}
_STOPPED = {
    "regulators": WITHDRAWN,
    "platforms": "You have taken back the yes to sharing with platforms, so the letter is not made.",
}


def take_back(work: CaseWork) -> None:
    """The person carries the case alone again; what the team had ready for an officer is gone. Raises StepRefused."""
    handover.take_back(work)
    end_links_of_case(work)


def allow_by_asking(work: CaseWork, recipient: str) -> None:
    """The yes that lies in the person's own wish for papers. It brings back none that was withdrawn."""
    if not was_decided(work.session, work.case, recipient):
        change_consent(work, recipient, given=True)


def change_consent(work: CaseWork, recipient: str, *, given: bool) -> None:
    """Give or withdraw the consent for "platforms" or "regulators".

    Without it, papers that are being made for them are stopped, and what waits for an officer is destroyed.
    """
    set_consent(work.session, work.case, recipient, given=given, now=work.now)
    kind = History.CONSENT_GIVEN if given else History.CONSENT_WITHDRAWN
    work.record(NewEvent(kind=kind, at=work.now, facts={"recipient": recipient}))
    if not given and recipient in _MADE_FOR:
        stop_jobs(work.session, work.case.id, _MADE_FOR[recipient], _STOPPED[recipient], now=work.now)
    if not given and recipient == "regulators":
        end_links_of_case(work)
