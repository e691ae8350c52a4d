"""The problem of forming teams, and an answer to it. Only data: solver and checker share nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from haicap.campaign.rules.composition import AreaRule
from haicap.kernel.periods import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who may join a team: `areas` they are fit for, `absent` half-days, `rank` (higher leads)."""

    key: int
    body: str
    areas: frozenset[str]
    absent: frozenset[Slot] = frozenset()
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamProblem:
    """Form `teams` teams from `members`, each with every area covered and a head of `head_rank` or above.

    A team is complete on a half-day when every area is covered by members who are there; each team should be
    complete on at least `least_half_days` of `slots`. `secretary_body` is the body whose people keep the
    minutes (the Secretariat).
    """

    members: tuple[Member, ...]
    areas: tuple[AreaRule, ...]
    teams: int
    slots: tuple[Slot, ...]
    secretary_body: str = ""
    head_rank: int = 0
    least_half_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Teams numbered from 1 with the keys of their members; the first is the head.

    `shortfalls` says for each area how many people are missing over all teams, `missing_heads` how many teams
    have nobody of the rank to lead them; together they are the least possible when `is_shortfall_proven`.
    `complete` counts for each team the half-days on which every area is covered (a missing person would be
    there always), `lost` the other half-days over all teams. `is_proven` is true where no better answer
    exists; `objective` and `bound` are its points and their proven floor.
    """

    teams: Mapping[int, tuple[int, ...]]
    roles: Mapping[int, str]
    shortfalls: Mapping[str, int] = field(default_factory=dict)
    missing_heads: int = 0
    is_shortfall_proven: bool = False
    complete: Mapping[int, int] = field(default_factory=dict)
    lost: int = 0
    bound: float = 0.0
    objective: float = 0.0
    is_proven: bool = False

    @property
    def is_formed(self) -> bool:
        """True where nobody is missing."""
        return bool(self.teams) and not self.shortfalls and not self.missing_heads
