"""Verifying the signatures of a PDF offline: whose they are, and every fault by its name."""

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

MOST_BYTES = 50_000_000
WEAK = frozenset({"md5", "sha1"})
SHORTEST_RSA = 2048

# What is wrong with a stranger's file is said by the verdict; the log would fill with traces and people's names.
for name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """One signature. `faults` is empty when it holds; times are aware, None where nothing says so.

    Faults: altered (signed bytes differ), forged (not made with the key of its certificate), changed_after (the file
    was changed after it in a way signatures do not allow), expired, not_yet, expired_since and revoked_since (good by
    its own word only: over today, and no time-stamp of a trusted authority), revoked, untrusted, weak, unreadable.
    `stamped_at` is what a trusted time-stamp authority says; a stamp of anybody else counts for nothing.
    """

    field: str
    signer: str
    organisation: str
    issuer: str
    serial: str
    fingerprint: str
    signed_at: datetime | None
    stamped_at: datetime | None
    valid_from: datetime | None
    valid_to: datetime | None
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """True when nothing stands against it."""
        return not self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A whole file: `fault` is unreadable, unsigned or "" ; `covered`: the last signature covers all of it."""

    signatures: tuple[SignatureVerdict, ...] = ()
    fault: str = ""
    covered: bool = False

    @property
    def holds(self) -> bool:
        """True when there is a signature and nothing stands against any of them."""
        return not self.fault and self.covered and all(one.holds for one in self.signatures)


def read_trust(*, folder: Path) -> tuple[list[x509.Certificate], list[crl.CertificateList]]:
    """Return the authorities and revocation lists that lie in a folder as .pem, .cer, .crt and .crl files.

    Raises ValueError naming a file that is none of these.
    """
    roots: list[x509.Certificate] = []
    lists: list[crl.CertificateList] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        kind: Any = crl.CertificateList if path.suffix == ".crl" else x509.Certificate
        if path.suffix in (".pem", ".cer", ".crt", ".crl"):
            found: Any = lists if path.suffix == ".crl" else roots
            try:
                read = [kind.load(content, strict=True) for content in _ders(path.read_bytes())]
                if not all(one.issuer.native for one in read):
                    raise ValueError("it names no issuer")
            except (ValueError, TypeError) as error:
                raise ValueError(f"{path.name}: {error}") from error
            found += read
    return roots, lists


def _ders(content: bytes) -> list[bytes]:
    if not pem.detect(content):
        return [content]
    return [der for _kind, _headers, der in pem.unarmor(content, multiple=True)]


def verify(
    *,
    pdf: bytes,
    roots: Iterable[x509.Certificate],
    crls: Iterable[crl.CertificateList] = (),
    at: datetime | None = None,
) -> Verdict:
    """Return what the signatures of `pdf` are worth to somebody who trusts `roots`. Asks nobody over the network.

    `at` (default: now) is the moment of the question. Files over 50 MB are unreadable.
    """
    moment = at or datetime.now(UTC)
    if len(pdf) > MOST_BYTES:
        return Verdict(fault="unreadable")
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        embedded = list(reader.embedded_regular_signatures)
    except Exception:  # made by strangers: the library answers broken files with whatever breaks first
        return Verdict(fault="unreadable")
    if not embedded:
        return Verdict(fault="unsigned")
    trusted, lists = list(roots), list(crls)
    found = tuple(_one(signature, trusted, lists, moment) for signature in embedded)
    covered = _covered(embedded[-1])
    if not covered and not any("altered" in one.faults for one in found):
        found = (*found[:-1], _with(found[-1], "changed_after"))
    return Verdict(signatures=found, covered=covered)


def _covered(last: EmbeddedPdfSignature) -> bool:
    """Say whether nothing stands after a signature but what proves it later: certificates, lists, time-stamps."""
    try:
        if last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE:
            return True
        added = last.diff_result
    except Exception:  # as above
        return False
    return isinstance(added, DiffResult) and added.modification_level == ModificationLevel.LTA_UPDATES


def _with(verdict: SignatureVerdict, fault: str) -> SignatureVerdict:
    values = {name: getattr(verdict, name) for name in SignatureVerdict.__slots__}
    return SignatureVerdict(**values | {"faults": tuple(dict.fromkeys((*verdict.faults, fault)))})


def _one(
    signature: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    crls: Sequence[crl.CertificateList],
    moment: datetime,
) -> SignatureVerdict:
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None
    try:
        certificate = signature.signer_cert
        signed_at = signature.self_reported_timestamp
        when = min(signed_at or moment, moment)
        status = validate_pdf_signature(
            signature,
            signer_validation_context=ValidationContext(
                trust_roots=roots, crls=crls, moment=_inside(certificate, when), allow_fetching=False,
                revocation_mode="soft-fail", retroactive_revinfo=True,
            ),
        )  # fmt: skip
    except Exception:  # as above
        return _shown(signature, certificate, signed_at, None, ["unreadable"])
    stamp = status.timestamp_validity
    stamped = stamp.timestamp if stamp and stamp.intact and stamp.valid and stamp.trusted else None
    faults = _faults(status, certificate, crls, stamped or when, moment, stamped is not None)
    return _shown(signature, certificate, signed_at, stamped, faults)


def _faults(
    status: PdfSignatureStatus,
    certificate: x509.Certificate,
    crls: Sequence[crl.CertificateList],
    when: datetime,
    moment: datetime,
    stamped: bool,
) -> list[str]:
    """Return what stands against a signature made at `when`, which is proven only if `stamped`."""
    faults: list[str] = []
    if not status.intact:
        faults.append("altered")
    elif not status.valid:
        faults.append("forged")
    level = status.modification_level
    if level is not None and level not in (
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
        ModificationLevel.FORM_FILLING,
    ):
        faults.append("changed_after")
    if status.md_algorithm in WEAK or _short(certificate):
        faults.append("weak")
    faults += _of_certificate(certificate, when, moment, stamped)
    revoked_at = _revoked_at(certificate, crls)
    if status.revoked or (revoked_at is not None and revoked_at <= when):
        faults.append("revoked")
    elif revoked_at is not None and revoked_at <= moment and not stamped:
        faults.append("revoked_since")
    elif not status.trusted:
        faults.append("untrusted")
    return faults


def _short(certificate: x509.Certificate) -> bool:
    key = certificate.public_key
    return bool(key.algorithm == "rsa" and key.bit_size < SHORTEST_RSA)


def _inside(certificate: x509.Certificate, when: datetime) -> datetime:
    """Return `when`, moved into the certificate's validity: expiry is judged by its own name, not as distrust."""
    last: datetime = min(when, certificate.not_valid_after)
    first: datetime = certificate.not_valid_before
    return max(last, first)


