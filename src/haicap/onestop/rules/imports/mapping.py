"""What a mapping says: which column is which field, which word is which status, how dates are written."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from operator import eq
from typing import Any

from haicap.onestop.rules.lifecycle import Channel

REQUIRED = ("code", "procedure", "received", "competent")
MOMENTS = (
    "registered_at", "received_at", "appointment_at", "supplement_at", "supplemented_at", "extended_at",
    "extended_until", "paid_at", "ended_at", "returned_at",
)  # fmt: skip
FIELDS = (
    "code", "procedure", "received", "competent", "returned", "channel", "status", *MOMENTS, "number", "fee",
    "paid_online", "digitised", "full_name", "id_number", "phone", "address",
)  # fmt: skip
STATUSES = (
    "new", "received", "not_received", "processing", "supplement", "withdrawn", "stopped", "refused", "processed",
    "returned",
)  # fmt: skip
DATE_FORMATS = (
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M %d/%m/%Y", "%H:%M:%S %d/%m/%Y",
)  # fmt: skip
CHOICES: Table[str, Sequence[str]] = {"status": STATUSES, "channel": [str(one) for one in Channel]}


class MappingError(ValueError):
    """A mapping that cannot be used; the text says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How to read an export of the system `source`.

    `columns`: field -> heading in small letters; `values`: field -> word in the export (small letters) -> ours;
    `defaults`: field -> what counts where the export says nothing.
    """

    source: str
    columns: Table[str, str]
    values: Table[str, Table[str, str]] = field(default_factory=dict)
    defaults: Table[str, str] = field(default_factory=dict)
    date_formats: Sequence[str] = DATE_FORMATS

    def to_json(self) -> dict[str, Any]:
        """Return what `read_mapping` reads."""
        return {
            "source": self.source,
            "columns": dict(self.columns),
            "values": {name: dict(words) for name, words in self.values.items()},
            "defaults": dict(self.defaults),
            "date_formats": list(self.date_formats),
        }

    def lacking(self) -> list[str]:
        """Return the demanded fields that have neither a column nor a default."""
        return [name for name in REQUIRED if name not in self.columns and name not in self.defaults]


def read_mapping(*, data: Table[str, Any]) -> Mapping:
    """Read a mapping as TOML or JSON gives it; raises MappingError."""
    try:
        columns = {str(name): str(heading).strip().lower() for name, heading in data["columns"].items()}
        values = {
            str(name): {str(word).strip().lower(): str(ours) for word, ours in words.items()}
            for name, words in data.get("values", {}).items()
        }
        defaults = {str(name): str(value) for name, value in data.get("defaults", {}).items()}
        source = str(data["source"]).strip()
    except (KeyError, AttributeError, TypeError) as error:
        raise MappingError(f"the mapping needs source and [columns]: {error}") from error
    if not source or len(source) > 60:
        raise MappingError("source: a name of at most 60 signs")
    for name in [*columns, *values, *defaults]:
        if name not in FIELDS:
            raise MappingError(f"unknown field {name[:40]}; known are {', '.join(FIELDS)}")
    for name, known in CHOICES.items():
        for ours in [*values.get(name, {}).values(), *([defaults[name]] if name in defaults else [])]:
            if ours not in known:
                raise MappingError(f"{name}: {ours[:40]} is none of {', '.join(known)}")
    formats = tuple(str(one) for one in data.get("date_formats") or DATE_FORMATS)
    return Mapping(source=source, columns=columns, values=values, defaults=defaults, date_formats=formats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words seen in exports: field -> headings, field -> word -> ours; all in small letters."""

    headings: Table[str, Sequence[str]]
    values: Table[str, Table[str, str]]


def read_words(*, data: Table[str, Any]) -> Words:
    """Read the table of words."""
    return Words(
        headings={name: [str(word).lower() for word in words] for name, words in data["headings"].items()},
        values={
            name: {str(word).lower(): str(ours) for word, ours in words.items()}
            for name, words in data["values"].items()
        },
    )


def guess(*, source: str, headings: Iterable[str], words: Words) -> Mapping:
    """Return the mapping that the headings suggest: a heading that is a known word, then one that begins with it.

    Each heading serves one field, the first in the order of the fields.
    """
    free = list(dict.fromkeys(headings))
    columns: dict[str, str] = {}
    fitting: tuple[Callable[[str, str], bool], ...] = (eq, str.startswith)
    for fits in fitting:
        for name in FIELDS:
            if name in columns:
                continue
            known = words.headings.get(name, ())
            found = next((one for word in known for one in free if fits(one, word)), None)
            if found is not None:
                columns[name] = found
                free.remove(found)
    return Mapping(source=source, columns=columns, values=words.values)
