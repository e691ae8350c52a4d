"""Signatures put on and verified: three validators agree, and every fault has its name."""

import io
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, crl, keys, pem, x509
from cryptography import x509 as crypto_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner, pdf_signer
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from haicap.documents import pdf
from haicap.documents.decree30 import Document, Paragraph, Signer
from haicap.documents.pdf.typeface import files
from haicap.documents.signature import (
    HardwareToken,
    Placed,
    SigningError,
    SoftwareToken,
    TokenError,
    Verdict,
    name_picture,
    read_trust,
    seal_picture,
    sign,
    verify,
)
from haicap.documents.signature.sample import SampleAuthority, sample_authority
from haicap.documents.tests.conformance import page_faults, verapdf_faults

NOW = datetime.now(UTC)
PASSPHRASE = "mau-thu"
BODY = "Ủy ban nhân dân phường mẫu"


@pytest.fixture(scope="module")
def authority() -> SampleAuthority:
    """Return an authority that the verifier trusts."""
    return sample_authority(valid_from=NOW - timedelta(days=1000))


@pytest.fixture(scope="module")
def token(authority: SampleAuthority, tmp_path_factory: pytest.TempPathFactory) -> SoftwareToken:
    """Return a token with a signer, a body's seal, and keys whose certificates are out of time."""
    folder = tmp_path_factory.mktemp("token")
    given: dict[str, Any] = {"folder": folder, "passphrase": PASSPHRASE}
    authority.put(**given, alias="signer", common_name="Cán bộ mẫu 012", organisation=BODY)
    authority.put(**given, alias="seal", common_name=BODY, organisation=BODY)
    past: dict[str, Any] = {"valid_from": NOW - timedelta(days=800), "valid_to": NOW - timedelta(days=30)}
    authority.put(**given, alias="expired", common_name="Cán bộ mẫu 013", **past)
    authority.put(**given, alias="long", common_name="Cán bộ mẫu 015", valid_from=NOW - timedelta(days=100))
    coming: dict[str, Any] = {"valid_from": NOW + timedelta(days=30)}
    authority.put(**given, alias="coming", common_name="Cán bộ mẫu 014", **coming)
    sample_authority(name="Kẻ lạ MẪU").put(**given, alias="stranger", common_name="Cán bộ mẫu 012")
    return SoftwareToken(folder=folder, passphrase=PASSPHRASE)


@pytest.fixture(scope="module")
def paper() -> pdf.Built:
    """Return a result as PDF/A with places for signature and seal."""
    document = Document(
        issuer="Ủy ban nhân dân\nphường Mẫu", symbol="GXN-UBND", place="Phường Mẫu", year=2026, number=1,
        day=date(2026, 3, 2), type_name="Giấy xác nhận", summary="Tình trạng (mẫu)",
        blocks=(Paragraph(text="Nội dung (mẫu)."),),
        signers=(Signer(post="Chủ tịch", name="Cán bộ mẫu 012"),), sample=True,
    )  # fmt: skip
    return pdf.build(document=document, made_at=datetime(2026, 3, 2, 2, tzinfo=UTC))


def _placed(paper: pdf.Built, name: str) -> Placed:
    box = next(box for box in paper.boxes if box.name == name)
    font = files()[0]
    picture = (
        name_picture(name="Cán bộ mẫu 012", font=font)
        if name == "signer"
        else seal_picture(text=BODY, font=font)
    )
    return Placed(page=box.page, box=box.box, picture=picture)


@pytest.fixture(scope="module")
def signed(paper: pdf.Built, token: SoftwareToken) -> bytes:
    """Return the paper signed by the person, then sealed by the body."""
    once = sign(
        pdf=paper.content, token=token, alias="signer", field="signer", placed=_placed(paper, "signer")
    )
    return sign(pdf=once, token=token, alias="seal", field="seal", placed=_placed(paper, "seal"))


