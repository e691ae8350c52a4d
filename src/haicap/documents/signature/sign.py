"""Putting a PAdES signature on a PDF as an incremental update: what was there before stays byte for byte."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError as PyhankoError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.stamp import StaticStampStyle

from haicap.documents.signature.tokens import Token


class SigningError(Exception):
    """Not signed: `code` is sign.expired, .not_yet, .other, .unreadable, .timestamp or .failed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where and how a signature is seen: page from 0, box in points from below left, the picture."""

    page: int
    box: tuple[float, float, float, float]
    picture: Image.Image


class _Writer(IncrementalPdfFileWriter):
    """Adds to a file and leaves its metadata as they are: written anew they would no longer be those of PDF/A."""

    def _update_meta(self) -> None:
        return


def sign(
    *,
    pdf: bytes,
    token: Token,
    alias: str,
    field: str,
    placed: Placed | None = None,
    reason: str = "",
    location: str = "",
    tsa_url: str = "",
    at: datetime | None = None,
    fingerprint: str = "",
) -> bytes:
    """Return `pdf` with a PAdES signature B-B in the new field `field`, B-T where `tsa_url` gives time-stamps.

    `at` (default: now) is what the certificate's validity is compared with; with a `fingerprint` (SHA-256) no other
    certificate may sign. Raises TokenError, SigningError.
    """
    moment = at or datetime.now(UTC)
    with token.signer(alias) as signer:
        certificate = signer.signing_cert
        if certificate is None:
            raise SigningError("sign.failed", alias)
        if fingerprint and certificate.sha256.hex() != fingerprint:
            raise SigningError("sign.other", alias)
        if certificate.not_valid_after < moment:
            raise SigningError("sign.expired", f"{certificate.not_valid_after:%d/%m/%Y}")
        if certificate.not_valid_before > moment:
            raise SigningError("sign.not_yet", f"{certificate.not_valid_before:%d/%m/%Y}")
        try:
            writer = _Writer(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
            pdf_signer = PdfSigner(
                PdfSignatureMetadata(
                    field_name=field,
                    reason=reason or None,
                    location=location or None,
                    md_algorithm="sha256",
                    subfilter=SigSeedSubFilter.PADES,
                ),
                signer=signer,
                timestamper=HTTPTimeStamper(tsa_url, timeout=15) if tsa_url else None,
                stamp_style=_style(placed),
                new_field_spec=SigFieldSpec(
                    field, on_page=placed.page if placed else 0, box=_box(placed) if placed else None
                ),
            )
            return bytes(pdf_signer.sign_pdf(writer).getbuffer())
        except TimestampRequestError as error:
            raise SigningError("sign.timestamp", str(error)[:200]) from error
        except PdfReadError as error:
            raise SigningError("sign.unreadable", str(error)[:200]) from error
        except PyhankoError as error:
            raise SigningError("sign.failed", str(error)[:200]) from error


def _style(placed: Placed | None) -> StaticStampStyle | None:
    if placed is None:
        return None
    return StaticStampStyle(border_width=0, background=PdfImage(placed.picture), background_opacity=1.0)


def _box(placed: Placed) -> tuple[int, int, int, int]:
    left, bottom, right, top = (round(edge) for edge in placed.box)
    return left, bottom, right, top
