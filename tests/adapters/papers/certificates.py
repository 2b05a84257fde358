"""Certificates for tests: a root of our own, and what it vouches for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Issued:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        key = self.key.private_bytes(serialization.Encoding.PEM, *plain)
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)


LIST_URL = "http://crl.example/root.crl"
ANSWER_URL = "http://ocsp.example/"


def issue(
    name: str,
    root: Issued | None = None,
    *,
    may_stamp: bool = False,
    days: int = 30,
    list_url: str = "",
    answer_url: str = "",
    host: str = "",
    at: datetime = AT,
) -> Issued:
    """A root where there is no `root`, else a certificate that the root vouches for, valid from `at` for so many days.

    `list_url`: where it says that the list of those taken back is, `answer_url`: who answers about it. `host`: the
    server whose certificate it is.
    """
    key = rsa.generate_private_key(65537, 2048)
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(root.certificate.subject if root else own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=root is None, path_length=None), critical=True)
    )
    if list_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(list_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    if answer_url:
        way = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(answer_url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([way]), critical=False)
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    if may_stamp:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return Issued(builder.sign(root.key if root else key, hashes.SHA256()), key)


def list_taken_back(
    root: Issued, *taken: Issued, at: datetime = AT, days: int = 7, since: datetime | None = None
) -> bytes:
    """The root's list (DER) of what it has taken back, as it stood at that moment, to be used for so many days."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(at - timedelta(minutes=1))
        .next_update(at + timedelta(days=days))
    )
    for each in taken:
        gone = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
        builder = builder.add_revoked_certificate(gone.revocation_date(since or at - timedelta(hours=1)).build())
    return builder.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def answer_about(
    root: Issued, about: Issued, *, at: datetime = AT, days: int = 7, since: datetime | None = None
) -> bytes:
    """The answer (OCSP, DER) that `root` gives about a certificate at that moment; `since` when it is taken back."""
    found = ocsp.OCSPResponseBuilder().add_response(
        cert=about.certificate,
        issuer=root.certificate,
        algorithm=hashes.SHA256(),
        cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
        this_update=at - timedelta(minutes=1),
        next_update=at + timedelta(days=days),
        revocation_time=since,
        revocation_reason=None,
    )
    found = found.responder_id(ocsp.OCSPResponderEncoding.NAME, root.certificate)
    return found.sign(root.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def make_stamper(issued: Issued, at: datetime = AT) -> DummyTimeStamper:
    """A time-stamping authority whose clock stands at that moment."""
    plain = issued.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DummyTimeStamper(Certificate.load(issued.der), PrivateKeyInfo.load(plain), fixed_dt=at)
