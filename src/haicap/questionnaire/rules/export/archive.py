"""Archives that leave piece by piece: the first member goes straight out, the others wait on the disk."""

import tempfile
import zipfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Self, cast

PIECE = 1 << 16


class _Pipe:
    """A file that only remembers what was written since it was last emptied."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.waiting = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.waiting += len(piece)
        return len(piece)

    def flush(self) -> None:
        """Nothing to do."""

    def take(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return whole


class Member:
    """A file of the archive that is being written; texts are gathered before they are compressed."""

    def __init__(self, name: str, target: IO[bytes]) -> None:
        self.name, self.target = name, target
        self._texts: list[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        """Write text as UTF-8."""
        self._texts.append(text)
        self._size += len(text)
        if self._size >= PIECE:
            self.flush()

    def flush(self) -> None:
        """Hand over what was gathered."""
        if self._texts:
            self.target.write("".join(self._texts).encode())
            self._texts.clear()
            self._size = 0


class Archive:
    """A ZIP file in the making; `pieces` gives what is ready to leave. Close it, by `with`, whatever happens."""

    def __init__(self, *, level: int = 1) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(
            cast(IO[bytes], self._pipe), "w", zipfile.ZIP_DEFLATED, compresslevel=level
        )
        self._direct: Member | None = None
        self._waiting: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self._waiting:
            member.target.close()
        if self._direct is not None:
            self._direct.target.close()
        self._zip.close()

    def open(self, name: str) -> Member:
        """Begin a member: straight out if nothing else is on its way, else by way of a temporary file."""
        if self._direct is None:
            self._direct = Member(name, self._zip.open(_info(name), "w", force_zip64=True))
            return self._direct
        member = Member(name, tempfile.TemporaryFile())  # noqa: SIM115  # closed by `finish`
        self._waiting.append(member)
        return member

    def end(self, member: Member) -> None:
        """End the member that goes straight out, so that the next one can; others end with the archive."""
        member.flush()
        if member is self._direct:
            member.target.close()
            self._direct = None

    def put(self, name: str, source: IO[bytes], *, packed: bool = False) -> Iterator[bytes]:
        """Copy a whole file into the archive; `packed` = already compressed. Nothing may be on its way."""
        info = _info(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        with self._zip.open(info, "w", force_zip64=True) as target:
            while piece := source.read(PIECE):
                target.write(piece)
                yield from self.pieces()
        yield from self.pieces(all_of_it=True)

    def pieces(self, *, all_of_it: bool = False) -> Iterator[bytes]:
        """Yield what is ready to leave."""
        if self._pipe.waiting >= PIECE or (all_of_it and self._pipe.waiting):
            yield self._pipe.take()

    def finish(self) -> Iterator[bytes]:
        """End all members and the archive."""
        if self._direct is not None:
            self.end(self._direct)
        for member in self._waiting:
            member.flush()
            member.target.seek(0)
            yield from self.put(member.name, member.target)
            member.target.close()
        self._waiting.clear()
        self._zip.close()
        yield from self.pieces(all_of_it=True)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # its date is fixed: the same rows give the same bytes
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
