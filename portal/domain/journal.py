"""The words of the journal: what is written down of the portal itself, beside the histories of the cases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

FACT_NAME = re.compile(r"[a-z][a-z_]{0,39}")
FACT_WORD = re.compile(r"[A-Za-z0-9_-]{0,64}")  # no dot, colon, space or at sign: no address and no sentence fits

Fact = str | int | bool | None


class Noted(StrEnum):
    """Kinds of entry that are no event of a case's history."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    STEPPED_UP = "stepped_up"  # a password or second factor asked again before something weighty
    STEP_UP_REFUSED = "step_up_refused"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the kind of an entry
    FACTOR_ADDED = "factor_added"  # of those that a sign-in asks for besides the password
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    STAFF_ENDED = "staff_ended"
    TEAM_MADE = "team_made"
    TEAM_SHOWN = "team_shown"
    TEAM_CHANGED = "team_changed"
    LET_IN = "let_in"  # a member was given their team's key
    KEYS_CHANGED = "keys_changed"  # of a team or of the server
    CASE_READ = "case_read"
    EXPORTED = "exported"
    WORDS_REFUSED = "words_refused"
    LINK_REFUSED = "link_refused"  # an officer's link that was over or used
    HISTORY_READ = "history_read"  # an auditor looked
    PARTNER_KEY_MADE = "partner_key_made"  # a key by which a partner's system opens cases for a team
    PARTNER_KEY_REVOKED = "partner_key_revoked"
    SETTING_CHANGED = "setting_changed"
    MAIL_SORTED = "mail_sorted"  # a mail that found no request: put to one, or set aside
    MAIL_READ = "mail_read"  # a member opened a mail that found no request
    HOLD_SET = "hold_set"
    HOLD_ENDED = "hold_ended"
    DRAFT_DELETED = "draft_deleted"
    BACKUP_MADE = "backup_made"
    BACKUP_RESTORED = "backup_restored"
    HEAD_SIGNED = "head_signed"
    GUARDS_SET = "guards_set"  # rows that had no guard were given one as they were
    HISTORY_BROKEN = "history_broken"  # a check found what does not fit
    DEMO_BEGUN = "demo_begun"  # what follows is of invented cases, and so are its times
    DEMO_ENDED = "demo_ended"


def check_facts(facts: Mapping[str, object]) -> dict[str, Fact]:
    """The facts of an entry as they may be kept: single words of ours, whole numbers, yes and no. Raises ValueError."""
    kept: dict[str, Fact] = {}
    for name, value in facts.items():
        if not FACT_NAME.fullmatch(name):
            raise ValueError("a fact of the journal is named by small letters")
        if isinstance(value, str) and not FACT_WORD.fullmatch(value):
            raise ValueError(f"the journal keeps single words only, and {name} is none")
        if not isinstance(value, str | int | None):
            raise ValueError(f"the journal keeps words and whole numbers only, and {name} is neither")
        kept[name] = str(value) if isinstance(value, str) else value
    return kept
