"""The board of teams: who sits where, every broken rule of each team, who is left, what nominations lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from haicap.campaign.models import Campaign, Nomination, Team
from haicap.campaign.queries.teams import SUBMITTED, all_lacks, team_problem, teams_for
from haicap.campaign.rules.composition import Lack
from haicap.campaign.rules.teams import Broken, Grouping, check, complete_half_days
from haicap.kernel.access import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamState:
    """One team: its broken rules, and on how many of `half_days` half-days every area is covered."""

    team: Team
    broken: list[Broken]
    complete: int
    half_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamBoard:
    """All teams, those nominated but not placed, and what no nomination covers.

    `leads` gives the codes of the bodies that lead each area.
    """

    teams: list[TeamState]
    spare: list[Nomination]
    lacks: list[Lack]
    leads: Mapping[str, Sequence[str]]

    @property
    def is_sound(self) -> bool:
        """True where no rule is broken."""
        return bool(self.teams) and not any(state.broken for state in self.teams)


def team_board_for(*, actor: Actor, campaign: Campaign) -> TeamBoard:
    """Return the board of teams (a constant number of queries)."""
    rows = list(teams_for(actor=actor, campaign=campaign))
    problem = team_problem(campaign=campaign)
    members = {row.number: list(row.members.all()) for row in rows}
    grouping = Grouping(
        teams={number: tuple(m.nomination_id for m in inside) for number, inside in members.items()},
        roles={m.nomination_id: m.role for inside in members.values() for m in inside},
    )
    broken = check(problem=problem, grouping=grouping, by_hand=True)
    complete = complete_half_days(problem=problem, grouping=grouping)
    spare = (
        Nomination.objects.filter(campaign=campaign, state=SUBMITTED, membership=None)
        .select_related("person", "body")
        .prefetch_related("areas__area")
        .order_by("body__code", "pk")
    )
    return TeamBoard(
        teams=[
            TeamState(
                team=row,
                broken=[fault for fault in broken if fault.team == row.number],
                complete=complete.get(row.number, 0),
                half_days=len(problem.slots),
            )
            for row in rows
        ],
        spare=list(spare),
        lacks=all_lacks(campaign=campaign, rules=list(problem.areas)),
        leads={rule.code: rule.bodies for rule in problem.areas},
    )
