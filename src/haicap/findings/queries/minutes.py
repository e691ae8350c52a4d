"""Reads of minutes and of what a visit has confirmed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, Field, TeamMember
from haicap.findings import permissions, rules
from haicap.findings.models import Minutes
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing
from haicap.questionnaire.queries import FigureValue, figures_for, progress_for
from haicap.register.models import Unit
from haicap.timetable.models import Visit
from haicap.timetable.queries import visits_for


def team_ids_of(*, actor: Actor, campaign: Campaign) -> frozenset[int]:
    """Return the teams `actor` is a member of (one query)."""
    return frozenset(
        TeamMember.objects.filter(
            team__campaign=campaign, nomination__person_id=actor.person_id or -1
        ).values_list("team_id", flat=True)
    )


def minutes_list_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Minutes]:
    """Return the minutes `actor` may see: own teams', own unit's once closed, all for the centre."""
    actor.must(permissions.MINUTES_READ)
    rows = Minutes.objects.filter(campaign=campaign).select_related("unit", "team", "visit", "locked_by")
    if actor.is_central:
        return rows
    if actor.is_commune:
        return rows.filter(unit_id=actor.unit_id or -1, state=Minutes.State.CLOSED)
    if Role.DEPARTMENT_OFFICER in actor.roles:
        return rows.filter(state=Minutes.State.CLOSED)
    return rows.filter(team__in=team_ids_of(actor=actor, campaign=campaign))


def minutes_for(*, actor: Actor, campaign: Campaign, unit_code: str, number: int = 0) -> Minutes:
    """Return one visible record of a visit; raises Missing."""
    row = minutes_list_for(actor=actor, campaign=campaign).filter(unit__code=unit_code, number=number).first()
    if row is None:
        raise Missing("minutes.missing", _("There are no such minutes, or not for you."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """A visit with the minutes it has so far."""

    visit: Visit
    minutes: tuple[Minutes, ...]


def visit_rows_for(*, actor: Actor, campaign: Campaign, visits: Any) -> list[VisitRow]:
    """Return `visits` (a page of visits_for) with their minutes, in one more query."""
    shown = list(visits)
    by_unit: dict[int, list[Minutes]] = {}
    units = [visit.unit_id for visit in shown]
    for row in minutes_list_for(actor=actor, campaign=campaign).filter(unit_id__in=units).order_by("number"):
        by_unit.setdefault(row.unit_id, []).append(row)
    return [VisitRow(visit=visit, minutes=tuple(by_unit.get(visit.unit_id, ()))) for visit in shown]


def visits_listed_for(*, actor: Actor, campaign: Campaign, team: str = "") -> QuerySet[Visit]:
    """Return the visits whose minutes `actor` follows, in order of time."""
    actor.must(permissions.MINUTES_READ)
    rows = visits_for(actor=actor, campaign=campaign).select_related("unit", "team")
    if team.isdigit():
        rows = rows.filter(team__number=int(team))
    return rows.order_by("day", "-half", "team__number", "order")


def findings_of_visit(*, actor: Actor, campaign: Campaign, unit: Unit) -> dict[str, Any]:
    """Return what the visit has confirmed, ready to be frozen into minutes.

    {"areas": [{"code", "name", "verified"}], "reported": n, "verified": n, "differences": [{"key", "label",
    "unit", "reported", "verified", "reason"}]}; only figures whose verified value differs are listed.
    """
    reported = verified = 0
    differences = []
    fields = {field.pk: field for field in campaign.fields.all()}
    for row in figures_for(actor=actor, campaign=campaign, units=[unit]):
        left, right, field = _side(row.reported), _side(row.verified), fields[row.field_id]
        reported += left is not None and not left.is_blank
        verified += right is not None and not right.is_blank
        if rules.differs(reported=left, verified=right):
            differences.append(
                {
                    "key": row.field_key,
                    "label": field.label_vi,
                    "unit": field.unit,
                    "reported": shown(left, field),
                    "verified": shown(right, field),
                    "reason": row.verified.reason if row.verified else "",
                }
            )
    return {
        "areas": _areas(actor=actor, campaign=campaign, unit=unit),
        "reported": reported,
        "verified": verified,
        "differences": differences,
    }


def _side(value: FigureValue | None) -> rules.Side | None:
    if value is None:
        return None
    return rules.Side(number=value.number, text=value.text, na_reason=value.na_reason)


def shown(side: rules.Side | None, field: Field) -> str:
    """Return one side of a figure as it is written in Vietnamese minutes."""
    if side is None or side.is_blank:
        return "chưa có số liệu"
    if side.na_reason:
        return f"không áp dụng ({side.na_reason})"
    if side.number is not None and field.type in (Field.Type.INTEGER, Field.Type.DECIMAL, Field.Type.PERCENT):
        whole, _point, part = f"{side.number:,.6f}".partition(".")
        part = part.rstrip("0")
        return whole.replace(",", ".") + (f",{part}" if part else "")
    if field.type == Field.Type.YES_NO:
        return {"yes": "Có", "no": "Không"}.get(side.text, side.text)
    labels = {str(choice["value"]): str(choice["label_vi"]) for choice in field.choices}
    return ", ".join(labels.get(value, value) for value in side.text.split()) if labels else side.text


def _areas(*, actor: Actor, campaign: Campaign, unit: Unit) -> list[dict[str, Any]]:
    row = progress_for(actor=actor, campaign=campaign, units=[unit])[0]
    return [
        {"code": cell.area.code, "name": cell.area.name_vi, "verified": cell.state == "verified"}
        for cell in row.cells
    ]
