"""Pages of the figures and of the index: every number leads to its dossiers, own rows only, constant queries."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.calendar import working_calendar
from haicap.onestop.models import CentreFact, Certificate, Counter, Feedback, Outage, Publication
from haicap.onestop.queries.computed import computed_for
from haicap.onestop.queries.evidence import today
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.lifecycle import Kind


@pytest.fixture
def period():
    return today()


@pytest.fixture
def books(service):
    """A dossier resolved, one running, one refused at the counter; a petition about the commune."""
    done, running = service.issued(), service.begun()
    away = service.register()
    service.act(away, Kind.NOT_RECEIVED, payload={"reason": "Không thuộc thẩm quyền"}, centre=service.first)
    Feedback.objects.create(
        kind="petition", body=service.committee, dossier=done, text="Chờ lâu", received_at=timezone.now(),
        name="Người phản ánh", contact="0900000000",
    )  # fmt: skip
    Publication.objects.create(
        procedure=service.version.procedure, kind="posted", body=service.committee, document="Bảng niêm yết",
        done_on=timezone.localdate(),
    )  # fmt: skip
    return done, running, away


def _url(name, *arguments, period, **query):
    found = f"{reverse(f'onestop:{name}', args=arguments)}?start={period.start}&end={period.end}"
    return found + "".join(f"&{key}={value}" for key, value in query.items())


def test_the_centre_of_the_survey_sees_all_bodies_and_a_commune_its_own(client_as, books, service, period):
    secretariat = client_as(Role.SECRETARIAT).get(_url("evidence", period=period, sort="-received"))
    assert secretariat.status_code == 200
    first = secretariat.context["page"].object_list[0]
    assert first.main.received == 2 and secretariat.context["found"].is_even
    own = client_as(Role.COMMUNE_OFFICER, unit=service.unit).get(_url("evidence", period=period))
    assert [row.body for row in own.context["page"].object_list] == [service.committee]
    other = reverse("onestop:evidence_body", args=[service.other.code])
    assert client_as(Role.COMMUNE_OFFICER, unit=service.unit).get(other).status_code == 404
    assert client_as(Role.TEAM_MEMBER).get(reverse("onestop:evidence")).status_code == 403


def test_a_period_that_ends_before_it_starts_is_refused_with_what_was_typed(client_as, service):
    client = client_as(Role.SECRETARIAT)
    for name in ("evidence", "index"):
        answer = client.get(reverse(f"onestop:{name}") + "?start=2025-08-01&end=2025-07-01")
        assert answer.status_code == 422 and "2025-08-01" in answer.content.decode()
    assert client.get(reverse("onestop:evidence-dossiers")).status_code == 422


def test_every_number_of_a_body_leads_to_as_many_dossiers(client_as, books, service, period):
    client = client_as(Role.SECRETARIAT)
    page = client.get(_url("evidence_body", service.committee.code, period=period))
    lines = [line for section in page.context["sections"] for line in section["rows"]]
    counted = {line["key"]: line for line in lines if line["url"] and not line["share"]}
    assert counted["a4a_04_total"]["value"] == "2" and counted["a4a_05_on_time"]["value"] == "1"
    for line in counted.values():
        behind = client.get(line["url"])
        assert behind.context["page"].paginator.count == int(line["value"]), line["key"]
    shares = {line["key"]: line for line in lines if line["share"]}
    for line in shares.values():
        if line["url"]:
            assert client.get(line["url"]).context["page"].paginator.count == line["share"].numerator
            assert client.get(line["over"]).context["page"].paginator.count == line["share"].denominator


def test_who_has_no_part_sees_codes_without_links_and_nobody_sees_applicants(
    client_as, books, service, period
):
    url = _url(
        "evidence-dossiers", period=period, measure="received", side="competent", body=service.committee.code
    )
    done = books[0]
    link = reverse("onestop:dossier", args=[done.reference])
    survey = client_as(Role.SECRETARIAT).get(url).content.decode()
    assert done.code in survey and link not in survey and "Người nộp mẫu" not in survey
    own = client_as(Role.COMMUNE_OFFICER, unit=service.unit).get(url).content.decode()
    assert link in own
    page = client_as(Role.SECRETARIAT).get(_url("evidence_body", service.committee.code, period=period))
    assert "Chờ lâu" in page.content.decode() and "Người phản ánh" not in page.content.decode()


def test_facts_outages_counters_and_signatures_become_fields(books, service, person, period):
    centre = service.first
    CentreFact.objects.create(
        centre=centre, key="a11_02_area", value="450.5", as_of=period.end, source="Biên bản bàn giao"
    )
    for key, value in (("a11_03_n", "12"), ("a11_03_d", "16"), ("a4c_01", "yes")):
        CentreFact.objects.create(centre=centre, key=key, value=value, as_of=period.end, source="Báo cáo")
    Counter.objects.create(centre=centre, number=1)
    now = timezone.now()
    start = max(now - timedelta(hours=2), period.opens)
    Outage.objects.create(
        centre=centre, what="Đường truyền", began_at=start, ended_at=start + timedelta(minutes=20)
    )
    Outage.objects.create(
        centre=centre,
        what="Máy chủ",
        began_at=period.opens - timedelta(hours=5),
        ended_at=period.opens + timedelta(minutes=90),
    )
    person(Role.COMMUNE_CHAIR, unit=service.unit)
    fields = computed_for(actor=SYSTEM, period=period, body=centre.body)[0].fields
    assert fields["a11_01"].text == centre.former_district.code
    assert fields["a11_02_area"].number == Decimal("450.5")
    assert fields["a11_02_area"].proof == "Biên bản bàn giao"
    assert fields["a11_02_counters"].number == 1 and fields["a11_03_rate"].number == Decimal("75.0")
    assert fields["a4c_05_outages"].number == 1 and fields["a4c_05_hours"].number == Decimal("1.5")
    assert fields["a4c_01"].text == "yes" and not fields["a4c_03"].is_known
    commune = computed_for(actor=SYSTEM, period=period, body=service.committee)[0].fields
    assert commune["a4b_01"].number == 1 and commune["a4a_01"].number == 1
    assert commune["a4a_12_received"].number == 1 and "a11_01" not in commune


def test_certificates_are_counted_by_body_with_old_names_and_waits(books, service, person, period):
    now = timezone.now()
    chair, moved = person(Role.COMMUNE_CHAIR, unit=service.unit), person(Role.SIGNER, body=service.other)
    given = {"issuer": "CA", "serial": "1", "pem": "", "valid_from": now - timedelta(days=1),
             "valid_to": now + timedelta(days=400)}  # fmt: skip
    day = timezone.localdate() - timedelta(days=1)
    rows = [
        {"kind": "person", "person": chair, "subject": "A", "asked_on": day - timedelta(days=7)},
        {"kind": "person", "person": moved, "subject": "B"},
        {"kind": "body", "subject": f"CN={service.committee.name_vi}"},
        {"kind": "body", "subject": "CN=Ủy ban nhân dân phường cũ"},
        {"kind": "person", "person": chair, "subject": "C", "revoked_at": now - timedelta(hours=1)},
    ]
    for number, row in enumerate(rows):
        Certificate.objects.create(body=service.committee, fingerprint=str(number), **(given | row))
    fields = computed_for(actor=SYSTEM, period=period, body=service.committee)[0].fields
    wait = len(working_calendar().days(day - timedelta(days=6), day))
    found = {key: fields[key].number for key in ("a4b_02", "a4b_04_issued", "a4b_05", "a4b_06")}
    assert found == {"a4b_02": 2, "a4b_04_issued": 2, "a4b_05": 2, "a4b_06": wait}


def test_the_workbook_holds_every_body_and_live_totals(client_as, books, service, period):
    answer = client_as(Role.SECRETARIAT).get(_url("evidence-export", period=period))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Theo thẩm quyền", "Theo nơi tiếp nhận"]
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert service.committee.code in cells and any(cell.startswith("=SUM(") for cell in cells)


def test_the_index_names_numerator_denominator_setting_and_dossiers(client_as, books, service, period):
    client = client_as(Role.SECRETARIAT)
    page = client.get(_url("index_body", service.committee.code, period=period))
    lines = {line["item"].code: line for group in page.context["groups"] for line in group["lines"]}
    on_time = lines["on_time"]
    assert (on_time["one"].numerator, on_time["one"].denominator, on_time["gap"]) == (1, 2, 10)
    for _name, url in (*on_time["behind"], on_time["over"]):
        assert client.get(url).status_code == 200
    assert client.get(on_time["over"][1]).context["page"].paginator.count == 2
    assert page.context["chart"]["yAxis"]["data"]
    listing = client.get(_url("index", period=period, kind="commune_committee"))
    assert listing.context["page"].object_list[0]["result"].score is not None
    book = client.get(_url("index", period=period) + "&as=xlsx")
    assert openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames == ["Bộ chỉ số"]


def test_before_the_first_rule_pack_there_is_no_index(client_as, service):
    early = Period(start=today().start.replace(year=2020, day=1), end=today().start.replace(year=2020, day=2))
    assert client_as(Role.SECRETARIAT).get(_url("index", period=early)).status_code == 404


def test_pages_cost_the_same_number_of_queries_for_few_and_many_dossiers(client_as, books, service, period):
    client = client_as(Role.SECRETARIAT)
    urls = [
        _url("evidence", period=period),
        _url("evidence_body", service.committee.code, period=period),
        _url("index", period=period),
        _url("index_body", service.committee.code, period=period),
        _url("evidence-dossiers", period=period, measure="handled", side="competent"),
    ]

    def cost():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    cost()
    few = cost()
    for _number in range(4):
        service.issued()
    assert cost() == few and max(few) < 50


def test_the_interface_gives_the_same_numbers_and_dossiers(client_as, books, service, period):
    client = client_as(Role.SECRETARIAT)
    days = f"start={period.start}&end={period.end}"
    rows = client.get(f"/api/onestop/evidence?{days}").json()
    row = next(one for one in rows if one["body"] == service.committee.code)
    assert row["competent"]["counts"]["received"] == 2
    assert row["competent"]["on_time_of_received"]["denominator"] == 2
    body = service.committee.code
    fields = client.get(f"/api/onestop/evidence/bodies/{body}/fields?{days}").json()
    assert {one["key"]: one["text"] for one in fields}["a4a_04_total"] == "2"
    behind = client.get(f"/api/onestop/evidence/dossiers?{days}&measure=received&body={body}").json()
    assert behind["count"] == 2 and {one["code"] for one in behind["items"]} == {
        one.code for one in books[:2]
    }
    (index,) = client.get(f"/api/onestop/evidence/index?{days}&body={body}").json()
    assert index["pack"] == "766-2022" and len(index["items"]) == 22
    assert client.get("/api/onestop/evidence?start=2025-02-01&end=2025-01-01").status_code == 422
    officer = client_as(Role.COMMUNE_OFFICER, unit=service.unit)
    assert officer.get(f"/api/onestop/evidence/index?{days}&body={service.other.code}").status_code == 404
