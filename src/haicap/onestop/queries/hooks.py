"""Reads of webhooks: the administrator of the house sees all, others those of their own body."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.onestop import permissions
from haicap.onestop.models import Delivery, Event, Part, Subscription
from haicap.register.models import Body


def subscriptions_for(*, actor: Actor) -> QuerySet[Subscription]:
    """Return the visible subscriptions with how many deliveries wait, arrived and were given up."""
    rows = (
        Subscription.objects.select_related("body")
        .order_by("name", "pk")
        .annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=Delivery.State.WAITING)),
            done=Count("deliveries", filter=Q(deliveries__state=Delivery.State.DONE)),
            failed=Count("deliveries", filter=Q(deliveries__state=Delivery.State.FAILED)),
        )
    )
    if not actor.may(permissions.HOOK_WRITE):
        return rows.none()
    return rows if actor.is_central else rows.filter(body_id=actor.body_id or -1)


def subscription_for(*, actor: Actor, pk: int) -> Subscription:
    """Return one visible subscription; raises Missing."""
    row = subscriptions_for(actor=actor).filter(pk=pk).first()
    if row is None:
        raise Missing("hook.missing", _("There is no such webhook, or not for you."))
    return row


def bodies_for(*, actor: Actor) -> QuerySet[Body]:
    """Return the bodies for which the actor may keep webhooks."""
    if not actor.may(permissions.HOOK_WRITE):
        return Body.objects.none()
    rows = Body.objects.order_by("kind", "code")
    return rows if actor.is_central else rows.filter(pk=actor.body_id or -1)


def deliveries_for(*, actor: Actor, subscription: Subscription, state: str = "") -> QuerySet[Delivery]:
    """Return the deliveries of a visible subscription, newest first."""
    rows = Delivery.objects.filter(subscription__in=subscriptions_for(actor=actor), subscription=subscription)
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    return rows.select_related("event__dossier").order_by("-pk")


def delivery_for(*, actor: Actor, pk: int) -> Delivery:
    """Return one visible delivery; raises Missing."""
    visible = subscriptions_for(actor=actor)
    row = Delivery.objects.filter(pk=pk, subscription__in=visible).select_related("subscription").first()
    if row is None:
        raise Missing("hook.delivery_missing", _("There is no such delivery, or not for you."))
    return row


def events_of(*, subscription: Subscription) -> QuerySet[Event]:
    """Return the events a subscription is told of: of dossiers in which its body has a part, and no other."""
    part = Part.objects.filter(dossier=OuterRef("dossier"), body=subscription.body_id)
    rows = Event.objects.filter(Exists(part), dossier__is_imported=False)
    return rows.filter(kind__in=subscription.kinds) if subscription.kinds else rows


def untold(*, subscription: Subscription, after: int) -> QuerySet[Event]:
    """Return the events beyond `after` that have no delivery yet, oldest first."""
    known = Delivery.objects.filter(subscription=subscription, event=OuterRef("pk"))
    rows = events_of(subscription=subscription).filter(pk__gt=max(after, subscription.after))
    return rows.filter(~Exists(known)).order_by("pk")


def payload_of(*, delivery: Delivery) -> Mapping[str, Any]:
    """Return what is sent: codes, kinds, bodies and times. No name, no number of a person, no written reason."""
    identifier, event = identifier_of(delivery=delivery), delivery.event
    if event is None:
        return {"id": identifier, "type": "test", "sent_for": delivery.subscription.name}
    dossier = event.dossier
    return {
        "id": identifier,
        "type": f"dossier.{event.kind}",
        "event": {
            "sequence": event.sequence,
            "kind": event.kind,
            "at": _moment(event.at),
            "body": event.body.code if event.body else "",
        },
        "dossier": {
            "reference": dossier.reference,
            "code": dossier.code or "",
            "procedure": dossier.version.procedure.code,
            "channel": dossier.channel,
            "status": dossier.status,
            "events": dossier.sequence,
            "received": _code(dossier.received_body),
            "competent": _code(dossier.competent_body),
            "returned": _code(dossier.returned_body),
            "holder": _code(dossier.holder),
            "due_at": _moment(dossier.due_at),
        },
    }


def identifier_of(*, delivery: Delivery) -> str:
    """Return what stays the same over all tries of a delivery."""
    return f"{delivery.subscription_id}-{delivery.pk}"


def due_deliveries(*, now: datetime, most: int) -> list[Delivery]:
    """Return the deliveries whose time has come, of active subscriptions, with all that is sent of them."""
    rows = Delivery.objects.filter(
        state=Delivery.State.WAITING, next_at__lte=now, subscription__is_active=True
    ).select_related(
        "subscription", "event__body", "event__dossier__version__procedure", "event__dossier__received_body",
        "event__dossier__competent_body", "event__dossier__returned_body", "event__dossier__holder",
    )  # fmt: skip
    return list(rows.order_by("subscription", "pk")[:most])


def _code(body: Body | None) -> str:
    return body.code if body else ""


def _moment(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat() if at else None
