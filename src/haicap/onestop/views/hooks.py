"""Webhooks: who is told, what was sent and what was answered."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of
from haicap.onestop import permissions
from haicap.onestop.actions import hooks as actions
from haicap.onestop.forms.hooks import HookForm, PeriodForm
from haicap.onestop.models import Delivery, Subscription
from haicap.onestop.queries import hooks as queries
from haicap.onestop.rules import hooks as rules
from haicap.onestop.texts.exchange import told_answer

SHOWN = "onestop_hook_secret"
STATE_COLOURS = {"waiting": "blue", "done": "green", "failed": "red"}


@needs(permissions.HOOK_WRITE)
def hooks(request: Request) -> HttpResponse:
    """List webhooks with what waits, arrived and was given up; add one."""
    bodies = list(queries.bodies_for(actor=request.actor))
    form = HookForm(request.POST or None, bodies=bodies)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            body = next(row for row in bodies if row.code == data["body"])
            added = actions.add_subscription(
                actor=request.actor, name=data["name"], body=body, url=data["url"], kinds=data["kinds"]
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            request.session[SHOWN] = [added.subscription.pk, added.secret]
            return redirect("onestop:hook", added.subscription.pk)
    rows = queries.subscriptions_for(actor=request.actor)
    context = {"page": page_of(rows, request), "form": form}
    return render(request, "onestop/hooks.html", context, status=422 if form.errors else 200)


def _context(request: Request, row: Subscription, form: PeriodForm | None = None) -> dict[str, Any]:
    state = request.GET.get("state", "")
    page = page_of(queries.deliveries_for(actor=request.actor, subscription=row, state=state), request)
    today = timezone.localdate()
    return {
        "row": row,
        "page": page,
        "lines": [_line(delivery) for delivery in page.object_list],
        "period": form or PeriodForm(initial={"start": today - timedelta(days=1), "end": today}),
        "state": state,
        "headers": (rules.ID, rules.TIMESTAMP, rules.SIGNATURE),
    }


def _line(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "identifier": queries.identifier_of(delivery=delivery),
        "answer": told_answer(delivery.answer),
        "colour": STATE_COLOURS[delivery.state],
    }


@needs(permissions.HOOK_WRITE)
@never_cache
def hook(request: Request, pk: int) -> HttpResponse:
    """Show a webhook with its deliveries; its secret only right after it was added."""
    row = queries.subscription_for(actor=request.actor, pk=pk)
    context = _context(request, row)
    held = request.session.pop(SHOWN, None)
    if held and held[0] == pk:
        context["secret"] = held[1]
    return render(request, "onestop/hook.html", context)


@needs(permissions.HOOK_WRITE)
@require_POST
def test(request: Request, pk: int) -> HttpResponse:
    """Send a delivery that tells of nothing."""
    row = queries.subscription_for(actor=request.actor, pk=pk)
    actions.send_test(actor=request.actor, subscription=row)
    messages.success(request, _("A test is on its way; its answer stands below in a few seconds."))
    return redirect("onestop:hook", pk)


@needs(permissions.HOOK_WRITE)
@require_POST
def pause(request: Request, pk: int) -> HttpResponse:
    """Pause a webhook, or go on."""
    row = queries.subscription_for(actor=request.actor, pk=pk)
    given = request.POST.get("revision", "")
    actions.set_active(
        actor=request.actor,
        subscription=row,
        active=not row.is_active,
        revision_seen=int(given) if given.isdecimal() else 0,
    )
    messages.success(request, _("The webhook goes on.") if row.is_active else _("The webhook is paused."))
    return redirect("onestop:hook", pk)


@needs(permissions.HOOK_WRITE)
@require_POST
def replay(request: Request, pk: int) -> HttpResponse:
    """Send the deliveries of a period again."""
    row = queries.subscription_for(actor=request.actor, pk=pk)
    form = PeriodForm(request.POST)
    if form.is_valid():
        try:
            count = actions.replay_period(
                actor=request.actor,
                subscription=row,
                start=_begin(form.cleaned_data["start"]),
                end=_begin(form.cleaned_data["end"] + timedelta(days=1)),
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            sentence = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", count)
            messages.success(request, sentence % {"count": count})
            return redirect("onestop:hook", pk)
    return render(request, "onestop/hook.html", _context(request, row, form), status=422)


def _begin(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@needs(permissions.HOOK_WRITE)
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Send one delivery again."""
    delivery = queries.delivery_for(actor=request.actor, pk=pk)
    actions.replay(actor=request.actor, delivery=delivery)
    messages.success(request, _("The delivery is sent again, with the same id."))
    return redirect("onestop:hook", delivery.subscription_id)
