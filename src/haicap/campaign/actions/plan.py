"""Loading a plan, changing what it leaves open, opening and closing the campaign."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.campaign.actions.plan_rows import FieldsInUseError, store_rows
from haicap.campaign.models import Campaign
from haicap.campaign.rules.plan import SCHEDULE_DATES, Plan, Schedule
from haicap.campaign.rules.plan_checks import schedule_faults
from haicap.campaign.rules.plan_files import FILES, read_plan
from haicap.campaign.texts import as_fault, fault_text
from haicap.kernel.access import Actor
from haicap.kernel.audit import record, snapshot
from haicap.kernel.calendar import set_special_days, working_calendar
from haicap.kernel.errors import Refused
from haicap.kernel.revision import claim
from haicap.kernel.tables import Faulty
from haicap.kernel.text import nfc
from haicap.register.actions import ensure_body
from haicap.register.models import Body

WRITE = "campaign.plan:write"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What `load_plan` did: `changed` is False where the plan was already loaded as it is."""

    campaign: Campaign
    changed: bool
    areas: int
    indicators: int
    fields: int
    rules: int
    questions: int
    bodies: int
    special_days: int


def read_plan_folder(*, path: Path) -> Plan:
    """Return the plan in folder `path`; raises Faulty with every fault, by file, row and column."""
    files = {name: (path / name).read_bytes() for name in FILES if (path / name).is_file()}
    if not files:
        raise Refused("plan.absent", _("There is no plan in %(path)s.") % {"path": path})
    plan, faults = read_plan(files)
    if plan is None:
        raise Faulty(
            "plan.faults",
            _("The plan has %(count)s faults; nothing was loaded.") % {"count": len(faults)},
            faults=[as_fault(fault) for fault in faults],
        )
    return plan


@transaction.atomic
def load_plan(*, actor: Actor, path: Path, code: str | None = None, sample: bool = False) -> LoadReport:
    """Load the plan in folder `path` as campaign `code` (default: the plan's own).

    A new campaign is open where no other is. Loading the same files again changes nothing. Changed files make
    a new version of the same campaign: rows are brought up to date by their codes, and what was changed on
    screen stays. Raises Faulty where the plan has faults, and Refused("plan.field_in_use") where it drops or
    retypes a field that has answers.
    """
    actor.must(WRITE)
    plan = read_plan_folder(path=Path(path))
    wanted = code or plan.code
    campaign = Campaign.objects.select_for_update().filter(code=wanted).first()
    if campaign is not None and campaign.plan_hash == plan.digest:
        if sample:
            mark_sample(actor=actor, campaign=campaign)
        return _report(campaign, plan, changed=False)
    before = snapshot(campaign) if campaign else None
    for body in plan.bodies:
        ensure_body(actor=actor, kind=body.kind, code=body.code, name_vi=body.name_vi, name_en=body.name_en)
    set_special_days((day.day, day.kind, day.name, day.mark) for day in plan.special_days)
    campaign = _store_campaign(campaign, plan, wanted, sample=sample)
    try:
        store_rows(campaign=campaign, plan=plan, bodies={body.code: body for body in Body.objects.all()})
    except FieldsInUseError as error:
        raise Refused(
            "plan.field_in_use",
            _(
                "The new version drops or retypes fields that already have answers: %(fields)s. Keep them in "
                "fields.csv, or load the plan as another campaign."
            )
            % {"fields": ", ".join(error.keys)},
            details={"fields": error.keys},
        ) from error
    record(
        actor=actor, action="campaign.plan.loaded", subject=campaign, before=before, after=snapshot(campaign)
    )
    return _report(campaign, plan, changed=True)


def _store_campaign(campaign: Campaign | None, plan: Plan, code: str, *, sample: bool) -> Campaign:
    settings = {key: dict(value) for key, value in plan.settings.items()}
    if campaign is None:
        other_open = Campaign.objects.filter(state=Campaign.State.OPEN).exists()
        state = Campaign.State.DRAFT if other_open else Campaign.State.OPEN
        campaign = Campaign(code=code, state=state, version=1, is_sample=sample)
    else:
        campaign.version += 1
        campaign.revision += 1
        campaign.is_sample = campaign.is_sample or sample
    kept = {key for key, value in campaign.settings.items() if value.get("changed_on_screen")}
    for key in kept:
        settings[key] = campaign.settings[key]
    given = {"number": plan.number, "issued_on": plan.issued_on}
    given |= {key: getattr(plan.schedule, key) for key in ("stage", "team_count", *SCHEDULE_DATES)}
    for key, value in given.items():
        if f"schedule.{key}" not in kept:
            setattr(campaign, key, value)
    campaign.title_vi, campaign.title_en = plan.title_vi, plan.title_en
    campaign.settings, campaign.plan_hash, campaign.loaded_at = settings, plan.digest, timezone.now()
    campaign.legal = [
        {"code": law.code, "title_vi": law.title_vi, "title_en": law.title_en, "mark": law.mark}
        for law in plan.legal
    ]
    campaign.save()
    return campaign


