"""Sample dossiers keep every rule of the ledger, and the same seed gives the same month."""

from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from haicap.demo import service
from haicap.kernel.access import SYSTEM
from haicap.onestop.actions.catalogue import load_procedures
from haicap.onestop.actions.centres import load_centres
from haicap.onestop.models import Dossier, Part, ProcedureVersion
from haicap.onestop.queries.integrity import verify
from haicap.register.models import Unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 10, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def _enter(seed: int, count: int) -> int:
    centres = service.open_centres(on=NOW.date().replace(day=1))
    units = list(Unit.objects.filter(level="commune", valid_to=None).order_by("code"))
    staff = service.Staff(officers={}, offices={})
    return service.enter_dossiers(
        centres=centres, units=units, staff=staff, random=Random(seed), start=NOW.date().replace(month=10),
        last=NOW.date(), now=NOW, count=count,
    )  # fmt: skip


def test_a_month_at_38_centres_is_whole_and_shows_every_state() -> None:
    load_centres(actor=SYSTEM, path=settings.HAICAP_PLANS / "onestop" / "centres.csv")
    load_procedures(actor=SYSTEM, path=settings.HAICAP_PLANS / "onestop" / "procedures.csv")
    events = _enter(7, 500)
    verdict = verify()
    assert (verdict.dossiers, verdict.events, verdict.faults) == (500, events, ())
    assert Dossier.objects.values("received_body").distinct().count() == 38
    states = set(Dossier.objects.values_list("status", flat=True))
    assert states >= {3, 4, 9, 10}
    assert not Dossier.objects.filter(is_sample=False).exists()
    rows = Dossier.objects.exclude(returned_body=None).select_related("received_body", "returned_body")
    assert any(row.received_body != row.returned_body for row in rows)
    assert Part.objects.filter(kind="consulted").exists()
    used = Dossier.objects.values("version__procedure").distinct().count()
    assert used == ProcedureVersion.objects.values("procedure").distinct().count()
