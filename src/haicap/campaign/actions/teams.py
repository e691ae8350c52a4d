"""Writes of teams: by the optimiser or by hand."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import PersonRole
from haicap.campaign.models import Campaign, Nomination, Team, TeamMember
from haicap.campaign.queries.plan import current_campaign_for
from haicap.campaign.queries.teams import nomination_for, team_problem
from haicap.campaign.rules.teams import Grouping, check, solve
from haicap.kernel import audit
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Conflict, Refused

ROLE_OF = {
    "head": Role.TEAM_HEAD,
    "deputy": Role.TEAM_DEPUTY,
    "secretary": Role.TEAM_SECRETARY,
    "member": Role.TEAM_MEMBER,
}


def form_teams(
    *,
    actor: Actor,
    campaign: Campaign,
    seed: int = 1,
    limit: float = 5.0,
    on_progress: Callable[[int, str], None] = lambda percent, message: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Grouping:
    """Form all teams anew by the optimiser and keep them; the checker must find the answer right.

    Raises Refused where nobody is nominated, Conflict where nominations change meanwhile. A shortfall does
    not stop it: it is in the answer, by area, and the board names it with the bodies that lead the area.
    """
    actor.must("campaign.team:write")
    problem = team_problem(campaign=campaign)
    if not problem.members:
        raise Refused(
            "team.nobody", _("Nobody has been nominated and handed in yet. Ask the departments first.")
        )
    steps = iter(range(10, 90, 3))
    grouping = solve(
        problem=problem,
        seed=seed,
        limit=limit,
        report=lambda objective, bound: on_progress(next(steps, 90), f"{objective:.0f}"),
        stopped=stopped,
    )
    broken = check(problem=problem, grouping=grouping)
    if broken:
        raise AssertionError(f"the optimiser's answer breaks {broken[0]}")
    _keep(actor, campaign, grouping)
    on_progress(100, f"{grouping.objective:.0f}")
    return grouping


@transaction.atomic
def _keep(actor: Actor, campaign: Campaign, grouping: Grouping) -> None:
    before = _described(campaign)
    keys = {key for members in grouping.teams.values() for key in members}
    standing = Nomination.objects.filter(campaign=campaign, state=Nomination.State.SUBMITTED)
    if set(standing.values_list("pk", flat=True)) != keys:
        raise Conflict(
            "team.nominations_changed",
            _("Nominations changed while the teams were being formed. Start the optimiser again."),
        )
    TeamMember.objects.filter(team__campaign=campaign).delete()
    teams = {
        number: Team.objects.get_or_create(
            campaign=campaign, number=number, defaults={"name": f"Đoàn {number}"}
        )[0]
        for number in grouping.teams
    }
    TeamMember.objects.bulk_create(
        TeamMember(team=teams[number], nomination_id=key, role=grouping.roles[key])
        for number, keys in grouping.teams.items()
        for key in keys
    )
    _give_roles(campaign)
    after = _described(campaign) | {"shortfalls": dict(grouping.shortfalls)}
    audit.record(actor=actor, action="campaign.teams.formed", subject=campaign, before=before, after=after)


def _described(campaign: Campaign) -> dict[str, object]:
    teams: dict[str, list[str]] = {}
    rows = TeamMember.objects.filter(team__campaign=campaign).values_list(
        "team__number", "nomination_id", "role"
    )
    for number, key, role in rows:
        teams.setdefault(str(number), []).append(f"{key}:{role}")
    return {"teams": {number: sorted(members) for number, members in sorted(teams.items())}}


def _give_roles(campaign: Campaign) -> None:
    """Let everybody nominated hold exactly the team role of their place."""
    people = Nomination.objects.filter(campaign=campaign).values("person_id")
    PersonRole.objects.filter(person_id__in=people, role__in=list(ROLE_OF.values())).delete()
    rows = TeamMember.objects.filter(team__campaign=campaign).values_list("nomination__person_id", "role")
    PersonRole.objects.bulk_create(
        PersonRole(person_id=person_id, role=ROLE_OF[role].value) for person_id, role in rows
    )


@transaction.atomic
def place(
    *, actor: Actor, campaign: Campaign, nomination: Nomination, number: int | None, role: str = "member"
) -> None:
    """Put somebody in team `number` (1 to the plan's number of teams) in `role`, or take them out with None.

    A second head, deputy or secretary of a team makes the one before a member. Raises Refused for a team that
    the plan does not have and for somebody not handed in.
    """
    actor.must("campaign.team:write")
    if nomination.state != Nomination.State.SUBMITTED:
        raise Refused("team.not_handed_in", _("This nomination is not handed in yet."))
    if number is not None and not 1 <= number <= campaign.team_count:
        raise Refused(
            "team.number",
            _("The plan has teams 1 to %(count)s.") % {"count": campaign.team_count},
            field="number",
        )
    if role not in ROLE_OF:
        raise Refused("team.role", _("Choose a role in the team."), field="role")
    before = _described(campaign)
    TeamMember.objects.filter(nomination=nomination).delete()
    if number is not None:
        team, _made = Team.objects.get_or_create(
            campaign=campaign, number=number, defaults={"name": f"Đoàn {number}"}
        )
        if role != "member":
            TeamMember.objects.filter(team=team, role=role).update(role="member")
        TeamMember.objects.create(team=team, nomination=nomination, role=role)
    _give_roles(campaign)
    after = _described(campaign)
    audit.record(actor=actor, action="campaign.team.placed", subject=nomination, before=before, after=after)


def place_by_id(*, actor: Actor, nomination: int, number: int | None, role: str) -> Nomination:
    """Place somebody of the open campaign; raises Missing for a nomination the actor does not see."""
    campaign = current_campaign_for(actor=actor)
    row = nomination_for(actor=actor, campaign=campaign, nomination_id=nomination)
    place(actor=actor, campaign=campaign, nomination=row, number=number, role=role)
    return row
