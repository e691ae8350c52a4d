"""Forming teams: the problem, a solver that proves its answer, a checker that knows nothing of the solver."""

from haicap.campaign.rules.teams.checker import Broken, check, complete_half_days
from haicap.campaign.rules.teams.problem import Grouping, Member, TeamProblem
from haicap.campaign.rules.teams.solver import solve

__all__ = ["Broken", "Grouping", "Member", "TeamProblem", "check", "complete_half_days", "solve"]
