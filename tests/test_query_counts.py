"""How many queries each page takes, for 168 units and for the 3,321 of the whole country.

The counts are compared with the committed table `query_counts.csv`. Every page of `LISTS` must take as many for
3,321 units as for 168. After a change, run `pytest tests/test_query_counts.py --update-tables` and read the
difference before committing it.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench.fill import fill, whole_country
from haicap.accounts.models import Person, PersonRole
from haicap.assessment.actions import make_report
from haicap.campaign.models import Campaign, Indicator, Nomination
from haicap.demo.collection import make_form
from haicap.findings.models import GoodPractice
from haicap.kernel.access import SYSTEM, Role
from haicap.onestop.actions.catalogue import load_procedures
from haicap.onestop.actions.centres import load_centres
from haicap.questionnaire.actions.keys import make_key
from haicap.questionnaire.models import Dataset, ReportedValue, Submission
from haicap.register.models import Unit

TABLE = Path(__file__).with_name("query_counts.csv")
SIZES = (168, 3321)
LISTS = (
    "ui:home",
    "register:units",
    "register:units ?q=thanh an",
    "register:units ?q=27",
    "register:units page 2",
    "register:map",
    "register:districts",
    "register:history",
    "register:imports",
    "accounts:people",
    "accounts:people ?q=mau",
    "accounts:notices",
    "campaign:plan",
    "campaign:indicators",
    "campaign:questions",
    "campaign:nominations",
    "campaign:teams",
    "campaign:registrations",
    "campaign:registrations page 2",
    "timetable:board",
    "timetable:board page 2",
    "timetable:list",
    "timetable:list page 2",
    "timetable:versions",
    "timetable:print",
    "timetable:compare",
    "timetable:appendix",
    "timetable:replan",
    "timetable:why",
    "timetable:scenarios",
    "timetable:scenarios-xlsx",
    "questionnaire:board",
    "questionnaire:board page 2",
    "questionnaire:board ?late=1",
    "questionnaire:board ?state=submitted",
    "questionnaire:field",
    "questionnaire:field page 2",
    "questionnaire:forms",
    "questionnaire:definitions",
    "questionnaire:submissions",
    "questionnaire:submissions page 2",
    "questionnaire:submissions ?state=received",
    "questionnaire:submissions-deleted",
    "questionnaire:quality",
    "questionnaire:completeness",
    "questionnaire:datasets",
    "questionnaire:dataset",
    "questionnaire:dataset page 2",
    "questionnaire:dataset ?q=thanh an",
    "questionnaire:dataset-csv",
    "questionnaire:devices",
    "questionnaire:collect",
    "findings:difficulties",
    "findings:difficulties page 2",
    "findings:difficulties-export",
    "findings:practices",
    "findings:minutes-list",
    "assessment:reports",
    "assessment:ledger",
    "assessment:ledger-export",
    "onestop:centres",
    "onestop:procedures",
    "onestop:procedures-export",
    "onestop:calendar",
    "onestop:certificates",
    "onestop:evidence",
    "onestop:evidence-export",
    "onestop:index",
    "kernel:audit",
    "kernel:audit page 2",
    "questionnaire:queue of a team",
    "timetable:mine of a team",
)
DETAILS = (
    "register:unit",
    "register:former-unit",
    "register:district",
    "accounts:person",
    "accounts:profile",
    "campaign:area",
    "campaign:indicator",
    "campaign:settings",
    "campaign:nomination",
    "campaign:team",
    "campaign:registration",
    "timetable:visit",
    "timetable:team-day",
    "timetable:solve",
    "timetable:travel",
    "questionnaire:report",
    "questionnaire:review",
    "questionnaire:figure",
    "questionnaire:definition",
    "questionnaire:definition-draft",
    "questionnaire:submission",
    "questionnaire:export",
    "questionnaire:quality-figure",
    "questionnaire:collect-form",
    "questionnaire:dataset-settings",
    "questionnaire:entity",
    "questionnaire:device",
    "findings:difficulty",
    "findings:difficulty-new",
    "findings:practice",
    "findings:minutes",
    "assessment:report",
    "assessment:area",
    "assessment:map",
    "onestop:centre",
    "onestop:procedure",
)
FORMS = {
    "accounts:enrol",
    "accounts:enrol-picture",
    "accounts:password",
    "accounts:people-file",
    "accounts:person-new",
    "accounts:person-password",
    "campaign:nomination-check",
    "campaign:nomination-new",
    "campaign:registration-check",
    "register:boundaries",
    "register:import-attributes",
    "register:import-boundaries",
    "onestop:procedures-template",
    "questionnaire:dataset-import",
    "questionnaire:definition-source",
    "questionnaire:definition-xform",
    "questionnaire:entity-new",
}  # show no rows; left out of the table


def _arguments(campaign: Campaign, units: list[Unit]) -> dict[str, dict[str, Any]]:
    """Return the arguments of the addresses that have some, by name."""
    unit, reports = units[0], {"number": 1}
    former = Unit.objects.filter(level="commune").exclude(valid_to=None).order_by("code")[0]
    value = ReportedValue.objects.filter(report__unit=unit).select_related("field").order_by("pk")[0]
    area = campaign.areas.order_by("order")[0].code
    visit = unit.visits.select_related("team").get(calendar__version=2)
    assert unit.former_district is not None
    return {
        "register:unit": {"code": unit.code},
        "register:former-unit": {"code": former.code},
        "register:district": {"code": unit.former_district.code},
        "accounts:person": {"person_id": Person.objects.get(username=f"xa{unit.code}").pk},
        "campaign:area": {"code": area},
        "campaign:indicator": {"code": Indicator.objects.filter(campaign=campaign).order_by("order")[0].code},
        "campaign:nomination": {"nomination_id": Nomination.objects.order_by("pk")[0].pk},
        "campaign:team": {"number": visit.team.number},
        "campaign:registration": {"code": unit.code},
        "timetable:print": {"version": 2},
        "timetable:appendix": {"version": 2},
        "timetable:why": {"version": 2},
        "timetable:compare": {"before": 1, "after": 2},
        "timetable:visit": {"version": 2, "code": unit.code},
        "timetable:team-day": {"version": 2, "number": visit.team.number, "day": visit.day.isoformat()},
        **_collection(campaign, units),
        "questionnaire:field": {"key": value.field.key},
        "questionnaire:report": {"code": unit.code},
        "questionnaire:review": {"code": unit.code, "area": area},
        "questionnaire:figure": {"code": unit.code, "key": value.field.key},
        "questionnaire:quality-figure": {"code": unit.code, "key": value.field.key},
        "findings:difficulty": {"number": 1},
        "findings:practice": {"practice_id": GoodPractice.objects.order_by("pk")[0].pk},
        "findings:minutes": {"unit_code": unit.code, "number": 0},
        "assessment:report": reports,
        "assessment:area": {**reports, "code": area},
        "assessment:map": reports,
        "onestop:centre": {"code": "TTHCC-718"},
        "onestop:procedure": {"code": "1.004873"},
    }  # fmt: skip


def _collection(campaign: Campaign, units: list[Unit]) -> dict[str, dict[str, Any]]:
    """Publish the sample form of the demonstration, hand it in once for each unit; return where its pages are."""
    form = make_form(campaign=campaign)
    version = form.versions.get(state="published")
    now = timezone.now()
    Submission.objects.bulk_create(
        [
            Submission(
                form=form, version=version, instance_id=f"uuid:{number}", current_id=f"uuid:{number}",
                xml=_FILLED.format(number=number), sha256="0" * 64, unit=unit, received_at=now,
                place=[106.7, 10.8], repeats={"/counter": 1},
            )
            for number, unit in enumerate(units)
        ],
        batch_size=500,
    )  # fmt: skip
    row = Submission.objects.filter(form=form).order_by("pk")[0]
    dataset = Dataset.objects.get(campaign=campaign, name="communes")
    key = make_key(actor=SYSTEM, campaign=campaign, name="Máy tính bảng")
    own, filled, kept = {"form_id": form.pk}, {"form_id": form.pk, "pk": row.pk}, {"dataset_id": dataset.pk}
    names = ("definition", "definition-draft", "submissions", "submissions-deleted", "export", "collect-form")
    return {
        **{f"questionnaire:{name}": own for name in names},
        "questionnaire:submission": filled,
        "questionnaire:dataset": kept, "questionnaire:dataset-csv": kept, "questionnaire:dataset-settings": kept,
        "questionnaire:entity": {**kept, "identity": dataset.entities.order_by("pk")[0].uuid},
        "questionnaire:device": {"key_id": key.pk},
    }  # fmt: skip


_FILLED = """<data id="field_visit" version="1"><place><unit_code>1</unit_code></place><hall><waiting>{number}</waiting>
<minutes>7</minutes></hall><counter><counter_name>1</counter_name><officers>2</officers></counter>
<meta><instanceID>uuid:{number}</instanceID></meta></data>"""


def _member(unit: Unit) -> Client:
    """Return the client of the head of the team that visits `unit`."""
    team = unit.visits.get(calendar__version=2).team
    person = team.members.get(role="head").nomination.person
    PersonRole.objects.create(person=person, role=Role.TEAM_HEAD)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _address(title: str, arguments: dict[str, dict[str, Any]]) -> str:
    """Return the address of a line of the table: a name, and perhaps "page N" or a query string."""
    name, _space, rest = title.partition(" ")
    path = reverse(name, kwargs=arguments.get(name))
    if rest.startswith("page "):
        return f"{path}?page={rest[5:]}"
    return path + rest if rest.startswith("?") else path


def _count(client: Client, address: str) -> int:
    """Return the queries of the second answer: the first fills what the process keeps in memory."""
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(address)
        assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    return len(caught)


def read_table() -> dict[str, dict[str, str]]:
    """Return the committed table by page."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["page"]: row for row in csv.DictReader(file)}


