"""The measures of `rules.figures` as conditions of the database: one for counting and for the list behind a count."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from haicap.onestop.models import Dossier, Event, Feedback, ProcedureVersion
from haicap.onestop.rules.figures import Counts, Measure, Period, Side
from haicap.onestop.rules.lifecycle import Kind, Status

BODY = {Side.COMPETENT: "competent_body", Side.RECEIVED: "received_body", Side.RETURNED: "returned_body"}
_DONE = Q(status__in=(Status.PROCESSED, Status.RETURNED))
_REFUSED = Q(life__result__kind="refused")
_STOPS = (Measure.WITHDRAWN, Measure.STOPPED)


def handled(period: Period) -> Q:
    """Return the condition of dossiers that were on the books at any time of the period."""
    return Q(received_at__lt=period.closes) & (
        Q(received_at__gte=period.opens) | Q(ended_at=None) | Q(ended_at__gte=period.opens)
    )


def _ends(period: Period) -> dict[Measure, Q]:
    ended = Q(ended_at__lt=period.closes)
    running = Q(ended_at=None) | Q(ended_at__gte=period.closes)
    late, timely = Q(on_time=False), Q(on_time=True) | Q(on_time=None)
    overdue = Q(due_at__lt=period.measured)
    in_time = Q(due_at=None) | Q(due_at__gte=period.measured)
    resolved = ended & _DONE & ~_REFUSED
    all_late = (running & overdue) | (ended & _DONE & late & ~_REFUSED)
    return {
        Measure.RESOLVED: resolved,
        Measure.RESOLVED_ON_TIME: ended & _DONE & timely & ~_REFUSED,
        Measure.RESOLVED_LATE: ended & _DONE & late & ~_REFUSED,
        Measure.RESOLVED_ON_TIME_PORTAL: ended & _DONE & Q(portal_on_time=True) & ~_REFUSED,
        Measure.E_RESULT: ended & _DONE & Q(e_result=True) & ~_REFUSED,
        Measure.RUNNING: running,
        Measure.RUNNING_IN_TIME: running & in_time,
        Measure.RUNNING_OVERDUE: running & overdue,
        Measure.CLOSED: ended & (Q(status=Status.STOPPED) | (_DONE & _REFUSED)),
        Measure.REFUSED: ended & _DONE & _REFUSED,
        Measure.LATE: all_late,
        Measure.LATE_UNEXPLAINED: Q(apologies=0) & all_late,
        Measure.APOLOGISED: Q(apologies__gt=0),
    }


def inner(period: Period) -> dict[Measure, Q]:
    """Return the condition of each measure within the dossiers that `handled` selects."""
    received = Q(received_at__gte=period.opens)
    online = ProcedureVersion.objects.exclude(online=ProcedureVersion.Online.NONE).values("pk")
    petitions = Feedback.objects.filter(kind=Feedback.Kind.PETITION, dossier__isnull=False)
    channels = Dossier.Channel
    return {
        Measure.HANDLED: Q(),
        Measure.CARRIED_OVER: Q(received_at__lt=period.opens),
        Measure.RECEIVED: received,
        Measure.RECEIVED_DIRECT: received & Q(channel=channels.DIRECT),
        Measure.RECEIVED_ONLINE: received & Q(channel=channels.ONLINE),
        Measure.RECEIVED_POST: received & Q(channel=channels.POST),
        **_ends(period),
        Measure.PETITIONED: Q(pk__in=petitions.values("dossier_id")),
        Measure.ACROSS: received & ~Q(received_body=F("competent_body")),
        Measure.ONLINE_POSSIBLE: received & (Q(channel=channels.ONLINE) | Q(version__in=online)),
        Measure.DIGITISED: received & Q(digitised=True),
        Measure.CHARGED: received & Q(fee__gt=0),
        Measure.PAID_ONLINE: received & Q(fee__gt=0, paid_online=True),
        Measure.SYNCHRONISED: received & Q(synchronised=True),
        Measure.REUSED: received & Q(reused=True),
    }


def turned_away(period: Period) -> Q:
    """Return the condition of dossiers that were refused at the counter in the period."""
    return Q(
        status=Status.NOT_RECEIVED,
        received_at=None,
        ended_at__gte=period.opens,
        ended_at__lt=period.closes,
    )


def behind(*, rows: QuerySet[Dossier], measure: Measure, period: Period) -> QuerySet[Dossier]:
    """Return those of `rows` that a measure counts."""
    if measure is Measure.TURNED_AWAY:
        return rows.filter(turned_away(period))
    rows = rows.filter(handled(period))
    if measure in _STOPS:
        stopped = rows.filter(status=Status.STOPPED, ended_at__lt=period.closes).alias(asked=_withdrawal())
        return stopped.filter(asked=measure is Measure.WITHDRAWN)
    return rows.filter(inner(period)[measure])


def _withdrawal() -> Exists:
    """True where the applicant asked for the dossier back and the body did not decline before it was stopped."""
    declined = Event.objects.filter(
        dossier=OuterRef("dossier"), sequence__gt=OuterRef("sequence"), kind=Kind.WITHDRAW_DECLINED
    )
    return Exists(Event.objects.filter(~Exists(declined), dossier=OuterRef("pk"), kind=Kind.WITHDRAW_ASKED))


def counts_by_body(*, rows: QuerySet[Dossier], period: Period, side: Side) -> dict[int, Counts]:
    """Return the counts of every body that plays the part `side` in `rows`; three queries whatever the size."""
    body = f"{BODY[side]}_id"
    wanted = {str(measure): Count("pk", filter=where) for measure, where in inner(period).items()}
    found: dict[int, dict[str, Any]] = {}
    main = rows.filter(handled(period)).order_by().values(body).annotate(**wanted)
    for row in main:
        found[row.pop(body)] = row
    stops = (
        rows.filter(handled(period), status=Status.STOPPED, ended_at__lt=period.closes)
        .annotate(asked=_withdrawal())
        .order_by()
        .values_list(body, "asked")
        .annotate(number=Count("pk"))
    )
    for pk, asked, number in stops:
        found[pk][Measure.WITHDRAWN if asked else Measure.STOPPED] = number
    away = rows.filter(turned_away(period)).order_by().values_list(body).annotate(number=Count("pk"))
    for pk, number in away:
        found.setdefault(pk, {})[Measure.TURNED_AWAY] = number
    return {pk: Counts(**row) for pk, row in found.items() if pk is not None}
