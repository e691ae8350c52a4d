"""Who sees which submission is decided once: lists, counts, exports, OData and the REST interface show exactly that.

Assignments are drawn at random; what a person should see is worked out here, row by row, without the code under test.
"""

import csv
import io
import re
import zipfile
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from haicap.accounts.queries import actor_of
from haicap.kernel.access import Role
from haicap.questionnaire.models import Assignment, Submission
from haicap.questionnaire.queries import collect
from haicap.questionnaire.queries.export import export_for
from haicap.questionnaire.queries.submissions import counts_for, submission_list_for
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.tests.central import read
from haicap.questionnaire.tests.collected import make_form, put
from haicap.register.models import Unit

SCOPES = ("own", "unit", "body", "units", "all")
VERBS = ("fill", "review", "read")
DRAWS = 12


@pytest.fixture
def world(campaign: Any, person: Any) -> SimpleNamespace:
    """Two forms, people of three units and of the city, and submissions by and about them."""
    units = list(Unit.objects.filter(level="commune", valid_to=None).order_by("code")[:3])
    people = [
        person(Role.COMMUNE_OFFICER, unit=units[0]), person(Role.COMMUNE_OFFICER, unit=units[0]),
        person(Role.COMMUNE_OFFICER, unit=units[1]), person(Role.COMMUNE_CHAIR, unit=units[1]),
        person(Role.TEAM_MEMBER, body="STC"), person(Role.DEPARTMENT_OFFICER, body="STC"), person(Role.REVIEWER),
        person(Role.SECRETARIAT), person(Role.CITY_LEADER),
    ]  # fmt: skip
    forms = [make_form(campaign, form_id=name) for name in ("mot", "hai")]
    draw = Random(7)
    rows = []
    for number in range(26):
        row = put(
            forms[number % 2], person=draw.choice([*people[:7], None]), unit=draw.choice([*units, None]),
            state=draw.choice(["received", "edited", "approved"]), staff=(("An", "30"),) * draw.randint(0, 3),
        )  # fmt: skip
        rows.append(row)
    Submission.objects.filter(pk=rows[0].pk).update(is_test=True)
    Submission.objects.filter(pk=rows[2].pk).update(deleted_at=rows[2].received_at)
    for row in rows:
        Submission.objects.filter(pk=row.pk).update(repeats={"/staff": row.xml.count("<staff>")})
    return SimpleNamespace(
        campaign=campaign, units=units, people=people, forms=forms, rows=[*rows[1:2], *rows[3:]]
    )  # fmt: skip


def drawn(world: SimpleNamespace, seed: int) -> list[Assignment]:
    """Assign at random; a holder has one scope for each form and verb."""
    Assignment.objects.all().delete()
    draw = Random(seed)
    made: dict[Any, Any] = {}
    for _number in range(draw.randint(1, 9)):
        person = draw.choice(world.people)
        role = person.roles.get().role
        holder = draw.choice([{"person": person}, {"role": role}])
        units = [unit.code for unit in draw.sample(world.units, draw.randint(0, 2))]
        one = Assignment(
            form=draw.choice(world.forms),
            verb=draw.choice(VERBS),
            scope=draw.choice(SCOPES),
            units=units,
            **holder,
        )
        made.setdefault((one.form_id, one.verb, one.role, one.person_id), one)
    return Assignment.objects.bulk_create(made.values())


def covers(assignment: Assignment, person: Any, row: Submission) -> bool:
    """Say whether an assignment covers a row, straight from what the scopes mean."""
    if assignment.scope == "own":
        return bool(row.person_id == person.pk)
    if assignment.scope == "unit":
        return person.body.unit_id is not None and row.unit_id == person.body.unit_id
    if assignment.scope == "body":
        return row.person is not None and row.person.body_id == person.body_id
    if assignment.scope == "units":
        return row.unit is not None and row.unit.code in assignment.units
    return True


