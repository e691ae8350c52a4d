"""The sample of collecting in the field: real lists, a real form, real submissions."""

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from haicap.campaign.models import Campaign
from haicap.demo import collection
from haicap.demo.rules.visits import sample_photo, sample_visit
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.models import Entity, Submission
from haicap.questionnaire.queries.submission_page import submission_page_for


def _visit(entity: Entity, *, seed: int = 1) -> Any:
    return sample_visit(
        random=Random(seed),
        unit={"code": entity.data["code"], "place": ""},
        entity=entity.uuid,
        version=entity.number,
        at=datetime(2025, 8, 4, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
        is_odd=False,
    )


def test_a_visit_belongs_to_its_unit_and_leaves_its_day_in_the_list(
    campaign: Campaign, actor: Callable[..., Actor]
) -> None:
    form = collection.make_form(campaign=campaign)
    entity = Entity.objects.filter(dataset__campaign=campaign, dataset__name="communes").order_by("pk")[0]
    receive(actor=actor(Role.TEAM_MEMBER), form=form, xml=_visit(entity).xml)
    row = Submission.objects.get(form=form)
    assert row.unit is not None and row.unit.code == entity.data["code"]
    entity.refresh_from_db()
    assert entity.data["last_visit"] == "2025-08-04"
    assert row.repeats["/counter"] >= 1


def test_the_page_of_a_submission_names_the_unit_that_was_chosen_from_the_list(
    campaign: Campaign, actor: Callable[..., Actor]
) -> None:
    form = collection.make_form(campaign=campaign)
    entity = Entity.objects.filter(dataset__campaign=campaign, dataset__name="communes").order_by("pk")[0]
    row = receive(actor=actor(Role.TEAM_MEMBER), form=form, xml=_visit(entity).xml).submission
    page = submission_page_for(actor=SYSTEM, form=form, pk=row.pk)
    labels = {one.field.name: one.label for block in page.blocks for one in block.answers if one.label}
    assert labels == {"unit": entity.label}


def test_the_same_seed_draws_the_same_visit_and_photos_are_pictures() -> None:
    entity = Entity(uuid=UUID(int=7), data={"code": "26740"}, number=1)
    assert _visit(entity) == _visit(entity)
    assert sample_photo(shade=100).startswith(b"\x89PNG\r\n\x1a\n")


def test_the_draft_of_the_form_says_that_one_question_took_the_place_of_another(campaign: Campaign) -> None:
    form = collection.make_form(campaign=campaign)
    draft = form.versions.get(state="draft")
    assert draft.version == "2" and "wait_time" in draft.xform
    assert "wait_time" not in form.versions.get(state="published").xform
