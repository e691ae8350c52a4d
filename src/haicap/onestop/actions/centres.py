"""Centres: loaded, opened, changed, closed."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.audit import record, snapshot
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.revision import claim
from haicap.kernel.tables import Fault, Faulty, Row, read_csv
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.models import Appointment, Centre, Counter, Dossier, Ticket
from haicap.onestop.rules.queue import faults_of_hours, read_hours
from haicap.onestop.texts.queue import HOURS
from haicap.register.actions import ensure_body
from haicap.register.models import Body, Unit

COLUMNS = (
    "code",
    "district",
    "name_vi",
    "name_en",
    "agency",
    "latitude",
    "longitude",
    "hours",
    "source",
    "mark",
)
CHANGEABLE = ("name_vi", "name_en", "agency", "address", "phone", "latitude", "longitude", "hours")
LIVE = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.SERVING, Ticket.State.SKIPPED)


@transaction.atomic
def load_centres(*, actor: Actor, path: Path | bytes) -> int:
    """Add or bring up to date the city centres of a table (one per former district); return how many.

    Where a centre was opened or changed by hand, its days and its own settings stay. Raises Faulty with every
    row that is not right, and then loads nothing.
    """
    actor.must(permissions.CENTRE_WRITE)
    table = read_csv(path, name="centres.csv", required=COLUMNS, max_rows=500, max_bytes=1_000_000)
    districts = {unit.code: unit for unit in Unit.objects.filter(level=Unit.Level.DISTRICT)}
    faults = [fault for row in table.rows if (fault := _fault_of(row, districts)) is not None]
    if faults or table.faults:
        raise Faulty(
            "centres.faulty", _("The table of centres is not right."), faults=[*table.faults, *faults]
        )
    for row in table.rows:
        _load(actor, row, districts[row["district"]])
    record(
        actor=actor, action="onestop.centres.loaded", subject="centres:all", after={"rows": len(table.rows)}
    )
    return len(table.rows)


def _fault_of(row: Row, districts: Mapping[str, Unit]) -> Fault | None:
    def fault(column: str, code: str, message: str) -> Fault:
        return Fault(file="centres.csv", row=row.line, column=column, message=message, code=code)

    if row["district"] not in districts:
        return fault("district", "centres.district", _("There is no former district with this code."))
    if not (row["code"] and row["name_vi"] and row["agency"]):
        return fault("code", "centres.empty", _("Code, Vietnamese name and agency part are needed."))
    try:
        read_hours(row["hours"])
    except ValueError:
        return fault("hours", "centres.hours", str(HOURS["hours.time"]))
    try:
        _degrees(row)
    except ValueError:
        return fault("latitude", "centres.place", _("Latitude and longitude are degrees, or both empty."))
    return None


def _degrees(row: Row) -> tuple[float, float] | None:
    if not row["latitude"] and not row["longitude"]:
        return None
    return float(row["latitude"]), float(row["longitude"])


def _load(actor: Actor, row: Row, district: Unit) -> None:
    body = ensure_body(
        actor=actor, kind=Body.Kind.CENTRE, code=row["code"], name_vi=row["name_vi"], name_en=row["name_en"]
    )
    place = _degrees(row) or (district.latitude, district.longitude)
    known = Centre.objects.filter(code=row["code"]).first()
    facts = {
        "kind": Centre.Kind.CITY,
        "name_vi": row["name_vi"],
        "name_en": row["name_en"],
        "folded": fold(f"{row['name_vi']} {row['name_en']}"),
        "body": body,
        "former_district": district,
        "agency": row["agency"],
        "latitude": place[0],
        "longitude": place[1],
        "hours": read_hours(row["hours"]),
        "source": row["source"],
        "mark": row["mark"],
    }
    if known is None or known.revision == 1:
        Centre.objects.update_or_create(code=row["code"], defaults=facts)


def _claimed(actor: Actor, centre: Centre, revision: int | None) -> Centre:
    actor.must(permissions.CENTRE_WRITE)
    row = Centre.objects.select_for_update(no_key=True).filter(pk=centre.pk).first()
    if row is None:
        raise Missing("centre.unknown", _("There is no such centre, or it is not yours."))
    claim(row, revision=row.revision if revision is None else revision)
    return row


def _keep(actor: Actor, action: str, row: Centre, before: Mapping[str, Any]) -> Centre:
    row.save()
    record(actor=actor, action=action, subject=row, before=before, after=snapshot(row))
    return row


@transaction.atomic
def open_centre(*, actor: Actor, centre: Centre, day: date, revision: int | None = None) -> Centre:
    """Open a prepared centre to the public from `day` on; a closed one opens again.

    Raises Refused where it has no opening hours, or is open already.
    """
    row = _claimed(actor, centre, revision)
    before = snapshot(row)
    if row.opened_on is not None and row.closed_on is None:
        raise Refused(
            "centre.open_already", _("This centre is open since %(day)s.") % {"day": _shown(row.opened_on)}
        )
    if row.closed_on is not None and day < row.closed_on:
        raise Refused(
            "centre.open_before_close", _("It can open again on the day it closes, or later."), field="day"
        )
    if not any(row.hours.values()):
        raise Refused("centre.no_hours", _("Give the centre opening hours first."))
    row.opened_on, row.closed_on, row.successor = day, None, None
    return _keep(actor, "onestop.centre.opened", row, before)


def _shown(day: date) -> str:
    return day.strftime("%d/%m/%Y")


@transaction.atomic
def change_centre(
    *, actor: Actor, centre: Centre, revision: int | None = None, values: Mapping[str, Any]
) -> Centre:
    """Change what a centre is called, where it is and when it is open. Raises Refused, Conflict."""
    row = _claimed(actor, centre, revision)
    before = snapshot(row)
    for name, value in values.items():
        if name not in CHANGEABLE:
            raise Refused("centre.field", _("This cannot be changed here."), field=name)
        setattr(row, name, nfc(value) if isinstance(value, str) else value)
    _check(row)
    return _keep(actor, "onestop.centre.changed", row, before)


def _check(row: Centre) -> None:
    if not row.name_vi:
        raise Refused("centre.name", _("Give it a Vietnamese name."), field="name_vi")
    if not row.agency:
        raise Refused("centre.agency", _("Give the agency part of its dossier codes."), field="agency")
    if Centre.objects.filter(agency=row.agency).exclude(pk=row.pk).exists():
        raise Refused(
            "centre.agency_taken", _("Another centre has this agency part already."), field="agency"
        )
    if Centre.objects.filter(code=row.code).exclude(pk=row.pk).exists():
        raise Refused("centre.code_taken", _("Another centre has this code already."), field="code")
    if faults := faults_of_hours(row.hours):
        raise Refused(faults[0], HOURS[faults[0]], field="hours")
    if (row.latitude is None) != (row.longitude is None):
        raise Refused("centre.place", _("Give both latitude and longitude, or neither."), field="latitude")
    row.folded = fold(f"{row.name_vi} {row.name_en}")


@transaction.atomic
def close_centre(
    *, actor: Actor, centre: Centre, day: date, revision: int | None = None, hand_to: Centre | None = None
) -> Centre:
    """Close a centre from `day` on, the first day it is no longer open.

    Refused while tickets of that day or later wait. Refused while its body holds dossiers or visitors are
    booked, unless another open centre takes over: then the appointments move there, to the same times, and the
    body finishes its dossiers, whose results are returned there.
    """
    row = _claimed(actor, centre, revision)
    before = snapshot(row)
    _check_closing(row, day, hand_to)
    moved = 0
    if hand_to is not None:
        moved = _move_appointments(row, hand_to, day)
        row.successor = hand_to
    row.closed_on = day
    if day <= timezone.localdate():
        Counter.objects.filter(centre=row, is_open=True).update(is_open=False, officer=None)
    closed = _keep(actor, "onestop.centre.closed", row, before)
    if moved:
        record(actor=actor, action="onestop.appointments.moved", subject=row, after={"count": moved})
    return closed


def _check_closing(row: Centre, day: date, hand_to: Centre | None) -> None:
    if row.opened_on is None or (row.closed_on is not None and row.closed_on <= day):
        raise Refused("centre.not_open", _("This centre is not open."))
    if day <= row.opened_on or day < timezone.localdate():
        raise Refused(
            "centre.close_day", _("It can close today or later, after the day it opened."), field="day"
        )
    waiting = Ticket.objects.filter(centre=row, day__gte=day, state__in=LIVE).count()
    if waiting:
        raise Refused(
            "centre.queue",
            _("%(count)s people are in its queue. Serve them, or close it from tomorrow on.")
            % {"count": waiting},
            field="day",
        )
    if hand_to is not None:
        if hand_to.pk == row.pk or hand_to.opened_on is None or hand_to.opened_on > day or hand_to.closed_on:
            raise Refused(
                "centre.successor", _("Name another centre that is open on that day."), field="hand_to"
            )
        return
    held = Dossier.objects.filter(holder_id=row.body_id, is_open=True).count()
    others = Centre.objects.filter(body_id=row.body_id, opened_on__lte=day, closed_on=None).exclude(pk=row.pk)
    if held and not others.exists():
        raise Refused(
            "centre.dossiers",
            _("It holds %(count)s dossiers. Name the centre that takes over.") % {"count": held},
            field="hand_to",
        )
    booked = _booked(row, day).count()
    if booked:
        raise Refused(
            "centre.appointments",
            _("%(count)s visitors are booked from that day on. Name the centre that takes over.")
            % {"count": booked},
            field="hand_to",
        )


def _booked(row: Centre, day: date) -> Any:
    return Appointment.objects.filter(
        centre=row, state=Appointment.State.BOOKED, starts_at__date__gte=day
    ).order_by("starts_at", "seat")


def _move_appointments(row: Centre, to: Centre, day: date) -> int:
    """Move them to the same times; here alone a slot may hold more than its places."""
    Centre.objects.select_for_update(no_key=True).get(pk=to.pk)
    moved = list(_booked(row, day))
    taken: dict[Any, int] = {}
    for one in Appointment.objects.filter(centre=to, starts_at__date__gte=day).exclude(
        state=Appointment.State.CANCELLED
    ):
        taken[one.starts_at] = max(taken.get(one.starts_at, 0), one.seat + 1)
    for one in moved:
        one.centre, one.seat = to, taken.get(one.starts_at, 0)
        taken[one.starts_at] = one.seat + 1
    Appointment.objects.bulk_update(moved, ["centre", "seat"])
    return len(moved)


@transaction.atomic
def open_branch(*, actor: Actor, parent: Centre, code: str, day: date, values: Mapping[str, Any]) -> Centre:
    """Open a branch of a centre, of the same body, from `day` on; `values` as in `change_centre`."""
    actor.must(permissions.CENTRE_WRITE)
    if parent.kind == Centre.Kind.BRANCH:
        raise Refused("centre.branch_of_branch", _("A branch has no branches."), field="parent")
    row = Centre(kind=Centre.Kind.BRANCH, code=nfc(code).upper(), body=parent.body, parent=parent)
    return _new(actor, row, day, {"hours": parent.hours} | dict(values))


@transaction.atomic
def open_commune_centre(*, actor: Actor, unit: Unit, day: date, values: Mapping[str, Any]) -> Centre:
    """Open a commune's own centre from `day` on, with its committee as body; `values` as in `change_centre`."""
    actor.must(permissions.CENTRE_WRITE)
    body = Body.objects.filter(code=f"UBND-{unit.code}").first()
    if body is None or unit.valid_to is not None:
        raise Refused("centre.unit", _("This is no present commune."), field="unit")
    if Centre.objects.filter(kind=Centre.Kind.COMMUNE, unit=unit, closed_on=None).exists():
        raise Refused("centre.unit_has_one", _("This commune has its own centre already."), field="unit")
    name = f"Trung tâm Phục vụ hành chính công {unit.full_name[:1].lower()}{unit.full_name[1:]}"
    row = Centre(
        kind=Centre.Kind.COMMUNE,
        code=f"TTHCC-{unit.code}",
        body=body,
        unit=unit,
        name_vi=name,
        latitude=unit.latitude,
        longitude=unit.longitude,
    )
    return _new(actor, row, day, values)


def _new(actor: Actor, row: Centre, day: date, values: Mapping[str, Any]) -> Centre:
    for name, value in values.items():
        if name not in CHANGEABLE:
            raise Refused("centre.field", _("This cannot be changed here."), field=name)
        setattr(row, name, nfc(value) if isinstance(value, str) else value)
    if not row.code:
        raise Refused("centre.code", _("Give it a code."), field="code")
    row.opened_on = day
    _check(row)
    if not any(row.hours.values()):
        raise Refused("centre.no_hours", _("Give the centre opening hours first."), field="hours")
    row.save()
    record(actor=actor, action="onestop.centre.opened", subject=row, after=snapshot(row))
    return row
