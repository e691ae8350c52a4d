"""Verification of documents as JSON, for anybody, and the bound on how often."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from haicap.documents import pdf
from haicap.documents.decree30 import Document, Paragraph, Signer
from haicap.documents.signature import SoftwareToken, sign
from haicap.documents.signature.sample import sample_authority
from haicap.onestop.actions import verifying
from haicap.onestop.models import TrackingTry

pytestmark = pytest.mark.django_db


@pytest.fixture
def content(tmp_path: Path) -> Iterator[bytes]:
    """Return a file signed under an authority that the installation trusts."""
    authority = sample_authority()
    authority.put(folder=tmp_path / "token", alias="signer", passphrase="mau", common_name="Cán bộ mẫu 012")
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.pem").write_bytes(authority.pem)
    document = Document(
        issuer="Ủy ban nhân dân\nphường Mẫu", symbol="GXN-UBND", place="Phường Mẫu", year=2026, number=1,
        day=date(2026, 3, 2), type_name="Giấy xác nhận", summary="Tình trạng (mẫu)",
        blocks=(Paragraph(text="Nội dung (mẫu)."),),
        signers=(Signer(post="Chủ tịch", name="Cán bộ mẫu 012"),), sample=True,
    )  # fmt: skip
    built = pdf.build(document=document, made_at=datetime(2026, 3, 2, 2, tzinfo=UTC))
    token = SoftwareToken(folder=tmp_path / "token", passphrase="mau")
    with override_settings(HAICAP_DATA=tmp_path):
        yield sign(pdf=built.content, token=token, alias="signer", field="signer")


def _ask(content: bytes) -> Any:
    return Client().post("/api/onestop/verify", {"file": SimpleUploadedFile("a.pdf", content)})


def test_anybody_asks_whether_a_file_is_genuine(content: bytes) -> None:
    said = _ask(content).json()
    assert (said["holds"], said["fault"], said["document"]) == (True, None, None)
    assert [(one["signer"], one["holds"]) for one in said["signatures"]] == [("Cán bộ mẫu 012", True)]
    assert said["signatures"][0]["stamped_at"] is None
    broken = bytearray(content)
    broken[content.index(b"stream") + 40] ^= 1
    said = _ask(bytes(broken)).json()
    assert not said["holds"]
    assert "altered" in [fault["code"] for fault in said["signatures"][0]["faults"]]
    said = _ask(b"no pdf").json()
    assert (said["holds"], said["fault"]["code"], said["signatures"]) == (False, "unreadable", [])


def test_an_address_asks_only_so_often(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "MOST_PER_HOUR", 2)
    assert [_ask(b"no pdf").status_code for _number in range(3)] == [200, 200, 422]
    page = Client().post("/onestop/verify/", {"file": SimpleUploadedFile("a.pdf", b"no pdf")})
    assert page.status_code == 422
    assert TrackingTry.objects.count() == 1
