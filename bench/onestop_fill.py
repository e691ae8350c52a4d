"""Fills a PostgreSQL database with consistent ledgers: real lives are led once, then copied by COPY and sealed anew."""

import base64
import hashlib
import io
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

OPEN_SHARE = 10  # one dossier in ten is open
_DOSSIER, _EVENT = "onestop_dossier", "onestop_event"
_PART, _APPLICANT = "onestop_part", "onestop_applicant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A dossier as COPY writes it, and its events as they are sealed; marks stand where copies differ."""

    reference: str
    code: str
    is_open: bool
    dossier: list[str]
    digest_at: int
    parts: list[list[str]]
    applicant: list[str]
    events: list[tuple[str, list[str], int, int]]


def prepare() -> None:
    """Migrate, load the register and the service, and lead three open and three ended lives per commune."""
    from django.core.management import call_command

    from haicap.accounts.actions import add_person
    from haicap.kernel.access import SYSTEM, Role
    from haicap.onestop.models import Centre
    from haicap.register.actions import load_province
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    call_command("onestop", "load", verbosity=0, stdout=io.StringIO())
    Centre.objects.filter(kind="city").update(opened_on=datetime(2025, 7, 1, tzinfo=UTC).date())
    body = Body.objects.filter(kind="commune_committee", unit__valid_to=None).order_by("code")[0]
    add_person(actor=SYSTEM, username="can.bo.do", full_name="Cán bộ mẫu", body=body, roles=[Role.SPECIALIST])
    _lead()


def _lead() -> None:
    from haicap.kernel.access import SYSTEM
    from haicap.onestop.actions import dossiers
    from haicap.onestop.models import Centre, ProcedureVersion
    from haicap.onestop.rules.lifecycle import Kind
    from haicap.register.models import Body

    centres = list(Centre.objects.filter(kind="city").select_related("body").order_by("code"))
    version = (
        ProcedureVersion.objects.filter(competent="address").select_related("procedure").order_by("pk")[0]
    )
    communes = Body.objects.filter(kind="commune_committee", unit__valid_to=None).select_related("unit")
    now = datetime.now(UTC).replace(microsecond=0)
    for number, body in enumerate(communes.order_by("code")):
        centre = centres[number % len(centres)]
        for life in range(6):
            at = now - timedelta(days=3 + life * 5, minutes=number)
            person = dossiers.Person(full_name=f"Người nộp mẫu {number}", unit=body.unit)
            row = dossiers.register(
                actor=SYSTEM, version=version, person=person, centre=centre, at=at, sample=True
            ).dossier
            receipt = dossiers.Receipt(competent=body)
            row = dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=centre, at=at)
            if life == 0:
                continue  # waits at the centre
            row = dossiers.act(
                actor=SYSTEM, dossier=row, kind=Kind.FORWARDED, body=centre.body, at=at + timedelta(hours=1)
            )
            if life > 2:
                dossiers.act(
                    actor=SYSTEM, dossier=row, kind=Kind.STOPPED, body=body, payload={"reason": "Mẫu"},
                    at=at + timedelta(days=2),
                )  # fmt: skip


def templates() -> list[Template]:
    """Read the lives back as COPY writes them."""
    import psycopg

    from haicap.onestop.models import Dossier

    found = []
    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"]) as connection:
        columns = {table: _columns(connection, table) for table in (_DOSSIER, _EVENT, _PART, _APPLICANT)}
        lines = {
            table: _lines(connection, table, columns[table], "id" if table == _DOSSIER else "dossier_id")
            for table in columns
        }
    events = _events_by_dossier()
    for row in Dossier.objects.order_by("pk"):
        place = {name: index for index, name in enumerate(columns[_EVENT])}
        told = [
            (text, line, place["previous"], place["digest"])
            for text, line in zip(events[row.pk], lines[_EVENT][row.pk], strict=True)
        ]
        found.append(
            Template(
                reference=row.reference, code=row.code or "", is_open=row.is_open,
                dossier=lines[_DOSSIER][row.pk][0], digest_at=columns[_DOSSIER].index("digest"),
                parts=lines[_PART][row.pk], applicant=lines[_APPLICANT][row.pk][0], events=told,
            )
        )  # fmt: skip
    return found


def _columns(connection: Any, table: str) -> list[str]:
    """Return the columns, the key of the dossier first, without keys that the database gives."""
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [table],
    ).fetchall()
    key = "id" if table == _DOSSIER else "dossier_id"
    return [key, *(name for (name,) in rows if name not in ("id", key))]


