"""What a file is, told by its first bytes and never by its name."""

from pathlib import PurePath

_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
)
ACCEPTED = ".pdf,.jpg,.jpeg,.png"
MOST_FILES = 15


def kind_of(*, head: bytes) -> str:
    """Return the content type of a file that begins with `head`, "" for one that is not taken."""
    return next((kind for start, kind, _suffix in _BEGINNINGS if head.startswith(start)), "")


def safe_name(*, name: str, kind: str) -> str:
    """Return the bare name of a file, without folders and control characters, with the suffix of its kind."""
    bare = "".join(sign for sign in name.replace("\\", "/") if sign.isprintable())
    stem = PurePath(bare).stem.strip(" .")[:120] or "file"
    suffix = next((suffix for _start, known, suffix in _BEGINNINGS if known == kind), "")
    return stem + suffix
