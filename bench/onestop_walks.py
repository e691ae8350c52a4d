"""What one process of the one-stop bench does: transitions by haicap's actions or by bare SQL, reads likewise."""

import json
import os
import random
import secrets
import time
from datetime import UTC, datetime
from typing import Any

ROUND = ("assigned", "drafted", "approved", "sent_back")  # leads back to where it began
_LOCK = "SELECT * FROM onestop_dossier WHERE id = %s FOR UPDATE"
_TELL = (
    "INSERT INTO onestop_event (dossier_id, sequence, at, kind, person_id, body_id, payload, key, previous, digest)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_KEEP = "UPDATE onestop_dossier SET assignee_id = %s, sequence = %s, digest = %s, life = %s WHERE id = %s"


_start: list[Any] = []  # a barrier, where several clients begin together


def share(barrier: Any) -> None:
    """Keep the barrier at which this process waits for the others before it is measured."""
    _start.append(barrier)


def ready() -> None:
    """Wait until every client has its connection and its code loaded."""
    for barrier in _start:
        barrier.wait()


def setup() -> None:
    """Make this process ready for the ORM."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    import django

    django.setup()


def haicap_transitions(keys: list[tuple[int, int]], count: int, person: int) -> list[float]:
    """Do `count` things to dossiers (key, competent body) by the real actions; returns seconds of each."""
    setup()
    from haicap.kernel.access import Actor, Role
    from haicap.onestop.actions.dossiers import act
    from haicap.onestop.models import Dossier
    from haicap.onestop.permissions import DEFAULTS
    from haicap.onestop.rules.lifecycle import Kind

    roles = (Role.SPECIALIST, Role.SIGNER, Role.CLERK)
    allowed = frozenset[str]().union(*(DEFAULTS[role] for role in roles))
    payloads: dict[str, dict[str, Any]] = {
        "assigned": {"to": person}, "drafted": {"result": "granted"}, "sent_back": {"reason": "Sửa"},
    }  # fmt: skip
    times: list[float] = []
    chance = random.Random(keys[0][0])
    while len(times) < count + len(ROUND):
        if len(times) == len(ROUND):  # the first round opens the connection
            ready()
        key, body = chance.choice(keys)
        actor = Actor(
            person_id=person, name="Cán bộ mẫu", roles=frozenset(roles), permissions=allowed, body_id=body
        )
        dossier = Dossier(pk=key)
        for kind in ROUND:
            begun = time.perf_counter()
            act(actor=actor, dossier=dossier, kind=Kind(kind), payload=payloads.get(kind))
            times.append(time.perf_counter() - begun)
    return times[len(ROUND) :]


def bare_transitions(keys: list[tuple[int, int]], count: int, person: int) -> list[float]:
    """Write the same rows by three prepared statements and a commit each; no rule, no seal, no model."""
    import psycopg
    from psycopg.types.json import set_json_loads

    times: list[float] = []
    chance = random.Random(keys[0][0])
    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"]) as connection:
        set_json_loads(lambda text: text, connection)
        cursor = connection.cursor(row_factory=psycopg.rows.dict_row)
        while len(times) < count + len(ROUND):
            if len(times) == len(ROUND):
                ready()
            key, body = chance.choice(keys)
            for kind in ROUND:
                begun = time.perf_counter()
                row = cursor.execute(_LOCK, (key,)).fetchone()
                if row is None:
                    raise RuntimeError("no such dossier")
                digest, sequence, at = secrets.token_hex(32), row["sequence"] + 1, datetime.now(UTC)
                cursor.execute(
                    _TELL,
                    (key, sequence, at, kind, person, body, '{"to": 1}', None, row["digest"], digest),
                )
                life = row["life"] if isinstance(row["life"], str) else bytes(row["life"]).decode()
                cursor.execute(_KEEP, (person, sequence, digest, life, key))
                connection.commit()
                times.append(time.perf_counter() - begun)
    return times[len(ROUND) :]


def _statements(person: int) -> list[tuple[str, tuple[Any, ...]]]:
    """Return the SQL of the work list as the page asks it: exact count and first page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        work_list(person)
    return [(one["sql"], ()) for one in asked if "onestop_dossier" in one["sql"]]


def work_list(person: int) -> int:
    """Read the list that waits for a person with its exact count, as the page does; returns the count."""
    from django.core.paginator import Paginator

    from haicap.accounts.models import Person
    from haicap.accounts.queries import actor_of
    from haicap.onestop.queries import lists

    actor = _actors.get(person) or actor_of(person=Person.objects.get(pk=person))
    _actors[person] = actor
    page = Paginator(lists.by_due(lists.waiting_for(actor=actor)), 50).get_page(1)
    lists.lines_of(rows=page.object_list)
    return page.paginator.count


_actors: dict[int, Any] = {}


def haicap_lists(person: int, count: int) -> list[float]:
    """Read the work list `count` times through the query functions."""
    setup()
    work_list(person)
    return _timed(lambda: work_list(person), count)


def bare_lists(person: int, count: int) -> list[float]:
    """Send the same SQL without the ORM and fetch all rows."""
    setup()
    import psycopg

    statements = _statements(person)
    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"], autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)

        def read() -> None:
            for sql, _values in statements:
                cursor.execute(sql.encode()).fetchall()

        return _timed(read, count)


def haicap_tracking(references: list[str], count: int) -> list[float]:
    """Read what the public tracking page shows of random dossiers through its query."""
    setup()
    from haicap.onestop.queries.tracking import tracked

    chance = random.Random(count)
    return _timed(lambda: tracked(reference=chance.choice(references)), count)


def bare_tracking(references: list[str], count: int) -> list[float]:
    """Send the same SQL of the tracking page without the ORM."""
    setup()
    import psycopg
    from django.db import connection as own
    from django.test.utils import CaptureQueriesContext

    from haicap.onestop.queries.tracking import tracked

    sample = references[0]
    with CaptureQueriesContext(own) as asked:
        row = tracked(reference=sample).dossier.pk
    texts = [one["sql"] for one in asked]
    chance = random.Random(count)
    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"], autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        keys: dict[str, int] = dict(
            cursor.execute(
                "SELECT reference, id FROM onestop_dossier WHERE reference = ANY(%s)", [references]
            ).fetchall()
        )

        def read() -> None:
            wanted = chance.choice(references)
            for text in texts:
                sql = text.replace(sample, wanted).replace(f"= {row}", f"= {keys[wanted]}")
                cursor.execute(sql.encode()).fetchall()

        return _timed(read, count)


