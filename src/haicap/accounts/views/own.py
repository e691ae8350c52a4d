"""The own account: profile, password, second factor, notices."""

import io
import time

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haicap.accounts import actions, factor, queries
from haicap.accounts.forms import CodeForm, PasswordForm, ProfileForm
from haicap.accounts.views.guard import FACTOR_AT, recent_factor
from haicap.kernel.access import signed_in
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of


@signed_in
def profile(request: Request) -> HttpResponse:
    """Show and change the own telephone and e-mail."""
    person = queries.own(actor=request.actor)
    initial = {name: getattr(person, name) for name in ("phone", "email", "language", "revision")}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.change_profile(actor=request.actor, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal, revision=queries.own(actor=request.actor).revision)
        else:
            messages.success(request, _("Saved."))
            answer = redirect("accounts:profile")
            answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, samesite="Lax")
            return answer
    context = {
        "form": form,
        "person": person,
        "has_factor": factor.is_enrolled(person_id=person.pk),
        "codes_left": factor.codes_left(person_id=person.pk),
    }
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@signed_in
@recent_factor
@sensitive_post_parameters()
def password(request: Request) -> HttpResponse:
    """Change the own password; other sessions of the person end."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.change_password(
                actor=request.actor,
                current=form.cleaned_data["current"],
                password=form.cleaned_data["password"],
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            update_session_auth_hash(request, person)
            messages.success(request, _("The password is changed."))
            return redirect("accounts:profile")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@recent_factor
@never_cache
def enrol(request: Request) -> HttpResponse:
    """Enrol a second factor: show the key, take a code, show the recovery codes once."""
    person = queries.own(actor=request.actor)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factor.confirm(actor=request.actor, person=person, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            request.session[FACTOR_AT] = time.time()
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    device = factor.pending_device(person=person)
    key = device.config_url.partition("secret=")[2].partition("&")[0]
    context = {"form": form, "key": key}
    return render(request, "accounts/enrol.html", context, status=422 if form.errors else 200)


@signed_in
@recent_factor
@never_cache
def enrol_picture(request: Request) -> HttpResponse:
    """Draw the key being enrolled as a QR code."""
    device = factor.pending_device(person=queries.own(actor=request.actor))
    buffer = io.BytesIO()
    segno.make(device.config_url).save(buffer, kind="svg", scale=5, border=2, light="#fff")
    return HttpResponse(buffer.getvalue(), content_type="image/svg+xml")


@signed_in
@require_POST
@recent_factor
@never_cache
def recovery_codes(request: Request) -> HttpResponse:
    """Make new recovery codes and show them once."""
    if not factor.is_enrolled(person_id=request.actor.person_id):
        return redirect("accounts:enrol")
    codes = factor.renew_codes(actor=request.actor, person=queries.own(actor=request.actor))
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@signed_in
@require_POST
def unenrol(request: Request) -> HttpResponse:
    """Take the own second factor away, after a code of it."""
    try:
        actions.remove_own_factor(actor=request.actor, code=request.POST.get("code", ""))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The second factor is off."))
    return redirect("accounts:profile")


@signed_in
def notices(request: Request) -> HttpResponse:
    """List what the person was told."""
    rows = queries.notices_for(actor=request.actor)
    return render(request, "accounts/notices.html", {"page": page_of(rows, request)})


@signed_in
@require_POST
def notice_read(request: Request, notice_id: int) -> HttpResponse:
    """Mark one notice read; to htmx, answer with the notice as it is now."""
    notice = queries.notice_for(actor=request.actor, notice_id=notice_id)
    actions.mark_read(actor=request.actor, notice_id=notice_id)
    if not request.headers.get("HX-Request"):
        return redirect("accounts:notices")
    notice.refresh_from_db()
    return render(request, "accounts/notice.html", {"notice": notice})


@signed_in
@require_POST
def notices_read(request: Request) -> HttpResponse:
    """Mark all notices read."""
    actions.mark_read(actor=request.actor)
    return redirect("accounts:notices")
