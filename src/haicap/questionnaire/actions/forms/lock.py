"""A form under its lock: what every write of it begins with, and what it may be refused for."""

from collections.abc import Mapping

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from haicap.kernel import revision as revisions
from haicap.kernel.errors import Conflict, Missing, Refused
from haicap.questionnaire.models import Draft, Form, FormVersion, Submission
from haicap.questionnaire.rules.schema import Schema

FORM_WRITE = "questionnaire.form:write"


def locked(form: Form, *, revision: int | None = None, report: bool = False) -> Form:
    """Return the form locked for the transaction; raises Missing, Conflict, and Refused for the plan's own form."""
    found = (
        Form.objects.select_for_update(of=("self",))
        .select_related("campaign")
        .filter(pk=form.pk, deleted_at=None)
        .first()
    )
    if found is None:
        raise Missing("form.missing", _("There is no such form, or not for you."))
    if found.purpose == Form.Purpose.REPORT and not report:
        raise Refused(
            "form.is_report", _("This is the plan's own form. It is made from the plan, on its own page.")
        )
    revisions.claim(found, revision=found.revision if revision is None else revision)
    return found


def draft_of(form: Form) -> FormVersion:
    """Return the draft of a form; raises Missing."""
    row = form.versions.filter(state=FormVersion.State.DRAFT).first()
    if row is None:
        raise Missing("form.no_draft", _("This form has no draft. Load a workbook first."))
    return row


def next_number(form: Form) -> int:
    """Return the number of the version to come."""
    return (form.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def earlier_schemas(form: Form) -> list[Schema]:
    """Return what the published versions ask, newest first, with the columns they have."""
    rows = form.versions.exclude(state=FormVersion.State.DRAFT).order_by("-number")
    return [Schema.from_json(data) for data in rows.values_list("schema", flat=True)]


def drop_tests(form: Form, draft: FormVersion) -> int:
    """Take away what was filled in to try a draft; returns how many forms there were."""
    Draft.objects.filter(form=form, version=draft).delete()
    tests = Submission.objects.filter(form=form, is_test=True)
    count = tests.count()
    tests.delete()
    return count


def not_new(form: Form, version: str) -> Conflict:
    """Return the refusal of a version that the form had before."""
    text = _("This form had the version “%(version)s” before. Give this one another.")
    return Conflict(
        "form.version_taken",
        str(text) % {"version": version or "–"},
        field="version",
        details={"version": version, "form_id": form.form_id},
    )


def warnings_of(row: FormVersion) -> Mapping[str, int]:
    """Return how many warnings and missing files a version has, for the record."""
    missing = row.media.filter(file="", dataset=None).count()
    return {"warnings": len(row.warnings), "media_missing": missing}
