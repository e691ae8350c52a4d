"""Signing in and out, with the second factor where a person has one."""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth import logout as end_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from haicap.accounts import actions, factor
from haicap.accounts.forms import CodeForm, SignInForm
from haicap.accounts.models import Person
from haicap.accounts.views.guard import FACTOR_AT
from haicap.kernel.access import public, signed_in
from haicap.kernel.errors import Refusal, Refused
from haicap.kernel.http import Request
from haicap.kernel.middleware import refusal_page

PENDING = "pending_person"
PENDING_FOR = 10 * 60  # seconds between the password and the code


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


def _enter(request: Request, person: Person, *, target: str, by_factor: bool) -> HttpResponse:
    """Begin the session of `person` and lead on."""
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    if by_factor:
        request.session[FACTOR_AT] = time.time()
    actions.note_sign_in(person=person)
    answer = redirect(target)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, samesite="Lax")
    return answer


@public
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: Request) -> HttpResponse:
    """Ask for user name and password. Public: this is the way in."""
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.check_password(request=request, **form.cleaned_data)
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            if not factor.is_enrolled(person_id=person.pk):
                return _enter(request, person, target=_next(request), by_factor=False)
            request.session.cycle_key()
            request.session[PENDING] = [
                person.pk,
                person.get_session_auth_hash(),
                _next(request),
                time.time(),
            ]
            return redirect("accounts:second-factor")
    if getattr(request, "axes_locked_out", False):
        return locked_out(request)
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": _next(request)}, status=status)


@public
@never_cache
def second_factor(request: Request) -> HttpResponse:
    """Ask for the code, after the password was right. Public: the person is not signed in yet."""
    person_id, password_mark, target, at = request.session.get(PENDING, (None, "", "", 0.0))
    if person_id is None or time.time() - at > PENDING_FOR:
        return redirect("accounts:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.check_code(person_id=person_id, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            del request.session[PENDING]
            if not constant_time_compare(password_mark, person.get_session_auth_hash()):
                return redirect("accounts:sign-in")
            return _enter(request, person, target=target, by_factor=True)
    context = {"form": form}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@signed_in
@never_cache
def factor_again(request: Request) -> HttpResponse:
    """Ask for a code again, before something that needs a recent one."""
    if not factor.is_enrolled(person_id=request.actor.person_id):
        return redirect(_next(request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and request.actor.person_id is not None:
        try:
            actions.check_code(person_id=request.actor.person_id, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            request.session[FACTOR_AT] = time.time()
            return redirect(_next(request))
    context = {"form": form, "is_again": True, "next": _next(request)}
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    actions.note_sign_out(actor=request.actor)
    end_session(request)
    return redirect("accounts:sign-in")
