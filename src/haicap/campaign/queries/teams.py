"""Reads of nominations and teams."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.campaign.models import (
    AreaLead,
    Campaign,
    ContentArea,
    Nomination,
    NominationRequest,
    Team,
    TeamMember,
)
from haicap.campaign.queries.plan import slots_of
from haicap.campaign.rules.composition import AreaRule, Candidate, Lack, fits, lacks
from haicap.campaign.rules.teams import Member, TeamProblem
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.periods import HalfDay, Slot
from haicap.register.models import Body

SUBMITTED = Nomination.State.SUBMITTED


def levels_of(*, campaign: Campaign) -> list[str]:
    """Return the levels of people, low to high."""
    return list(campaign.setting("levels", []))


def area_rules(*, campaign: Campaign) -> list[AreaRule]:
    """Return the composition rule of each area (two queries)."""
    levels = levels_of(campaign=campaign)
    areas = ContentArea.objects.filter(campaign=campaign).prefetch_related(
        Prefetch("leads", AreaLead.objects.select_related("body"))
    )
    rules = []
    for area in areas:
        least = area.composition.get("level") or ""
        accepted = levels[levels.index(least) :] if least in levels else []
        rules.append(
            AreaRule(
                code=area.code,
                min_members=area.min_members,
                levels=frozenset(accepted),
                posts=frozenset(area.composition.get("posts") or ()),
                bodies=tuple(lead.body.code for lead in area.leads.all()),
            )
        )
    return rules


def nominations_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Nomination]:
    """Return the nominations `actor` may see: all for the centre, else those of the own body."""
    actor.must("campaign.nomination:read")
    rows = (
        Nomination.objects.filter(campaign=campaign)
        .select_related("person", "body")
        .prefetch_related("areas__area", "absences")
    )
    return rows if actor.is_central else rows.filter(body_id=actor.body_id or -1)


def nomination_for(*, actor: Actor, campaign: Campaign, nomination_id: int) -> Nomination:
    """Return one visible nomination; raises Missing."""
    row = nominations_for(actor=actor, campaign=campaign).filter(pk=nomination_id).first()
    if row is None:
        raise Missing("nomination.missing", _("There is no such nomination, or not for you."))
    return row


def candidate(row: Nomination) -> Candidate:
    """Return a nomination (areas prefetched) as the composition rule sees it."""
    return Candidate(
        key=row.pk,
        body=row.body.code,
        level=row.level,
        post=row.post,
        areas=frozenset(named.area.code for named in row.areas.all()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStatus:
    """One body asked to nominate: its areas, how many it named, and what its areas still lack."""

    body: Body
    request: NominationRequest | None
    areas: list[str]
    named: int
    submitted: int
    lacks: list[Lack]


def requests_for(*, actor: Actor, campaign: Campaign) -> list[RequestStatus]:
    """Return every body that leads an area, with how its answer stands (a constant number of queries)."""
    actor.must("campaign.nomination:read")
    rules = area_rules(campaign=campaign)
    found = all_lacks(campaign=campaign, rules=rules)
    led: dict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for code in rule.bodies:
            led[code].append(rule.code)
    asked = {row.body_id: row for row in NominationRequest.objects.filter(campaign=campaign)}
    counts = Q(nominations__campaign=campaign) & ~Q(nominations__state=Nomination.State.WITHDRAWN)
    bodies = Body.objects.filter(code__in=led).annotate(
        named=Count("nominations", filter=counts),
        handed_in=Count(
            "nominations", filter=Q(nominations__campaign=campaign, nominations__state=SUBMITTED)
        ),
    )
    if not actor.is_central:
        bodies = bodies.filter(pk=actor.body_id or -1)
    return [
        RequestStatus(
            body=body,
            request=asked.get(body.pk),
            areas=led[body.code],
            named=body.named,
            submitted=body.handed_in,
            lacks=[lack for lack in found if body.code in lack.bodies],
        )
        for body in bodies.order_by("code")
    ]


def all_lacks(*, campaign: Campaign, rules: list[AreaRule] | None = None) -> list[Lack]:
    """Return what is missing over all nominations so that every team has every area covered."""
    rows = (
        Nomination.objects.filter(campaign=campaign)
        .exclude(state=Nomination.State.WITHDRAWN)
        .select_related("body")
        .prefetch_related("areas__area")
    )
    return lacks(
        rules=rules if rules is not None else area_rules(campaign=campaign),
        candidates=[candidate(row) for row in rows],
        teams=campaign.team_count,
    )


def lacks_with(
    *,
    actor: Actor,
    campaign: Campaign,
    level: str,
    post: str,
    areas: Iterable[str],
    replaces: int | None = None,
) -> list[Lack]:
    """Return what the areas of the actor's body would lack once somebody of `level` and `post` is named for
    `areas`; `replaces` is the nomination being edited."""
    own = Body.objects.filter(pk=actor.body_id or -1).values_list("code", flat=True).first()
    rules = [rule for rule in area_rules(campaign=campaign) if own in rule.bodies]
    rows = (
        Nomination.objects.filter(campaign=campaign)
        .exclude(state=Nomination.State.WITHDRAWN)
        .exclude(pk=replaces or 0)
        .select_related("body")
        .prefetch_related("areas__area")
    )
    typed = Candidate(key=0, body="", level=level, post=post, areas=frozenset(areas))
    people = [*(candidate(row) for row in rows), typed]
    return lacks(rules=rules, candidates=people, teams=campaign.team_count)


def areas_led_by(*, campaign: Campaign, body_id: int | None) -> QuerySet[ContentArea]:
    """Return the areas a body leads, for which it names people."""
    return ContentArea.objects.filter(campaign=campaign, leads__body_id=body_id or -1)


def areas_led_for(*, actor: Actor, campaign: Campaign) -> QuerySet[ContentArea]:
    """Return the areas for which the actor's body names people."""
    return areas_led_by(campaign=campaign, body_id=actor.body_id)


