"""Results drafted, signed, numbered, sealed, issued; downloaded and verified; refusals that change nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from haicap.accounts.models import Person
from haicap.documents.signature.sample import SampleAuthority, sample_authority
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.onestop.actions import dossiers, signing
from haicap.onestop.actions.dossiers import act
from haicap.onestop.models import Certificate, Dossier, IssuedDocument, ResultDraft
from haicap.onestop.queries import signing as queries
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tests.conftest import Service
from haicap.onestop.views.citizen import OPENED

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]
WORDS: dict[str, Any] = {
    "granted": True, "type_name": "Giấy xác nhận", "summary": "Tình trạng (mẫu)", "symbol": "GXN-UBND",
    "text": "Xác nhận nội dung mẫu.\nDòng thứ hai.",
}  # fmt: skip
ADDRESS = "https://vi.example/verify/{key}/"


@dataclass
class Office:
    """A commune's office with people, keys and certificates."""

    specialist: Actor
    signer: Actor
    clerk: Actor
    authority: SampleAuthority
    folder: Path

    def certify(self, actor: Actor, **given: Any) -> Certificate:
        """Give somebody a key and a certificate."""
        person = Person.objects.get(pk=actor.person_id or -1)
        alias = f"person-{person.pk}"
        pem = self.authority.put(
            folder=self.folder, alias=alias, passphrase=queries.passphrase(), common_name=person.full_name,
            organisation=person.body.name_vi, **given,
        )  # fmt: skip
        return signing.register_certificate(
            actor=SYSTEM, pem=pem, body=person.body, person=person, alias=alias
        )


@pytest.fixture
def office(service: Service, staff: Staff, tmp_path: Path) -> Any:
    """Return an office whose signer and body can sign."""
    with override_settings(HAICAP_DATA=tmp_path):
        authority = sample_authority()
        queries.trust_folder().mkdir()
        (queries.trust_folder() / "root.pem").write_bytes(authority.pem)
        found = Office(
            specialist=staff(Role.SPECIALIST, "committee"),
            signer=staff(Role.SIGNER, "committee"),
            clerk=staff(Role.CLERK, "committee"),
            authority=authority,
            folder=queries.token_folder(),
        )
        found.certify(found.signer)
        pem = authority.put(
            folder=found.folder,
            alias="seal",
            passphrase=queries.passphrase(),
            common_name=service.committee.name_vi,
        )
        signing.register_certificate(actor=SYSTEM, pem=pem, body=service.committee, alias="seal")
        yield found


def _approved(service: Service, office: Office) -> Dossier:
    row = signing.draft_result(actor=office.specialist, dossier=service.begun(), **WORDS)
    return act(actor=office.signer, dossier=row, kind=Kind.APPROVED)


def _issued(service: Service, office: Office) -> IssuedDocument:
    row = _approved(service, office)
    signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    signing.number_result(actor=office.clerk, dossier=row)
    return signing.issue_result(actor=office.clerk, dossier=row)


def test_a_result_is_signed_numbered_sealed_and_issued_and_holds(service: Service, office: Office) -> None:
    issued = _issued(service, office)
    content = issued.file.read()
    verdict = queries.verdict_of(content=content)
    assert verdict.holds, verdict
    assert [one.field for one in verdict.signatures] == ["signer", "seal"]
    assert hashlib.sha256(content).hexdigest() == issued.sha256
    events = list(issued.dossier.events.order_by("sequence").values_list("kind", "payload__sha256"))
    assert [kind for kind, _sha in events[-5:]] == ["drafted", "approved", "signed", "numbered", "issued"]
    assert events[-1][1] == issued.sha256
    assert verify().faults == ()


def test_numbers_of_a_body_have_no_gap_even_where_a_signed_attempt_fails(
    service: Service, office: Office
) -> None:
    first = _issued(service, office)
    row = _approved(service, office)
    (office.folder / f"person-{office.signer.person_id}.p12").rename(office.folder / "away")
    with pytest.raises(Refused) as caught:
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert caught.value.code == "token.missing"
    assert ResultDraft.objects.get(dossier=row).number is None
    (office.folder / "away").rename(office.folder / f"person-{office.signer.person_id}.p12")
    second = signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert (first.number, second.number) == ("01/GXN-UBND", "02/GXN-UBND")


def test_an_expired_certificate_signs_nothing_and_the_dossier_stays(service: Service, office: Office) -> None:
    row = _approved(service, office)
    Certificate.objects.filter(kind="person").update(valid_to="2025-01-01T00:00:00Z")
    with pytest.raises(Refused) as caught:
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert caught.value.code == "certificate.none"
    row.refresh_from_db()
    assert row.life["result"]["signed"] is False
    assert not IssuedDocument.objects.exists()


