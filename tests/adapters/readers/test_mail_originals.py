"""An e-mail is kept as it came, to prove what was sent; and never a picture in it."""

from __future__ import annotations

import base64
import hashlib
import io

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from PIL import Image

from portal.adapters.readers.documents import clean_document
from portal.adapters.readers.mail_signatures import check_signatures
from portal.domain.documents import Cleaned, SignatureVerdict

HEAD = (
    b"Received: from mx.platform.example by mx.example.net; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    b"From: Trust Team <support@platform.example>\r\nTo: ana@example.net\r\nSubject: Your report 4711\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
)
WORDS = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWe have removed  the content.\r\nCase 4711\r\n"
NAME = "s1._domainkey.platform.example"


def make_picture() -> bytes:
    stream = io.BytesIO()
    Image.radial_gradient("L").resize((40, 40)).save(stream, "PNG")
    return stream.getvalue()


PICTURE = make_picture()
PACKED = base64.encodebytes(PICTURE).replace(b"\n", b"\r\n")
WITH_PICTURE = (
    HEAD + b'Content-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\n' + WORDS + b"--bb\r\n"
    b'Content-Type: image/png; name="x.png"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + PACKED + b"\r\n--bb--\r\n"
)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign(mail: bytes, key: rsa.RSAPrivateKey, **options: object) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    signature: bytes = dkim.sign(mail, b"s1", b"platform.example", private, **options)
    return signature + mail


def record_of(key: rsa.RSAPrivateKey) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def test_an_email_without_pictures_is_kept_byte_for_byte_with_all_its_headers(key: rsa.RSAPrivateKey) -> None:
    mail = sign(HEAD + WORDS, key)
    original = clean_document(mail).original
    assert original is not None
    assert (original.content, original.is_whole) == (mail, True)
    (signature,) = original.signatures
    assert (signature.domain, signature.selector) == ("platform.example", "s1")
    assert (signature.verdict, signature.body_fits) == (SignatureVerdict.NO_KEY, True)


def test_of_an_email_with_a_picture_all_but_the_picture_is_kept(key: rsa.RSAPrivateKey) -> None:
    mail = sign(WITH_PICTURE, key)
    clean = clean_document(mail)
    original = clean.original
    assert original is not None
    assert not original.is_whole
    assert Cleaned.FILES_INSIDE in clean.cleaned
    head, _end, _body = mail.partition(b"\r\n\r\n")
    assert head in original.content, "all headers, the signature as well"
    assert WORDS in original.content
    assert hashlib.sha256(mail).hexdigest().encode() in original.content
    assert hashlib.sha256(PICTURE).hexdigest().encode() in original.content
    assert PACKED[:40] not in original.content
    assert b"not checked: no key; the body is the one that was signed" in original.content
    assert [each.body_fits for each in original.signatures] == [True], "checked before anything was left out"


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + b"Content-Type: text/plain\r\n\r\nRemoved. data:image/png;base64," + base64.b64encode(PICTURE) + b"\r\n",
        HEAD + b"Content-Type: text/html\r\n\r\n<p>Removed</p><img src='data:image/png;base64,"
        + base64.b64encode(PICTURE) + b"'>\r\n",
        HEAD + b"Face: " + PACKED.replace(b"\r\n", b"\r\n ").strip() + b"\r\n" + WORDS,
        WITH_PICTURE.replace(b"--bb--\r\n", b"--bb--\r\n" + PACKED),
        WITH_PICTURE.replace(b"image/png", b"text/plain"),
        HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nRemoved. " + PICTURE,
        b"From a Mon Nov 23 10:00:00 2026\r\n" + WITH_PICTURE
        + b"\r\nFrom b Mon Nov 23 10:00:00 2026\r\n" + WITH_PICTURE,
        HEAD + b'Content-Type: multipart/mixed; boundary="cc"\r\n\r\n--cc\r\nContent-Type: message/rfc822\r\n\r\n'
        + WITH_PICTURE + b"--cc--\r\n",
    ],
    ids=["words", "page", "header", "after the last part", "said to be text", "as it is", "mailbox", "passed on"],
)  # fmt: skip
def test_a_picture_is_in_neither_of_the_two_wherever_it_stood(mail: bytes) -> None:
    clean = clean_document(mail)
    assert clean.original is not None
    assert not clean.original.is_whole
    for kept in (clean.content, clean.original.content):
        assert PACKED[:40] not in kept
        assert base64.b64encode(PICTURE)[60:100] not in kept
        assert PICTURE[60:90] not in kept


@pytest.mark.parametrize("canonicalize", [(b"relaxed", b"relaxed"), (b"simple", b"simple")])
def test_with_the_key_the_signature_is_checked(key: rsa.RSAPrivateKey, canonicalize: tuple[bytes, bytes]) -> None:
    mail = sign(HEAD + WORDS, key, canonicalize=canonicalize)
    (signature,) = check_signatures(mail, {NAME: record_of(key)})
    assert (signature.verdict, signature.body_fits) == (SignatureVerdict.HOLDS, True)
    (changed,) = check_signatures(mail.replace(b"removed", b"refused"), {NAME: record_of(key)})
    assert (changed.verdict, changed.body_fits) == (SignatureVerdict.FAILS, False)
    (renamed,) = check_signatures(mail.replace(b"Your report", b"Our report"), {NAME: record_of(key)})
    assert (renamed.verdict, renamed.body_fits) == (SignatureVerdict.FAILS, True)
    (stored,) = check_signatures(mail.replace(b"\r\n", b"\n"), {NAME: record_of(key)})
    assert stored.verdict is SignatureVerdict.HOLDS, "programs store mails with the line ends of their machine"


def test_the_keys_reach_the_child(key: rsa.RSAPrivateKey) -> None:
    original = clean_document(sign(WITH_PICTURE, key), keys={NAME: record_of(key)}).original
    assert original is not None
    assert [each.verdict for each in original.signatures] == [SignatureVerdict.HOLDS]


@pytest.mark.parametrize(
    "signature",
    [b"", b"v=1", b"v=1; a=rsa-sha256; d=x; s=y; bh=!!; b=1", b"a=md5; bh=aa; d=\xff", b"; ; =",
     b"v=1; l=x; bh=aaaa; a=rsa-sha256", b"v=1; l=-5; bh=aaaa; a=rsa-sha256"],
)  # fmt: skip
def test_a_signature_that_cannot_be_read_is_told_as_that(signature: bytes) -> None:
    (found,) = check_signatures(b"DKIM-Signature: " + signature + b"\r\n" + HEAD + WORDS, {})
    assert found.verdict in {SignatureVerdict.UNREADABLE, SignatureVerdict.NO_KEY}
    assert found.body_fits is not True


def test_a_text_has_no_other_first_form() -> None:
    assert clean_document(b"They wrote: no.").original is None


@pytest.mark.parametrize(
    "mail", [b"", b"  folded\r\n", b"no header", b"DKIM-Signature", b"\0: \xff\r\n\r\n", b"\r\n\r\n"]
)
def test_what_is_no_email_has_no_signature(mail: bytes) -> None:
    assert check_signatures(mail, {}) == ()
