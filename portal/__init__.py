"""Recourse: a portal to get non-consensual intimate imagery taken down.

None of its parts is imported here, so that any can be imported alone.
"""

from zoneinfo import reset_tzpath

# A deadline must not hang on how old the machine's time zones are: Python would take those of the system first, and
# only without any the pinned `tzdata` package's, from which the countries and their zones are read as well.
reset_tzpath(())
