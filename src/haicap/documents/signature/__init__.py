"""Electronic signatures of documents: PAdES put on, and verified without asking anybody."""

from haicap.documents.signature.pictures import name_picture, seal_picture
from haicap.documents.signature.sign import Placed, SigningError, sign
from haicap.documents.signature.tokens import HardwareToken, SoftwareToken, Token, TokenError
from haicap.documents.signature.verify import SignatureVerdict, Verdict, named, read_trust, verify

__all__ = [
    "HardwareToken",
    "Placed",
    "SignatureVerdict",
    "SigningError",
    "SoftwareToken",
    "Token",
    "TokenError",
    "Verdict",
    "name_picture",
    "named",
    "read_trust",
    "seal_picture",
    "sign",
    "verify",
]
