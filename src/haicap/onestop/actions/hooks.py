"""What people do with webhooks: keep them, test them, have deliveries sent again."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit, revision
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.models import Delivery, Event, Subscription
from haicap.onestop.queries.hooks import bodies_for, deliveries_for, events_of
from haicap.onestop.rules import hooks
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.texts.exchange import BAD_ADDRESS
from haicap.register.models import Body

MOST_REPLAYED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A new subscription and its secret, which is shown once."""

    subscription: Subscription
    secret: str


def _url(url: str) -> str:
    try:
        target = hooks.target_of(url=url, allow_http=settings.HAICAP_HOOK_HTTP)
        try:
            private = not hooks.is_public(address=target.host)
        except ValueError:  # a name; it is resolved and judged each time before sending
            private = target.host == "localhost" or target.host.endswith(
                (".localhost", ".local", ".internal")
            )
        if private and not settings.HAICAP_HOOK_PRIVATE:
            raise hooks.BadAddress("hook.private")
    except hooks.BadAddress as bad:
        raise Refused(bad.code, BAD_ADDRESS[bad.code], field="url") from bad
    return url.strip()


def _kinds(kinds: Iterable[str]) -> list[str]:
    wanted = sorted(set(kinds))
    if unknown := set(wanted) - set(Kind):
        raise Refused(
            "hook.kind", _("There is no event %(kind)s.") % {"kind": min(unknown)[:40]}, field="kinds"
        )
    return wanted


@transaction.atomic
def add_subscription(*, actor: Actor, name: str, body: Body, url: str, kinds: Iterable[str] = ()) -> Added:
    """Tell a system of `body` of events from now on; raises Refused, NotAllowed."""
    actor.must(permissions.HOOK_WRITE)
    if not bodies_for(actor=actor).filter(pk=body.pk).exists():
        raise NotAllowed("hook.other_body", _("You keep webhooks of your own body only."))
    if not nfc(name):
        raise Refused("hook.name", _("Nothing is filled in here yet. Fill it in."), field="name")
    secret = secrets.token_urlsafe(32)
    row = Subscription.objects.create(
        name=nfc(name)[:200],
        body=body,
        url=_url(url),
        secret=secret,
        kinds=_kinds(kinds),
        after=Event.objects.aggregate(last=Max("pk"))["last"] or 0,
    )
    audit.record(actor=actor, action="onestop.hook.added", subject=row, after=audit.snapshot(row))
    return Added(subscription=row, secret=secret)


@transaction.atomic
def set_active(*, actor: Actor, subscription: Subscription, active: bool, revision_seen: int) -> Subscription:
    """Pause a webhook, or go on; what happens in a pause is told afterwards. Raises Conflict."""
    actor.must(permissions.HOOK_WRITE)
    before = audit.snapshot(subscription, fields=["is_active"])
    revision.claim(subscription, revision=revision_seen)
    subscription.is_active = active
    subscription.save(update_fields=["is_active"])
    audit.record(
        actor=actor,
        action="onestop.hook.resumed" if active else "onestop.hook.paused",
        subject=subscription,
        before=before,
        after=audit.snapshot(subscription, fields=["is_active"]),
    )
    return subscription


@transaction.atomic
def send_test(*, actor: Actor, subscription: Subscription) -> Delivery:
    """Have the worker send a delivery that tells of nothing, to see whether it arrives."""
    actor.must(permissions.HOOK_WRITE)
    row = Delivery.objects.create(subscription=subscription, next_at=timezone.now())
    audit.record(actor=actor, action="onestop.hook.tested", subject=subscription)
    return row


@transaction.atomic
def replay(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Have one delivery sent again, with the same id."""
    actor.must(permissions.HOOK_WRITE)
    rows = deliveries_for(actor=actor, subscription=delivery.subscription)
    _again(list(rows.filter(pk=delivery.pk).values_list("pk", flat=True)))
    audit.record(actor=actor, action="onestop.hook.replayed", subject=delivery)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_period(*, actor: Actor, subscription: Subscription, start: datetime, end: datetime) -> int:
    """Have all events from `start` until before `end` sent (again); return how many. Raises Refused.

    What was told already keeps its id; what was never told, such as before the subscription began, is told now.
    """
    actor.must(permissions.HOOK_WRITE)
    if start >= end:
        raise Refused("hook.period", _("The end must lie after the beginning."), field="end")
    events = events_of(subscription=subscription).filter(at__gte=start, at__lt=end)
    keys = list(events.order_by("pk").values_list("pk", flat=True)[: MOST_REPLAYED + 1])
    if len(keys) > MOST_REPLAYED:
        raise Refused(
            "hook.too_many",
            _("More than %(most)s events: take a shorter period.") % {"most": MOST_REPLAYED},
            field="end",
        )
    now = timezone.now()
    Delivery.objects.bulk_create(
        (Delivery(subscription=subscription, event_id=key, next_at=now) for key in keys),
        ignore_conflicts=True,
        batch_size=500,
    )
    for first in range(0, len(keys), 500):
        rows = Delivery.objects.filter(subscription=subscription, event__in=keys[first : first + 500])
        _again(list(rows.values_list("pk", flat=True)))
    audit.record(
        actor=actor,
        action="onestop.hook.period_replayed",
        subject=subscription,
        after={"start": start, "end": end, "events": len(keys)},
    )
    return len(keys)


def _again(keys: list[int]) -> None:
    Delivery.objects.filter(pk__in=keys).update(
        state=Delivery.State.WAITING, tries=0, next_at=timezone.now(), done_at=None
    )