def test_a_wrong_passphrase_signs_nothing(service: Service, office: Office) -> None:
    row = _approved(service, office)
    (office.folder / "token.key").write_text("khac")
    with pytest.raises(Refused) as caught:
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert caught.value.code == "token.refused"


def test_a_key_of_somebody_else_under_the_registered_name_signs_nothing(
    service: Service, office: Office
) -> None:
    row = _approved(service, office)
    office.authority.put(
        folder=office.folder, alias=f"person-{office.signer.person_id}", passphrase=queries.passphrase(),
        common_name="Người khác mẫu",
    )  # fmt: skip
    with pytest.raises(Refused) as caught:
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert caught.value.code == "sign.other"
    assert not IssuedDocument.objects.exists()


def test_a_break_between_file_and_ledger_leaves_nothing_half_done(
    service: Service, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_given: object) -> None:
        raise RuntimeError

    row = _approved(service, office)
    with monkeypatch.context() as at_signing:
        at_signing.setattr(dossiers, "act", broken)
        with pytest.raises(RuntimeError):
            signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    assert not IssuedDocument.objects.exists()
    assert ResultDraft.objects.get(dossier=row).number is None
    issued = signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    signing.number_result(actor=office.clerk, dossier=row)
    with monkeypatch.context() as at_issuing:
        at_issuing.setattr(dossiers, "act", broken)
        with pytest.raises(RuntimeError):
            signing.issue_result(actor=office.clerk, dossier=row)
    kept = IssuedDocument.objects.get()
    assert (kept.sha256, kept.issued_at, kept.seal) == (issued.sha256, None, None)
    assert hashlib.sha256(kept.file.read()).hexdigest() == issued.sha256
    assert signing.issue_result(actor=office.clerk, dossier=row).number == "01/GXN-UBND"
    assert verify().faults == ()


def test_nothing_is_signed_before_it_is_approved_nor_twice(service: Service, office: Office) -> None:
    row = signing.draft_result(actor=office.specialist, dossier=service.begun(), **WORDS)
    with pytest.raises(Refused):
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    act(actor=office.signer, dossier=row, kind=Kind.APPROVED)
    signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    with pytest.raises(Refused):
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    with pytest.raises(Refused):
        signing.issue_result(actor=office.clerk, dossier=row)


def test_a_draft_written_anew_must_be_approved_anew(service: Service, office: Office) -> None:
    row = _approved(service, office)
    row = signing.draft_result(actor=office.specialist, dossier=row, **{**WORDS, "text": "Khác."})
    with pytest.raises(Refused):
        signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)


def test_a_signed_file_changed_on_the_disk_is_not_sealed(service: Service, office: Office) -> None:
    row = _approved(service, office)
    issued = signing.sign_result(actor=office.signer, dossier=row, address=ADDRESS)
    signing.number_result(actor=office.clerk, dossier=row)
    Path(issued.file.path).write_bytes(b"%PDF-1.7 changed")
    with pytest.raises(Refused) as caught:
        signing.issue_result(actor=office.clerk, dossier=row)
    assert caught.value.code == "result.file"


def test_only_those_in_charge_sign_and_issue(service: Service, office: Office, staff: Staff) -> None:
    row = _approved(service, office)
    with pytest.raises(NotAllowed):
        signing.sign_result(actor=office.specialist, dossier=row, address=ADDRESS)
    stranger = staff(Role.SIGNER, "other")
    office.certify(stranger)
    with pytest.raises(Refused) as caught:
        signing.sign_result(actor=stranger, dossier=row, address=ADDRESS)
    assert caught.value.code == "event.not_your_part"


def test_the_second_of_two_people_who_write_one_draft_is_told(service: Service, office: Office) -> None:
    row = signing.draft_result(actor=office.specialist, dossier=service.begun(), **WORDS)
    seen = ResultDraft.objects.get(dossier=row).revision
    row = signing.draft_result(actor=office.specialist, dossier=row, revision=seen, **WORDS)
    with pytest.raises(Conflict):
        signing.draft_result(
            actor=office.specialist, dossier=row, revision=seen, **{**WORDS, "text": "Khác."}
        )
    assert ResultDraft.objects.get(dossier=row).text == WORDS["text"]


