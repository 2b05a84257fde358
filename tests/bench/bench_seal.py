"""What sealing costs a page: a case with 60 links, shown as it is and shown with every sealed value already open.

The second way keeps what the first opened and gives it back without decrypting; everything else stays the same. Both
are taken in turns, and the processor's own time is measured, so that what else the machine does is not.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from time import process_time

from flask.testing import FlaskClient
from nacl import bindings

from portal.config import load_config
from portal.factory import create_app
from portal.models.tables import metadata
from portal.services.intake import submission
from portal.web.unit_of_work import EXTENSION
from portal.wiring import Parts
from tests.bench.table import Row, compare_times
from tests.services.factories import NOW, make_draft
from tests.web.addresses import at

LINKS = "\n".join(f"https://pictures.example.org/album/{number}" for number in range(1, 61))
PAGES = (at("/case"), at("/case/links"))
PAIRS = 30
DECRYPT = "crypto_aead_xchacha20poly1305_ietf_decrypt"  # through which the vault opens everything

Decrypt = Callable[[bytes, bytes | None, bytes, bytes], bytes]


def rows() -> list[Row]:
    """The person's page of the case, and the one that lists every link."""
    with TemporaryDirectory() as folder:
        config = load_config({"RECOURSE_DATA": folder, "RECOURSE_QUEUE": "memory:"})
        app = create_app(config, clock=lambda: NOW)
        app.config["WTF_CSRF_ENABLED"] = False
        parts: Parts = app.extensions[EXTENSION]
        metadata.create_all(parts.engine)
        client = app.test_client()
        assert client.post("/return", data={"words": make_case(parts)}).status_code == 303
        found = [compare(page, *measure(client, page)) for page in PAGES]
        parts.engine.dispose()
    return found


def make_case(parts: Parts) -> str:
    """A case with all its links; its words."""
    with parts.sessions.begin() as session:
        opened, words = make_draft(session, parts.ports, links=LINKS)
        submission.submit(opened.at(NOW))
    return words


def compare(page: str, sealed_s: float, plain_s: float) -> Row:
    return compare_times(f"{page} with 60 links, sealed", sealed_s, plain_s, at_most=1.15)


def measure(client: FlaskClient, page: str) -> tuple[float, float]:
    """The medians of both, in seconds of the processor."""
    known: dict[tuple[bytes, bytes], bytes] = {}
    sealed, plain = [], []
    with kept(known):
        show(client, page)
    assert known, "nothing on this page was sealed"
    for _ in range(PAIRS):
        sealed.append(show(client, page))
        with kept(known):
            plain.append(show(client, page))
    return statistics.median(sealed), statistics.median(plain)


def show(client: FlaskClient, page: str) -> float:
    started = process_time()
    answer = client.get(page)
    taken = process_time() - started
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    return taken


@contextmanager
def kept(known: dict[tuple[bytes, bytes], bytes]) -> Iterator[None]:
    """What is opened is kept in `known`, and opened from there a second time."""
    decrypt: Decrypt = getattr(bindings, DECRYPT)

    def remember(cipher: bytes, bound: bytes | None, nonce: bytes, key: bytes) -> bytes:
        if (cipher, nonce) not in known:
            known[cipher, nonce] = decrypt(cipher, bound, nonce, key)
        return known[cipher, nonce]

    setattr(bindings, DECRYPT, remember)
    try:
        yield
    finally:
        setattr(bindings, DECRYPT, decrypt)
