"""The steps that a team can let wait for a second member."""

from __future__ import annotations

from enum import StrEnum


class Approvable(StrEnum):
    """What can wait. The person's own steps never do."""

    SENDING = "sending"  # the first letter of a request, or what is typed into a platform's form
    LATER = "later"  # a letter after the first one, and a paper of a threat to a platform
    COMPLAINT = "complaint"
    CLOSING = "closing"  # of a whole case
