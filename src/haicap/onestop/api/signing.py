"""Verification of signed documents as JSON."""

from datetime import date, datetime

from ninja import File, Router, Schema
from ninja.files import UploadedFile

from haicap.documents.signature import SignatureVerdict, Verdict
from haicap.documents.texts import FAULTS, FILE_FAULTS
from haicap.kernel.access import public
from haicap.kernel.http import Request, client_address
from haicap.onestop.actions.verifying import verify_upload
from haicap.onestop.models import IssuedDocument

router = Router()


class FaultOut(Schema):
    """What stands against a file or a signature; codes stay the same in every language."""

    code: str
    message: str


class SignatureOut(Schema):
    """One signature; `stamped_at` is what a trusted time-stamp authority says, `signed_at` only the signer's clock."""

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
    holds: bool
    faults: list[FaultOut]


class IssuedOut(Schema):
    """The document that this very file is, issued by this installation."""

    number: str
    day: date
    body: str
    sha256: str


class VerdictOut(Schema):
    """`holds` only where there is a signature and nothing stands against any; `fault` is of the whole file."""

    holds: bool
    fault: FaultOut | None
    signatures: list[SignatureOut]
    document: IssuedOut | None


@router.post("/verify", response=VerdictOut, auth=None)
@public
def verify(request: Request, file: File[UploadedFile]) -> VerdictOut:
    """Say whether a signed PDF is genuine. Public: whoever is shown one may ask; bounded for each address."""
    verdict, document = verify_upload(content=file.read(), address=client_address(request))
    return VerdictOut(
        holds=verdict.holds,
        fault=_fault(verdict),
        signatures=[_signature(one) for one in verdict.signatures],
        document=_document(document) if document else None,
    )


def _fault(verdict: Verdict) -> FaultOut | None:
    text = FILE_FAULTS.get(verdict.fault)
    return FaultOut(code=verdict.fault, message=str(text)) if text else None


def _signature(one: SignatureVerdict) -> SignatureOut:
    plain = {name: getattr(one, name) for name in SignatureVerdict.__slots__ if name != "faults"}
    faults = [FaultOut(code=code, message=str(FAULTS[code])) for code in one.faults]
    return SignatureOut(holds=one.holds, faults=faults, **plain)


def _document(row: IssuedDocument) -> IssuedOut:
    return IssuedOut(number=row.number, day=row.day, body=row.body.name_vi, sha256=row.sha256)
