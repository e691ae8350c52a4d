"""An authority of samples: keys and certificates for demonstrations and tests, marked as such in every name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

MARK = "MẪU"
YEARS = timedelta(days=365 * 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAuthority:
    """Issues sample certificates; its own certificate is what a verifier of samples trusts."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """The authority's certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self,
        *,
        common_name: str,
        organisation: str = "",
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """Return a key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        begin = valid_from or datetime.now(UTC) - timedelta(days=1)
        names = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
        ]
        if organisation:
            names.insert(1, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(names))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(valid_to or begin + YEARS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=True), critical=True)
        )
        return key, builder.sign(self.key, hashes.SHA256())

    def put(
        self, *, folder: Path, alias: str, passphrase: str, common_name: str, organisation: str = "",
        valid_from: datetime | None = None, valid_to: datetime | None = None,
    ) -> bytes:  # fmt: skip
        """Issue a certificate, keep it with its key as `<alias>.p12` in `folder`, and return the certificate (PEM)."""
        key, certificate = self.issue(
            common_name=common_name, organisation=organisation, valid_from=valid_from, valid_to=valid_to
        )
        content = pkcs12.serialize_key_and_certificates(
            alias.encode(), key, certificate, [self.certificate],
            serialization.BestAvailableEncryption(passphrase.encode()),
        )  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{alias}.p12"
        path.touch(mode=0o600)
        path.write_bytes(content)
        return certificate.public_bytes(serialization.Encoding.PEM)

    def revocation_list(self, *, revoked: x509.Certificate, at: datetime) -> bytes:
        """Return a revocation list (DER) that names a certificate."""
        entry = (
            x509.RevokedCertificateBuilder().serial_number(revoked.serial_number).revocation_date(at).build()
        )
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(at).next_update(at + YEARS).add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=signs, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=not signs, crl_sign=not signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def sample_authority(
    *, name: str = f"Chứng thư {MARK} haicap", valid_from: datetime | None = None
) -> SampleAuthority:
    """Make an authority of samples, valid for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    begin = valid_from or datetime.now(UTC) - timedelta(days=2)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return SampleAuthority(key=key, certificate=builder.sign(key, hashes.SHA256()))