def _lines(connection: Any, table: str, columns: list[str], key: str) -> dict[int, list[list[str]]]:
    order = f"{key}, sequence" if table == _EVENT else key
    found: dict[int, list[list[str]]] = {}
    names = ", ".join(columns)
    with connection.cursor().copy(f"COPY (SELECT {names} FROM {table} ORDER BY {order}) TO STDOUT") as copy:
        text = b"".join(bytes(block) for block in copy).decode()
    for line in text.splitlines():
        cells = line.split("\t")
        found.setdefault(int(cells[0]), []).append(cells)
    return found


def _events_by_dossier() -> dict[int, list[str]]:
    """Return by dossier the texts that are sealed, with "\\0" where the digest before stands."""
    from haicap.onestop.models import Event

    found: dict[int, list[str]] = {}
    for event in Event.objects.select_related("dossier", "body").order_by("dossier", "sequence"):
        sealed = [
            event.dossier.reference, event.sequence,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"), event.kind,
            event.body.code if event.body else "", event.person_id, event.payload, "\0",
        ]  # fmt: skip
        text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        found.setdefault(event.dossier_id, []).append(text.replace("\\u0000", "\0"))
    return found


def copies(*, template: Template, first: int, numbers: range) -> Iterator[tuple[str, str, str, str]]:
    """Yield the COPY lines of dossier, parts, applicant and events of each copy; keys start at `first`."""
    for offset, number in enumerate(numbers):
        key = str(first + offset)
        mark = base64.b32encode(number.to_bytes(4, "big")).decode().rstrip("=")
        reference, code = f"{template.reference}{mark}", f"{template.code}.{mark}"
        previous, told = "0" * 64, []
        for text, line, before, after in template.events:
            sealed = text.replace(template.reference, reference).replace(template.code, code)
            digest = hashlib.sha256(sealed.replace("\0", previous).encode()).hexdigest()
            cells = [key, *line[1:]]
            cells[before], cells[after] = previous, digest
            told.append("\t".join(cells).replace(template.code, code))
            previous = digest
        cells = [key, *template.dossier[1:]]
        cells[template.digest_at] = previous
        dossier = "\t".join(cells).replace(template.reference, reference).replace(template.code, code)
        parts = "".join("\t".join([key, *part[1:]]) + "\n" for part in template.parts)
        applicant = "\t".join([key, *template.applicant[1:]]) + "\n"
        yield f"{dossier}\n", parts, applicant, "\n".join(told) + "\n"


def _pour(uri: str, columns: dict[str, list[str]], work: list[tuple[Template, int, range]]) -> int:
    import psycopg

    poured = 0
    with psycopg.connect(uri) as connection:
        for template, first, numbers in work:
            blocks: dict[str, list[str]] = {table: [] for table in (_DOSSIER, _PART, _APPLICANT, _EVENT)}
            for lines in copies(template=template, first=first, numbers=numbers):
                for table, text in zip(blocks, lines, strict=True):
                    blocks[table].append(text)
                poured += 1
            for table, texts in blocks.items():
                names = ", ".join(columns[table])
                with connection.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    copy.write("".join(texts))
            connection.commit()
    return poured


def fill(*, rows: int, workers: int = 4) -> int:
    """Copy the lives until there are about `rows` dossiers; returns how many there are."""
    import psycopg

    uri = os.environ["HAICAP_DATABASE_URL"]
    found = templates()
    open_ones = [one for one in found if one.is_open]
    ended = [one for one in found if not one.is_open]
    wanted = [
        *((one, rows // OPEN_SHARE // len(open_ones)) for one in open_ones),
        *((one, (rows - rows // OPEN_SHARE) // len(ended)) for one in ended),
    ]
    with psycopg.connect(uri, autocommit=True) as connection:
        columns = {table: _columns(connection, table) for table in (_DOSSIER, _PART, _APPLICANT, _EVENT)}
        key = int((connection.execute("SELECT max(id) FROM onestop_dossier").fetchone() or (0,))[0]) + 1
        work = []
        for template, count in wanted:
            work.append((template, key, range(count)))
            key += count
        with ProcessPoolExecutor(workers) as pool:
            tasks = [pool.submit(_pour, uri, columns, work[start::workers]) for start in range(workers)]
            poured = sum(task.result() for task in tasks)
        connection.execute("SELECT setval(pg_get_serial_sequence('onestop_dossier', 'id'), %s)", [key])
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
    return poured + len(found)
