"""What Argon2id costs in tests.

A key from words or a password takes 64 MiB and about 150 ms, which is its purpose and nothing that a test of letters
learns from. So a test pays a small cost, unless its module says `pytestmark = REAL_COST`, or it is marked so itself:
tests of signing in and of words. They pay it once for the same secret and salt, which give the same key each time; the
tests of the derivation itself say `EVERY_TIME`. A process that a test starts has the real cost, as every portal has.
"""

from __future__ import annotations

from functools import lru_cache

import pytest
from argon2.low_level import hash_secret_raw

from portal.adapters import vault
from portal.adapters.vault import STRONG, Cost

LOW = Cost(memory_kib=64, passes=1, lanes=1)
REAL_COST = pytest.mark.real_cost
EVERY_TIME = REAL_COST("every time")
_derive = hash_secret_raw
_derive_once = lru_cache(maxsize=None)(_derive)


def set_cost(item: pytest.Item) -> None:
    """Before any fixture of the test, so that what its module has made before was made at the same cost."""
    marked = item.get_closest_marker(REAL_COST.name)
    vault.cost = STRONG if marked else LOW
    vars(vault)["hash_secret_raw"] = _derive if marked and marked.args == EVERY_TIME.args else _derive_once
