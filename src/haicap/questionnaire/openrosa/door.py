"""Who calls: a device by its token, its user name and password, or a person by a session. One query for a device."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from haicap.accounts.queries import actor_of
from haicap.kernel.access import ANONYMOUS, Actor
from haicap.kernel.errors import Missing, NotAllowed, Refusal
from haicap.questionnaire import keys
from haicap.questionnaire.actions.taking import must_hold
from haicap.questionnaire.models import FieldKey, FormVersion
from haicap.questionnaire.openrosa import digest, errors, tries

VERSION = "HTTP_X_OPENROSA_VERSION"
TESTER = Actor(person_id=None, name="draft", permissions=frozenset({"questionnaire.submission:fill"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls and what stands before and behind the addresses they are given."""

    actor: Actor
    key: FieldKey | None = None
    draft: FormVersion | None = None
    language: str = settings.LANGUAGE_CODE
    prefix: str = ""  # "key/<token>/", "test/<token>/", or ""
    suffix: str = ""  # "?st=<token>" where the token came so
    remembered: keys.Holder | None = None  # what was known of the device; who acts on it must ask again
    token: str = ""


View = Callable[..., HttpResponse]


def openrosa(*, header: bool = True) -> Callable[[View], View]:
    """Make a view of (request, caller, ...) one that OpenRosa clients call: who calls, headers, refusals as XML.

    With `header`, a call without X-OpenRosa-Version: 1.0 is refused (400), as Central does.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: Any, token: str = "", draft: str = "", **kwargs: Any
        ) -> HttpResponse:
            with translation.override(settings.LANGUAGE_CODE):
                answer = _answered(request, view, header, token, draft, args, kwargs)
            return errors.finished(answer)

        guarded.door = "device"  # type: ignore[attr-defined]  # read by the sweep over all URLs
        guarded.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie opens it for a change
        return guarded

    return guard


def _answered(
    request: HttpRequest, view: View, header: bool, token: str, draft: str, args: Any, kwargs: Any
) -> HttpResponse:
    try:
        if header and request.META.get(VERSION) != "1.0":
            raise errors.BadCall(
                "openrosa.version",
                _("The request has no header X-OpenRosa-Version: 1.0."),
                details={"number": 400.6, "field": "X-OpenRosa-Version"},
            )
        caller = _caller(request, token, draft)
        translation.activate(caller.language)
        return view(request, caller, *args, **kwargs)
    except Refusal as refused:
        return errors.refusal(refused)


def _caller(request: HttpRequest, token: str, draft: str) -> Caller:
    if draft:
        return _tester(request, draft)
    if token:
        return _device(request, token, prefix=f"key/{token}/")
    if given := request.GET.get("st"):
        return _device(request, given, suffix=f"?st={given}")
    kind, _space, said = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "bearer":
        return _bearer(request, said.strip())
    if kind.lower() == "digest":
        return _by_digest(request, digest.parts(said))
    if kind.lower() == "basic" and (request.is_secure() or not settings.HTTPS):
        return _by_basic(request, said)
    actor = getattr(request, "actor", ANONYMOUS)
    if request.method in ("GET", "HEAD") and actor.is_signed_in:
        return Caller(actor=actor, language=request.user.language)  # type: ignore[union-attr]
    raise _unknown(request)


def _device(request: HttpRequest, token: str, *, prefix: str = "", suffix: str = "") -> Caller:
    """Return the device behind a token; for a submission, as it is remembered where it is: its taker asks again."""
    holder = keys.remembered(token=token) if request.method == "POST" else None
    if holder is not None:
        keys.note_use(holder.key)
        return Caller(
            actor=holder.actor, key=holder.key, language=holder.language, prefix=prefix, suffix=suffix,
            remembered=holder, token=token,
        )  # fmt: skip
    try:
        holder = must_hold(token)
    except NotAllowed:
        tries.count_wrong(request)
        raise
    return _held(holder, prefix=prefix, suffix=suffix)


def _held(holder: keys.Holder, *, prefix: str = "", suffix: str = "") -> Caller:
    keys.note_use(holder.key)
    return Caller(actor=holder.actor, key=holder.key, language=holder.language, prefix=prefix, suffix=suffix)


def _tester(request: HttpRequest, token: str) -> Caller:
    version = keys.draft_of(token=token)
    if version is None:
        tries.count_wrong(request)
        raise Missing(
            "draft.missing",
            _("This draft is not there any more: it was published or replaced. Set the device up again."),
            details={"number": 404.4},
        )
    return Caller(actor=TESTER, draft=version, prefix=f"test/{token}/")


def _bearer(request: HttpRequest, token: str) -> Caller:
    person = keys.person_of_session(token=token)
    if person is None:
        tries.count_wrong(request)
        raise _unknown(request)
    return Caller(actor=actor_of(person=person), language=person.language)


def _by_digest(request: HttpRequest, given: dict[str, str]) -> Caller:
    name = given.get("username", "")
    tries.must_have_tries(request, name=name)
    if not digest.is_fresh(given.get("nonce", "")):
        raise _unknown(request, stale=True)
    holder = keys.holder_named(username=name)
    method = request.method or ""
    right = holder is not None and digest.is_right(
        given, method=method, target=request.get_full_path(), password=lambda: keys.password_of(holder.key)
    )
    if holder is None or not right:
        tries.count_wrong(request, name=name)
        raise _unknown(request)
    return _held(holder)


def _by_basic(request: HttpRequest, said: str) -> Caller:
    try:
        name, _colon, password = base64.b64decode(said, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _unknown(request) from None
    tries.must_have_tries(request, name=name)
    holder = keys.holder_named(username=name)
    if holder is None or not constant_time_compare(keys.password_of(holder.key), password):
        tries.count_wrong(request, name=name)
        raise _unknown(request)
    return _held(holder)


def _unknown(request: HttpRequest, *, stale: bool = False) -> errors.Unknown:
    basic = (f'Basic realm="{digest.REALM}", charset="UTF-8"',) if request.is_secure() else ()
    return errors.Unknown(
        "openrosa.unknown",
        _("Sign in with the user name and password of this device; your page of devices shows them."),
        challenges=(digest.challenge(stale=stale), *basic),
    )