def expected(
    world: SimpleNamespace, person: Any, form: Any, assignments: list[Assignment], verbs: tuple[str, ...]
) -> set[int]:
    """Return the keys of the rows that a person should see, or may do one of `verbs` with."""
    role = person.roles.get().role
    rows = [row for row in world.rows if row.form_id == form.pk]
    if role == Role.SECRETARIAT or (role == Role.CITY_LEADER and verbs != ("review",)):
        return {row.pk for row in rows}
    held = [
        one for one in assignments
        if one.form_id == form.pk and one.verb in verbs and (one.role == role or one.person_id == person.pk)
    ]  # fmt: skip
    own = verbs != ("review",)
    return {
        row.pk for row in rows
        if (own and row.person_id == person.pk) or any(covers(one, person, row) for one in held)
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(DRAWS))
def test_lists_counts_and_exports_give_exactly_the_rows_of_the_scope(world, seed):
    assignments = drawn(world, seed)
    by_identity = {row.instance_id: row.pk for row in world.rows}
    for person in world.people:
        who = actor_of(person=person)
        for form in world.forms:
            wanted = expected(world, person, form, assignments, VERBS)
            assert {row.pk for row in submission_list_for(actor=who, form=form)} == wanted
            assert sum(counts_for(actor=who, form=form).values()) == len(wanted)
            assert exported(who, form, by_identity) == wanted
            review = expected(world, person, form, assignments, ("review",))
            may = who.may("questionnaire.submission:review")
            found = collect.submissions_for(actor=who, form=form, verb="review")
            assert set(found.values_list("pk", flat=True)) == (review if may else set())
        waiting = {
            pk for form in world.forms for pk in expected(world, person, form, assignments, ("review",))
            if who.may("questionnaire.submission:review")
        } & {row.pk for row in world.rows if row.state in ("received", "edited")}  # fmt: skip
        assert set(collect.waiting_for(actor=who).values_list("pk", flat=True)) == waiting


def exported(who: Any, form: Any, by_identity: dict[str, int]) -> set[int]:
    """Return the rows of the CSV export, and check that its repeat has theirs and no others."""
    buffer = io.BytesIO()
    export_for(actor=who, form=form, options=Options(format="csv")).write(buffer)
    tables = {}
    with zipfile.ZipFile(buffer) as archive:
        for name in archive.namelist():
            tables[name] = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
    main = next(rows for name, rows in tables.items() if "staff" not in name)
    keys = [next(cell for cell in row if cell in by_identity) for row in main[1:]]
    assert len(keys) == len(set(keys)) == len(main) - 1
    staff: list[Any] = next((rows for name, rows in tables.items() if "staff" in name), [[]])
    texts = {match for row in staff[1:] for cell in row for match in re.findall(r"uuid:[0-9a-f-]{36}", cell)}
    assert texts <= set(keys)
    return {by_identity[key] for key in keys}


@pytest.mark.parametrize("seed", [6, 9])
def test_pages_odata_and_the_interface_give_exactly_the_rows_of_the_scope(world, seed):
    assignments = drawn(world, seed)
    by_identity = {row.instance_id: row for row in world.rows}
    for person in world.people:
        client, who = Client(), actor_of(person=person)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for form in world.forms:
            wanted = expected(world, person, form, assignments, VERBS)
            base = f"/v1/projects/{form.campaign_id}/forms/{form.form_id}"
            visible = collect.forms_for(actor=who).filter(pk=form.pk).exists()
            answer = client.get(reverse("questionnaire:submissions", args=[form.pk]))
            assert answer.status_code == (200 if visible else 404)
            if not visible:
                assert client.get(f"{base}.svc/Submissions").status_code == 404
                assert client.get(f"{base}/submissions").status_code == 404
                continue
            links = re.findall(rf"/definitions/{form.pk}/submissions/(\d+)/", answer.content.decode())
            assert {int(link) for link in links} == wanted
            table = read(client, f"{base}.svc/Submissions", count="true")
            assert {by_identity[row["__id"]].pk for row in table["value"]} == wanted
            assert table["@odata.count"] == len(wanted)
            staff = sum(row.xml.count("<staff>") for row in world.rows if row.pk in wanted)
            assert len(read(client, f"{base}.svc/Submissions.staff")["value"]) == staff
            rest = read(client, f"{base}/submissions")
            assert {by_identity[row["instanceId"]].pk for row in rest} == wanted
            for row in world.rows[seed::6]:
                if row.form_id == form.pk:
                    page = client.get(reverse("questionnaire:submission", args=[form.pk, row.pk]))
                    one = client.get(f"{base}/submissions/{row.instance_id}")
                    assert (page.status_code == 200) == (one.status_code == 200) == (row.pk in wanted)


def test_the_command_line_sees_all(world, tmp_path):
    form = world.forms[0]
    call_command("questionnaire", "export", form.form_id, "--out", str(tmp_path / "out.zip"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        name = next(name for name in archive.namelist() if "staff" not in name)
        rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
    assert len(rows) - 1 == len([row for row in world.rows if row.form_id == form.pk])
