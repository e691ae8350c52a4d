"""What is wrong with a file that somebody brought: a code, where, and what its sentence needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFault:
    """A fault of a file: where it is (`path` such as `units[3].place.lat`, or a `line` from 1) and what it is.

    `item` is the code of the unit, team or member that stands there, `params` what the sentence needs.
    """

    code: str
    path: str = ""
    line: int = 0
    item: str = ""
    params: Params = field(default_factory=dict)


class UnreadableFileError(ValueError):
    """The file cannot be used; `faults` says where and why, `more` how many further faults there are."""

    def __init__(self, faults: tuple[FileFault, ...], *, more: int = 0) -> None:
        super().__init__(", ".join(f"{fault.path or 'file'}: {fault.code}" for fault in faults))
        self.faults = faults
        self.more = more


def unreadable(code: str, path: str = "", **params: str | int) -> UnreadableFileError:
    """Return the error of one fault of the whole file, or of the value at `path`."""
    return UnreadableFileError((FileFault(code=code, path=path, params=params),))


def shown(value: object, *, most: int = 60) -> str:
    """Return `value` as it may be printed: on one line, printable, not long."""
    text = "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in str(value)[: most + 1]
    )
    return text if len(text) <= most else text[:most] + "…"
