"""What the figures need to know about one dossier, and the period they are about."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Channel(StrEnum):
    """How a dossier came in."""

    DIRECT = "direct"
    ONLINE = "online"
    POST = "post"


class EndKind(StrEnum):
    """How the work on a dossier ended; REFUSED is a refusal to resolve, after receipt."""

    RESOLVED = "resolved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


class Side(StrEnum):
    """The part of a body by which its dossiers are counted; each dossier has one body of each."""

    COMPETENT = "competent"
    RECEIVED = "received"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from `start` to `end`, both included, as the clock of Ho Chi Minh City reckons them.

    `now` bounds what is called overdue while the period still runs; None for a period of the past.
    """

    start: date
    end: date
    now: datetime | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a period ends on or after the day it starts")

    @property
    def opens(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.start, time.min, tzinfo=ZONE)

    @property
    def closes(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.end + timedelta(days=1), time.min, tzinfo=ZONE)

    @property
    def measured(self) -> datetime:
        """The moment at which unfinished dossiers are measured: the close, or now if that comes first."""
        return self.closes if self.now is None else min(self.closes, self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One dossier as the figures see it; times with zone, bodies by code.

    `received_at` is the valid receipt and None for what was never received; `turned_away_at` is the refusal to
    receive. `due_at` is the due date as the clock has it now, suspensions and extension included, and None while
    no time runs. `ended_at` is the moment the result was issued, or of the refusal, withdrawal or stop;
    `on_time` and `portal_on_time` judge that end by the due date and by the rule of the national portal.
    """

    code: str
    received_body: str
    competent_body: str
    returned_body: str = ""
    channel: Channel = Channel.DIRECT
    received_at: datetime | None = None
    turned_away_at: datetime | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    end_kind: EndKind | None = None
    on_time: bool | None = None
    portal_on_time: bool | None = None
    apologies: int = 0
    petitions: int = 0
    online_possible: bool = False
    charged: bool = False
    paid_online: bool = False
    digitised: bool = False
    e_result: bool = False
    reused: bool = False
    synchronised: bool = False

    def __post_init__(self) -> None:
        if (self.ended_at is None) != (self.end_kind is None):
            raise ValueError("an end has a time and a kind")
        if self.ended_at is not None and self.received_at is None:
            raise ValueError("only what was received can end")

    def body(self, side: Side) -> str:
        """Return the body that plays this part."""
        match side:
            case Side.COMPETENT:
                return self.competent_body
            case Side.RECEIVED:
                return self.received_body
            case Side.RETURNED:
                return self.returned_body
