"""What is not at its end, in words, before something is closed."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.services.casefile.closing import Named, OpenEnds


def describe_ends(ends: OpenEnds) -> tuple[str, ...]:
    """A sentence for what is still online, what was not sent, and what runs; none where all is at its end."""
    found = []
    if ends.online:
        found.append(ngettext("%(num)d link is not gone.", "%(num)d links are not gone.", ends.online))
    if ends.unsent:
        found.append(_("Not sent: %(requests)s.", requests=_name(ends.unsent)))
    if ends.running:
        found.append(_("A deadline still runs: %(requests)s.", requests=_name(ends.running)))
    return tuple(found)


def _name(requests: tuple[Named, ...]) -> str:
    return ", ".join(f"{number}. {name}" for number, name in requests)
