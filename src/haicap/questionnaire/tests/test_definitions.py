"""Forms from workbook to published version: drafts, versions, files, states, who may do what."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.actions import forms as actions
from haicap.questionnaire.models import Assignment, Dataset, Form, FormVersion, Submission
from haicap.questionnaire.queries import definitions as queries
from haicap.questionnaire.queries.collect import fillable_forms_for
from haicap.questionnaire.rules import names
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.texts.troubles import FormFaulty

QUESTIONS = (("text", "ho_ten", "Họ và tên"), ("integer", "tuoi", "Tuổi"))


def workbook(*questions, version="1", form_id="khao_sat", title="Khảo sát hộ", heading=(), **sheets):
    """An XLSForm of rows (type, name, label, ...)."""
    book = Workbook(write_only=True)
    survey = book.create_sheet("survey")
    survey.append(["type", "name", "label", *heading])
    for row in questions or QUESTIONS:
        survey.append(row)
    settings = book.create_sheet("settings")
    settings.append(["form_id", "version", "form_title"])
    settings.append([form_id, version, title])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def create(campaign: Campaign, raw: bytes | None = None, **more: Any) -> Form:
    return actions.create_form(
        actor=SYSTEM, campaign=campaign, raw=raw or workbook(), name="khao_sat.xlsx", **more
    )


@pytest.fixture
def made(campaign: Campaign) -> Form:
    """A published form of two questions."""
    return create(campaign, publish=True)


def save(form, *questions, **more):
    return actions.save_draft_version(
        actor=SYSTEM, form=form, raw=workbook(*questions, **more), name="b.xlsx"
    )


def draft_state(form):
    found = queries.draft_for(actor=SYSTEM, form=form)
    assert found is not None
    return found


def published(form):
    return form.versions.get(state="published")


def test_a_form_starts_as_a_draft_that_nobody_fills_in(campaign):
    form = create(campaign)
    assert (form.form_id, form.title, form.state, form.purpose) == (
        "khao_sat", "Khảo sát hộ", "open", "collection",
    )  # fmt: skip
    (version,) = form.versions.all()
    assert (version.number, version.version, version.state, version.published_at) == (1, "1", "draft", None)
    assert not fillable_forms_for(actor=SYSTEM).filter(pk=form.pk).exists()
    actions.publish_draft(actor=SYSTEM, form=form)
    assert fillable_forms_for(actor=SYSTEM).filter(pk=form.pk).exists()


def test_the_workbook_is_kept_as_it_was_brought(made):
    with published(made).source.open("rb") as source:
        assert source.read()[:2] == b"PK"
    assert published(made).note == "khao_sat.xlsx"


def test_a_form_id_stands_once_in_a_campaign_until_its_form_is_deleted(campaign, made):
    with pytest.raises(Conflict) as caught:
        create(campaign)
    assert (caught.value.code, caught.value.details["form_id"]) == ("form.id_taken", "khao_sat")
    actions.delete_form(actor=SYSTEM, form=made)
    assert create(campaign).pk != made.pk


def test_the_id_of_the_plans_own_form_is_not_taken_by_another(campaign):
    with pytest.raises(Conflict) as caught:
        create(campaign, workbook(form_id=names.element(campaign.code)))
    assert caught.value.code == "form.id_taken"


def test_every_version_stays_and_is_read_as_it_was(made):
    save(made, ("text", "ho_ten", "Họ, chữ đệm, tên"), version="2")
    actions.publish_draft(actor=SYSTEM, form=made)
    rows = {row.version: row for row in made.versions.all()}
    assert {version: row.state for version, row in rows.items()} == {"1": "superseded", "2": "published"}
    assert set(Schema.from_json(rows["1"].schema).by_path) >= {"/ho_ten", "/tuoi"}
    assert "/tuoi" not in Schema.from_json(rows["2"].schema).by_path


def test_a_version_is_published_once_only(made):
    save(made)
    with pytest.raises(Conflict) as caught:
        actions.publish_draft(actor=SYSTEM, form=made)
    assert caught.value.code == "form.version_taken"
    row = actions.publish_draft(actor=SYSTEM, form=made, version="1b")
    assert 'version="1b"' in row.xform
    assert Schema.of(row.xform).version == row.version == "1b"
    save(made, version="2")
    with pytest.raises(Conflict):
        actions.publish_draft(actor=SYSTEM, form=made, version="1")


def test_a_draft_is_replaced_copied_and_thrown_away(made):
    first = save(made, version="2")
    again = save(made, ("text", "khac", "Khác"), version="3")
    assert (again.pk, again.version, made.versions.count()) == (first.pk, "3", 2)
    actions.discard_draft(actor=SYSTEM, form=made)
    with pytest.raises(Missing) as caught:
        actions.publish_draft(actor=SYSTEM, form=made)
    assert caught.value.code == "form.no_draft"
    copy = actions.save_draft_version(actor=SYSTEM, form=made)
    assert (copy.state, copy.xform) == ("draft", published(made).xform)


def test_the_draft_of_a_form_never_published_is_not_thrown_away_alone(campaign):
    with pytest.raises(Refused) as caught:
        actions.discard_draft(actor=SYSTEM, form=create(campaign))
    assert caught.value.code == "form.never_published"


def test_a_draft_must_be_of_the_same_form(made):
    with pytest.raises(Refused) as caught:
        save(made, form_id="khac")
    assert caught.value.code == "form.id_differs"


def test_a_renamed_question_keeps_its_column_when_its_author_says_so(made):
    save(made, ("text", "ten_day_du", "Họ và tên"), ("integer", "tuoi", "Tuổi"), version="2")
    row = actions.publish_draft(actor=SYSTEM, form=made, same_as={"/ten_day_du": "/ho_ten"})
    assert Schema.from_json(row.schema).columns["/ten_day_du"] == "/ho_ten"
    save(made, ("text", "ten", "Tên"), version="3")
    row = actions.publish_draft(actor=SYSTEM, form=made, same_as={"/ten": "/ten_day_du"})
    assert Schema.from_json(row.schema).columns["/ten"] == "/ho_ten"


def test_questions_that_cannot_share_a_column_are_not_published_as_the_same(made):
    save(made, ("geopoint", "noi_o", "Nơi ở"), version="2")
    with pytest.raises(Refused) as caught:
        actions.publish_draft(actor=SYSTEM, form=made, same_as={"/noi_o": "/tuoi"})
    assert caught.value.details["same_as"] == [{"new": "/noi_o", "old": "/tuoi", "code": "other_type"}]
    assert published(made).version == "1"


def test_faults_are_told_by_place_and_nothing_is_kept(campaign):
    with pytest.raises(FormFaulty) as caught:
        create(campaign, workbook(("texxt", "a", "A")))
    (one,) = caught.value.troubles
    assert (one.code, one.sheet, one.row, one.column) == ("form.type_unknown", "survey", 2, "type")
    assert not Form.objects.exists()
    assert not FormVersion.objects.exists()


def test_warnings_are_kept_with_the_version_or_refused_when_not_accepted(campaign):
    raw = workbook(("image", "anh", "Ảnh"))
    with pytest.raises(FormFaulty) as caught:
        create(campaign, raw, accept_warnings=False)
    assert (caught.value.code, caught.value.warnings[0].row) == ("form.warnings", 2)
    (version,) = create(campaign, raw).versions.all()
    assert [one["code"] for one in version.warnings] == ["image_large"]


def test_trials_of_a_draft_go_when_it_is_replaced_or_published(made):
    draft = save(made, version="2")
    kept = Submission.objects.create(
        form=made, version=published(made), instance_id="uuid:a", current_id="uuid:a", xml="<data/>",
        sha256="0", received_at=draft.created_at,
    )  # fmt: skip
    for number in range(2):
        Submission.objects.create(
            form=made, version=draft, instance_id=f"t{number}", current_id="t", xml="<data/>", sha256="0",
            is_test=True, received_at=draft.created_at,
        )  # fmt: skip
        if number:
            actions.publish_draft(actor=SYSTEM, form=made)
        else:
            draft = save(made, version="3")
        assert list(Submission.objects.filter(form=made)) == [kept]


# --- files -------------------------------------------------------------------------------------------------------

FILES = (("select_one_from_file xa.csv", "xa", "Xã", None), ("text", "a", "A", "anh.png"))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def with_files(campaign: Campaign) -> Form:
    """A draft that asks for a table and a picture."""
    return create(campaign, workbook(*FILES, heading=["media::image"]))


def files(version):
    return {row.name: row for row in version.media.all()}


def test_files_are_taken_by_name_and_carried_to_the_next_version(with_files):
    draft = with_files.versions.get()
    assert {name: row.kind for name, row in files(draft).items()} == {"xa.csv": "file", "anh.png": "image"}
    state = draft_state(with_files)
    assert [one.code for one in state.warnings][-2:] == ["form.media_missing"] * 2
    actions.attach_media(actor=SYSTEM, form=with_files, name="xa.csv", raw="name,label\n1,Một\n".encode())
    actions.attach_media(actor=SYSTEM, form=with_files, name="anh.png", raw=PNG)
    actions.publish_draft(actor=SYSTEM, form=with_files)
    save(with_files, *FILES, ("note", "them", "Thêm"), heading=["media::image"], version="2")
    draft = with_files.versions.get(state="draft")
    assert files(draft)["xa.csv"].md5 == files(published(with_files))["xa.csv"].md5
    actions.remove_media(actor=SYSTEM, form=with_files, name="xa.csv")
    assert not files(draft)["xa.csv"].file
    before = files(published(with_files))["xa.csv"]
    assert default_storage.exists(before.file.name)


@pytest.mark.parametrize(
    ("name", "raw", "code"),
    [
        ("khac.csv", b"a,b\n", "form.media_unknown"),
        ("xa.csv", b"", "form.media_bad"),
        ("xa.csv", b"\xff\xfe\x00", "form.media_bad"),
        ("xa.csv", b",,\n", "form.media_bad"),
        ("anh.png", b"<html>", "form.media_bad"),
    ],
)
def test_a_file_that_is_not_what_it_is_named_is_refused(with_files, name, raw, code):
    with pytest.raises((Refused, Missing)) as caught:
        actions.attach_media(actor=SYSTEM, form=with_files, name=name, raw=raw)
    assert caught.value.code == code


def test_a_list_of_the_campaign_serves_a_table_but_no_picture(with_files, campaign):
    at = with_files.created_at
    dataset = Dataset.objects.create(campaign=campaign, name="xa_phuong", created_at=at, changed_at=at)
    actions.link_dataset(actor=SYSTEM, form=with_files, name="xa.csv", dataset=dataset)
    assert files(with_files.versions.get())["xa.csv"].dataset == dataset
    with pytest.raises(Refused):
        actions.link_dataset(actor=SYSTEM, form=with_files, name="anh.png", dataset=dataset)


def test_long_choices_become_a_file_by_themselves(campaign):
    form = create(
        campaign,
        workbook(
            ("text", "xa", "Xã", None),
            ("select_one_external ap", "ap", "Ấp", "xa=${xa}"),
            heading=["choice_filter"],
            external_choices=[["list_name", "name", "label", "xa"], ["ap", "1", "Ấp 1", "a"]],
        ),
    )
    row = form.versions.get().media.get()
    assert (row.name, bool(row.md5)) == ("itemsets.csv", True)
    with row.file.open("rb") as source:
        assert "Ấp 1" in source.read().decode()


def test_macros_are_left_out_of_the_copy_that_is_kept(campaign):
    raw = io.BytesIO(workbook())
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    form = actions.create_form(actor=SYSTEM, campaign=campaign, raw=raw.getvalue(), name="a.xlsm")
    row = form.versions.get()
    assert row.warnings[0]["code"] == "macros"
    assert str(row.source).endswith(".xlsx")
    with row.source.open("rb") as source:
        assert "xl/vbaProject.bin" not in zipfile.ZipFile(source).namelist()


# --- states and people ----------------------------------------------------------------------------------------------


def test_a_form_closes_opens_and_goes_out_of_the_lists(made, campaign):
    for state in ("closing", "closed", "open", "archived"):
        assert actions.set_state(actor=SYSTEM, form=made, state=state).state == state
        assert fillable_forms_for(actor=SYSTEM).filter(pk=made.pk).exists() == (state == "open")
    assert not queries.definitions_for(actor=SYSTEM, campaign=campaign)
    assert queries.definitions_for(actor=SYSTEM, campaign=campaign, archived=True)
    with pytest.raises(Refused):
        actions.set_state(actor=SYSTEM, form=made, state="hidden")


def test_two_authors_do_not_write_over_each_other(made):
    made.refresh_from_db()
    seen = made.revision
    save(made, version="2")
    with pytest.raises(Conflict):
        actions.publish_draft(actor=SYSTEM, form=made, revision=seen)
    assert published(made).version == "1"


def test_who_fills_in_and_reviews_is_said_once_per_holder(made, units, actor):
    officer = actor(Role.COMMUNE_OFFICER, unit=units[0])
    assert not fillable_forms_for(actor=officer).filter(pk=made.pk).exists()
    row = actions.assign(actor=SYSTEM, form=made, verb="fill", role="commune_officer")
    assert row.scope == "own"
    assert fillable_forms_for(actor=officer).filter(pk=made.pk).exists()
    again = actions.assign(
        actor=SYSTEM, form=made, verb="fill", role="commune_officer", scope="units", units=[units[0].code]
    )
    assert (again.pk, again.units) == (row.pk, [units[0].code])
    actions.unassign(actor=SYSTEM, form=made, assignment_id=row.pk)
    assert not Assignment.objects.exists()
    for bad in (
        {"verb": "fill"},
        {"verb": "fill", "role": "king"},
        {"verb": "own", "role": "reviewer"},
        {"verb": "read", "role": "reviewer", "scope": "units", "units": ["nowhere"]},
        {"verb": "read", "role": "reviewer", "scope": "x"},
    ):
        with pytest.raises(Refused):
            actions.assign(actor=SYSTEM, form=made, **bad)


def test_the_question_that_names_the_unit_must_be_one_of_the_form(made):
    actions.change_form(actor=SYSTEM, form=made, unit_question="/ho_ten", due=date(2026, 1, 5))
    made.refresh_from_db()
    assert (made.unit_question, made.due) == ("/ho_ten", date(2026, 1, 5))
    with pytest.raises(Refused):
        actions.change_form(actor=SYSTEM, form=made, unit_question="/khong", due=None)


def test_the_plans_own_form_is_not_changed_here(form):
    row = form.form
    for call in (
        lambda: actions.save_draft_version(actor=SYSTEM, form=row, raw=workbook(), name="a.xlsx"),
        lambda: actions.set_state(actor=SYSTEM, form=row, state="closed"),
        lambda: actions.delete_form(actor=SYSTEM, form=row),
    ):
        with pytest.raises(Refused):
            call()


def test_only_those_who_write_forms_write_and_everything_is_on_record(campaign, made, actor, units):
    officer = actor(Role.TEAM_HEAD)
    for call in (
        lambda: actions.create_form(actor=officer, campaign=campaign, raw=workbook(), name="a.xlsx"),
        lambda: actions.save_draft_version(actor=officer, form=made),
        lambda: actions.publish_draft(actor=officer, form=made),
        lambda: actions.discard_draft(actor=officer, form=made),
        lambda: actions.set_state(actor=officer, form=made, state="closed"),
        lambda: actions.delete_form(actor=officer, form=made),
        lambda: actions.attach_media(actor=officer, form=made, name="a", raw=b"a"),
        lambda: actions.remove_media(actor=officer, form=made, name="a"),
        lambda: actions.assign(actor=officer, form=made, verb="fill", role="reviewer"),
        lambda: actions.unassign(actor=officer, form=made, assignment_id=1),
        lambda: actions.change_form(actor=officer, form=made, unit_question="", due=None),
        lambda: queries.draft_for(actor=officer, form=made),
    ):
        with pytest.raises(NotAllowed):
            call()
    kinds = AuditEntry.objects.filter(action__startswith="questionnaire.form.").values_list(
        "action", flat=True
    )
    assert list(kinds) == [f"questionnaire.form.{what}" for what in ("created", "draft_saved", "published")]


def test_the_next_version_is_suggested(made):
    save(made)
    assert draft_state(made).suggestion == "2"
    save(made, version="2026.1")
    assert draft_state(made).suggestion == "2026.1"


# --- from the terminal ------------------------------------------------------------------------------------------------


def test_a_workbook_is_published_and_listed_from_the_terminal(campaign, tmp_path, capsys):
    path = tmp_path / "ho.xlsx"
    path.write_bytes(workbook(*FILES, heading=["media::image"]))
    (tmp_path / "xa.csv").write_bytes(b"name,label\n1,a\n")
    call_command("questionnaire", "publish", str(path), "--media", str(tmp_path))
    told = capsys.readouterr()
    assert "khao_sat" in told.out
    assert "anh.png" in told.err
    form = Form.objects.get()
    assert files(published(form))["xa.csv"].size == 15
    path.write_bytes(workbook(("text", "ten", "Họ tên")))
    with pytest.raises(CommandError):
        call_command("questionnaire", "publish", str(path))
    call_command("questionnaire", "publish", str(path), "--version", "2", "--same", "/ten=/a")
    assert Schema.from_json(published(form).schema).columns["/ten"] == "/a"
    capsys.readouterr()
    call_command("questionnaire", "forms")
    assert capsys.readouterr().out.split("\t")[:3] == ["khao_sat", "open", "2"]


def test_the_terminal_names_faults_by_place_and_keeps_nothing(campaign, tmp_path, capsys):
    path = tmp_path / "sai.xlsx"
    path.write_bytes(workbook(("texxt", "a", "A")))
    with pytest.raises(CommandError):
        call_command("questionnaire", "publish", str(path))
    assert "sai.xlsx:survey:2:type" in capsys.readouterr().err
    assert not Form.objects.exists()
    with pytest.raises(CommandError):
        call_command("questionnaire", "publish", str(tmp_path / "khong.xlsx"))
