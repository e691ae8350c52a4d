"""Evidence is taken by its content, stored once, and read only by those who may."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from haicap.kernel import filetypes
from haicap.kernel.access import Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.questionnaire import actions, queries
from haicap.questionnaire.models import Evidence

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 200


def attach(commune, *, name="quyet-dinh.pdf", raw=PDF, who=None, indicator="A0.01"):
    return actions.attach_evidence(
        actor=who or commune.officer, indicator=indicator, name=name, upload=raw, **commune.place()
    )


class Huge(SimpleUploadedFile):
    """Says it has 200 MB; reading it would be the fault."""

    def __init__(self):
        super().__init__("to.pdf", b"")
        self.size = 200 * 1024 * 1024

    def read(self, *args):
        raise AssertionError("a file refused by its size must not be read")


def zipped(**parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def test_a_pdf_is_taken_and_kept_with_its_digest(commune):
    row = attach(commune)
    assert (row.name, row.size, row.content_type) == ("quyet-dinh.pdf", len(PDF), "application/pdf")
    assert row.file.read() == PDF
    assert row.sha256 in row.file.name


def test_an_exe_renamed_pdf_is_refused_by_its_content(commune):
    with pytest.raises(Refused) as caught:
        attach(commune, name="bao-cao.pdf", raw=EXE)
    assert caught.value.code == "evidence.type"
    assert not Evidence.objects.exists()


def test_a_file_named_as_another_kind_is_refused(commune):
    with pytest.raises(Refused) as caught:
        attach(commune, name="anh.jpg")
    assert caught.value.code == "evidence.name"


def test_a_file_of_200_mb_is_refused_unread_with_a_sentence(commune):
    with pytest.raises(Refused) as caught:
        attach(commune, raw=Huge())
    assert caught.value.code == "evidence.too_large"
    assert "200" in str(caught.value.message)


def test_a_body_of_200_mb_is_turned_away_before_it_is_read(commune, client_as):
    client = client_as(Role.COMMUNE_OFFICER, unit=commune.unit)
    answer = client.generic(
        "POST",
        f"/api/questionnaire/reports/{commune.unit.code}/evidence",
        b"",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "MB" in answer.content.decode()


@override_settings(HAICAP_MAX_EVIDENCE=10)
def test_the_limit_is_a_setting(commune):
    with pytest.raises(Refused) as caught:
        attach(commune)
    assert caught.value.code == "evidence.too_large"


def test_the_same_file_twice_is_one_row_and_one_file_even_over_indicators(commune):
    first, again, elsewhere = attach(commune), attach(commune), attach(commune, indicator="A0.02")
    assert first.pk == again.pk != elsewhere.pk
    assert first.file.name == elsewhere.file.name


def test_a_macro_workbook_and_an_unknown_archive_are_refused(commune):
    for raw in (zipped(xl__workbook_dot_xml="", xl__vbaProject_dot_bin=""), zipped(a="")):
        with pytest.raises(Refused):
            attach(commune, name="bang.xlsx", raw=raw)
    word = filetypes.type_of(b"PK\x03\x04", whole=zipped(word__document_dot_xml=""))
    assert word is not None
    assert word.endswith("document")


def test_a_name_with_folders_keeps_only_its_own_part(commune):
    assert attach(commune, name="../../etc/quyết định.pdf").name == "quyết định.pdf"
    assert attach(commune, name="C:\\tam\\b.pdf", indicator="A0.02").name == "b.pdf"


def test_an_empty_file_and_an_unknown_indicator_are_refused(commune):
    with pytest.raises(Refused):
        attach(commune, raw=b"")
    with pytest.raises(Missing):
        attach(commune, indicator="A99.99")


def test_files_are_closed_with_the_report(commune):
    attach(commune)
    commune.submit()
    with pytest.raises(Refused) as caught:
        attach(commune, indicator="A0.02")
    assert caught.value.code == "report.not_open"


def test_a_removed_file_is_gone_from_the_report_but_not_from_the_record(commune):
    row = attach(commune)
    actions.remove_evidence(actor=commune.officer, evidence=row)
    rows = queries.evidence_for(actor=commune.officer, campaign=commune.campaign, unit=commune.unit)
    assert not rows.exists()
    assert Evidence.objects.get().removed_at is not None


def test_only_those_who_see_the_report_get_the_file(commune, client_as, units):
    row = attach(commune)
    url = f"/questionnaire/evidence/{row.pk}/"
    own = client_as(Role.COMMUNE_CHAIR, unit=commune.unit).get(url)
    assert own.status_code == 200
    assert own.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(own.streaming_content) == PDF
    assert client_as(Role.COMMUNE_OFFICER, unit=units[1]).get(url).status_code == 404
    assert client_as(Role.SECRETARIAT).get(url).status_code == 404
    commune.submit()
    commune.sign()
    assert client_as(Role.SECRETARIAT).get(url).status_code == 200


def test_people_of_another_commune_attach_nothing(commune, units, actor):
    with pytest.raises(NotAllowed):
        attach(commune, who=actor(Role.COMMUNE_OFFICER, unit=units[1]))


def test_the_page_uploads_and_removes_through_the_api(commune, client_as):
    client = client_as(Role.COMMUNE_OFFICER, unit=commune.unit)
    url = f"/api/questionnaire/reports/{commune.unit.code}/evidence"
    answer = client.post(url, {"indicator": "A0.01", "file": SimpleUploadedFile("a.pdf", PDF)})
    assert answer.status_code == 200
    refused = client.post(url, {"indicator": "A0.01", "file": SimpleUploadedFile("a.pdf", EXE)})
    assert refused.status_code == 422
    assert refused.json()["code"] == "evidence.type"
    assert client.delete(f"/api/questionnaire/evidence/{answer.json()['id']}").status_code == 204
    assert client.get(url).json() == []