@pytest.fixture
def check(authority: SampleAuthority) -> Callable[..., Verdict]:
    """Return `verify` for somebody who trusts the authority."""
    root = x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER))

    def ask(content: bytes, **given: object) -> Verdict:
        return verify(pdf=content, roots=[root], **given)  # type: ignore[arg-type]

    return ask


def test_a_signed_and_sealed_paper_holds_and_tells_who(signed: bytes, check: Callable[..., Verdict]) -> None:
    verdict = check(signed)
    assert verdict.holds, verdict
    assert [(one.signer, one.organisation) for one in verdict.signatures] == [
        ("Cán bộ mẫu 012", BODY), (BODY, BODY),
    ]  # fmt: skip
    assert all(one.signed_at and one.serial and one.fingerprint for one in verdict.signatures)


def test_the_first_signature_stays_valid_under_the_second(signed: bytes, authority: SampleAuthority) -> None:
    _kind, _headers, der = pem.unarmor(authority.pem)
    context = ValidationContext(trust_roots=[x509.Certificate.load(der)], allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(signed))
    assert len(reader.embedded_signatures) == 2
    for embedded in reader.embedded_signatures:
        status = validate_pdf_signature(embedded, context)
        assert status.bottom_line, status.pretty_print_details()


def test_another_implementation_agrees(signed: bytes, authority: SampleAuthority, tmp_path: Path) -> None:
    """OpenSSL verifies each CMS signature over the very bytes that its /ByteRange names."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("no openssl on this machine")
    (tmp_path / "root.pem").write_bytes(authority.pem)
    ranges = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]", signed)
    assert len(ranges) == 2
    for number, found in enumerate(ranges):
        start, length, after, rest = (int(part) for part in found)
        content = signed[start : start + length] + signed[after : after + rest]
        der = bytes.fromhex(signed[start + length + 1 : after - 1].decode())
        (tmp_path / f"{number}.bin").write_bytes(content)
        (tmp_path / f"{number}.der").write_bytes(cms.ContentInfo.load(der, strict=False).dump())
        asked = [
            command, "cms", "-verify", "-binary", "-inform", "DER", "-in", f"{number}.der", "-content", f"{number}.bin",
            "-CAfile", "root.pem", "-purpose", "any", "-out", "/dev/null",
        ]  # fmt: skip
        said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stderr


def test_poppler_agrees(signed: bytes, tmp_path: Path) -> None:
    command = shutil.which("pdfsig")
    if command is None:
        pytest.skip("no pdfsig on this machine (poppler-utils)")
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    said = subprocess.run([command, "-nocert", str(path)], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid.") == 2, said


def test_a_signed_paper_is_still_pdf_a(
    signed: bytes, paper: pdf.Built, token: SoftwareToken, tmp_path: Path
) -> None:
    once = sign(
        pdf=paper.content, token=token, alias="signer", field="signer", placed=_placed(paper, "signer")
    )
    assert page_faults(once) == []  # of several signatures this validator takes only the last one's range
    found = verapdf_faults({"once": once, "twice": signed}, folder=tmp_path)
    assert found == {"once": [], "twice": []}


def test_signed_bytes_that_differ_are_named_altered(signed: bytes, check: Callable[..., Verdict]) -> None:
    place = signed.index(b"/MediaBox")
    altered = signed[:place] + b"/MediaBax" + signed[place + 9 :]
    verdict = check(altered)
    assert not verdict.holds
    assert verdict.fault == "unreadable" or any("altered" in one.faults for one in verdict.signatures)
    flipped = bytearray(signed)
    stream = signed.index(b"stream") + 40
    flipped[stream] ^= 1
    faults = [fault for one in check(bytes(flipped)).signatures for fault in one.faults]
    assert "altered" in faults


def test_what_was_changed_after_signing_is_named(signed: bytes, check: Callable[..., Verdict]) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/OpenAction"] = writer.root["/Pages"]
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    verdict = check(out.getvalue())
    assert not verdict.holds
    assert "changed_after" in verdict.signatures[-1].faults
    assert not check(signed + b"\n% more\n").holds


def test_a_forged_signature_is_named(signed: bytes, check: Callable[..., Verdict]) -> None:
    """The signature value of the last signature is replaced: the bytes are whole, the key's answer is not."""
    start = signed.rindex(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", start)
    raw = bytes.fromhex(signed[start:end].decode())
    content = cms.ContentInfo.load(raw, strict=False)
    info = content["content"]["signer_infos"][0]
    value = bytearray(info["signature"].native)
    value[-3] ^= 0x55
    info["signature"] = bytes(value)
    forged = content.dump(force=True).hex().encode()
    verdict = check(signed[:start] + forged.ljust(end - start, b"0") + signed[end:])
    assert "forged" in verdict.signatures[-1].faults
    assert verdict.signatures[0].holds


def test_a_strangers_certificate_with_the_right_name_is_not_trusted(
    paper: pdf.Built, token: SoftwareToken, check: Callable[..., Verdict]
) -> None:
    verdict = check(sign(pdf=paper.content, token=token, alias="stranger", field="signer"))
    assert [one.faults for one in verdict.signatures] == [("untrusted",)]
    assert verdict.signatures[0].signer == "Cán bộ mẫu 012"


def test_an_expired_certificate_signs_nothing_and_is_named_where_it_did(
    paper: pdf.Built, token: SoftwareToken, check: Callable[..., Verdict], signed: bytes
) -> None:
    for alias, code in (("expired", "sign.expired"), ("coming", "sign.not_yet")):
        with pytest.raises(SigningError) as caught:
            sign(pdf=paper.content, token=token, alias=alias, field="signer")
        assert caught.value.code == code
    in_time = NOW - timedelta(days=60)
    forced = sign(pdf=paper.content, token=token, alias="expired", field="signer", at=in_time)
    assert check(forced).signatures[0].faults == ("expired",)
    assert check(signed, at=NOW + timedelta(days=4 * 365)).signatures[0].faults == ("expired_since",)


def test_a_revoked_certificate_is_named(
    signed: bytes, authority: SampleAuthority, token: SoftwareToken, tmp_path: Path
) -> None:
    with token.signer("signer") as signer:
        assert signer.signing_cert is not None
        der = signer.signing_cert.dump()
    certificate = crypto_x509.load_der_x509_certificate(der)
    (tmp_path / "root.pem").write_bytes(authority.pem)
    (tmp_path / "list.crl").write_bytes(
        authority.revocation_list(revoked=certificate, at=NOW - timedelta(hours=1))
    )
    roots, crls = read_trust(folder=tmp_path)
    assert "revoked" in verify(pdf=signed, roots=roots, crls=crls).signatures[0].faults


@pytest.mark.parametrize(
    ("name", "content"),
    [("root.pem", b"-----BEGIN CERTIFICATE-----\n////\n-----END CERTIFICATE-----\n"), ("a.cer", b"x"),
     ("b.crl", b"0\x03\x02\x01\x01"), ("c.crt", b"")],
)  # fmt: skip
def test_a_broken_file_among_the_trusted_is_named(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=name):
        read_trust(folder=tmp_path)


class _Backdated(datetime):
    """A clock that stands 60 days back: what the owner of a stolen key would set."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - timedelta(days=60)


def _key_info(key: Any) -> keys.PrivateKeyInfo:
    plain = (
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
    )  # fmt: skip
    return keys.PrivateKeyInfo.load(key.private_bytes(*plain))


def _root(authority: SampleAuthority) -> x509.Certificate:
    return x509.Certificate.load(authority.certificate.public_bytes(serialization.Encoding.DER))


def _stamps(monkeypatch: pytest.MonkeyPatch, authority: SampleAuthority, at: datetime) -> None:
    """Let an authority's time-stamps say `at`, whatever the address."""
    key = rsa.generate_private_key(65537, 2048)
    name = crypto_x509.Name([crypto_x509.NameAttribute(crypto_x509.NameOID.COMMON_NAME, "Dấu thời gian MẪU")])
    builder = (
        crypto_x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(5)
        .not_valid_before(NOW - timedelta(days=900))
        .not_valid_after(NOW + timedelta(days=900))
        .add_extension(crypto_x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    der = builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    stamper = DummyTimeStamper(x509.Certificate.load(der), _key_info(key), fixed_dt=at)
    module = sys.modules["haicap.documents.signature.sign"]
    monkeypatch.setattr(module, "HTTPTimeStamper", lambda *_given, **_named: stamper)


def test_only_a_trusted_authority_proves_the_time(
    paper: pdf.Built, token: SoftwareToken, authority: SampleAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_time = NOW - timedelta(days=60)
    asked: dict[str, Any] = {"token": token, "alias": "expired", "field": "signer", "at": in_time}
    rogue = sample_authority(name="Dấu giả MẪU", valid_from=NOW - timedelta(days=1000))
    _stamps(monkeypatch, rogue, in_time)
    content = sign(pdf=paper.content, tsa_url="https://tsa.example", **asked)
    one = verify(pdf=content, roots=[_root(authority)]).signatures[0]
    assert one.stamped_at is None and "expired" in one.faults
    _stamps(monkeypatch, authority, in_time)
    content = sign(pdf=paper.content, tsa_url="https://tsa.example", **asked)
    verdict = verify(pdf=content, roots=[_root(authority)])
    assert verdict.holds and verdict.signatures[0].stamped_at is not None


def test_a_revoked_key_gains_nothing_by_setting_its_clock_back(
    paper: pdf.Built, token: SoftwareToken, authority: SampleAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with token.signer("long") as signer:
        assert signer.signing_cert is not None
        certificate = crypto_x509.load_der_x509_certificate(signer.signing_cert.dump())
    with monkeypatch.context() as clock:
        clock.setattr(pdf_signer, "datetime", _Backdated)
        content = sign(pdf=paper.content, token=token, alias="long", field="signer")
    der = authority.revocation_list(revoked=certificate, at=NOW - timedelta(days=1))
    lists = [crl.CertificateList.load(der)]
    one = verify(pdf=content, roots=[_root(authority)], crls=lists).signatures[0]
    assert one.signed_at is not None and one.signed_at < NOW - timedelta(days=50)
    assert one.faults == ("revoked_since",)


def test_what_only_proves_a_signature_later_is_no_change(
    signed: bytes, check: Callable[..., Verdict]
) -> None:
    """A file of level B-LT: certificates for later proof are added after the last signature."""
    out = io.BytesIO(signed)
    last = PdfFileReader(io.BytesIO(signed)).embedded_signatures[-1]
    DocumentSecurityStore.add_dss(out, sig_contents=last.pkcs7_content, certs=[last.signer_cert])
    verdict = check(out.getvalue())
    assert len(out.getvalue()) > len(signed) and verdict.holds, verdict


def test_a_page_that_was_replaced_is_named(signed: bytes, check: Callable[..., Verdict]) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    verdict = check(out.getvalue())
    assert not verdict.holds
    assert all("changed_after" in one.faults for one in verdict.signatures)


def test_a_method_that_is_no_longer_safe_is_named(
    paper: pdf.Built, authority: SampleAuthority, check: Callable[..., Verdict]
) -> None:
    key = rsa.generate_private_key(65537, 1024)
    builder = (
        crypto_x509.CertificateBuilder()
        .subject_name(
            crypto_x509.Name([crypto_x509.NameAttribute(crypto_x509.NameOID.COMMON_NAME, "Khóa ngắn")])
        )
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=9))
        .not_valid_after(NOW + timedelta(days=9))
    )
    der = builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    signer = SimpleSigner(
        signing_cert=x509.Certificate.load(der),
        signing_key=_key_info(key),
        cert_registry=SimpleCertificateStore(),
    )
    out = PdfSigner(PdfSignatureMetadata(field_name="signer"), signer=signer).sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(paper.content))
    )
    assert "weak" in check(bytes(out.getbuffer())).signatures[0].faults


def test_no_broken_file_breaks_the_verifier(signed: bytes, check: Callable[..., Verdict]) -> None:
    """Two hundred files with random damage: a verdict each time, and none holds unless no signed byte differs."""
    chance = random.Random(20251123)
    start = signed.rindex(b"/Contents <")
    end = signed.index(b">", start)
    for _number in range(200):
        broken = bytearray(signed)
        for _place in range(chance.choice((1, 3, 20))):
            place = chance.randrange(len(broken))
            if chance.random() < 0.3:
                del broken[place : place + chance.randrange(1, 50)]
            else:
                broken[place] = chance.randrange(256)
        if check(bytes(broken)).holds:
            assert bytes(broken[:start]) == signed[:start] and bytes(broken[end:]) == signed[end:]


def test_a_token_with_another_certificate_than_the_registered_one_signs_nothing(
    paper: pdf.Built, token: SoftwareToken
) -> None:
    with pytest.raises(SigningError) as caught:
        sign(pdf=paper.content, token=token, alias="signer", field="signer", fingerprint="0" * 64)
    assert caught.value.code == "sign.other"


@pytest.mark.parametrize("content", [b"", b"not a pdf", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF\n" * 50])
def test_what_is_no_pdf_is_unreadable(content: bytes, check: Callable[..., Verdict]) -> None:
    assert check(content).fault == "unreadable"


def test_an_unsigned_paper_says_so(paper: pdf.Built, check: Callable[..., Verdict]) -> None:
    assert check(paper.content).fault == "unsigned"


def test_a_token_that_refuses_says_why(paper: pdf.Built, token: SoftwareToken) -> None:
    wrong = SoftwareToken(folder=token.folder, passphrase="khac")
    asked = (
        (token, "nobody", "token.missing"), (wrong, "signer", "token.refused"), (token, "../x", "token.missing"),
    )  # fmt: skip
    for one, alias, code in asked:
        with pytest.raises(TokenError) as caught:
            sign(pdf=paper.content, token=one, alias=alias, field="signer")
        assert caught.value.code == code


def test_a_device_signs_without_giving_its_key_away(
    paper: pdf.Built, authority: SampleAuthority, check: Callable[..., Verdict], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    places = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/softhsm/libsofthsm2.so"))
    module = next((path for path in places if path.is_file()), None)
    command = shutil.which("softhsm2-util")
    if module is None or command is None:
        pytest.skip("no SoftHSM on this machine (softhsm2)")
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    key, certificate = authority.issue(common_name="Cán bộ mẫu 012", organisation=BODY)
    pkcs8 = tmp_path / "key.pem"
    pkcs8.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    for arguments in (
        ["--init-token", "--free", "--label", "mau", "--so-pin", "1234", "--pin", "1234"],
        ["--import", str(pkcs8), "--token", "mau", "--label", "signer", "--id", "01", "--pin", "1234"],
    ):
        subprocess.run([command, *arguments], check=True, capture_output=True)
    import pkcs11

    library = pkcs11.lib(str(module))
    with library.get_token(token_label="mau").open(user_pin="1234", rw=True) as session:
        from pkcs11.util.x509 import decode_x509_certificate

        attributes = decode_x509_certificate(certificate.public_bytes(serialization.Encoding.DER))
        attributes |= {pkcs11.Attribute.LABEL: "signer", pkcs11.Attribute.TOKEN: True}
        session.create_object(attributes)
    device = HardwareToken(module=module, label="mau", pin="1234")
    assert check(sign(pdf=paper.content, token=device, alias="signer", field="signer")).holds
    with pytest.raises(TokenError):
        sign(
            pdf=paper.content,
            token=HardwareToken(module=module, label="mau", pin="9"),
            alias="signer",
            field="s",
        )
