"""Which body decides on a matter, with the units as they are on a day."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.rules.routing import Question, route
from haicap.onestop.texts.catalogue import ROUTING
from haicap.register.models import Body, Succession, Unit

DEEPEST = 10


def competent_body(
    *,
    version: ProcedureVersion,
    unit: Unit | None,
    land_unit: Unit | None,
    chosen: Unit | None = None,
    day: date,
) -> Body:
    """Return the body competent on `day`; raises Refused with the field that says too little.

    A commune that exists no more leads to the one that took it over, or to a question where several did.
    """
    given = [one for one in (unit, land_unit, chosen) if one is not None]
    question = Question(
        rule=version.competent,
        fixed=version.competent_body.code if version.competent_body else "",
        address=unit.code if unit else "",
        land=land_unit.code if land_unit else "",
        chosen=chosen.code if chosen else "",
        successors=successors_on(units=given, day=day),
    )
    found = route(question=question)
    if not found.body:
        names = Unit.objects.filter(code__in=found.choices).values_list("full_name", flat=True)
        choices = ", ".join(names.order_by("full_name"))
        raise Refused(found.fault, str(ROUTING[found.fault]) % {"choices": choices}, field=found.field)
    body = Body.objects.filter(code=found.body).first()
    if body is None:
        raise Refused("routing.no_body", _("The register holds no committee for this commune."), field="unit")
    return body


def successors_on(*, units: Sequence[Unit], day: date) -> Mapping[str, Sequence[str]]:
    """Return code -> codes of the successors, for those of `units` (and theirs) that exist no more on `day`."""
    found: dict[str, Sequence[str]] = {}
    frontier = [one for one in units if one.valid_to is not None and one.valid_to <= day]
    for _step in range(DEEPEST):
        if not frontier:
            break
        rows = Succession.objects.filter(predecessor__in=frontier, effective__lte=day).select_related(
            "successor"
        )
        following: dict[str, list[Unit]] = {one.code: [] for one in frontier}
        for row in rows.select_related("predecessor", "successor"):
            following[row.predecessor.code].append(row.successor)
        found |= {code: [one.code for one in heirs] for code, heirs in following.items()}
        frontier = [
            one
            for heirs in following.values()
            for one in heirs
            if one.valid_to is not None and one.valid_to <= day
        ]
    return found


def units_choosable(*, day: date) -> list[tuple[str, str]]:
    """Return the communes of `day` as choices, (code, full name)."""
    rows = Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), level=Unit.Level.COMMUNE)
    return list(rows.order_by("full_name").values_list("code", "full_name"))