def _report(campaign: Campaign, plan: Plan, *, changed: bool) -> LoadReport:
    return LoadReport(
        campaign=campaign,
        changed=changed,
        areas=sum(not area.parent for area in plan.areas),
        indicators=len(plan.indicators),
        fields=len(plan.fields),
        rules=len(plan.rules),
        questions=len(plan.questions),
        bodies=len(plan.bodies),
        special_days=len(plan.special_days),
    )


@transaction.atomic
def change_settings(
    *,
    actor: Actor,
    campaign: Campaign,
    revision: int,
    number: str,
    issued_on: date | None,
    window_start: date,
    window_end: date,
    cutoff: date,
    nomination_deadline: date,
    registration_deadline: date,
    report_deadline: date,
    team_count: int,
) -> Campaign:
    """Set what the plan leaves open. Raises Conflict, and Refused for dates out of order, with the field."""
    actor.must(WRITE)
    claim(campaign, revision=revision)
    campaign.refresh_from_db()
    if campaign.state == Campaign.State.CLOSED:
        raise Refused("campaign.closed", _("The campaign is closed. Open it again to change its settings."))
    schedule = Schedule(
        stage=campaign.stage,
        window_start=window_start,
        window_end=window_end,
        cutoff=cutoff,
        nomination_deadline=nomination_deadline,
        registration_deadline=registration_deadline,
        report_deadline=report_deadline,
        team_count=team_count,
    )
    for field, code, params in schedule_faults(schedule, working_calendar()):
        sentence = fault_text(code, params)
        raise Refused(f"campaign.{code}", sentence[:1].upper() + sentence[1:] + ".", field=field)
    wanted: dict[str, Any] = {"number": nfc(number), "issued_on": issued_on, "team_count": team_count}
    wanted |= {key: getattr(schedule, key) for key in SCHEDULE_DATES}
    changed = {key: value for key, value in wanted.items() if getattr(campaign, key) != value}
    before = snapshot(campaign, fields=changed)
    for key, value in changed.items():
        setattr(campaign, key, value)
        campaign.settings[f"schedule.{key}"] = {
            **campaign.settings.get(f"schedule.{key}", {}),
            "changed_on_screen": True,
            "changed_by": actor.name,
        }
    campaign.save()
    record(
        actor=actor,
        action="campaign.settings.changed",
        subject=campaign,
        before=before,
        after=snapshot(campaign, fields=changed),
    )
    return campaign


def _move(*, actor: Actor, campaign: Campaign, revision: int, state: str, action: str) -> Campaign:
    actor.must(WRITE)
    claim(campaign, revision=revision)
    campaign.refresh_from_db()
    before = campaign.state
    if before == state:
        raise Refused("campaign.state", _("The campaign already is in this state."))
    campaign.state = state
    campaign.save(update_fields=["state"])
    record(actor=actor, action=action, subject=campaign, before={"state": before}, after={"state": state})
    return campaign


@transaction.atomic
def open_campaign(*, actor: Actor, campaign: Campaign, revision: int) -> Campaign:
    """Open a campaign, or open it again. Raises Refused where another campaign is open, and Conflict."""
    actor.must(WRITE)
    other = Campaign.objects.filter(state=Campaign.State.OPEN).exclude(pk=campaign.pk).first()
    if other is not None:
        raise Refused(
            "campaign.other_open",
            _("Campaign %(code)s is open. Close it first: only one campaign is open at a time.")
            % {"code": other.code},
        )
    return _move(
        actor=actor, campaign=campaign, revision=revision, state=Campaign.State.OPEN, action="campaign.opened"
    )


@transaction.atomic
def close_campaign(*, actor: Actor, campaign: Campaign, revision: int) -> Campaign:
    """Close a campaign; nothing in it is deleted. Raises Conflict."""
    return _move(
        actor=actor,
        campaign=campaign,
        revision=revision,
        state=Campaign.State.CLOSED,
        action="campaign.closed",
    )


@transaction.atomic
def mark_sample(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Mark the campaign as holding sample data, for good: the mark is never taken off."""
    actor.must(WRITE)
    if not campaign.is_sample:
        campaign.is_sample = True
        campaign.save(update_fields=["is_sample"])
        record(actor=actor, action="campaign.marked_sample", subject=campaign, after={"is_sample": True})
    return campaign


__all__ = [
    "LoadReport", "change_settings", "close_campaign", "load_plan", "mark_sample", "open_campaign",
    "read_plan_folder",
]  # fmt: skip
