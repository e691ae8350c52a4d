"""The verifier in the terminal: no database, no network, every fault by code and sentence."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from haicap.documents import pdf
from haicap.documents.decree30 import Document, Paragraph, Signer
from haicap.documents.signature import SoftwareToken, sign
from haicap.documents.signature.sample import SampleAuthority, sample_authority


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, SampleAuthority]:
    """Return a signed file and the authority that vouches for its signer; it lies in the folder `trust`."""
    authority = sample_authority()
    authority.put(folder=tmp_path / "token", alias="signer", passphrase="mau", common_name="Cán bộ mẫu 012")
    document = Document(
        issuer="Ủy ban nhân dân\nphường Mẫu", symbol="GXN-UBND", place="Phường Mẫu", year=2026, number=1,
        day=date(2026, 3, 2), type_name="Giấy xác nhận", summary="Tình trạng (mẫu)",
        blocks=(Paragraph(text="Nội dung (mẫu)."),),
        signers=(Signer(post="Chủ tịch", name="Cán bộ mẫu 012"),), sample=True,
    )  # fmt: skip
    built = pdf.build(document=document, made_at=datetime(2026, 3, 2, 2, tzinfo=UTC))
    token = SoftwareToken(folder=tmp_path / "token", passphrase="mau")
    path = tmp_path / "signed.pdf"
    path.write_bytes(sign(pdf=built.content, token=token, alias="signer", field="signer"))
    (tmp_path / "plain.pdf").write_bytes(built.content)
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "root.pem").write_bytes(authority.pem)
    return path, authority


def _ask(path: Path, *more: str) -> str:
    out = StringIO()
    call_command("documents", "verify", str(path), *more, stdout=out, stderr=out)
    return out.getvalue()


def test_a_genuine_file_tells_who_signed_without_a_database(signed: tuple[Path, SampleAuthority]) -> None:
    path, _authority = signed
    said = _ask(path, "--trust", str(path.parent / "trust"))
    assert "signer: Cán bộ mẫu 012" in said and "genuine: 1 signature(s)" in said


def test_faults_end_with_an_error_and_their_codes(signed: tuple[Path, SampleAuthority]) -> None:
    path, _authority = signed
    out = StringIO()
    with pytest.raises(CommandError, match="do not rely"):
        call_command("documents", "verify", str(path), "--trust", str(path.parent), stdout=out, stderr=out)
    assert "untrusted:" in out.getvalue() and "nothing is trusted" in out.getvalue()
    trust = ["--trust", str(path.parent / "trust")]
    with pytest.raises(CommandError, match="unsigned"):
        _ask(path.with_name("plain.pdf"), *trust)
    with pytest.raises(CommandError, match=r"none\.pdf"):
        _ask(path.with_name("none.pdf"), *trust)
    (path.parent / "trust" / "broken.pem").write_bytes(b"no certificate")
    with pytest.raises(CommandError):
        _ask(path, *trust)
