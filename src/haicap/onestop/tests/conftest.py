"""Two City centres, a commune, a procedure, and people who work there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.onestop.actions import dossiers
from haicap.onestop.models import Centre, Dossier, Procedure, ProcedureVersion
from haicap.onestop.rules.lifecycle import Kind
from haicap.register.actions import ensure_body
from haicap.register.models import Body, Unit

HOURS = {str(day): [["07:30", "11:30"], ["13:00", "17:00"]] for day in range(5)}
CITY = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    """Return a time in the City in 2025."""
    return datetime(2025, month, day, hour, minute, tzinfo=CITY)


@dataclass(frozen=True, slots=True)
class Service:
    """What the tests work with: centres `first`, `second`; a commune's committee; another commune's; a procedure."""

    first: Centre
    second: Centre
    unit: Unit
    committee: Body
    other: Body
    version: ProcedureVersion

    def person(self, name: str = "Người nộp mẫu 01") -> dossiers.Person:
        """Return an applicant of the commune."""
        return dossiers.Person(
            full_name=name, id_number="079190000123", phone="0900000123", address="12 Đường mẫu, Phường mẫu",
            unit=self.unit,
        )  # fmt: skip

    def register(self, **given: Any) -> Dossier:
        """Register a dossier at the first centre."""
        given = {"centre": self.first, "person": self.person(), **given}
        return dossiers.register(actor=SYSTEM, version=self.version, **given).dossier

    def receive(self, **given: Any) -> Dossier:
        """Register and receive a dossier at the first centre."""
        moment = given.pop("at", None)
        row = self.register(at=moment)
        receipt = dossiers.Receipt(competent=self.committee, **given)
        return dossiers.receive(actor=SYSTEM, dossier=row, receipt=receipt, centre=self.first, at=moment)

    def act(self, row: Dossier, kind: Kind, **given: Any) -> Dossier:
        """Do something as the competent body, or at `centre`."""
        if "centre" not in given:
            given.setdefault("body", row.received_body if kind is Kind.FORWARDED else row.competent_body)
        return dossiers.act(actor=SYSTEM, dossier=row, kind=kind, **given)

    def begun(self, **given: Any) -> Dossier:
        """Return a dossier that the commune is processing."""
        row = self.receive(**given)
        return self.act(row, Kind.FORWARDED, at=given.get("at"))

    def issued(self, **given: Any) -> Dossier:
        """Return a dossier whose result waits to be returned."""
        row, moment = self.begun(**given), given.get("at")
        steps: list[tuple[Kind, dict[str, Any]]] = [
            (Kind.DRAFTED, {"result": "granted"}),
            (Kind.APPROVED, {}),
            (Kind.SIGNED, {}),
            (Kind.NUMBERED, {"number": "01/GXN-UBND"}),
            (Kind.ISSUED, {}),
        ]
        for kind, payload in steps:
            row = self.act(row, kind, payload=payload, at=moment)
        return row


def _centre(number: int, district: Unit) -> Centre:
    body = ensure_body(
        actor=SYSTEM, kind=Body.Kind.CENTRE, code=f"TTHCC-T{number}", name_vi=f"Trung tâm thử {number}"
    )
    name = f"Trung tâm Phục vụ hành chính công thử {number}"
    return Centre.objects.create(
        code=f"TTHCC-T{number}", kind="city", name_vi=name, folded=name.lower(), body=body, agency=f"H29.T{number}",
        former_district=district, hours=HOURS, opened_on=date(2025, 7, 1),
    )  # fmt: skip


@pytest.fixture
def service(db: None) -> Service:
    """Return centres, a commune and a procedure of five working days."""
    districts = list(Unit.objects.filter(level="district").order_by("code")[:2])
    unit, other = Unit.objects.filter(level="commune", valid_to=None).order_by("code")[:2]
    version = ProcedureVersion.objects.create(
        procedure=Procedure.objects.create(code="9.000001"),
        valid_from=date(2025, 7, 1),
        name_vi="Thủ tục thử",
        name_en="Test procedure",
        folded="thu tuc thu test procedure",
        field="Hộ tịch",
        level="commune",
        competent="address",
        limit_value=5,
        limit_unit="working_days",
        papers=[{"code": "form", "name_vi": "Tờ khai", "name_en": "Form", "copies": 1, "original": True, "note": ""}],
        fees=[{"channel": "direct", "amount": 8000, "text": ""}],
        steps=[{"code": "check", "name_vi": "Thẩm định", "name_en": "Check", "role": "specialist", "hours": 8}],
    )  # fmt: skip
    return Service(
        first=_centre(1, districts[0]),
        second=_centre(2, districts[1]),
        unit=unit,
        committee=Body.objects.get(code=f"UBND-{unit.code}"),
        other=Body.objects.get(code=f"UBND-{other.code}"),
        version=version,
    )


@pytest.fixture
def staff(service: Service, actor: Callable[..., Actor]) -> Callable[[Role, str], Actor]:
    """Return a factory: staff(role, "first" | "second" | "committee" | "other") gives the actor of a new person."""

    def make(role: Role, where: str) -> Actor:
        place = getattr(service, where)
        return actor(role, body=place.body if isinstance(place, Centre) else place)

    return make
