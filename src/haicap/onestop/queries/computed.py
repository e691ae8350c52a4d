"""The fields A4a, A4b, A4c and A11 of the survey plan, from the ledger and all that stands beside it.

The same number of queries for one body and for all: nothing here asks per body.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from haicap.accounts.models import PersonRole
from haicap.kernel.access import Actor, Role
from haicap.kernel.calendar import working_calendar
from haicap.kernel.text import fold
from haicap.onestop.models import Centre, CentreFact, Certificate, Event, Outage, ProcedureVersion
from haicap.onestop.queries.centres import fact_kinds
from haicap.onestop.queries.evidence import BodyEvidence, Evidence, evidence_for
from haicap.onestop.queries.index import catalogue_counts, pack_for
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.figures.computed import Computed, Source, of_fact, of_line, of_number, of_share
from haicap.onestop.rules.lifecycle import Kind
from haicap.register.models import Body

LONG_OUTAGE = timedelta(minutes=30)
SIGNING_ROLES = (Role.SIGNER, Role.COMMUNE_CHAIR)
STAFF_ROLES = (Role.COUNTER_OFFICER, Role.CENTRE_MANAGER)


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyFields:
    """The computed fields of a body by key, in the order of the plan, beside the counts they came from."""

    evidence: BodyEvidence
    fields: Mapping[str, Computed]
    centre: Centre | None = None

    @property
    def body(self) -> Body:
        """The body."""
        return self.evidence.body


@dataclass(slots=True)
class _Beside:
    """What is known beside the ledger, by body or by centre."""

    catalogue: Mapping[int, Mapping[str, int | None]]
    signers: Mapping[int, int]
    able: Mapping[int, int]
    staff: Mapping[int, int]
    centres: Mapping[int, list[Centre]]
    facts: Mapping[int, Mapping[str, CentreFact]]
    counters: Mapping[int, int]
    outages: Mapping[int, tuple[int, Decimal]]
    anywhere: int
    certificates: Mapping[int, "Certificates"]


@dataclass(slots=True)
class Certificates:
    """The certificates of a body valid at the close of a period; `waits` are working days from asking to issue."""

    people: int = 0
    seals: int = 0
    outdated: int = 0
    waits: list[int] = field(default_factory=list)

    @property
    def wait(self) -> Decimal | None:
        """The mean wait in working days to one decimal; None where no day of asking is known."""
        if not self.waits:
            return None
        mean = Decimal(sum(self.waits)) / len(self.waits)
        return mean.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def computed_for(
    *, actor: Actor, period: Period, body: Body | None = None, evidence: Evidence | None = None
) -> list[BodyFields]:
    """Return every computed field of `body`, or of all bodies `actor` may see; some twenty queries for any number.

    Raises NotAllowed, Missing.
    """
    found = evidence or evidence_for(actor=actor, period=period, body=body)
    bodies = None if body is None else [row.body.pk for row in found.rows]
    beside = _beside(period=period, bodies=bodies)
    return [_fields(row, period, beside) for row in found.rows]


def _beside(*, period: Period, bodies: list[int] | None) -> _Beside:
    where = Q() if bodies is None else Q(body__in=bodies)
    people = PersonRole.objects.filter(person__is_active=True)
    if bodies is not None:
        people = people.filter(person__body__in=bodies)
    centres: dict[int, list[Centre]] = {}
    rows = Centre.objects.filter(where).select_related("former_district").exclude(closed_on__lte=period.end)
    for centre in rows.order_by("kind", "code"):
        centres.setdefault(centre.body_id, []).append(centre)
    keys = [centre.pk for group in centres.values() for centre in group]
    signed = Event.objects.filter(
        where, kind=Kind.SIGNED, at__gte=period.opens, at__lt=period.closes, person__isnull=False,
        dossier__received_at__lt=period.closes,
    )  # fmt: skip
    return _Beside(
        catalogue=catalogue_counts(period=period, days=pack_for(period=period).publish_days, bodies=bodies),
        signers=_people_by_body(people, SIGNING_ROLES),
        able=dict(
            signed.order_by().values_list("body_id").annotate(number=Count("person_id", distinct=True))
        ),
        staff=_people_by_body(people, STAFF_ROLES),
        centres=centres,
        facts=_facts(period, keys),
        counters=dict(
            Centre.objects.filter(pk__in=keys)
            .order_by()
            .values_list("pk")
            .annotate(number=Count("counters", filter=~Q(counters__closed_on__lte=period.end)))
        ),
        outages=_outages(period, keys),
        anywhere=_anywhere(period),
        certificates=_certificates(period, where),
    )


def _people_by_body(people: QuerySet[PersonRole], roles: Iterable[Role]) -> dict[int, int]:
    rows = people.filter(role__in=list(roles)).order_by().values_list("person__body_id")
    return dict(rows.annotate(number=Count("person_id", distinct=True)))


def _certificates(period: Period, where: Q) -> dict[int, Certificates]:
    """Count by body; outdated is what names a person who works elsewhere now, or another name of the body."""
    calendar, found = working_calendar(), dict[int, Certificates]()
    rows = Certificate.objects.filter(
        where, valid_from__lt=period.closes, valid_to__gte=period.measured
    ).exclude(revoked_at__lt=period.closes)
    for row in rows.select_related("body", "person").defer("pem"):
        held = found.setdefault(row.body_id, Certificates())
        is_seal = row.kind == Certificate.Kind.BODY
        held.seals, held.people = held.seals + is_seal, held.people + (not is_seal)
        moved = row.person is not None and row.person.body_id != row.body_id
        renamed = is_seal and fold(row.body.name_vi) not in fold(row.subject)
        held.outdated += moved or renamed
        if row.asked_on is not None:
            issued = timezone.localtime(row.valid_from).date()
            held.waits.append(len(calendar.days(row.asked_on + timedelta(days=1), issued)))
    return found


def _facts(period: Period, centres: list[int]) -> dict[int, dict[str, CentreFact]]:
    found: dict[int, dict[str, CentreFact]] = {}
    rows = CentreFact.objects.filter(as_of__lte=period.end, centre__in=centres).order_by("as_of", "pk")
    for fact in rows:
        found.setdefault(fact.centre_id, {})[fact.key] = fact
    return found


def _outages(period: Period, centres: list[int]) -> dict[int, tuple[int, Decimal]]:
    """Return by centre how many outages over 30 minutes touched the period, and their hours within it."""
    found: dict[int, tuple[int, timedelta]] = {}
    rows = Outage.objects.filter(began_at__lt=period.closes, centre__in=centres)
    for centre, began, ended in rows.filter(Q(ended_at=None) | Q(ended_at__gt=period.opens)).values_list(
        "centre_id", "began_at", "ended_at"
    ):
        last = min(ended or period.measured, period.measured)
        if (ended or period.measured) - began <= LONG_OUTAGE:
            continue
        number, spent = found.get(centre, (0, timedelta(0)))
        found[centre] = (number + 1, spent + max(last - max(began, period.opens), timedelta(0)))
    return {
        centre: (
            number,
            (Decimal(spent.total_seconds()) / 3600).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP),
        )
        for centre, (number, spent) in found.items()
    }


def _anywhere(period: Period) -> int:
    rows = ProcedureVersion.objects.filter(non_territorial=True, valid_from__lte=period.end)
    rows = rows.exclude(valid_to__lte=period.end).exclude(procedure__withdrawn_on__lte=period.end)
    return rows.values("procedure").distinct().count()


def _fields(row: BodyEvidence, period: Period, beside: _Beside) -> BodyFields:
    centre = next(iter(beside.centres.get(row.body.pk, [])), None)
    found = [*_procedures(beside.catalogue.get(row.body.pk)), *map(of_line, row.lines)]
    found += _signatures(row.body.pk, beside)
    if centre is not None:
        found += _of_centre(centre, beside)
    return BodyFields(evidence=row, fields={one.key: one for one in found}, centre=centre)


def _procedures(counted: Mapping[str, int | None] | None) -> list[Computed]:
    counts = counted or {}
    posted, configured = counts.get("procedures") or 0, counts.get("procedures_configured") or 0
    return [
        of_number(key="a4a_01", number=posted, source=Source.CATALOGUE),
        of_number(key="a4a_02_n", number=configured, source=Source.CATALOGUE),
        of_number(key="a4a_02_d", number=posted, source=Source.CATALOGUE),
        of_share(key="a4a_02_rate", above=configured, below=posted, source=Source.CATALOGUE),
    ]


def _signatures(body: int, beside: _Beside) -> list[Computed]:
    held = beside.certificates.get(body, Certificates())
    return [
        of_number(key="a4b_01", number=beside.signers.get(body, 0), source=Source.PEOPLE),
        of_number(key="a4b_02", number=held.people, source=Source.CERTIFICATES),
        of_number(key="a4b_03", number=beside.able.get(body, 0), source=Source.SIGNATURES),
        of_number(key="a4b_04_issued", number=held.seals, source=Source.CERTIFICATES),
        of_number(key="a4b_05", number=held.outdated, source=Source.CERTIFICATES),
        of_number(key="a4b_06", number=held.wait, source=Source.CERTIFICATES),
    ]


def _of_centre(centre: Centre, beside: _Beside) -> list[Computed]:
    facts = beside.facts.get(centre.pk, {})
    found = {
        key: of_fact(
            key=key, value=facts[key].value, type=kind.type, as_of=facts[key].as_of, proof=facts[key].source
        )
        if key in facts
        else Computed(key=key, source=Source.FACT)
        for key, kind in fact_kinds().items()
    }
    number, hours = beside.outages.get(centre.pk, (0, Decimal(0)))
    made = [
        of_number(key="a4c_05_outages", number=number, source=Source.OUTAGES),
        of_number(key="a4c_05_hours", number=hours, source=Source.OUTAGES),
    ]
    if centre.former_district is not None:
        made.append(Computed(key="a11_01", source=Source.CENTRE, text=centre.former_district.code))
    if counters := beside.counters.get(centre.pk, 0):
        made.append(of_number(key="a11_02_counters", number=counters, source=Source.CENTRE))
    if "a11_03_n" not in facts and (staff := beside.staff.get(centre.body_id, 0)):
        made.append(of_number(key="a11_03_n", number=staff, source=Source.PEOPLE))
    made.append(of_number(key="a11_04", number=beside.anywhere, source=Source.CATALOGUE))
    if centre.opened_on is not None:
        made.append(Computed(key="a11_08_actual", source=Source.CENTRE, text=centre.opened_on.isoformat()))
    found |= {one.key: one for one in made}
    placed, needed = found["a11_03_n"].number, found["a11_03_d"].number
    found["a11_03_rate"] = of_share(
        key="a11_03_rate",
        above=None if placed is None else int(placed),
        below=None if needed is None else int(needed),
        source=Source.FACT,
    )
    return [found[key] for key in sorted(found)]
