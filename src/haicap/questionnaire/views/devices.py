"""Pages of devices: set one up, show its code, shut it out."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from haicap.accounts.views.guard import recent_factor
from haicap.campaign.queries import current_campaign_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.questionnaire import keys
from haicap.questionnaire.actions.keys import make_key, revoke_key
from haicap.questionnaire.forms import DeviceForm
from haicap.questionnaire.openrosa import setup
from haicap.questionnaire.queries.devices import key_for, keys_for, people_with_devices_for

PAGE = 50


@needs("questionnaire.key:own")
@require_http_methods(["GET", "POST"])
@recent_factor
def devices(request: Request) -> HttpResponse:
    """List devices; set up another."""
    campaign = current_campaign_for(actor=request.actor)
    people = people_with_devices_for(actor=request.actor)
    form = DeviceForm(
        request.POST or None,
        people=people,
        own=request.actor.person_id,
        others=request.actor.may("questionnaire.key:write"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            key = make_key(
                actor=request.actor, campaign=campaign, name=form.cleaned_data["name"], person=form.person()
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("questionnaire:device", key.pk)
    rows = keys_for(actor=request.actor, campaign=campaign)
    context = {
        "campaign": campaign,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "others": request.actor.may("questionnaire.key:write"),
    }
    return render(request, "questionnaire/devices.html", context, status=422 if form.errors else 200)


@needs("questionnaire.key:own")
@require_GET
@recent_factor
@never_cache
def device(request: Request, key_id: int) -> HttpResponse:
    """Show a device with the code that sets it up, as often as it is asked for."""
    key = key_for(actor=request.actor, pk=key_id)
    context = {"key": key, "others": request.actor.may("questionnaire.key:write")}
    if key.revoked_at is None:
        context |= {
            "qr": setup.device_qr(request, key),
            "url": setup.server_url(request, key),
            "plain_url": setup.plain_url(request, key),
            "username": keys.username_of(key),
            "password": keys.password_of(key),
        }
    return render(request, "questionnaire/device.html", context)


@needs("questionnaire.key:own")
@require_POST
def revoke(request: Request, key_id: int) -> HttpResponse:
    """Shut a device out."""
    key = revoke_key(actor=request.actor, key=key_for(actor=request.actor, pk=key_id))
    messages.success(
        request, _("%(name)s is shut out: it fetches and sends nothing any more.") % {"name": key.name}
    )
    return redirect("questionnaire:devices")
