"""Official documents as PDF/A."""

from haicap.documents.pdf.build import SEAL_MM, SIGNATURE_MM, STANDARD, Built, SignatureBox, build
from haicap.documents.pdf.typeface import TypefaceMissing

__all__ = ["SEAL_MM", "SIGNATURE_MM", "STANDARD", "Built", "SignatureBox", "TypefaceMissing", "build"]
