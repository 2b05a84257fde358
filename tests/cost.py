"""What Argon2id costs in tests.

A key from words or a password takes 64 MiB and about 150 ms, which is its purpose and nothing that a test of letters
learns from. So a test pays a small cost, unless its module says `pytestmark = REAL_COST`: the tests of signing in, of
words and of the derivation itself. A process that a test starts has the real cost, as every portal has.
"""

from __future__ import annotations

import pytest

from portal.adapters import vault
from portal.adapters.vault import STRONG, Cost

LOW = Cost(memory_kib=64, passes=1, lanes=1)
REAL_COST = pytest.mark.real_cost


def set_cost(item: pytest.Item) -> None:
    """Before any fixture of the test, so that what its module has made before was made at the same cost."""
    vault.cost = STRONG if item.get_closest_marker(REAL_COST.name) else LOW
