"""What is left of a change of a team's key is done by whoever of the team comes to the desk next."""

from __future__ import annotations

from time import monotonic
from uuid import UUID

from portal.services.staff import team_keys
from portal.web.access import SignedInStaff
from portal.web.unit_of_work import unit

PATIENCE = 2.0  # seconds that a page may spend on wraps


def continue_key_rotation(member: SignedInStaff) -> bool:
    """Do what is left of a change of a team's key, as far as two seconds reach. Whether something is left still.

    Called where a member arrives after signing in: whoever left before may have left nobody who could do it then.
    """
    waiting = team_keys.list_unfinished(unit().db, tuple(member.team_keys))
    until = monotonic() + PATIENCE
    for team_id in waiting:
        while _take_step(member, team_id):
            if monotonic() > until:
                return True
    return False


def _take_step(member: SignedInStaff, team_id: UUID) -> bool:
    with unit().writing() as writing:
        return team_keys.continue_rotation(writing, member.staff, team_id, member.private_key, now=unit().now)
