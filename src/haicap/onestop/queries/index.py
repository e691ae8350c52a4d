"""The index of Decision 766 of a body: counts that the figures do not hold, then the rule."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import Missing
from haicap.onestop.models import Dossier, ProcedureVersion, Publication
from haicap.onestop.queries.evidence import BodyEvidence, Evidence, evidence_for
from haicap.onestop.queries.measures import BODY, handled, inner
from haicap.onestop.rules.figures import Measure, Period, Side
from haicap.onestop.rules.index766 import IndexResult, Pack, pack_on, read_packs, score
from haicap.register.models import Body


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """Return the dated packs that ship with the software or stand in HAICAP_PLANS."""
    folder = settings.HAICAP_PLANS / "onestop"
    return read_packs(
        settings=(folder / "index766.toml").read_text(encoding="utf-8"),
        items=(folder / "index766.csv").read_text(encoding="utf-8"),
    )


def pack_for(*, period: Period) -> Pack:
    """Return the pack for the last day of the period; raises Missing before the first one."""
    pack = pack_on(packs=packs(), day=period.end)
    if pack is None:
        raise Missing("index.no_pack", _("No index was in force on the last day of this period."))
    return pack


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyIndex:
    """The index of a body, over the dossiers of the side by which it is judged."""

    evidence: BodyEvidence
    side: Side
    result: IndexResult


def indexes_for(
    *, actor: Actor, period: Period, body: Body | None = None, evidence: Evidence | None = None
) -> list[BodyIndex]:
    """Return the index of `body`, or of every body of `evidence`; five queries beyond those of the evidence."""
    pack = pack_for(period=period)
    found = evidence or evidence_for(actor=actor, period=period, body=body)
    bodies = None if body is None else [row.body.pk for row in found.rows]
    more = {
        side: _more(pack=pack, period=period, side=side, bodies=bodies)
        for side in {row.side for row in found.rows}
    }
    catalogue = catalogue_counts(period=period, days=pack.publish_days, bodies=bodies)
    return [
        BodyIndex(
            evidence=row, side=row.side,
            result=score(
                pack=pack,
                counts={
                    **_named(row),
                    **more[row.side].get(row.body.pk, _NONE),
                    **catalogue.get(row.body.pk, _EMPTY),
                },
            ),
        )
        for row in found.rows
    ]  # fmt: skip


def _named(row: BodyEvidence) -> dict[str, int | None]:
    return {
        **asdict(row.main),
        "petitions": row.petitions.received,
        "petitions_on_time": row.petitions.answered_on_time,
        "petitions_judged": row.petitions.judged,
        "petitions_satisfied": row.petitions.satisfied,
    }


_MORE = (
    "resolved_days", "procedures_used_online", "procedures_paid_online", "procedures_charged_used",
    "certified_copy", "certified_copy_electronic",
)  # fmt: skip
_CATALOGUE = (
    "procedures", "published_on_time", "updated_on_time", "full_content", "procedures_online",
    "procedures_charged", "procedures_payable", "procedures_configured",
)  # fmt: skip
_NONE: Mapping[str, int | None] = dict.fromkeys(_MORE, 0)
_EMPTY: Mapping[str, int | None] = dict.fromkeys(_CATALOGUE, 0)


def _more(
    *, pack: Pack, period: Period, side: Side, bodies: Collection[int] | None
) -> dict[int, dict[str, int | None]]:
    where = inner(period)
    copies = Q(version__procedure__code__in=pack.copies)
    took = ExpressionWrapper(F("ended_at") - F("received_at"), output_field=DurationField())
    rows = Dossier.objects.filter(handled(period))
    if bodies is not None:
        rows = rows.filter(**{f"{BODY[side]}__in": bodies})

    def kinds(measure: Measure) -> Count:
        return Count("version__procedure", distinct=True, filter=where[measure])

    found = (
        rows.order_by()
        .values(f"{BODY[side]}_id")
        .annotate(
            took=Sum(took, filter=where[Measure.RESOLVED]),
            procedures_used_online=kinds(Measure.RECEIVED_ONLINE),
            procedures_paid_online=kinds(Measure.PAID_ONLINE),
            procedures_charged_used=kinds(Measure.CHARGED),
            certified_copy=Count("pk", filter=where[Measure.RESOLVED] & copies),
            certified_copy_electronic=Count("pk", filter=where[Measure.E_RESULT] & copies),
        )
    )
    return {
        row[f"{BODY[side]}_id"]: {name: row[name] for name in _MORE[1:]}
        | {"resolved_days": round((row["took"] or timedelta(0)) / timedelta(days=1))}
        for row in found
    }


def catalogue_counts(
    *, period: Period, days: int, bodies: Collection[int] | None = None
) -> dict[int, dict[str, int | None]]:
    """Return by body how many procedures it had made public at the end of the period, and what they are like.

    Counted are the procedures posted at the body that were in force on the last day. On time is within `days`
    working days of the decision. Four queries.
    """
    versions = ProcedureVersion.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=period.end), valid_from__lte=period.end
    ).exclude(procedure__withdrawn_on__lte=period.end)
    kinds: dict[str, set[int]] = {
        name: set() for name in ("all", "online", "charged", "payable", "configured")
    }
    for procedure, online, fees, steps in versions.values_list("procedure_id", "online", "fees", "steps"):
        charged = any(fee.get("amount") != 0 for fee in fees)
        kinds["all"].add(procedure)
        for name, holds in (
            ("online", online != ProcedureVersion.Online.NONE),
            ("charged", charged),
            ("payable", charged and any(fee.get("channel") == "online" for fee in fees)),
            ("configured", bool(steps)),
        ):
            if holds:
                kinds[name].add(procedure)
    timely = _timely(days=days)
    published = Publication.objects.filter(timely, kind=Publication.Kind.PUBLISHED, done_on__lte=period.end)
    rows = Publication.objects.filter(
        kind=Publication.Kind.POSTED, done_on__lte=period.end, procedure__in=kinds["all"]
    )
    if bodies is not None:
        rows = rows.filter(body__in=bodies)

    def those(where: Q | None = None) -> Count:
        return Count("procedure", distinct=True, filter=where)

    wanted = {
        "procedures": those(),
        "published_on_time": those(Q(procedure__in=published.values("procedure_id"))),
        "updated_on_time": those(timely),
        "full_content": those(Q(full=True)),
        **{f"procedures_{name}": those(Q(procedure__in=kinds[name])) for name in kinds if name != "all"},
    }
    counted = rows.order_by().values_list("body_id").annotate(**wanted)
    return {body: dict(zip(wanted, numbers, strict=True)) for body, *numbers in counted}


def _timely(*, days: int) -> Q:
    """Return the condition of what was made public within `days` working days of its decision."""
    calendar = working_calendar()
    decided = Publication.objects.exclude(decided_on=None).order_by().values_list("decided_on", flat=True)
    found = Q(pk__in=[])
    for day in decided.distinct():
        if day is not None:
            found |= Q(decided_on=day, done_on__lte=calendar.add(day, days))
    return found
