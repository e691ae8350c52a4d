"""A published visit of the first unit by a team whose people are made on demand."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.test import Client

from haicap.accounts.queries import actor_of
from haicap.campaign.models import Nomination, Team, TeamMember
from haicap.campaign.queries import surveyed_units_for
from haicap.findings.rules import Draft
from haicap.kernel.access import SYSTEM, Actor
from haicap.timetable.models import Calendar, Visit


@dataclass
class World:
    """What the tests of findings move in."""

    campaign: Any
    units: list[Any]
    team: Team
    visit: Visit
    person: Any
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def unit(self) -> Any:
        return self.units[0]

    def someone(self, role: str, **where: Any) -> Any:
        """Return a person of the role, a member of the team where it is a team role."""
        key = f"{role}{sorted(where)}"
        if key not in self.made:
            row = self.person(role, **where)
            if role.startswith("team_") and "outside" not in where:
                nomination = Nomination.objects.create(campaign=self.campaign, body=row.body, person=row)
                TeamMember.objects.create(
                    team=self.team, nomination=nomination, role=role.removeprefix("team_")
                )
            self.made[key] = row
        return self.made[key]

    def actor(self, role: str, **where: Any) -> Actor:
        return actor_of(person=self.someone(role, **where))

    def outsider(self, role: str) -> Actor:
        """Return the actor of a person who is in no team."""
        return actor_of(person=self.person(role))

    def client(self, role: str, **where: Any) -> Client:
        client = Client()
        client.force_login(self.someone(role, **where), backend="django.contrib.auth.backends.ModelBackend")
        return client


@pytest.fixture
def world(campaign: Any, person: Any) -> World:
    units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[:4])
    team = Team.objects.create(campaign=campaign, number=1, name="Đoàn 1")
    calendar = Calendar.objects.create(campaign=campaign, version=1, state="published")
    visit = Visit.objects.create(
        calendar=calendar, unit=units[0], team=team, day=date(2025, 8, 5), half="morning", place="Trụ sở UBND"
    )
    return World(campaign=campaign, units=units, team=team, visit=visit, person=person)


def draft(**changes: Any) -> Draft:
    given: dict[str, Any] = {
        "group": "organisation",
        "area": "A2",
        "text": "Thiếu công chức địa chính",
        "legal_provision": "Nghị định 150/2025/NĐ-CP",
        "competent_level": "city",
        "severity": 2,
        "proposal_verb": "staff",
        "proposal_text": "02 biên chế địa chính",
        "proposal_body": "Sở Nội vụ",
        "proposal_due": date(2025, 9, 30),
    }
    return Draft(**(given | changes))
