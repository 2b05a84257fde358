"""Who may do what: one table of rights by role, and one of how far each role sees.

Access marks of the pages, the navigation of the desk and docs/rights.md are all read from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from portal.domain.lifecycle import Role, Scope


class Right(StrEnum):
    """One thing that somebody may do on the desk."""

    READ_CASES = "read_cases"
    WRITE_NOTES = "write_notes"
    REVIEW = "review"
    APPROVE = "approve"
    WORK_ON_CASES = "work_on_cases"
    LEAD_TEAM = "lead_team"
    SHARE_WITH_OFFICER = "share_with_officer"
    READ_AUDIT = "read_audit"
    KEEP_STAFF = "keep_staff"
    KEEP_PARTNER_KEYS = "keep_partner_keys"
    TAKE_BUNDLE = "take_bundle"


MEANINGS: Mapping[Right, str] = MappingProxyType(
    {
        Right.READ_CASES: "read cases: report, links, letters, answers, messages, notes and history",
        Right.WRITE_NOTES: "write notes for the team",
        Right.REVIEW: "mark a letter or a complaint as reviewed, or ask for changes",
        Right.APPROVE: "say yes or no to a step that waits for a second member; never to one’s own",
        Right.WORK_ON_CASES: "prepare, send, record, write to the person, take, hand over and close",
        Right.LEAD_TEAM: "see what is overdue, let colleagues in, take them out of the team, see what was changed",
        Right.SHARE_WITH_OFFICER: "make and take back a link by which an officer takes one bundle",
        Right.READ_AUDIT: "see what happened, when and by whom, in every case; never content and never a key",
        Right.KEEP_STAFF: "invite, make teams, give another role, end accounts, begin a new password; never a case",
        Right.KEEP_PARTNER_KEYS: "make, revoke keys by which a partner’s system opens cases for a team and reads them; "
        "keep the addresses that hear of events",
        Right.TAKE_BUNDLE: "take the bundle of one complaint, once, by a link",
    }
)

_READER = frozenset({Right.READ_CASES, Right.WRITE_NOTES})
_ADVOCATE = _READER | {Right.APPROVE, Right.WORK_ON_CASES}
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.ADVOCATE: _ADVOCATE,
        Role.SUPERVISOR: _ADVOCATE | {Right.LEAD_TEAM, Right.SHARE_WITH_OFFICER, Right.KEEP_PARTNER_KEYS},
        Role.LEGAL_REVIEWER: _READER | {Right.APPROVE, Right.REVIEW},
        Role.AUDITOR: frozenset({Right.READ_AUDIT}),
        Role.OFFICER: frozenset({Right.TAKE_BUNDLE}),
        Role.ADMINISTRATOR: frozenset({Right.KEEP_STAFF, Right.KEEP_PARTNER_KEYS}),
    }
)

# The first is what somebody gets who is given the role and nothing is said.
SCOPES: Mapping[Role, tuple[Scope, ...]] = MappingProxyType(
    {
        Role.ADVOCATE: (Scope.TEAM, Scope.OWN),
        Role.SUPERVISOR: (Scope.TEAM,),
        Role.LEGAL_REVIEWER: (Scope.TEAM,),
        Role.AUDITOR: (Scope.ORGANISATION,),
        Role.OFFICER: (Scope.OWN,),
        Role.ADMINISTRATOR: (Scope.ORGANISATION,),
    }
)

# An officer has no account: a link is all that this role is.
ACCOUNT_ROLES = tuple(role for role in Role if role is not Role.OFFICER)


def may(role: Role, right: Right) -> bool:
    """Whether the role has the right."""
    return right in RIGHTS[role]


def roles_with(right: Right) -> tuple[Role, ...]:
    """Every role that has the right, in the order of the roles."""
    return tuple(role for role in Role if may(role, right))


def needs_team(role: Role) -> bool:
    """Whether somebody of this role stands in teams, because they read cases with a team's key."""
    return role in ACCOUNT_ROLES and may(role, Right.READ_CASES)


def first_scope(role: Role) -> Scope:
    """How far somebody of this role sees where nothing else is said."""
    return SCOPES[role][0]


class SecurityNoticeKind(StrEnum):
    """Changes of who can read cases, and that the history was bent.

    Each leaves a mark that every supervisor it concerns sees until they say so.
    """

    TEAM_MADE = "team_made"
    TEAM_SHOWN = "team_shown"  # people are offered it from now on
    MEMBER_INVITED = "member_invited"
    MEMBER_ADDED = "member_added"
    LET_IN = "let_in"
    LET_IN_BY_RECOVERY_KEY = "let_in_by_recovery_key"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the kind of a mark
    FACTORS_RESET = "factors_reset"
    ROLE_CHANGED = "role_changed"
    TEAM_LEFT = "team_left"
    ACCOUNT_ENDED = "account_ended"
    TEAM_KEY_CHANGED = "team_key_changed"
    RECOVERY_KEY_CHANGED = "recovery_key_changed"
    RULES_CHANGED = "rules_changed"  # which steps wait for a second member
    HISTORY_BROKEN = "history_broken"
