"""Whether an e-mail is what its sender's server signed (DKIM, RFC 6376), as far as that shows without asking anybody.

Nothing here looks up a key: that would tell a third party which mail somebody has. The hash of the body stands in the
mail itself; the signature over it is checked where the operator gave the key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

import dkim
from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError
from dkim.crypto import HASH_ALGORITHMS
from dkim.util import InvalidTagValueList, parse_tag_value

from portal.domain.documents import MailSignature, SignatureVerdict

MOST_SIGNATURES = 10
LONGEST_NAME = 253  # characters of a domain
_UNREADABLE = (dkim.DKIMException, KeyError, ValueError, TypeError, IndexError)  # what the package raises on odd mails
_BLANKS = re.compile(rb"\s+")


def check_signatures(mail: bytes, keys: Mapping[str, str]) -> tuple[MailSignature, ...]:
    """Each DKIM signature of a mail as it came. `keys` are the records of the DNS by name, without a last dot."""
    try:
        message = dkim.DKIM(mail, minkey=1024)
    except _UNREADABLE:
        return ()
    signed = [pair for pair in message.headers if pair[0].lower() == b"dkim-signature"][:MOST_SIGNATURES]
    return tuple(_check(message, pair, keys) for pair in signed)


def _check(message: dkim.DKIM, header: tuple[bytes, bytes], keys: Mapping[str, str]) -> MailSignature:
    try:
        tags = parse_tag_value(header[1])
    except (InvalidTagValueList, *_UNREADABLE):
        return MailSignature(domain="", selector="", verdict=SignatureVerdict.UNREADABLE, body_fits=None)
    domain, selector = (_plain(tags.get(name, b"")) for name in (b"d", b"s"))
    body_fits = _fits_body(message.body, tags)
    verdict = SignatureVerdict.UNREADABLE
    if body_fits is not None:
        record = keys.get(f"{selector}._domainkey.{domain}".lower())
        verdict = SignatureVerdict.NO_KEY if record is None else _verify(message, header, tags, record)
    return MailSignature(domain=domain, selector=selector, verdict=verdict, body_fits=body_fits)


def _fits_body(body: bytes, tags: Mapping[bytes, bytes]) -> bool | None:
    """Whether the body is the one that was signed; None where the signature does not say so in a way that we know."""
    try:
        hasher = HASH_ALGORITHMS[tags[b"a"]]()
        policy = CanonicalizationPolicy.from_c_value(tags.get(b"c", b"simple/simple"))
        wanted = base64.b64decode(_BLANKS.sub(b"", tags[b"bh"]))
        length = int(tags[b"l"]) if b"l" in tags else None
    except (KeyError, ValueError, binascii.Error, InvalidCanonicalizationPolicyError):
        return None
    hasher.update(policy.canonicalize_body(body)[:length])
    return bool(hasher.digest() == wanted)


def _verify(message: dkim.DKIM, header: tuple[bytes, bytes], tags: dict[bytes, bytes], record: str) -> SignatureVerdict:
    """Whether the key made the signature. That it ran out since does not matter: the mail was signed while it held."""
    names = [name.lower() for name in re.split(rb"\s*:\s*", tags.get(b"h", b""))]
    try:
        holds = message.verify_sig(tags, names, header, lambda _name, timeout=0: record.encode())
    except _UNREADABLE:
        return SignatureVerdict.FAILS
    return SignatureVerdict.HOLDS if holds else SignatureVerdict.FAILS


def _plain(value: bytes) -> str:
    return value.decode("ascii", "replace").strip()[:LONGEST_NAME]
