"""Taking in at a counter: one press, two events, nothing half-done and nothing typed lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.onestop.actions import intake, scans
from haicap.onestop.actions.files import Paper
from haicap.onestop.models import Applicant, Attachment, Centre, Dossier, Event, ProcedureVersion
from haicap.onestop.queries.intake import version_named, versions_found
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]
PDF = b"%PDF-1.7\n%scan"


def pdf(name: str = "to-khai.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def brought(service: Service, **given: Any) -> intake.Intake:
    wish = given.pop("wish", intake.Wish(fee=8000, papers=("form",)))
    return intake.Intake(version=service.version, person=service.person(), wish=wish, **given)


def test_one_press_registers_and_receives(service: Service, staff: Staff) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")
    taken = intake.take_in(actor=actor, intake=brought(service), key="k-00000001")
    row = taken.dossier
    assert row.status == Dossier.Status.RECEIVED and row.code and row.appointment_at
    assert [event.kind for event in row.events.order_by("sequence")] == ["registered", "received"]
    assert row.competent_body_id == service.committee.pk and row.received_body_id == service.first.body_id
    assert row.events.get(kind="received").payload["papers"] == ["form"]
    assert len(taken.secret) == 8 and taken.secret not in Applicant.objects.get(dossier=row).secret


def test_the_same_form_sent_twice_makes_one_dossier(service: Service, staff: Staff) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")
    first = intake.take_in(actor=actor, intake=brought(service), key="k-00000001")
    second = intake.take_in(actor=actor, intake=brought(service), key="k-00000001")
    assert second.dossier.pk == first.dossier.pk and second.secret == ""
    assert Dossier.objects.count() == 1 and Event.objects.count() == 2
    other = intake.take_in(actor=actor, intake=brought(service), key="k-00000002")
    assert str(first.dossier.code).endswith("0001") and str(other.dossier.code).endswith("0002")


def test_lacking_papers_are_asked_for_and_a_refusal_keeps_its_reason(service: Service, staff: Staff) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")
    asked = brought(service, outcome=intake.Outcome.SUPPLEMENT, reason="Thiếu tờ khai", lacking=("form",))
    row = intake.take_in(actor=actor, intake=asked, key="k-00000001").dossier
    assert row.status == Dossier.Status.SUPPLEMENT and row.code is None
    assert row.events.get(kind="supplement_asked").payload["papers"] == ["form"]
    refused = brought(service, outcome=intake.Outcome.REFUSE, reason="Không thuộc thẩm quyền")
    row = intake.take_in(actor=actor, intake=refused, key="k-00000002").dossier
    assert row.status == Dossier.Status.NOT_RECEIVED and not row.is_open


@pytest.mark.parametrize("outcome", [intake.Outcome.SUPPLEMENT, intake.Outcome.REFUSE])
def test_without_a_reason_nothing_is_kept(service: Service, staff: Staff, outcome: intake.Outcome) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")
    with pytest.raises(Refused):
        intake.take_in(actor=actor, intake=brought(service, outcome=outcome), key="k-00000001")
    assert Dossier.objects.count() == 0 and Event.objects.count() == 0


def test_a_fault_at_the_receipt_leaves_no_half_dossier_and_no_gap_in_the_codes(
    service: Service, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")

    def killed(**_given: Any) -> Any:
        raise RuntimeError("the server dies")

    with monkeypatch.context() as patch:
        patch.setattr(scans, "attach", killed)
        with pytest.raises(RuntimeError):
            papers = [Paper(file=pdf(), paper="form")]
            intake.take_in(actor=actor, intake=brought(service, scans=papers), key="k-00000001")
    assert Dossier.objects.count() == 0 and Event.objects.count() == 0
    row = intake.take_in(actor=actor, intake=brought(service), key="k-00000001").dossier
    assert str(row.code).endswith("0001")


def test_a_procedure_of_one_place_is_not_received_elsewhere(service: Service, staff: Staff) -> None:
    ProcedureVersion.objects.update(non_territorial=False)
    service.version.refresh_from_db()
    with pytest.raises(Refused) as refused:
        intake.take_in(actor=staff(Role.COUNTER_OFFICER, "first"), intake=brought(service), key="k-00000001")
    assert refused.value.code == "intake.territorial" and Dossier.objects.count() == 0


def test_only_people_of_an_open_centre_receive(service: Service, staff: Staff) -> None:
    with pytest.raises(NotAllowed):
        intake.take_in(actor=staff(Role.SPECIALIST, "first"), intake=brought(service), key="k-00000001")
    officer = staff(Role.COUNTER_OFFICER, "first")
    Centre.objects.filter(pk=service.first.pk).update(closed_on="2025-08-01")
    with pytest.raises(NotAllowed):
        intake.take_in(actor=officer, intake=brought(service), key="k-00000001")


def test_a_procedure_that_is_withdrawn_cannot_be_chosen(service: Service) -> None:
    assert versions_found(text="thu tuc THỬ") and version_named(code="9.000001")
    service.version.procedure.withdrawn_on = "2025-08-01"
    service.version.procedure.save()
    assert versions_found(text="thu tuc") == []
    with pytest.raises(Missing):
        version_named(code="9.000001")


def filled(service: Service, **given: Any) -> dict[str, Any]:
    return {
        "procedure": "9.000001", "key": "abcdefgh1", "channel": "direct", "full_name": "Người nộp mẫu 01",
        "id_number": "079190000123", "unit": str(service.unit.pk), "address": "12 Đường mẫu, Phường mẫu",
        "papers": ["form"], "fee": "8000", "deliver": "counter", "return_at": "", "outcome": "receive", **given,
    }  # fmt: skip


@pytest.fixture
def counter(service: Service, client_as: Callable[..., Any]) -> Any:
    """Return the signed-in client of a counter officer of the first centre."""
    return client_as(Role.COUNTER_OFFICER, body=service.first.body)


def test_the_page_finds_a_procedure_takes_the_form_and_shows_code_appointment_and_secret(
    service: Service, counter: Any
) -> None:
    address = reverse("onestop:receive")
    assert "9.000001" in counter.get(address).content.decode()
    assert "9.000001" in counter.get(address, {"q": "thu tuc thu"}).content.decode()
    assert "Tờ khai" in counter.get(address, {"procedure": "9.000001"}).content.decode()
    answer = counter.post(address, filled(service))
    row = Dossier.objects.get()
    page = answer.content.decode()
    assert answer.status_code == 200 and str(row.code) in page and "desk-secret" in page
    assert answer["Cache-Control"] == "no-store"
    assert reverse("onestop:form", args=[row.reference, "receipt", 2]) in page
    again = counter.post(address, filled(service)).content.decode()
    assert str(row.code) in again and "desk-secret" not in again
    assert Dossier.objects.count() == 1


def test_nothing_typed_is_lost_on_a_fault(service: Service, counter: Any) -> None:
    given = filled(service, unit="", papers=[], phone="0911222333", proxy_name="Người đi thay mẫu")
    answer = counter.post(reverse("onestop:receive"), given)
    page = answer.content.decode()
    assert answer.status_code == 422 and Dossier.objects.count() == 0
    for typed in ("Người nộp mẫu 01", "079190000123", "0911222333", "Người đi thay mẫu", "abcdefgh1"):
        assert f'value="{typed}"' in page
    assert "Tờ khai" in page


def test_papers_that_are_not_ticked_must_be_said_not_to_be_needed(service: Service, counter: Any) -> None:
    address = reverse("onestop:receive")
    assert counter.post(address, filled(service, papers=[])).status_code == 422
    assert counter.post(address, filled(service, papers=[], enough="on")).status_code == 200


def test_a_paper_that_is_scanned_is_there(service: Service, counter: Any) -> None:
    assert (
        counter.post(reverse("onestop:receive"), filled(service, papers=[], scan_form=pdf())).status_code
        == 200
    )
    assert Event.objects.get(kind="received").payload["papers"] == ["form"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"unit": "999999"},
        {"fee": "-1"},
        {"fee": "nhiều"},
        {"outcome": "burn"},
        {"deliver": "fax"},
        {"full_name": " "},
    ],
)
def test_bad_input_is_refused_beside_its_field(service: Service, counter: Any, wrong: dict[str, str]) -> None:
    assert counter.post(reverse("onestop:receive"), filled(service, **wrong)).status_code == 422
    assert Dossier.objects.count() == 0


def test_a_scan_that_is_too_large_is_named_with_size_and_limit_and_all_else_is_kept(
    service: Service, counter: Any, settings: Any
) -> None:
    settings.HAICAP_MAX_EVIDENCE = 1024 * 1024
    large = pdf("ban-ve.pdf", PDF + b"0" * (3 * 1024 * 1024))
    answer = counter.post(reverse("onestop:receive"), filled(service, scan_form=pdf(), scan_other=large))
    page = answer.content.decode()
    row = Dossier.objects.get()
    assert answer.status_code == 200 and row.status == Dossier.Status.RECEIVED
    assert "ban-ve.pdf" in page and " 4 MB" in page and " 1 MB" in page
    (kept,) = Attachment.objects.all()
    assert (kept.paper, kept.content_type) == ("form", "application/pdf")
    assert row.events.get(kind="scanned").payload["files"][0]["sha256"] == kept.sha256


def test_a_scan_of_a_hundred_megabytes_is_turned_away_by_its_size_before_it_is_read(
    service: Service, staff: Staff
) -> None:
    class Huge(SimpleUploadedFile):
        def read(self, *_given: Any) -> bytes:
            raise AssertionError("it was read")

    huge = Huge("scan.pdf", b"")
    huge.size = 100 * 1024 * 1024
    good, turned = scans.sifted(papers=[Paper(file=huge), Paper(file=pdf())])
    assert len(good) == 1
    assert "100" in str(turned[0].message) and "25" in str(turned[0].message)


def test_a_body_of_a_hundred_megabytes_is_turned_away_unread_with_size_and_limit(counter: Any) -> None:
    size = str(100 * 1024 * 1024)
    answer = counter.generic("POST", reverse("onestop:receive"), b"", CONTENT_LENGTH=size)
    assert answer.status_code == 413
    assert "100 MB" in answer.content.decode() and "64 MB" in answer.content.decode()


@pytest.mark.parametrize("content", [b"MZ\x90\x00 program", b"", b"<html>"])
def test_a_file_is_what_its_first_bytes_say(service: Service, content: bytes) -> None:
    good, turned = scans.sifted(papers=[Paper(file=pdf("scan.pdf", content))])
    assert not good and len(turned) == 1


def test_a_scan_is_given_only_to_bodies_with_a_part(
    service: Service, staff: Staff, client_as: Callable[..., Any]
) -> None:
    actor = staff(Role.COUNTER_OFFICER, "first")
    papers = [Paper(file=pdf(), paper="form")]
    row = intake.take_in(actor=actor, intake=brought(service, scans=papers), key="k-00000001").dossier
    address = reverse("onestop:attachment", args=[row.reference, row.attachments.get().pk])
    answer = client_as(Role.SPECIALIST, body=service.committee).get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_as(Role.SPECIALIST, body=service.other).get(address).status_code == 404
    assert client_as(Role.SECRETARIAT).get(address).status_code == 403


def test_the_name_of_a_file_never_stands_in_the_ledger(service: Service, staff: Staff) -> None:
    papers = [Paper(file=pdf("Người nộp mẫu 01.pdf"), paper="form")]
    actor = staff(Role.COUNTER_OFFICER, "first")
    row = intake.take_in(actor=actor, intake=brought(service, scans=papers), key="k-00000001").dossier
    assert all("mẫu 01" not in str(event.payload) for event in row.events.all())
