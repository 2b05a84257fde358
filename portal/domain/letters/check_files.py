"""The two files of a bundle that are there to check the others: the list of digests, and how to use it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

SUMS_FILE = "SHA256SUMS"
CHECK_FILE = "HOW-TO-CHECK.txt"
CHECK_PATH = "/check"  # of the public page that does it

_HOW = """How to check these files

SHA256SUMS has one line for each file here: its SHA-256 and its name. Open a terminal in this folder and type:

  Linux:    sha256sum --check SHA256SUMS
  macOS:    shasum -a 256 --check SHA256SUMS
  Windows:  certutil -hashfile complaint.pdf SHA256
            and the same for each file; compare with its line in SHA256SUMS.

complaint.pdf holds the same exhibits and case.json as files inside it, and carries the digital signature of the portal
that made it. Any PDF reader that knows signatures shows whether anything was changed since. The part before the
signature does not depend on it: the same facts give the same bytes.

%(page)s
checks the ZIP or the PDF for you: digests, signature, and each date counted again. It keeps nothing.

case.json has the form described at %(schema)s
"""


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """SHA256SUMS in the form that sha256sum and shasum read: digest, two spaces, name."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


def describe_check(base_url: str) -> str:
    """How to check the files, for whoever has no portal at hand."""
    return _HOW % {"page": f"{base_url}{CHECK_PATH}", "schema": f"{base_url}/static/schemas/case-1.json"}
