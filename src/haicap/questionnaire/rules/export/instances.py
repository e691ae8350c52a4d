"""The filled forms themselves with their files, one folder each, as field clients keep them."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from haicap.questionnaire.rules.export.archive import Archive

_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One filled form; its files open when asked, or give None where they are not there."""

    instance_id: str
    xml: str
    files: tuple[tuple[str, Callable[[], IO[bytes] | None]], ...] = ()


def safe_name(text: str) -> str:
    """Return a file name that leads nowhere else and that every system takes."""
    name = _NOT_IN_NAMES.sub("_", unicodedata.normalize("NFC", text)).strip(" .")[:120]
    return f"_{name}" if not name or _RESERVED.match(name) else name


def xml_zip(items: Iterable[Held]) -> Iterator[bytes]:
    """Write `<instance>/submission.xml` and the files beside it; one folder per submission, none twice.

    Only the list of names grows with their number, as a ZIP demands it.
    """
    folders: set[str] = set()
    with Archive() as archive:
        for item in items:
            folder = _free(safe_name(item.instance_id.removeprefix("uuid:")), folders)
            names = {"submission.xml"}
            yield from archive.put(f"{folder}/submission.xml", io.BytesIO(item.xml.encode()))
            for name, opened in item.files:
                source = opened()
                if source is None:
                    continue
                with source:
                    yield from archive.put(f"{folder}/{_free(safe_name(name), names)}", source, packed=True)
        yield from archive.finish()


def _free(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    wanted, number = name, 2
    while wanted.casefold() in taken:
        wanted, number = f"{stem}_{number}{dot}{ending}" if stem else f"{name}_{number}", number + 1
    taken.add(wanted.casefold())
    return wanted
