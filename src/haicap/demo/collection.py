"""Enters the sample of collecting in the field: lists, a form, a tablet for each team head, visits, decisions."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone

from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.campaign.models import Campaign, TeamMember
from haicap.demo.rules.visits import sample_visit
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Text
from haicap.questionnaire.actions.entities import sync_register
from haicap.questionnaire.actions.forms import (
    assign,
    change_form,
    create_form,
    link_dataset,
    publish_draft,
    save_draft_version,
)
from haicap.questionnaire.actions.keys import make_key
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.actions.submissions import set_state
from haicap.questionnaire.models import Dataset, Entity, Form, Submission

OnProgress = Callable[[int, Text], None]
FORM = Path(__file__).with_name("forms") / "field_visit.md"


def make_form(*, campaign: Campaign) -> Form:
    """Fill the lists from the register and publish the form of field visits for the teams."""
    sync_register(actor=SYSTEM, campaign=campaign)
    form = create_form(actor=SYSTEM, campaign=campaign, raw=FORM.read_bytes(), name=FORM.name)
    communes = Dataset.objects.get(campaign=campaign, name="communes")
    link_dataset(actor=SYSTEM, form=form, name="communes.csv", dataset=communes)
    publish_draft(actor=SYSTEM, form=form)
    form.refresh_from_db()
    change_form(
        actor=SYSTEM, form=form, revision=form.revision, unit_question="/place/unit_code",
        due=timezone.localdate() + timedelta(days=10),
    )  # fmt: skip
    for role in (Role.TEAM_HEAD, Role.TEAM_DEPUTY, Role.TEAM_SECRETARY, Role.TEAM_MEMBER):
        assign(actor=SYSTEM, form=form, verb="fill", role=role.value)
    assign(actor=SYSTEM, form=form, verb="review", role=Role.TEAM_HEAD.value, scope="all")
    assign(actor=SYSTEM, form=form, verb="review", role=Role.REVIEWER.value, scope="all")
    assign(actor=SYSTEM, form=form, verb="read", role=Role.COMMUNE_OFFICER.value, scope="unit")
    newer = (
        FORM.read_bytes().replace(b"| minutes   ", b"| wait_time ").replace(b"| 1       |", b"| 2       |")
    )
    save_draft_version(
        actor=SYSTEM, form=form, raw=newer, name=FORM.name
    )  # a draft whose changes can be looked at
    form.refresh_from_db()
    return form


def enter_visits(*, form: Form, random: Random, count: int, on_progress: OnProgress) -> int:
    """Let members of the teams hand in `count` visits over the last fortnight, with photos."""
    members = TeamMember.objects.filter(team__campaign=form.campaign).select_related("nomination__person")
    people = [actor_of(person=member.nomination.person) for member in members.order_by("pk")[:24]]
    entities = list(Entity.objects.filter(dataset__campaign=form.campaign, dataset__name="communes"))
    rows = [row for row in entities if not row.data.get("valid_to")]
    start = timezone.localtime() - timedelta(days=14)
    for number in range(count):
        entity = rows[number % len(rows)]
        visit = sample_visit(
            random=random,
            unit={"code": entity.data["code"], "place": entity.data.get("geometry", "")},
            entity=entity.uuid,
            version=entity.number,
            at=start + timedelta(minutes=number * 14 * 24 * 60 // count),
            is_odd=number % 67 == 41,
        )
        files = [(visit.photo[0], ContentFile(visit.photo[1], name=visit.photo[0]))] if visit.photo else []
        receive(
            actor=people[number % len(people)], form=form, xml=visit.xml, files=files,
            device="may-tinh-bang-mau", agent="sample",
        )  # fmt: skip
        entity.number += 1
        if number % 20 == 0:
            on_progress(100 * number // count, f"{number}")
    return Submission.objects.filter(form=form).count()


def decide(*, form: Form, random: Random) -> int:
    """Let the reviewer decide on two thirds of the visits; some go back with a reason."""
    reviewer = actor_of(person=Person.objects.get(username="duyetphieu"))
    decided = 0
    for row in Submission.objects.filter(form=form).order_by("pk"):
        drawn = random.random()
        if drawn < 0.08:
            set_state(
                actor=reviewer, submission=row, state="has_issues",
                comments={"/hall/minutes": "Số phút chờ cao hơn hẳn các đơn vị khác, đề nghị xem lại (mẫu)."},
            )  # fmt: skip
        elif drawn < 0.66:
            set_state(actor=reviewer, submission=row, state="approved")
        else:
            continue
        decided += 1
    return decided


def set_up_tablets(*, campaign: Campaign) -> int:
    """Make a device for each team head; its code to scan stands on the page of devices."""
    heads = TeamMember.objects.filter(team__campaign=campaign, role="head").select_related(
        "nomination__person", "team"
    )
    for member in heads:
        make_key(
            actor=SYSTEM, campaign=campaign, name=f"Máy tính bảng đoàn {member.team.number} (mẫu)",
            person=member.nomination.person,
        )  # fmt: skip
    return len(heads)