def _of_certificate(
    certificate: x509.Certificate, when: datetime, moment: datetime, stamped: bool
) -> list[str]:
    if certificate.not_valid_after < when:
        return ["expired"]
    if certificate.not_valid_before > when:
        return ["not_yet"]
    return ["expired_since"] if certificate.not_valid_after < moment and not stamped else []


def _revoked_at(certificate: x509.Certificate, crls: Sequence[crl.CertificateList]) -> datetime | None:
    """Return the earliest moment from which a list of its issuer names a certificate as revoked."""
    found: list[datetime] = [
        entry["revocation_date"].native
        for one in crls
        if one.issuer == certificate.issuer
        for entry in one["tbs_cert_list"]["revoked_certificates"] or ()
        if entry["user_certificate"].native == certificate.serial_number
    ]
    return min(found, default=None)


def named(name: x509.Name) -> str:
    """Return common name and organisation, as people read them; the whole name where it has neither."""
    values = name.native
    found = [str(values[key]) for key in ("common_name", "organization_name") if values.get(key)]
    return ", ".join(dict.fromkeys(found)) or str(name.human_friendly)


def _shown(
    signature: EmbeddedPdfSignature,
    certificate: x509.Certificate | None,
    signed_at: datetime | None,
    stamped: datetime | None,
    faults: Sequence[str],
) -> SignatureVerdict:
    names = certificate.subject.native if certificate is not None else {}
    return SignatureVerdict(
        field=str(signature.field_name),
        signer=str(names.get("common_name", "")),
        organisation=str(names.get("organization_name", "")),
        issuer=named(certificate.issuer) if certificate is not None else "",
        serial=f"{certificate.serial_number:x}" if certificate is not None else "",
        fingerprint=certificate.sha256.hex() if certificate is not None else "",
        signed_at=signed_at,
        stamped_at=stamped,
        valid_from=certificate.not_valid_before if certificate is not None else None,
        valid_to=certificate.not_valid_after if certificate is not None else None,
        faults=tuple(dict.fromkeys(faults)),
    )
