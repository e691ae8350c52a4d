"""The worker's part in webhooks: deliveries made for new events, and sent.

An event's key is given when it is written, not when its transaction commits, so a key may appear after greater ones.
Each look at the ledger therefore begins at what had been seen WINDOW before the look that came before it: whatever was
written by then, in a transaction shorter than WINDOW, that earlier look has seen. Nothing is lost, however long
the worker was away, and the constraint on deliveries lets nothing be told twice.
"""

import random
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from time import monotonic
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from haicap.onestop.models import Delivery, Dispatch, Event, Subscription
from haicap.onestop.queries.hooks import due_deliveries, identifier_of, payload_of, untold
from haicap.onestop.rules import hooks

WINDOW, MARK_EVERY = timedelta(minutes=10), timedelta(seconds=30)
PAGE, MOST_AT_ONCE, THREADS, MOST_ANSWER = 1000, 200, 8, 300
PATIENCE = 30.0  # seconds for one subscription in one round
Resolve = Callable[[str, int], Iterable[str]]


@transaction.atomic
def dispatch(*, now: datetime | None = None) -> int:
    """Make deliveries for what happened since the last time; return how many."""
    if not Subscription.objects.exists():
        return 0
    moment = now or timezone.now()
    Dispatch.objects.get_or_create(pk=1)
    row = Dispatch.objects.select_for_update().get(pk=1)
    last = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    sure = _time(row.marks[-1][0]) - WINDOW if row.marks else moment
    after = max((key for at, key in row.marks if _time(at) <= sure), default=0)
    made = 0
    for subscription in Subscription.objects.all():  # a paused one is told when it goes on
        made += _deliver(subscription, after, moment)
    if not _is_quiet(row.marks, moment, last):
        row.marks = _marks(row.marks, moment, last)
        row.save(update_fields=["marks"])
    return made


def _is_quiet(marks: list[list[Any]], moment: datetime, last: int) -> bool:
    """Say whether nothing happened since a recent mark; without a new one the next look only goes further back."""
    return bool(marks) and marks[-1][1] == last and moment - _time(marks[-1][0]) < MARK_EVERY


def _deliver(subscription: Subscription, after: int, moment: datetime) -> int:
    made = 0
    while True:
        keys = list(untold(subscription=subscription, after=after).values_list("pk", flat=True)[:PAGE])
        Delivery.objects.bulk_create(
            (Delivery(subscription=subscription, event_id=key, next_at=moment) for key in keys),
            ignore_conflicts=True,
        )
        made += len(keys)
        if len(keys) < PAGE:
            return made


def _marks(marks: list[list[Any]], moment: datetime, last: int) -> list[list[Any]]:
    """Add the mark of this look; of the others keep one every MARK_EVERY, and one that is older than WINDOW."""
    kept = marks[:-1] if len(marks) > 1 and _time(marks[-1][0]) - _time(marks[-2][0]) < MARK_EVERY else marks
    rows = [*kept, [moment.isoformat(), last]]
    old = [mark for mark in rows if _time(mark[0]) <= moment - WINDOW]
    return old[-1:] + [mark for mark in rows if _time(mark[0]) > moment - WINDOW]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try: `status` 0 where there was no answer at all, and then `answer` says why."""

    status: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A delivery as a thread needs it, without the database."""

    pk: int
    tries: int
    url: str
    body: bytes
    identifier: str
    secret: str


def send(*, now: datetime | None = None, chance: Callable[[], float] = random.random) -> Mapping[str, int]:
    """Send what is due, one after the other for each subscription; return how many arrived and how many did not.

    The threads only speak HTTP; what came of it is written here. If the worker dies in between, a delivery is sent
    again with the same id.
    """
    moment = now or timezone.now()
    letters = [_letter(row) for row in due_deliveries(now=moment, most=MOST_AT_ONCE)]
    batches = [list(group) for _key, group in groupby(letters, key=lambda letter: letter.secret)]
    counts = {"delivered": 0, "failed": 0}
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        for outcomes in pool.map(_post_all, batches):
            for letter, outcome in outcomes:
                arrived = _note(letter, outcome, chance)
                counts["delivered" if arrived else "failed"] += 1
    return counts


def _letter(row: Delivery) -> _Letter:
    return _Letter(
        pk=row.pk,
        tries=row.tries,
        url=row.subscription.url,
        body=hooks.encode(payload_of(delivery=row)),
        identifier=identifier_of(delivery=row),
        secret=row.subscription.secret,
    )


