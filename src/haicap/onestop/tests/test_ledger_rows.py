"""The statements of the ledger: few, and the same rows as the models would write and read."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from haicap.kernel.access import Role
from haicap.onestop.actions import dossiers, rows
from haicap.onestop.models import Dossier, Event
from haicap.onestop.rules.lifecycle import Kind


def _columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_locked_row_is_what_the_model_reads(service):
    row = service.issued(fee=8000)
    with transaction.atomic():
        found = rows.locked(dossier_id=row.pk)
        assert found is not None
        assert _columns(found) == _columns(Dossier.objects.get(pk=row.pk))
        assert rows.locked(dossier_id=-1) is None


def test_a_dossier_returned_by_an_action_is_the_one_stored(service):
    row = service.begun()
    row = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu giấy tờ"})
    row = service.act(row, Kind.SUPPLEMENT_GIVEN)
    assert _columns(row) == _columns(Dossier.objects.get(pk=row.pk))
    last = Event.objects.filter(dossier=row).order_by("sequence").last()
    assert last is not None and last.kind == Kind.SUPPLEMENT_GIVEN and last.digest == row.digest


def test_one_thing_done_costs_a_read_and_a_write(service, staff):
    row, specialist = service.begun(), staff(Role.SPECIALIST, "committee")
    dossiers.act(actor=specialist, dossier=row, kind=Kind.STEP_DONE, payload={"step": "first"})
    with CaptureQueriesContext(connection) as asked:
        dossiers.act(actor=specialist, dossier=row, kind=Kind.STEP_DONE, payload={"step": "check"})
    done = [one["sql"] for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(done) == (2 if connection.vendor == "postgresql" else 3)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps statements prepared")
def test_the_server_keeps_the_statements_of_the_ledger_prepared(service):
    row = service.begun()
    with transaction.atomic():
        for _turn in range(8):
            rows.locked(dossier_id=row.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [text for (text,) in cursor.fetchall()]
    assert any("FOR UPDATE" in text and "onestop_dossier" in text for text in kept)
