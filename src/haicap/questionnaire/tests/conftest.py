"""A published form, a commune with its officer and chair, and answers that pass every rule of the plan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.questionnaire import actions
from haicap.questionnaire.models import FormVersion, UnitReport
from haicap.questionnaire.queries.forms import plan_of, template_of
from haicap.questionnaire.rules import names, report
from haicap.questionnaire.rules.plan import Ask, Plan
from haicap.register.models import Unit

_built: dict[str, tuple[bytes, str]] = {}  # the conversion takes a second: done once, published in each test


@pytest.fixture
def form(campaign: Campaign) -> FormVersion:
    """The form made from the shipped plan."""
    if campaign.code in _built:
        raw, xform = _built[campaign.code]
        return actions.publish_form(actor=SYSTEM, campaign=campaign, raw=raw, xform=xform, note="plan")
    form = actions.build_form(actor=SYSTEM, campaign=campaign)
    _built[campaign.code] = (form.source.read(), form.xform)
    form.source.close()
    return form


@pytest.fixture
def plan(campaign: Campaign) -> Plan:
    """The shipped plan as the rules take it."""
    return plan_of(campaign=campaign)


@pytest.fixture
def units(campaign: Campaign) -> list[Unit]:
    """All current units, by code."""
    return list(Unit.objects.filter(level="commune", valid_to=None).order_by("code"))


def _answer(ask: Ask) -> str:
    if ask.type in ("integer", "decimal", "percent"):
        return str(int(Decimal(ask.minimum or 0)))
    if ask.type == "yes_no":
        return "no"
    if ask.type == "date":
        return "2025-07-15"
    return ask.choices[0][0] if ask.choices else "nội dung"


@pytest.fixture
def answers(plan: Plan) -> dict[str, str]:
    """Answers to everything; indicators whose rules they break do not apply, with a reason."""
    home = {ask.key: item.code for topic in plan.topics for item in topic.items for ask in item.fields}
    given = {
        ask.key: _answer(ask)
        for topic in plan.topics
        for item in topic.items
        for ask in item.fields
        if not ask.calculation
    }
    checker = report.checker_of(plan)
    for finding in report.findings(plan, given, checker=checker, today=date(2025, 8, 1)):
        for key in finding.fields:
            given[names.not_applicable(home[key])] = "yes"
            given[names.na_reason(home[key])] = "đơn vị giữ nguyên, không sắp xếp"
    return given


@dataclass
class Commune:
    """One commune at work on its report."""

    campaign: Campaign
    unit: Unit
    form: FormVersion
    officer: Actor
    chair: Actor
    answers: dict[str, str]
    revision: int = 0
    changes: dict[str, str] = field(default_factory=dict)

    def xml(self, **changes: str) -> str:
        """The instance with the answers and `changes`."""
        identity = str(names.instance_id(campaign=self.campaign.code, unit=self.unit.code))
        return template_of(form=self.form).fill(instance_id=identity, values=self.answers | changes)

    def place(self) -> dict[str, Any]:
        """Where: campaign and unit."""
        return {"campaign": self.campaign, "unit": self.unit}

    def save(self, **changes: str) -> UnitReport:
        """Save a draft."""
        row = actions.save_draft(
            actor=self.officer, revision=self.revision, xml=self.xml(**changes), **self.place()
        )
        self.revision = row.revision
        return row

    def submit(self, **changes: str) -> UnitReport:
        """Submit to the chair."""
        row = actions.submit(
            actor=self.officer, revision=self.revision, xml=self.xml(**changes), **self.place()
        )
        self.revision = row.revision
        return row

    def sign(self) -> UnitReport:
        """Sign off."""
        row = actions.sign(actor=self.chair, revision=self.revision, **self.place())
        self.revision = row.revision
        return row


@pytest.fixture
def commune(
    campaign: Campaign,
    form: FormVersion,
    units: list[Unit],
    answers: dict[str, str],
    actor: Callable[..., Actor],
) -> Commune:
    """The first commune with an officer and a chair."""
    return Commune(
        campaign=campaign,
        unit=units[0],
        form=form,
        officer=actor(Role.COMMUNE_OFFICER, unit=units[0]),
        chair=actor(Role.COMMUNE_CHAIR, unit=units[0]),
        answers=answers,
    )
