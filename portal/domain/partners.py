"""What systems of partners may do here, and what of a case is told to them by name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import History


class PartnerScope(StrEnum):
    """One thing that a partner's key may be good for. All of it is about the cases that this key opened."""

    OPEN = "open"  # open a case for a person, with her consent
    READ = "read"  # read states and clocks
    PAPERS = "papers"  # fetch letters as PDF
    ANSWERS = "answers"  # write down what a platform answered


class PartnerCount(StrEnum):
    """What is counted of a key, each in a window of its own."""

    CALLS = "calls"
    OPENINGS = "openings"


# The events of a case by the names under which machines are told of them. Whatever is not here is told to no machine.
API_EVENTS: Mapping[History, str] = MappingProxyType(
    {
        History.SUBMITTED: "case.opened",
        History.CLOSED: "case.closed",
        History.REOPENED: "case.reopened",
        History.SENT: "request.sent",
        History.RECEIPT_CONFIRMED: "request.received",
        History.LETTER_SENT: "letter.sent",
        History.REMINDED: "letter.sent",
        History.INFORMATION_SENT: "letter.sent",
        History.MAIL_CAME: "answer.waiting",
        History.LINK_ANSWERED: "answer.waiting",
        History.ANSWERED: "request.answered",
        History.ITEM_GONE: "link.removed",
        History.ITEM_BACK: "link.back",
        History.REQUEST_CLOSED: "request.closed",
        History.CLOCK_MISSED: "clock.missed",
        History.COMPLAINT_LODGED: "complaint.lodged",
        History.COMPLAINT_ANSWERED: "complaint.answered",
        History.CORRECTED: "case.corrected",
    }
)


def name_api_event(kind: History) -> str | None:
    """The name of an event for machines; None where no machine is told of it."""
    return API_EVENTS.get(kind)
