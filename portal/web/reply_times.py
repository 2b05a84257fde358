"""Within how many hours a team usually answers, as the desk chooses it and the person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l

REPLIES: Mapping[int, Any] = MappingProxyType(
    {4: _l("within 4 hours"), 24: _l("within a day"), 48: _l("within 2 days"), 120: _l("within 5 days")}
)
