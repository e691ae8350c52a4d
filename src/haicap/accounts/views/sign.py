"""Signing in and out, with the second factor where a person has one."""

from typing import Any

from django.contrib.auth import login
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haicap.accounts import actions, factor
from haicap.accounts.forms import CodeForm, SignInForm
from haicap.kernel.access import public, signed_in
from haicap.kernel.errors import Refusal, Refused
from haicap.kernel.http import Request
from haicap.kernel.middleware import refusal_page

PENDING = "pending_person"


class LockedOut(Refused):
    """Too many wrong passwords (HTTP 429)."""

    status = 429


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Answer somebody who tried too many passwords."""
    sentence = _("Too many wrong passwords. Wait 15 minutes, or ask the administrator for a new password.")
    return refusal_page(request, LockedOut("signin.locked", sentence))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url("ui:home")


@public
@sensitive_post_parameters("password")
def sign_in(request: Request) -> HttpResponse:
    """Ask for user name and password. Public: this is the way in."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.check_password(request=request, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            if factor.is_enrolled(person=person):
                request.session.cycle_key()
                request.session[PENDING] = [person.pk, _next(request)]
                return redirect("accounts:second-factor")
            login(request, person, backend="django.contrib.auth.backends.ModelBackend")
            actions.note_sign_in(person=person)
            return redirect(_next(request))
    if getattr(request, "axes_locked_out", False):
        return locked_out(request)
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@public
def second_factor(request: Request) -> HttpResponse:
    """Ask for the code, after the password was right. Public: the person is not signed in yet."""
    person_id, target = request.session.get(PENDING, (None, ""))
    if person_id is None:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.check_code(person_id=person_id, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            login(request, person, backend="django.contrib.auth.backends.ModelBackend")
            actions.note_sign_in(person=person)
            return redirect(target)
    return render(
        request, "accounts/second_factor.html", {"form": form}, status=422 if form.errors else 200
    )


@signed_in
@require_POST
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    end_session(request)
    return redirect("accounts:sign-in")
