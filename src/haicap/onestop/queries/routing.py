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
GONE = "/"


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
        address=_key(unit, day),
        land=_key(land_unit, day),
        chosen=_key(chosen, day),
        successors=successors_on(units=given, day=day),
    )
    found = route(question=question)
    if not found.body:
        codes = [key.partition(GONE)[0] for key in found.choices]
        heirs = Unit.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), code__in=codes)
        choices = ", ".join(sorted(set(heirs.values_list("full_name", flat=True))))
        raise Refused(found.fault, str(ROUTING[found.fault]) % {"choices": choices}, field=found.field)
    body = Body.objects.filter(code=found.body).first()
    if body is None:
        raise Refused("routing.no_body", _("The register holds no committee for this commune."), field="unit")
    return body


def _key(unit: Unit | None, day: date) -> str:
    """Return the code of a unit, with its last day where it is gone: a successor may carry on the same code."""
    if unit is None:
        return ""
    return f"{unit.code}{GONE}{unit.valid_to}" if unit.valid_to and unit.valid_to <= day else unit.code


def successors_on(*, units: Sequence[Unit], day: date) -> Mapping[str, Sequence[str]]:
    """Return key -> keys of the successors, for those of `units` (and theirs) that exist no more on `day`."""
    found: dict[str, Sequence[str]] = {}
    frontier = [one for one in units if one.valid_to is not None and one.valid_to <= day]
    for _step in range(DEEPEST):
        if not frontier:
            break
        rows = Succession.objects.filter(predecessor__in=frontier, effective__lte=day).select_related(
            "predecessor", "successor"
        )
        following: dict[str, list[Unit]] = {_key(one, day): [] for one in frontier}
        for row in rows:
            following[_key(row.predecessor, day)].append(row.successor)
        found |= {key: [_key(one, day) for one in heirs] for key, heirs in following.items()}
        frontier = [
            one
            for heirs in following.values()
            for one in heirs
            if one.valid_to is not None and one.valid_to <= day
        ]
    return found
