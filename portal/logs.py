"""What the portal writes to its log: lines with fields from a closed list, and nothing that a person wrote.

The message of an error can hold what somebody typed, and so can any line of a library. So an error is told by its type
and its place in the code, and a line of a library by the place it was written at.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime

FIELDS = ("time", "level", "source", "message", "reference", "error", "place", "trace")
OURS = ("portal", "recourse", "gunicorn")  # whose messages are written as they are
PORTAL = os.path.dirname(os.path.abspath(__file__))


class _Lines(logging.Formatter):
    """One line for each record, whatever stands in it."""

    def fields(self, record: logging.LogRecord) -> dict[str, str]:
        """The values of FIELDS that this record has."""
        error = record.exc_info[1] if record.exc_info else None
        is_ours = record.name.split(".")[0] in OURS
        found = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "source": record.name if is_ours else record.name.split(".")[0],
            "message": record.getMessage() if is_ours else "a library wrote a line",
            "reference": getattr(record, "reference", None),
            "error": getattr(record, "error", None) or (type(error).__name__ if error else None),
            "place": getattr(record, "place", None) or _place_of(record, error, is_ours=is_ours),
            "trace": "".join(traceback.format_exception(error)) if error and is_start(record) else None,
        }
        return {name: value for name in FIELDS if (value := found[name]) is not None}


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.fields(record))


class TextLines(_Lines):
    """A line to be read by people. Control characters are written as escapes, so that none looks like two."""

    def format(self, record: logging.LogRecord) -> str:
        found = self.fields(record)
        trace = found.pop("trace", None)
        head = f"{found.pop('time')} {found.pop('level').upper()} {found.pop('source')}: {found.pop('message')}"
        line = " ".join([head, *(f"{name}={value}" for name, value in found.items())])
        plain = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
        return f"{plain}\n{trace}" if trace else plain


def make_formatter(log_format: str) -> logging.Formatter:
    """`log_format` is "json" or "text"."""
    return JsonLines() if log_format == "json" else TextLines()


def set_up(log_format: str) -> None:
    """Write warnings of everything, and what the portal itself tells, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(make_formatter(log_format))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)


def is_start(record: logging.LogRecord) -> bool:
    """Whether the record is of a start, when nobody has written anything yet and the whole story is needed."""
    return bool(getattr(record, "is_start", False))


def describe_error(error: BaseException | None) -> str:
    """Type and innermost place in the portal's code, such as `KeyError at portal/web/cases.py:41`."""
    if error is None:
        return "unknown"
    place = place_of(error)
    return f"{type(error).__name__} at {place}" if place else type(error).__name__


def place_of(error: BaseException) -> str | None:
    """The innermost place in the portal's code that an error came through, or in any code where there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(PORTAL)] or frames
    if not own:
        return None
    return f"{os.path.relpath(own[-1].filename, os.path.dirname(PORTAL))}:{own[-1].lineno}"


def _place_of(record: logging.LogRecord, error: BaseException | None, *, is_ours: bool) -> str | None:
    if error is not None:
        return place_of(error)
    return None if is_ours else f"{record.module}:{record.lineno}"
