"""What a file is by its first bytes, whatever its name says.

Signatures: PDF 32000-1 7.5.2; PNG (ISO 15948) 5.2; JPEG (ITU T.81) B.1.1.3; ZIP (APPNOTE 4.3.7), inside
which Office
Open XML names its main part (ECMA-376-2) and ASiC its container type; HEIF (ISO 23008-12) brands; TIFF
6.0; RFC 9649
WebP; MS-CFB 2.2 for older Office files.
"""

import io
import re
import zipfile
from collections.abc import Mapping

ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "image/heic": ("heic", "heif"),
    "image/tiff": ("tif", "tiff"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("pptx",),
    "application/vnd.oasis.opendocument.text": ("odt",),
    "application/vnd.oasis.opendocument.spreadsheet": ("ods",),
    "application/x-ole-storage": ("doc", "xls", "ppt"),
}
HEAD = 4096  # bytes needed to tell
_PARTS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def type_of(head: bytes, *, whole: bytes | None = None) -> str | None:
    """Return the media type of a file that begins with `head`, None where it is not one we know.

    A ZIP container is only told apart with the `whole` file.
    """
    if re.match(rb"\s{0,16}%PDF-\d", head):
        return "application/pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if head.startswith((b"II*\0", b"MM\0*")):
        return "image/tiff"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "application/x-ole-storage"
    if head.startswith(b"PK\x03\x04") and whole is not None:
        return _container(whole)
    return None


def _container(whole: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            names = set(archive.namelist())
            if "vbaProject.bin" in {name.rpartition("/")[2] for name in names}:
                return None
            for part, kind in _PARTS.items():
                if part in names:
                    return kind
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                kind = archive.read("mimetype").decode("ascii", "replace").strip()
                return kind if kind in ACCEPTED else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return None
    return None


def named_right(name: str, content_type: str) -> bool:
    """Say whether the ending of `name` is one of `content_type`."""
    return name.rpartition(".")[2].lower() in ACCEPTED.get(content_type, ())


def safe_name(name: str, *, most: int = 150) -> str:
    """Return a file's own name without folders and control characters, its ending kept when shortened."""
    base = re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", name)
    base = re.split(r"[\\/]", base)[-1].strip(". ") or "file"
    stem, dot, ending = base.rpartition(".")
    return base if len(base) <= most else f"{stem[: most - len(ending) - 1]}{dot}{ending}"
