"""The citizen: tracking by a secret that opens once, acting online, handing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refused
from haicap.onestop.actions import dossiers, tracking
from haicap.onestop.models import (
    Applicant,
    Attachment,
    Certificate,
    Dossier,
    Event,
    Feedback,
    IssuedDocument,
    TrackingTry,
)
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tests.conftest import Service
from haicap.register.models import Body

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%some paper\n"


def _secret(row: Dossier) -> str:
    return tracking.renew_secret(dossier=row)


def _opened(row: Dossier) -> Client:
    client = Client()
    answer = client.post(reverse("onestop:track"), {"code": row.reference, "secret": _secret(row)})
    assert answer.status_code == 302
    return client


def _step(row: Dossier, key: str = "k1") -> dict[str, Any]:
    row.refresh_from_db()
    return {"sequence": row.sequence, "key": key}


def _pdf(name: str = "giay.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_code_and_secret_open_the_page_once(service: Service) -> None:
    row = service.begun()
    secret, client = _secret(row), Client()
    typed = {"code": (row.code or "").lower(), "secret": f" {secret[:4]} {secret[4:].lower()}"}
    answer = client.post(reverse("onestop:track"), typed)
    assert answer["Location"] == reverse("onestop:tracked", args=[row.reference])
    page = client.get(answer["Location"])
    assert page.status_code == 200
    again = Client().post(reverse("onestop:track"), typed)
    assert again.status_code == 422
    assert client.get(answer["Location"]).status_code == 200  # the session that opened it stays open


def test_another_session_is_sent_to_type_the_secret(service: Service) -> None:
    row = service.begun()
    _opened(row)
    url = reverse("onestop:tracked", args=[row.reference])
    assert Client().get(url)["Location"] == reverse("onestop:track")
    for name in ("supplement", "withdraw", "confirm", "pay", "rate", "secret"):
        answer = Client().post(reverse(f"onestop:track-{name}", args=[row.reference]), _step(row))
        assert answer["Location"] == reverse("onestop:track"), name
    assert Event.objects.filter(dossier=row).count() == row.sequence


def _words(code: str, secret: str) -> str:
    with pytest.raises(Refused) as caught:
        tracking.open_tracking(code=code, secret=secret, address="203.0.113.9")
    return f"{caught.value.code} {caught.value.message}"


def test_no_such_code_wrong_secret_and_used_secret_get_the_same_sentence(service: Service) -> None:
    row = service.begun()
    secret = _secret(row)
    tracking.open_tracking(code=row.reference, secret=secret, address="203.0.113.8")
    wrong = {
        _words("NO-SUCH-CODE", "ABCDEFGH"),
        _words(row.reference, "ABCDEFGH"),
        _words(row.reference, secret),
    }
    assert len(wrong) == 1


def test_a_wrong_try_costs_the_same_whether_the_code_exists_or_not(service: Service) -> None:
    row, counts = service.begun(), set()
    _words("THE-FIRST-TRY", "ABCDEFGH")  # makes the row of the address
    for code in (row.reference, row.code or "", "NO-SUCH-CODE"):
        with CaptureQueriesContext(connection) as caught:
            _words(code, "ABCDEFGH")
        counts.add(len(caught))
    assert len(counts) == 1


def test_wrong_tries_are_bounded_by_code_and_by_address(service: Service) -> None:
    row = service.begun()
    for number in range(tracking.PER_CODE):
        assert "tracking.wrong" in _words_from(row.reference, f"198.51.100.{number}")
    assert "tries.too_many" in _words_from(row.reference, "198.51.100.250")
    for number in range(tracking.PER_ADDRESS):
        _words_from(f"CODE{number}", "198.51.100.251")
    assert "tries.too_many" in _words_from("ANOTHER", "198.51.100.251")


def test_after_the_window_one_may_try_again(service: Service) -> None:
    row = service.begun()
    for number in range(tracking.PER_CODE + 1):
        _words_from(row.reference, f"198.51.100.{number}")
    TrackingTry.objects.update(window_start=timezone.now() - timedelta(hours=2))
    found = tracking.open_tracking(code=row.reference, secret=_secret(row), address="198.51.100.1")
    assert found == row


def test_neither_codes_nor_addresses_are_kept_with_the_tries(service: Service) -> None:
    row = service.begun()
    _words_from(row.reference, "198.51.100.77")
    kept = " ".join(TrackingTry.objects.values_list("scope", flat=True))
    assert row.reference not in kept and "198.51" not in kept


def _words_from(code: str, address: str) -> str:
    with pytest.raises(Refused) as caught:
        tracking.open_tracking(code=code, secret="WRONGONE", address=address)
    return caught.value.code


def test_the_page_costs_at_most_five_queries(service: Service) -> None:
    for row in (service.register(), service.begun(), service.issued()):
        client = _opened(row)
        url = reverse("onestop:tracked", args=[row.reference])
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(url).status_code == 200
        assert len(caught) <= 5, [query["sql"][:80] for query in caught]


def test_the_page_names_the_three_organisations_and_masks_the_applicant(service: Service) -> None:
    row = service.issued()
    row = service.act(row, Kind.RETURNED, centre=service.second, payload={"proof": "signature"})
    text = _opened(row).get(reverse("onestop:tracked", args=[row.reference])).content.decode()
    for body in (service.first.body, service.committee, service.second.body):
        assert body.name_vi in text
    assert "079190000123" not in text and "0900000123" not in text and "Người nộp mẫu" not in text


def _each(service: Service) -> list[tuple[Dossier, str]]:
    asked = service.act(service.begun(), Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"})
    stopped = service.act(service.begun(), Kind.STOPPED, payload={"reason": "Người nộp rút"})
    away = service.act(
        service.register(), Kind.NOT_RECEIVED, payload={"reason": "Sai nơi"}, centre=service.first
    )
    money = service.act(service.begun(), Kind.PAYMENT_ASKED, payload={"amount": 50_000})
    leaving = dossiers.act_as_citizen(dossier=service.begun(), kind=Kind.WITHDRAW_ASKED)
    back = service.act(service.issued(), Kind.RETURNED, centre=service.second, payload={"proof": "x"})
    return [
        (service.register(), "citizen-blue"), (service.receive(), "citizen-blue"), (service.begun(), "citizen-blue"),
        (asked, "Thiếu tờ khai"), (stopped, "Người nộp rút"), (away, "Sai nơi"), (money, "50.000"),
        (leaving, "citizen-yellow"), (service.issued(), "citizen-green"), (back, "citizen-green"),
    ]  # fmt: skip


def test_every_status_is_told_in_both_languages(service: Service) -> None:
    for row, expected in _each(service):
        client = _opened(row)
        for language in ("vi", "en"):
            client.cookies["haicap_language"] = language
            page = client.get(reverse("onestop:tracked", args=[row.reference]))
            assert page.status_code == 200 and expected in page.content.decode(), (row.status, language)


def test_a_supplement_is_handed_in_online_with_its_files_and_the_clock_runs_on(service: Service) -> None:
    row = service.act(service.begun(), Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"})
    client, url = _opened(row), reverse("onestop:track-supplement", args=[row.reference])
    step = _step(row)
    for _time in range(2):  # the second is the same button pressed again
        client.post(url, step | {"papers": [_pdf(), _pdf("anh.png", b"\x89PNG\r\n\x1a\n rest")]})
    row.refresh_from_db()
    assert row.status == Dossier.Status.PROCESSING and row.due_at is not None
    assert sorted(row.attachments.values_list("name", "content_type")) == [
        ("anh.png", "image/png"), ("giay.pdf", "application/pdf"),
    ]  # fmt: skip
    assert Event.objects.filter(dossier=row, kind=Kind.SUPPLEMENT_GIVEN).count() == 1
    assert verify().faults == ()


def test_a_file_of_another_kind_is_refused_by_its_first_bytes_and_nothing_is_kept(service: Service) -> None:
    row = service.act(service.begun(), Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"})
    url = reverse("onestop:track-supplement", args=[row.reference])
    answer = _opened(row).post(url, _step(row) | {"papers": [_pdf(), _pdf("virus.pdf", b"MZ\x90\x00")]})
    assert answer.status_code == 422 and "virus.pdf" in answer.content.decode()
    row.refresh_from_db()
    assert row.status == Dossier.Status.SUPPLEMENT and not row.attachments.exists()


def test_what_changed_since_the_page_was_opened_is_a_conflict_not_a_second_event(service: Service) -> None:
    row = service.begun()
    client, step = _opened(row), _step(row)
    service.act(row, Kind.STEP_DONE, payload={"step": "check"})
    answer = client.post(reverse("onestop:track-withdraw", args=[row.reference]), step)
    assert answer.status_code == 422
    assert not Event.objects.filter(dossier=row, kind=Kind.WITHDRAW_ASKED).exists()


def test_a_withdrawal_is_asked_for_online(service: Service) -> None:
    row = service.begun()
    _opened(row).post(reverse("onestop:track-withdraw", args=[row.reference]), _step(row))
    row.refresh_from_db()
    assert row.status == Dossier.Status.WITHDRAWING


def test_without_a_result_to_download_there_is_nothing_to_confirm(service: Service) -> None:
    row = service.issued()
    assert (
        _opened(row).post(reverse("onestop:track-confirm", args=[row.reference]), _step(row)).status_code
        == 422
    )
    row.refresh_from_db()
    assert row.status == Dossier.Status.PROCESSED


def _signed(row: Dossier) -> IssuedDocument:
    """Put a signed file beside an issued dossier; how it is signed is tested elsewhere."""
    now = timezone.now()
    body = Body.objects.get(pk=row.competent_body_id or -1)
    certificate = Certificate.objects.create(
        kind="person", body=body, subject="x", issuer="x", serial="1", fingerprint=row.reference, valid_from=now,
        valid_to=now, pem="",
    )  # fmt: skip
    return IssuedDocument.objects.create(
        dossier=row, body=body, number=f"{row.pk}/GXN-UBND", day=now.date(), key=row.reference, file=_pdf("kq.pdf"),
        sha256="0" * 64, size=len(PDF), signer=certificate, signed_at=now, issued_at=now,
    )  # fmt: skip


def test_the_applicant_downloads_the_result_and_confirms_that_it_arrived(service: Service) -> None:
    row = service.issued()
    _signed(row)
    client, url = _opened(row), reverse("onestop:track-result", args=[row.reference])
    page = reverse("onestop:tracked", args=[row.reference])
    client.get(page)
    with CaptureQueriesContext(connection) as caught:
        assert url in client.get(page).content.decode()
    assert len(caught) <= 5
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF and "attachment" in answer["Content-Disposition"]  # type: ignore[attr-defined]
    assert Client().get(url)["Location"] == reverse("onestop:track")
    client.post(reverse("onestop:track-confirm", args=[row.reference]), _step(row))
    row.refresh_from_db()
    assert row.status == Dossier.Status.RETURNED and row.delivery == Dossier.DeliveryState.DELIVERED
    proof = Event.objects.get(dossier=row, kind=Kind.RETURNED).payload["proof"]
    assert proof.startswith("online:confirmed:")


def test_the_applicant_downloads_the_forms_that_are_for_the_applicant(service: Service) -> None:
    row = service.act(service.begun(), Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"})
    client = _opened(row)
    page = client.get(reverse("onestop:tracked", args=[row.reference]))
    assert [one.purpose for one in page.context["forms"]] == ["receipt", "supplement"]
    for one in page.context["forms"]:
        url = reverse("onestop:form", args=[row.reference, one.purpose, one.sequence])
        assert url in page.content.decode()
        assert client.get(url).content.startswith(b"%PDF")
        assert not Client().get(url).content.startswith(b"%PDF")


def test_a_result_that_is_not_paid_for_or_not_sealed_is_not_given_out(service: Service) -> None:
    unpaid, unsealed = service.issued(fee=8000), service.issued()
    _signed(unpaid)
    IssuedDocument.objects.filter(pk=_signed(unsealed).pk).update(issued_at=None)
    for row in (unpaid, unsealed):
        assert _opened(row).get(reverse("onestop:track-result", args=[row.reference])).status_code == 404


def test_payment_is_simulated_only_where_the_setting_says_so(service: Service, settings: Any) -> None:
    row = service.begun(fee=8000)
    client, url = _opened(row), reverse("onestop:track-pay", args=[row.reference])
    assert client.post(url, _step(row)).status_code == 422
    settings.HAICAP_SIMULATED_PAYMENT = True
    client.post(url, _step(row))
    row.refresh_from_db()
    assert row.payment == Dossier.Payment.PAID and row.paid_online


def test_the_service_is_rated_once_after_the_end(service: Service) -> None:
    early, row = service.begun(), service.issued()
    url = reverse("onestop:track-rate", args=[early.reference])
    assert _opened(early).post(url, {"rating": "5"}).status_code == 422
    client, url = _opened(row), reverse("onestop:track-rate", args=[row.reference])
    for rating in ("2", "4"):
        client.post(url, {"rating": rating})
    assert [row.rating for row in Feedback.objects.filter(kind="rating")] == [4]


def test_a_new_secret_is_shown_once_and_the_page_is_closed_on_demand(service: Service) -> None:
    row = service.begun()
    client, url = _opened(row), reverse("onestop:tracked", args=[row.reference])
    client.post(reverse("onestop:track-secret", args=[row.reference]))
    page = client.get(url)
    secret = page.context["new_secret"]
    assert secret in page.content.decode() and secret not in client.get(url).content.decode()
    client.post(reverse("onestop:track-leave", args=[row.reference]))
    assert client.get(url).status_code == 302
    assert tracking.open_tracking(code=row.reference, secret=secret, address="203.0.113.3") == row


def _form(service: Service, **changed: Any) -> dict[str, Any]:
    return {
        "centre": service.second.code, "full_name": "Người nộp mẫu 02", "id_number": "079 190 000 124",
        "phone": "0900 000 124", "address": "3 Đường mẫu", "unit": service.unit.code, "declared": "on", "key": "a1",
        **changed,
    }  # fmt: skip


def _apply_url(service: Service) -> str:
    service.version.online = "full"
    service.version.save()
    return reverse("onestop:apply", args=[service.version.procedure.code])


def test_a_dossier_is_handed_in_online_and_its_codes_are_shown_once(service: Service) -> None:
    url, client = _apply_url(service), Client()
    assert client.get(reverse("onestop:apply")).content.decode().count(url) == 1
    given = _form(service, paper_0=_pdf(), others=[_pdf("khac.pdf", PDF + b"2")])
    answer = client.post(url, given)
    row = Dossier.objects.get()
    assert row.channel == "online" and row.received_body == service.second.body
    event = Event.objects.get()
    assert event.person is None and event.body is None
    assert sorted(Attachment.objects.values_list("paper", flat=True)) == ["", "form"]
    assert row.applicant.id_number == "079190000124" and row.applicant.unit == service.unit
    slip = client.get(answer["Location"])
    secret = slip.context["secret"]
    assert row.reference in slip.content.decode() and secret in slip.content.decode()
    assert client.get(answer["Location"]).status_code == 302  # only once
    assert client.post(url, _form(service))["Location"] == answer["Location"]  # sent twice: one dossier
    assert Dossier.objects.count() == 1
    assert tracking.open_tracking(code=row.reference, secret=secret, address="203.0.113.1") == row
    assert "079190000124" not in str(event.payload)


def test_what_was_typed_is_kept_when_something_is_wrong(service: Service) -> None:
    url = _apply_url(service)
    answer = Client().post(url, _form(service, id_number="12", paper_0=_pdf()))
    text = answer.content.decode()
    assert answer.status_code == 422 and "Người nộp mẫu 02" in text and "3 Đường mẫu" in text
    assert answer.context["had_files"] and not Dossier.objects.exists()
    answer = Client().post(url, _form(service, paper_0=_pdf("x.pdf", b"no pdf")))
    assert answer.status_code == 422 and "paper_0" in answer.context["form"].errors
    assert not Dossier.objects.exists() and not Applicant.objects.exists()


def test_a_procedure_that_is_not_online_or_withdrawn_cannot_be_handed_in(service: Service) -> None:
    url = reverse("onestop:apply", args=[service.version.procedure.code])
    assert Client().get(url).status_code == 404
    _apply_url(service)
    service.version.procedure.withdrawn_on = timezone.localdate()
    service.version.procedure.save()
    assert Client().get(url).status_code == 404


def test_handing_in_is_bounded_by_address(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haicap.onestop.actions.online.PER_ADDRESS", 2)
    url = _apply_url(service)
    for number in range(3):
        answer = Client().post(url, _form(service, key=f"k{number}"))
    assert answer.status_code == 422 and Dossier.objects.count() == 2


def test_a_file_that_is_too_large_is_named(service: Service, settings: Any) -> None:
    settings.HAICAP_MAX_EVIDENCE = 10
    answer = Client().post(_apply_url(service), _form(service, paper_0=_pdf("to.pdf")))
    assert answer.status_code == 422 and "to.pdf" in answer.content.decode()


def test_the_command_line_gives_a_new_secret_at_a_counter(service: Service) -> None:
    row = service.begun()
    secret = dossiers.new_secret(actor=SYSTEM, dossier=row)
    assert tracking.open_tracking(code=row.code or "", secret=secret, address="203.0.113.4") == row