def test_a_refusal_needs_its_reason(service: Service, office: Office) -> None:
    row = service.begun()
    with pytest.raises(Refused):
        signing.draft_result(actor=office.specialist, dossier=row, **{**WORDS, "granted": False})
    refusal = {**WORDS, "granted": False, "reason": "Không đủ điều kiện"}
    assert (
        signing.draft_result(actor=office.specialist, dossier=row, **refusal).life["result"]["kind"]
        == "refused"
    )


def test_the_result_is_given_to_those_with_a_part_and_to_the_open_session_alone(
    service: Service, office: Office, client_as: Callable[..., Client]
) -> None:
    issued = _issued(service, office)
    path = f"/onestop/results/{issued.dossier.reference}/result.pdf"
    assert client_as(Role.CLERK, body=service.committee).get(path).status_code == 200
    assert client_as(Role.CLERK, body=service.other).get(path).status_code in (403, 404)
    visitor = Client()
    assert visitor.get(path).status_code in (302, 403, 404)
    session = visitor.session
    import time

    session[OPENED] = {issued.dossier.reference: int(time.time())}
    session.save()
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.7")  # type: ignore[attr-defined]


def test_anybody_verifies_a_file_or_a_code(service: Service, office: Office) -> None:
    issued = _issued(service, office)
    visitor = Client()
    page = visitor.get(f"/onestop/verify/{issued.key}/").content.decode()
    assert issued.number in page and service.person().full_name not in page
    content = Path(issued.file.path).read_bytes()
    found = visitor.post("/onestop/verify/", {"file": SimpleUploadedFile("a.pdf", content)}).content.decode()
    assert issued.number in found
    broken = bytearray(content)
    broken[content.index(b"stream") + 40] ^= 1
    answer = visitor.post("/onestop/verify/", {"file": SimpleUploadedFile("a.pdf", bytes(broken))})
    assert "text-danger" in answer.content.decode()
    wrong = visitor.post("/onestop/verify/", {"file": SimpleUploadedFile("a.pdf", b"no pdf")})
    assert wrong.status_code == 200
    assert visitor.get("/onestop/verify/khongco/").status_code == 404
    (queries.trust_folder() / "hong.pem").write_bytes(b"-----BEGIN X-----")
    refused = visitor.post("/onestop/verify/", {"file": SimpleUploadedFile("a.pdf", content)})
    assert refused.status_code == 422 and "hong.pem" in refused.content.decode()
    assert visitor.get(f"/onestop/verify/{issued.key}/").status_code == 422


def test_the_pages_lead_from_the_draft_to_the_issue(
    service: Service, office: Office, client_as: Callable[..., Client]
) -> None:
    row = service.begun()
    path = f"/onestop/results/{row.reference}/"
    specialist = client_as(Role.SPECIALIST, body=service.committee)
    assert specialist.get(path).status_code == 200
    form = {**WORDS, "granted": "yes", "expected": row.sequence}
    assert specialist.post(f"{path}draft/", form).status_code == 302
    assert specialist.get(f"{path}preview.pdf").content.startswith(b"%PDF")
    signer = client_as(Role.SIGNER, body=service.committee)
    signer.post(f"{path}approve/", {})
    office.certify(signer.actor)  # type: ignore[attr-defined]
    assert "checkbox" in signer.get("/onestop/results/").content.decode()
    signer.post("/onestop/results/", {"reference": [row.reference]})
    clerk = client_as(Role.CLERK, body=service.committee)
    clerk.post(f"{path}number/", {})
    clerk.post(f"{path}issue/", {})
    assert IssuedDocument.objects.get().issued_at is not None
    assert clerk.get(path).status_code == 200
    row.refresh_from_db()
    assert row.status == 9


def test_certificates_are_registered_counted_and_revoked(
    service: Service, office: Office, client_as: Callable[..., Client]
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    _key, certificate = office.authority.issue(common_name="Dấu mẫu")
    from cryptography.hazmat.primitives.serialization import Encoding

    file = SimpleUploadedFile("a.pem", certificate.public_bytes(Encoding.PEM))
    answer = client.post("/onestop/certificates/", {"file": file, "body": service.other.code})
    assert answer.status_code == 302
    bad = SimpleUploadedFile("a.pem", b"nothing")
    assert client.post("/onestop/certificates/", {"file": bad, "body": service.other.code}).status_code == 422
    row = Certificate.objects.get(body=service.other)
    client.post(f"/onestop/certificates/{row.pk}/revoke/")
    row.refresh_from_db()
    assert row.revoked_at is not None
    assert client.get("/onestop/certificates/").status_code == 200
    clerk = client_as(Role.CLERK, body=service.committee)
    assert "Dấu mẫu" not in clerk.get("/onestop/certificates/").content.decode()
