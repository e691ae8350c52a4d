"""Verifying the signatures of a PDF offline: whose they are, and every fault by its name."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, pem, x509
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError, UnacceptableSignerError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError

MOST_BYTES = 50_000_000
WEAK = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict:
    """One signature. `faults` is empty when it holds; times are aware, None where nothing says so.

    Faults: altered (signed bytes differ), forged (not made with the key of its certificate), changed_after (the file
    was changed after it in a way signatures do not allow), expired, not_yet, expired_since (valid by its own word
    only: expired today and no time-stamp), revoked, untrusted, weak, unreadable.
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
    """Return the authorities and revocation lists that lie in a folder as .pem, .cer, .crt and .crl files."""
    roots: list[x509.Certificate] = []
    lists: list[crl.CertificateList] = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        kind: Any = crl.CertificateList if path.suffix == ".crl" else x509.Certificate
        if path.suffix in (".pem", ".cer", ".crt", ".crl"):
            found: Any = lists if path.suffix == ".crl" else roots
            found += [kind.load(content) for content in _ders(path.read_bytes())]
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
    except (
        PdfReadError,
        SignatureValidationError,
        SigningError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        OSError,
        RecursionError,
    ):
        return Verdict(fault="unreadable")
    if not embedded:
        return Verdict(fault="unsigned")
    trusted, lists = list(roots), list(crls)
    found = tuple(_one(signature, trusted, lists, moment) for signature in embedded)
    try:
        last = embedded[-1].evaluate_signature_coverage()
    except (SignatureValidationError, PdfReadError, ValueError):
        last = SignatureCoverageLevel.UNCLEAR
    covered = last == SignatureCoverageLevel.ENTIRE_FILE
    if not covered and not any("altered" in one.faults for one in found):
        found = (*found[:-1], _with(found[-1], "changed_after"))
    return Verdict(signatures=found, covered=covered)


def _with(verdict: SignatureVerdict, fault: str) -> SignatureVerdict:
    values = {name: getattr(verdict, name) for name in SignatureVerdict.__slots__}
    return SignatureVerdict(**values | {"faults": tuple(dict.fromkeys((*verdict.faults, fault)))})


def _one(
    signature: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    crls: Sequence[crl.CertificateList],
    moment: datetime,
) -> SignatureVerdict:
    faults: list[str] = []
    stamped: datetime | None = None
    try:
        certificate = signature.signer_cert
        signed_at = signature.self_reported_timestamp
    except (ValueError, SignatureValidationError, KeyError):
        return _shown(signature, None, None, None, ["unreadable"])
    when = min(signed_at or moment, moment)
    try:
        status = validate_pdf_signature(
            signature,
            signer_validation_context=ValidationContext(
                trust_roots=roots, crls=crls, moment=_inside(certificate, when), allow_fetching=False,
                revocation_mode="soft-fail", retroactive_revinfo=True,
            ),
        )  # fmt: skip
    except (
        SignatureValidationError,
        UnacceptableSignerError,
        SigningError,
        PdfReadError,
        PathError,
        ValueError,
    ):
        return _shown(signature, certificate, signed_at, None, ["unreadable"])
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
    if status.timestamp_validity is not None and status.timestamp_validity.valid:
        stamped = status.timestamp_validity.timestamp
    if status.md_algorithm in WEAK:
        faults.append("weak")
    faults += _of_certificate(certificate, stamped or when, moment, stamped is not None)
    if status.revoked or _listed(certificate, crls, stamped or when):
        faults.append("revoked")
    elif not status.trusted:
        faults.append("untrusted")
    return _shown(signature, certificate, signed_at, stamped, faults)


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


def _listed(certificate: x509.Certificate, crls: Sequence[crl.CertificateList], when: datetime) -> bool:
    """Say whether a list of the issuer names the certificate as revoked before it signed."""
    for one in crls:
        if one.issuer != certificate.issuer:
            continue
        for entry in one["tbs_cert_list"]["revoked_certificates"] or ():
            if entry["user_certificate"].native == certificate.serial_number:
                return bool(entry["revocation_date"].native <= when)
    return False


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
        issuer=certificate.issuer.human_friendly if certificate is not None else "",
        serial=f"{certificate.serial_number:x}" if certificate is not None else "",
        fingerprint=certificate.sha256.hex() if certificate is not None else "",
        signed_at=signed_at,
        stamped_at=stamped,
        valid_from=certificate.not_valid_before if certificate is not None else None,
        valid_to=certificate.not_valid_after if certificate is not None else None,
        faults=tuple(dict.fromkeys(faults)),
    )
