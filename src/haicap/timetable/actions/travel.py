"""The travel table of a campaign: brought as a file, looked through, kept with its source; or taken away."""

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import nfc
from haicap.timetable.models import TravelTable
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.problem import problem_for, settings_of
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.faults.of_matrix import of_matrix
from haicap.timetable.rules.matrix import matrix_from_csv
from haicap.timetable.rules.problem import TravelMatrix
from haicap.timetable.rules.problem_files import UnreadableFileError, read_matrix
from haicap.timetable.texts import fault_text, joined
from haicap.timetable.texts_files import file_text

MOST_BYTES = 64 * 1024 * 1024
"""a table of 3,400 places with four digits a way is about as large"""


def import_travel_table(
    *,
    actor: Actor,
    campaign: Campaign,
    name: str,
    content: bytes,
    source: str,
    metres: bytes | None = None,
) -> TravelTable:
    """Keep a table of minutes (CSV, or a matrix file in JSON by its `name`) in place of the one before.

    `metres` is a CSV of the same places; without it distances follow from the minutes. Raises Refused naming
    line and place of what cannot be read, and every fault that would stop a computation.
    """
    actor.must(SOLVE)
    if len(content) + len(metres or b"") > MOST_BYTES:
        text = _("The files are larger than %(most)s MB together.") % {"most": MOST_BYTES // (1024 * 1024)}
        raise Refused("travel.too_large", text, field="file")
    if not source.strip():
        raise Refused("travel.source", _("Say where the table comes from."), field="source")
    matrix = _read(campaign, name, content, metres)
    _check(actor, campaign, matrix)
    data = {"places": matrix.places, "minutes": matrix.minutes, "metres": matrix.metres}
    with transaction.atomic():
        before = TravelTable.objects.filter(campaign=campaign).first()
        told = {"source": before.source, "places": len(before.data["places"])} if before else None
        if before:
            before.delete()
        row = TravelTable.objects.create(
            campaign=campaign, source=nfc(source.strip())[:300], data=data, uploaded_by_id=actor.person_id
        )
        audit.record(
            actor=actor,
            action="timetable.travel_table.imported",
            subject=campaign,
            before=told,
            after={"source": row.source, "places": len(matrix.places), "file": nfc(name)[:200]},
        )
    return row


def _read(campaign: Campaign, name: str, content: bytes, metres: bytes | None) -> TravelMatrix:
    speed = settings_of(campaign)[1].speed_kmh
    try:
        if name.lower().endswith(".json"):
            return read_matrix(content, speed_kmh=speed)
        return matrix_from_csv(minutes=content, metres=metres, speed_kmh=speed)
    except UnreadableFileError as error:
        raise Refused(
            "travel.unreadable",
            file_text(name, error),
            field="file",
            details={"faults": [fault.code for fault in error.faults]},
        ) from error


def _check(actor: Actor, campaign: Campaign, matrix: TravelMatrix) -> None:
    try:
        problem = problem_for(actor=actor, campaign=campaign, matrix=matrix)
    except InvalidProblemError as error:
        raise Refused("travel.settings", fault_text(error.faults[0], {})) from error
    faults = [fault for fault in of_matrix(problem) if fault.fatal]
    if faults:
        units = surveyed_units_for(actor=actor, campaign=campaign).values_list("code", "full_name")
        names = dict(units)
        raise Refused(
            "travel.faults",
            _("The table cannot be used: %(faults)s.")
            % {"faults": joined(fault_text(fault, names) for fault in faults)},
            field="file",
            details={"faults": [fault.code for fault in faults]},
        )


def remove_travel_table(*, actor: Actor, campaign: Campaign) -> None:
    """Take the table away: ways are then worked out from coordinates again. Raises Missing where there is none."""
    actor.must(SOLVE)
    with transaction.atomic():
        row = TravelTable.objects.filter(campaign=campaign).first()
        if row is None:
            raise Missing("travel.missing", _("There is no travel table."))
        audit.record(
            actor=actor,
            action="timetable.travel_table.removed",
            subject=campaign,
            before={"source": row.source, "places": len(row.data["places"])},
        )
        row.delete()
