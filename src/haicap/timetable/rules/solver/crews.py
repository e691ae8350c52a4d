"""Teams that stand in for one another somewhere: their loads and rests are counted together."""

from collections.abc import Iterable, Sequence

from haicap.timetable.rules.solver.instance import Instance


def crews_of(instance: Instance, cells: Iterable[Sequence[int]]) -> list[int]:
    """Return by team the number of its crew: teams whose days stand in one of `cells` belong together."""
    parent = list(range(len(instance.teams)))

    def root(team: int) -> int:
        while parent[team] != team:
            parent[team] = parent[parent[team]]
            team = parent[team]
        return team

    for days in cells:
        first = root(instance.team_of[days[0]])
        for day in days[1:]:
            parent[root(instance.team_of[day])] = first
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(team), len(numbers)) for team in range(len(instance.teams))]
