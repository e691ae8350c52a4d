"""Who is to be told of changes: the people of each touched unit, and the members of each touched team."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from haicap.accounts.models import Person
from haicap.campaign.models import Campaign, TeamMember
from haicap.timetable.rules.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """People by unit code and by team number."""

    at_unit: Mapping[str, list[Person]]
    in_team: Mapping[int, list[Person]]

    @property
    def notices(self) -> int:
        """How many notices that makes: one for each person of a unit, one for each member of a team."""
        return sum(len(people) for people in (*self.at_unit.values(), *self.in_team.values()))


def recipients_of(*, campaign: Campaign, changes: Collection[Change]) -> Recipients:
    """Return whom the changes concern (two queries)."""
    at_unit: dict[str, list[Person]] = defaultdict(list)
    codes = {change.unit for change in changes}
    people = Person.objects.filter(is_active=True, body__unit__code__in=codes, body__unit__valid_to=None)
    for person in people.select_related("body__unit"):
        if person.body.unit is not None:
            at_unit[person.body.unit.code].append(person)
    in_team: dict[int, list[Person]] = defaultdict(list)
    numbers = {number for change in changes for number in change.teams}
    rows = TeamMember.objects.filter(team__campaign=campaign, team__number__in=numbers)
    for member in rows.select_related("team", "nomination__person"):
        in_team[member.team.number].append(member.nomination.person)
    return Recipients(at_unit=dict(at_unit), in_team=dict(in_team))
