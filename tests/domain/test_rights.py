"""The table of rights and scopes."""

from __future__ import annotations

import pytest

from portal.domain.lifecycle import Role, Scope
from portal.domain.rights import (
    ACCOUNT_ROLES,
    MEANINGS,
    RIGHTS,
    SCOPES,
    Right,
    first_scope,
    may,
    needs_team,
    roles_with,
)


def test_every_role_and_every_right_stands_in_the_table() -> None:
    assert set(RIGHTS) == set(SCOPES) == set(Role)
    assert set(MEANINGS) == set(Right)
    assert all(roles_with(right) for right in Right)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICER])
def test_who_keeps_staff_or_looks_on_reads_no_case_and_stands_in_no_team(role: Role) -> None:
    assert not may(role, Right.READ_CASES)
    assert not needs_team(role)


def test_a_legal_reviewer_reads_and_notes_and_never_works_on_a_case() -> None:
    assert RIGHTS[Role.LEGAL_REVIEWER] == {
        Right.READ_CASES,
        Right.WRITE_NOTES,
        Right.REVIEW,
        Right.APPROVE,
    }


def test_nobody_both_keeps_staff_and_lets_colleagues_in() -> None:
    assert not set(roles_with(Right.KEEP_STAFF)) & set(roles_with(Right.LEAD_TEAM))


def test_an_officer_has_no_account() -> None:
    assert Role.OFFICER not in ACCOUNT_ROLES
    assert RIGHTS[Role.OFFICER] == {Right.TAKE_BUNDLE}


def test_only_advocates_can_be_kept_to_their_own_cases() -> None:
    assert [role for role in ACCOUNT_ROLES if Scope.OWN in SCOPES[role]] == [Role.ADVOCATE]
    assert first_scope(Role.ADVOCATE) is Scope.TEAM