def people_to_nominate_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Person]:
    """Return the active people of the actor's body, with `is_named` true for those named in this campaign."""
    named = Nomination.objects.filter(campaign=campaign, person=OuterRef("pk"))
    rows = Person.objects.filter(is_active=True, body_id=actor.body_id or -1)
    return rows.annotate(is_named=Exists(named)).order_by("is_named", "folded", "pk")


def teams_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Team]:
    """Return the teams with their members; everybody signed in who reads teams sees all of them."""
    actor.must("campaign.team:read")
    members = TeamMember.objects.select_related("nomination__person", "nomination__body").prefetch_related(
        "nomination__areas__area", "nomination__absences"
    )
    return Team.objects.filter(campaign=campaign).prefetch_related(Prefetch("members", members))


def team_for(*, actor: Actor, campaign: Campaign, number: int) -> Team:
    """Return one team by its number; raises Missing."""
    team = teams_for(actor=actor, campaign=campaign).filter(number=number).first()
    if team is None:
        raise Missing("team.missing", _("There is no such team."))
    return team


def own_teams(*, actor: Actor, campaign: Campaign) -> QuerySet[Team]:
    """Return the teams the actor is a member of."""
    return Team.objects.filter(campaign=campaign, members__nomination__person_id=actor.person_id or -1)


def team_problem(*, campaign: Campaign) -> TeamProblem:
    """Return the problem of forming teams from the nominations handed in (a constant number of queries)."""
    rules = area_rules(campaign=campaign)
    levels = levels_of(campaign=campaign)
    rows = (
        Nomination.objects.filter(campaign=campaign, state=SUBMITTED)
        .select_related("body")
        .prefetch_related("areas__area", "absences")
        .order_by("pk")
    )
    slots = tuple(slots_of(campaign=campaign))
    leading = campaign.setting("team_head_level", "division_head")
    members = []
    for row in rows:
        named = candidate(row)
        members.append(
            Member(
                key=row.pk,
                body=row.body.code,
                areas=frozenset(rule.code for rule in rules if fits(rule=rule, candidate=named)),
                absent=frozenset(Slot(a.day, HalfDay(a.half)) for a in row.absences.all()),
                rank=levels.index(row.level) if row.level in levels else -1,
            )
        )
    return TeamProblem(
        members=tuple(members),
        areas=tuple(rules),
        teams=campaign.team_count,
        slots=slots,
        secretary_body=str(campaign.setting("lead_body", "")),
        head_rank=levels.index(leading) if leading in levels else 0,
        least_half_days=-(-len(slots) * int(campaign.setting("team_complete_percent", 80)) // 100),
    )
