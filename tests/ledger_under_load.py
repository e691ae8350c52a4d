"""What the processes of tests/test_ledger_under_load.py do: fill a database, receive, live, verify."""

import json
import os
import sys
from datetime import date
from random import Random
from typing import Any

HOURS = {str(day): [["07:30", "11:30"], ["13:00", "17:00"]] for day in range(5)}


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    django.setup()


def _say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


def prepare(count: int) -> None:
    """Fill the empty database: two centres, two communes, a procedure, `count` dossiers only registered."""
    _set_up()
    from django.core.management import call_command
    from django.utils import timezone

    from haicap.kernel.access import SYSTEM
    from haicap.onestop.actions.bulk import History, Step, enter_histories
    from haicap.onestop.actions.dossiers import Person
    from haicap.onestop.models import Centre, Procedure, ProcedureVersion
    from haicap.onestop.rules.lifecycle import Kind
    from haicap.register.actions import ensure_body, load_province
    from haicap.register.models import Body, Unit

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    districts = Unit.objects.filter(level="district").order_by("code")
    for number, district in enumerate(districts[:2], start=1):
        name = f"Trung tâm thử {number}"
        body = ensure_body(actor=SYSTEM, kind=Body.Kind.CENTRE, code=f"TTHCC-T{number}", name_vi=name)
        Centre.objects.create(
            code=body.code, kind="city", name_vi=name, folded=name.lower(), body=body, agency=f"H29.T{number}",
            former_district=district, hours=HOURS, opened_on=date(2025, 7, 1),
        )  # fmt: skip
    version = ProcedureVersion.objects.create(
        procedure=Procedure.objects.create(code="9.000001"), valid_from=date(2025, 7, 1), name_vi="Thủ tục thử",
        folded="thu tuc thu", field="Hộ tịch", level="commune", competent="address", limit_value=5,
        limit_unit="working_days",
    )  # fmt: skip
    now, unit = timezone.now(), Unit.objects.filter(level="commune", valid_to=None).order_by("code")[0]
    centre = Centre.objects.select_related("body").order_by("code")[0]
    given = {"channel": "direct", "received": centre.body.code, "procedure": "9.000001", "version": 1}
    step = Step(kind=Kind.REGISTERED, at=now, body=centre.body, centre=centre, payload=given)
    row = History(
        version=version, person=Person(full_name="Người nộp mẫu", unit=unit), channel="direct", steps=[step]
    )
    enter_histories(actor=SYSTEM, histories=[row] * count)


def receive(part: int, parts: int) -> None:
    """Receive every `parts`-th registered dossier; every twentieth transaction fails after it took its code."""
    _set_up()
    from django.db import transaction

    from haicap.kernel.access import SYSTEM
    from haicap.onestop.actions import dossiers
    from haicap.onestop.models import Centre, Dossier
    from haicap.register.models import Body

    centre = Centre.objects.select_related("body").order_by("code")[0]
    committee = Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE).order_by("code")[0]
    receipt = dossiers.Receipt(competent=committee)
    rows = list(Dossier.objects.filter(status=1).order_by("pk"))[part::parts]
    print("ready", flush=True)
    sys.stdin.readline()  # all begin at once
    for row in rows:
        if row.pk % 20 == 0:
            try:
                with transaction.atomic():
                    dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=centre)
                    raise InterruptedError
            except InterruptedError:
                pass
        dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=centre)


def codes() -> None:
    """Print every code that was given."""
    _set_up()
    from haicap.onestop.models import Dossier

    _say(codes=sorted(Dossier.objects.exclude(code=None).values_list("code", flat=True)))


def live(seed: int, reference: str) -> None:
    """Do whatever may be done to dossiers until killed; print each event once its transaction is committed."""
    _set_up()
    from haicap.kernel.access import SYSTEM
    from haicap.kernel.errors import Refusal
    from haicap.onestop.actions import dossiers
    from haicap.onestop.models import Centre, Dossier, ProcedureVersion
    from haicap.onestop.rules.lifecycle import Kind, Life, open_kinds
    from haicap.register.models import Body

    random = Random(seed)
    centres = list(Centre.objects.select_related("body").order_by("code"))
    bodies = list(Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE).order_by("code")[:2])
    version = ProcedureVersion.objects.select_related("procedure").get()
    person = dossiers.Person(full_name="Người nộp mẫu", unit=bodies[0].unit)
    payloads: dict[Kind, dict[str, Any]] = {
        Kind.SUPPLEMENT_ASKED: {"reason": "mẫu"}, Kind.STOPPED: {"reason": "mẫu"}, Kind.SENT_BACK: {"reason": "mẫu"},
        Kind.WITHDRAW_DECLINED: {"reason": "mẫu"}, Kind.NOT_RECEIVED: {"reason": "mẫu"},
        Kind.DRAFTED: {"result": "granted"}, Kind.NUMBERED: {"number": "1"}, Kind.RETURNED: {"proof": "mẫu"},
        Kind.POSTED: {"proof": "mẫu"}, Kind.PAYMENT_ASKED: {"amount": 8000},
        Kind.REROUTED: {"reason": "mẫu", "to": bodies[1].code},
    }  # fmt: skip
    skipped = {Kind.REGISTERED, Kind.CONSULTED, Kind.EXTENDED, Kind.PAPER_SENT, Kind.PAPER_RECEIVED}
    row = Dossier.objects.filter(reference=reference).first()
    while True:
        if row is None or not row.is_open:
            row = dossiers.register(actor=SYSTEM, version=version, person=person, centre=centres[0]).dossier
            _say(reference=row.reference, sequence=row.sequence, digest=row.digest)
        centre, body = random.choice(centres), random.choice([*bodies, centres[0].body])
        over = random.random() < 0.4
        at_hand = centre.body.code if over else body.code
        life = Life.from_json(row.life)
        choices = open_kinds(life=life, body=at_hand, centre=centre.code if over else "") - skipped
        if not choices:
            continue
        kind = random.choice(sorted(choices))
        try:
            if kind is Kind.RECEIVED:
                receipt = dossiers.Receipt(competent=bodies[0], fee=random.choice((0, 8000)))
                row = dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=centre)
            else:
                payload = payloads.get(kind, {"step": f"{random.random():.6f}"})
                given: dict[str, Any] = {"centre": centre} if over else {"body": body}
                row = dossiers.act(actor=SYSTEM, dossier=row, kind=kind, payload=payload, **given)
        except Refusal:
            continue
        _say(reference=row.reference, sequence=row.sequence, digest=row.digest)


def look(acknowledged: str) -> None:
    """Verify every chain; print what is missing of [reference, sequence, digest] rows in a file."""
    _set_up()
    from pathlib import Path

    from haicap.onestop.models import Event
    from haicap.onestop.queries.integrity import verify

    wanted = [tuple(row) for row in json.loads(Path(acknowledged).read_text())]
    kept = set(Event.objects.values_list("dossier__reference", "sequence", "digest"))
    verdict = verify()
    _say(lost=[row for row in wanted if row not in kept], faults=verdict.faults, events=verdict.events)
