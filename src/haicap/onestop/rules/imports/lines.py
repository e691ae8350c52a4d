"""A row of an export as typed values, or what is wrong with it."""

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from itertools import pairwise

from haicap.onestop.rules.imports.mapping import CHOICES, MOMENTS, Mapping
from haicap.onestop.rules.lifecycle import Channel

# What counts where an export gives a day without a time: receipt in the morning, a result before the offices close.
DAY_TIMES = {
    "registered_at": time(8), "received_at": time(8), "supplement_at": time(10), "supplemented_at": time(10, 30),
    "extended_at": time(11), "extended_until": time(17), "paid_at": time(16), "ended_at": time(16, 30),
    "returned_at": time(16, 45), "appointment_at": time(17),
}  # fmt: skip
YES = frozenset({"1", "x", "có", "co", "yes", "true", "đúng"})
NO = frozenset({"", "0", "không", "khong", "no", "false"})
MOST_CODE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One dossier of an export. Bodies and procedure are as written; `status` "" is told by the dates."""

    code: str
    procedure: str
    received: str
    competent: str
    returned: str = ""
    channel: str = Channel.DIRECT
    status: str = ""
    registered_at: datetime | None = None
    received_at: datetime | None = None
    appointment_at: datetime | None = None
    supplement_at: datetime | None = None
    supplemented_at: datetime | None = None
    extended_at: datetime | None = None
    extended_until: datetime | None = None
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    returned_at: datetime | None = None
    number: str = ""
    fee: int = 0
    paid_online: bool = False
    digitised: bool = False
    full_name: str = ""
    id_number: str = ""
    phone: str = ""
    address: str = ""

    @property
    def begun_at(self) -> datetime | None:
        """When it was handed in."""
        return self.registered_at or self.received_at

    @property
    def state(self) -> str:
        """The status as written, else as the dates tell it."""
        if self.status:
            return self.status
        if self.returned_at:
            return "returned"
        if self.ended_at:
            return "processed"
        if self.supplement_at and not self.supplemented_at:
            return "supplement"
        return "processing" if self.received_at else "new"


class Wrongs(ValueError):
    """What is wrong with a row: (field, code, detail)."""

    def __init__(self, rows: list[tuple[str, str, str]]) -> None:
        super().__init__(rows)
        self.rows = rows


def line_of(*, cells: Table[str, str], mapping: Mapping, zone: tzinfo, now: datetime) -> Line:
    """Read a row; raises Wrongs with all that is wrong.

    Codes: import.empty, import.word, import.date, import.number, import.yes_no, import.long, import.future,
    import.order, import.needs (a status without the date it demands), import.contradiction.
    """
    reader = _Reader(cells, mapping, zone, now)
    line = reader.line()
    wrongs = reader.wrongs or _together(line)
    if wrongs:
        raise Wrongs(wrongs)
    return line


class _Reader:
    def __init__(self, cells: Table[str, str], mapping: Mapping, zone: tzinfo, now: datetime) -> None:
        self.cells, self.mapping, self.zone, self.now = cells, mapping, zone, now
        self.wrongs: list[tuple[str, str, str]] = []

    def text(self, name: str) -> str:
        heading = self.mapping.columns.get(name, "")
        return self.cells.get(heading, "").strip() or self.mapping.defaults.get(name, "")

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            self.wrongs.append((name, "import.empty", ""))
        return value

    def word(self, name: str) -> str:
        """Return our word for a word of the export: known ones by the mapping, ours as they are."""
        value = self.text(name)
        known = self.mapping.values.get(name, {})
        if not value or value in CHOICES[name]:
            return value
        if value.lower() not in known:
            self.wrongs.append((name, "import.word", value[:60]))
            return ""
        return known[value.lower()]

    def body(self, name: str) -> str:
        value = self.text(name)
        return self.mapping.values.get(name, {}).get(value.lower(), value)

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        if not value:
            return None
        for pattern in self.mapping.date_formats:
            try:
                found = datetime.strptime(value, pattern)  # noqa: DTZ007  # the zone follows
            except ValueError:
                continue
            if "%H" not in pattern:
                found = datetime.combine(found.date(), DAY_TIMES[name])
            found = found.replace(tzinfo=self.zone)
            if not 2000 <= found.year < 2100:
                break
            if found > self.now and name not in ("appointment_at", "extended_until"):
                self.wrongs.append((name, "import.future", value[:40]))
                return None
            return found
        self.wrongs.append((name, "import.date", value[:40]))
        return None

    def number(self, name: str) -> int:
        value = self.text(name).replace(".", "").replace(",", "").replace(" ", "").removesuffix("đ")
        if not value:
            return 0
        if not value.isdecimal() or len(value) > 9:
            self.wrongs.append((name, "import.number", value[:40]))
            return 0
        return int(value)

    def yes(self, name: str) -> bool:
        value = self.text(name).lower()
        if value not in YES | NO:
            self.wrongs.append((name, "import.yes_no", value[:40]))
        return value in YES

    def line(self) -> Line:
        if len(code := self.needed("code")) > MOST_CODE:
            self.wrongs.append(("code", "import.long", code[:20]))
        if not (competent := self.body("competent")):
            self.wrongs.append(("competent", "import.empty", ""))
        if not (received := self.body("received")):
            self.wrongs.append(("received", "import.empty", ""))
        moments = {name: self.moment(name) for name in MOMENTS}
        return Line(
            code=code,
            procedure=self.mapping.values.get("procedure", {}).get(
                self.text("procedure").lower(), self.needed("procedure")
            ),
            received=received,
            competent=competent,
            returned=self.body("returned"),
            channel=self.word("channel") or Channel.DIRECT,
            status=self.word("status"),
            number=self.text("number")[:60],
            fee=self.number("fee"),
            paid_online=self.yes("paid_online"),
            digitised=self.yes("digitised"),
            full_name=self.text("full_name")[:200],
            id_number=self.text("id_number")[:20],
            phone=self.text("phone")[:30],
            address=self.text("address")[:300],
            **moments,
        )


_NEEDS = {
    "received": ("received_at",),
    "not_received": ("ended_at",),
    "processing": ("received_at",),
    "supplement": ("supplement_at",),
    "withdrawn": ("received_at", "ended_at"),
    "stopped": ("received_at", "ended_at"),
    "refused": ("received_at", "ended_at"),
    "processed": ("received_at", "ended_at"),
    "returned": ("received_at", "returned_at"),
}
_AFTER_SUPPLEMENT = frozenset({"processing", "processed", "returned", "refused"})
_NEVER = {
    "new": ("received_at", "ended_at", "returned_at"),
    "received": ("ended_at", "returned_at"),
    "not_received": ("received_at", "returned_at"),
    "processing": ("ended_at", "returned_at"),
    "supplement": ("ended_at", "returned_at", "supplemented_at"),
    "withdrawn": ("returned_at",),
    "stopped": ("returned_at",),
    "processed": ("returned_at",),
}


def _together(line: Line) -> list[tuple[str, str, str]]:
    """Return what does not go together in a row whose cells are right one by one."""
    state = line.state
    wrongs = [(name, "import.needs", state) for name in _NEEDS.get(state, ()) if getattr(line, name) is None]
    wrongs += [
        (name, "import.contradiction", state)
        for name in _NEVER.get(state, ())
        if getattr(line, name) is not None
    ]
    if line.begun_at is None and state != "not_received":
        wrongs.append(("received_at", "import.empty", ""))
    if line.supplement_at and not line.supplemented_at and state in _AFTER_SUPPLEMENT:
        wrongs.append(("supplemented_at", "import.needs", state))
    if line.supplemented_at and not line.supplement_at:
        wrongs.append(("supplement_at", "import.needs", state))
    if (line.extended_at is None) != (line.extended_until is None):
        wrongs.append(("extended_until" if line.extended_at else "extended_at", "import.needs", state))
    if line.extended_at and line.extended_until and line.extended_until <= line.extended_at:
        wrongs.append(("extended_until", "import.order", "extended_at"))
    if wrongs:
        return list(dict.fromkeys(wrongs))
    order = ("registered_at", "received_at", "supplement_at", "supplemented_at", "ended_at", "returned_at")
    given = [(name, moment) for name in order if (moment := getattr(line, name)) is not None]
    return [
        (after[0], "import.order", before[0]) for before, after in pairwise(given) if after[1] < before[1]
    ]