def _post_all(letters: list[_Letter]) -> list[tuple[_Letter, Outcome]]:
    """Send the letters of one subscription; one that does not answer at all leaves the others for later."""
    found, end = [], monotonic() + PATIENCE
    for letter in letters:
        outcome = post(url=letter.url, body=letter.body, identifier=letter.identifier, secret=letter.secret)
        found.append((letter, outcome))
        if not outcome.status or monotonic() > end:
            break
    return found


def _note(letter: _Letter, outcome: Outcome, chance: Callable[[], float]) -> bool:
    arrived, now, tries = hooks.is_delivered(status=outcome.status), timezone.now(), letter.tries + 1
    values: dict[str, Any] = {"tries": tries, "answer": outcome.answer[:MOST_ANSWER]}
    if arrived:
        values |= {"state": Delivery.State.DONE, "done_at": now}
    elif tries >= settings.HAICAP_HOOK_TRIES:
        values |= {"state": Delivery.State.FAILED, "done_at": now}
    else:
        values["next_at"] = now + timedelta(seconds=hooks.wait(tries=tries, chance=chance()))
    Delivery.objects.filter(pk=letter.pk, state=Delivery.State.WAITING).update(**values)
    return arrived


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def post(*, url: str, body: bytes, identifier: str, secret: str, resolver: Resolve = resolve) -> Outcome:
    """Send one delivery. The name is resolved once and that address is connected to, so a name that changes its
    address between the check and the connection leads nowhere else; redirects and proxies are not followed.
    """
    try:
        target = hooks.target_of(url=url, allow_http=settings.HAICAP_HOOK_HTTP)
        address = _address(target, resolver)
        sealed = hooks.headers(identifier=identifier, secret=secret, at=timezone.now(), body=body)
        return _exchange(target, address, body, sealed)
    except hooks.BadAddress as bad:
        return Outcome(status=0, answer=bad.code)
    except httpx.TimeoutException:
        return Outcome(status=0, answer="timeout")
    except (httpx.HTTPError, ssl.SSLError, OSError, ValueError) as error:
        return Outcome(status=0, answer=type(error).__name__)


def _address(target: hooks.Target, resolver: Resolve) -> str:
    try:
        addresses = list(resolver(target.host, target.port))
    except (OSError, UnicodeError):
        raise hooks.BadAddress("hook.unknown") from None
    if not addresses:
        raise hooks.BadAddress("hook.unknown")
    if not settings.HAICAP_HOOK_PRIVATE and not all(hooks.is_public(address=one) for one in addresses):
        raise hooks.BadAddress("hook.private")
    return addresses[0]


def _exchange(target: hooks.Target, address: str, body: bytes, sealed: Mapping[str, str]) -> Outcome:
    netloc = f"[{address}]" if ":" in address else address
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.scheme == "https" else 80
    headers = {**sealed, "Host": host if target.port == usual else f"{host}:{target.port}"}
    limit = settings.HAICAP_HOOK_TIMEOUT
    with (
        httpx.Client(timeout=limit, follow_redirects=False, trust_env=False, verify=_authorities()) as client,
        client.stream(
            "POST",
            f"{target.scheme}://{netloc}:{target.port}{target.path}",
            content=body,
            headers=headers,
            extensions={"sni_hostname": target.host},
        ) as response,
    ):
        return Outcome(
            status=response.status_code, answer=f"{response.status_code} {_beginning(response)}".strip()
        )


def _authorities() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    if settings.HAICAP_HOOK_CA:
        context.load_verify_locations(cafile=settings.HAICAP_HOOK_CA)
    return context


def _beginning(response: httpx.Response) -> str:
    """Return the first signs of an answer; a receiver that sends without end is cut off."""
    found, end = b"", monotonic() + float(settings.HAICAP_HOOK_TIMEOUT)
    for piece in response.iter_raw(chunk_size=1024):
        found += piece
        if len(found) >= MOST_ANSWER or monotonic() > end:
            break
    text = found[:MOST_ANSWER].decode("utf-8", errors="replace")
    return "".join(sign if sign.isprintable() else " " for sign in text)


def forget(*, older: timedelta = timedelta(days=90), most: int = 5000) -> int:
    """Remove deliveries that are long done; return how many."""
    past = timezone.now() - older
    keys = Delivery.objects.filter(done_at__lt=past).exclude(state=Delivery.State.WAITING).values_list("pk")
    return Delivery.objects.filter(pk__in=[key for (key,) in keys[:most]]).delete()[0]