def _timed(read: Any, count: int) -> list[float]:
    for _warm in range(3):
        read()
    ready()
    times: list[float] = []
    for _turn in range(count):
        begun = time.perf_counter()
        read()
        times.append(time.perf_counter() - begun)
    return times


def prepare_users() -> dict[str, Any]:
    """Return who reads, two cookies (signed in; a citizen's session) and references to track."""
    setup()
    from types import SimpleNamespace

    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import Client

    from haicap.accounts.models import Person
    from haicap.onestop.models import Dossier
    from haicap.onestop.views import citizen

    person = Person.objects.get(username="can.bo.do")
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    newest = Dossier.objects.order_by("-pk").values_list("reference", flat=True)
    references = list(newest[:2000:7])
    session = SessionStore()
    session.create()
    holder: Any = SimpleNamespace(session=session)
    citizen.keep_open(holder, reference=references[0])
    session.save()
    name = settings.SESSION_COOKIE_NAME
    running = Dossier.objects.filter(status=4, competent_body=person.body).count()
    return {
        "person": person.pk, "running": running, "references": references,
        "cookie": f"{name}={client.cookies[name].value}", "citizen": f"{name}={session.session_key}",
        "verified": verified(references[:50]),
    }  # fmt: skip


def verified(references: list[str]) -> int:
    """Replay the ledgers of some copies and compare; returns how many were whole, raises where one is not."""
    from haicap.onestop.models import Dossier
    from haicap.onestop.rules.lifecycle import Happening, Kind, digest, replay

    for row in Dossier.objects.filter(reference__in=references).prefetch_related("events__body"):
        previous, told = "0" * 64, []
        for event in row.events.order_by("sequence").select_related("body"):
            happening = Happening(
                kind=Kind(event.kind), at=event.at, body=event.body.code if event.body else "",
                person=event.person_id, payload=event.payload,
            )  # fmt: skip
            seal = digest(
                reference=row.reference, sequence=event.sequence, at=event.at, kind=event.kind,
                body=happening.body, person=event.person_id, payload=event.payload, previous=previous,
            )  # fmt: skip
            if seal != event.digest:
                raise RuntimeError(f"the seal of {row.reference} is broken")
            previous = seal
            told.append(happening)
        if replay(events=told).to_json() != row.life or previous != row.digest:
            raise RuntimeError(f"{row.reference} is not what its ledger makes of it")
    return len(references)


def dump() -> None:
    """Print who reads as JSON."""
    print(json.dumps(prepare_users()))