def _write(size: int, found: dict[str, int]) -> None:
    known = read_table()
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["page", *map(str, SIZES)], lineterminator="\n")
        table.writeheader()
        for page, count in found.items():
            before = {str(other): known.get(page, {}).get(str(other), "") for other in SIZES}
            table.writerow({"page": page, **before, str(size): count})


@pytest.mark.parametrize("size", SIZES)
def test_every_page_takes_as_many_queries_as_the_table_says(
    size: int, campaign: Campaign, client_as: Callable[..., Client], update_tables: bool
) -> None:
    make_report(actor=SYSTEM, campaign=campaign)
    if size != SIZES[0]:
        whole_country(campaign)
    units = fill(campaign=campaign)
    load_centres(actor=SYSTEM, path=settings.HAICAP_PLANS / "onestop" / "centres.csv")
    load_procedures(actor=SYSTEM, path=settings.HAICAP_PLANS / "onestop" / "procedures.csv")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # thousands of rows came at once: let the planner know
    assert len(units) == size
    arguments, client, member = _arguments(campaign, units), client_as(Role.SECRETARIAT), _member(units[0])
    found = {
        title: _count(member if title.endswith(" of a team") else client, _address(title, arguments))
        for title in (*LISTS, *DETAILS)
    }
    if update_tables:
        _write(size, found)
    known = read_table()
    assert known.keys() == found.keys(), "pages came or went: run with --update-tables"
    other = {
        page: f"{known[page][str(size)]} in the table, {count} now"
        for page, count in found.items()
        if known[page][str(size)] != str(count)
    }
    assert not other


def test_lists_take_as_many_queries_for_the_whole_country_as_for_one_city() -> None:
    table = read_table()
    growing = {page: table[page] for page in LISTS if table[page]["168"] != table[page]["3321"]}
    assert not growing


def test_every_page_that_answers_the_secretariat_is_in_the_table() -> None:
    with TABLE.with_name("sweep.csv").open(newline="", encoding="utf-8") as file:
        answering = {
            row["name"]
            for row in csv.DictReader(file)
            if row["secretariat"] == "200"
            and " " not in row["name"]
            and row["door"] not in ("public", "device")
            and not row["name"].startswith("central-")
        }
    assert answering - {title.partition(" ")[0] for title in read_table()} == FORMS
