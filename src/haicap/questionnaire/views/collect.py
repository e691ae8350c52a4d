"""The forms to fill in: the list with drafts and queue, the page of a form, and what makes both work without a line."""

from pathlib import Path
from typing import Any

from csp.constants import SELF
from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from haicap.accounts.models import Person
from haicap.kernel.access import needs, public, signed_in
from haicap.kernel.http import Request
from haicap.questionnaire.present.form_page import form_out
from haicap.questionnaire.queries import offered
from haicap.questionnaire.rules.xlsform import EN, VI
from haicap.questionnaire.texts.form_page import list_texts, page_texts

SCOPE = "/questionnaire/"


def form_page(request: Request, answer: HttpResponse) -> HttpResponse:
    """Mark a page that is kept on the device for its person; it alone may compile WebAssembly, with which the form
    engine parses XPath, and show files that were not sent yet.
    """
    answer["X-Haicap-Person"] = str(request.actor.person_id)
    answer["Cache-Control"] = "private, no-cache"
    answer._csp_update = {  # type: ignore[attr-defined]  # django-csp
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
    }
    return answer


def _languages() -> dict[str, str]:
    english = (get_language() or "vi").startswith("en")
    return {"locale": "en" if english else "vi", "language": EN if english else VI}


@needs("questionnaire.submission:fill")
@require_GET
def collect(request: Request) -> HttpResponse:
    """List the forms to fill in; drafts, queue and what was sent come from the device, by the page's script."""
    forms = [form_out(offer) for offer in offered.offers_for(actor=request.actor)]
    config = {
        "person": request.actor.person_id,
        "forms": forms,
        "report": reverse("questionnaire:mine") if request.actor.may("questionnaire.report:own") else "",
        "texts": list_texts(),
        **_languages(),
    }
    return form_page(request, render(request, "questionnaire/collect.html", {"config": config}))


@signed_in
@require_GET
def collect_form(request: Request, form_id: int) -> HttpResponse:
    """The page of one form: a new one, a draft, or a submission to correct; the address says which to the script."""
    form = offered.form_for_page(actor=request.actor, pk=form_id)
    offer = offered.offer_of(actor=request.actor, form=form, draft="draft" in request.GET)
    person = request.user if isinstance(request.user, Person) else Person()
    config: dict[str, Any] = {
        "person": request.actor.person_id,
        "username": person.username,
        "email": person.email,
        "phone": person.phone,
        "form": form_out(offer),
        "texts": page_texts() | list_texts(),
        **_languages(),
    }
    context = {"form_row": form, "offer": offer, "config": config}
    answer = form_page(request, render(request, "questionnaire/collect_form.html", context))
    if offer.version.state == "draft":
        del answer["X-Haicap-Person"]  # a form that is tried is not kept on the device
    return answer


@public
@require_GET
def service_worker(request: Request) -> HttpResponse:
    """The script that keeps the form pages; public, since it holds nothing of anybody and browsers fetch it by
    themselves, also after the session ended."""
    path = finders.find("ui/sw.js")
    source = Path(str(path)).read_bytes() if path else b""
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return HttpResponse(source, content_type="text/javascript; charset=utf-8", headers=headers)


@public
@require_GET
def manifest(request: Request) -> JsonResponse:
    """What the device needs to install the form pages as an app; public, browsers fetch it without the session."""
    icons = [
        {
            "src": static(f"ui/images/app-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": use,
        }
        for size in (192, 512)
        for use in ("any", "maskable")
    ]
    given = {
        "id": SCOPE,
        "name": _("haicap: forms to fill in"),
        "short_name": "haicap",
        "lang": get_language() or "vi",
        "start_url": reverse("questionnaire:collect"),
        "scope": SCOPE,
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#8e1b22",
        "icons": icons,
    }
    answer = JsonResponse(given, content_type="application/manifest+json")
    answer["Cache-Control"] = "no-cache"
    return answer
