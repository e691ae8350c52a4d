"""Evidence files: taken after a look at their bytes, stored once, taken away without losing the record."""

import hashlib
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, Indicator
from haicap.kernel import audit, filetypes
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions.reports import REPORT_WRITE, must_own, row_of
from haicap.questionnaire.models import Evidence, UnitReport
from haicap.questionnaire.queries.forms import form_for
from haicap.questionnaire.rules import states
from haicap.register.models import Unit

MOST_PER_INDICATOR = 20


def _check(name: str, raw: bytes) -> str:
    """Return the media type of a file; raises Refused where it is too large, unknown or named as something
    else."""
    limit = settings.HAICAP_MAX_EVIDENCE
    if len(raw) > limit:
        raise Refused(
            "evidence.too_large",
            _(
                "The file has %(size)s MB; at most %(limit)s MB are taken. Scan it at a lower resolution "
                "or split it."
            )
            % {"size": len(raw) // (1024 * 1024), "limit": limit // (1024 * 1024)},
            field="file",
        )
    if not raw:
        raise Refused("evidence.empty", _("The file is empty."), field="file")
    kind = filetypes.type_of(raw[: filetypes.HEAD], whole=raw)
    if kind is None:
        raise Refused(
            "evidence.type",
            _(
                "By its content this is not a PDF, picture or office document, whatever its name says. It "
                "was not taken."
            ),
            field="file",
        )
    if not filetypes.named_right(name, kind):
        raise Refused(
            "evidence.name",
            _("The name ends in .%(ending)s but the file is a %(kind)s. Give it its right name.")
            % {"ending": PurePosixPath(name).suffix.lstrip("."), "kind": filetypes.ACCEPTED[kind][0].upper()},
            field="file",
        )
    return kind


def _read(upload: "UploadedFile[Any] | bytes") -> bytes:
    """Return the bytes of an upload, refusing by its size before they are read."""
    if isinstance(upload, bytes):
        return upload
    limit = settings.HAICAP_MAX_EVIDENCE
    return upload.read() if (upload.size or 0) <= limit else b"\0" * (upload.size or 0)


def store_bytes(raw: bytes, *, ending: str) -> tuple[str, str]:
    """Keep `raw` under its SHA-256, once; returns the digest and the name in storage.

    A file without a row (the server died in between) is found again by its digest and never shown.
    """
    digest = hashlib.sha256(raw).hexdigest()
    path = f"evidence/{digest[:2]}/{digest}.{ending}"
    if not default_storage.exists(path) or default_storage.size(path) != len(raw):
        default_storage.delete(path)
        path = default_storage.save(path, ContentFile(raw))
    return digest, path


def attach_evidence(
    *,
    actor: Actor,
    campaign: Campaign,
    unit: Unit,
    indicator: str,
    name: str,
    upload: "UploadedFile[Any] | bytes",
) -> Evidence:
    """Add a file to an indicator; the same file again is returned, not doubled.

    Raises Refused where the file is too large, empty, not of an accepted kind by its bytes, named as another
    kind, or the report is closed to changes; Missing for an unknown indicator.
    """
    must_own(actor, unit, REPORT_WRITE)
    item = Indicator.objects.filter(campaign=campaign, code=indicator).select_related("area").first()
    if item is None:
        raise Missing("evidence.indicator", _("There is no such indicator."))
    name = filetypes.safe_name(nfc(name))
    raw = _read(upload)
    kind = _check(name, raw)
    digest, path = store_bytes(raw, ending=filetypes.ACCEPTED[kind][0])
    with transaction.atomic():
        now = timezone.now()
        row = row_of(campaign, unit, form_for(actor=actor, campaign=campaign), actor=actor, now=now)
        _must_be_open(row, item)
        files = Evidence.objects.filter(report=row, indicator=item, removed_at=None)
        if (same := files.filter(sha256=digest).first()) is not None:
            return same
        if files.count() >= MOST_PER_INDICATOR:
            raise Refused(
                "evidence.too_many",
                _("An indicator takes at most %(most)s files.") % {"most": MOST_PER_INDICATOR},
            )
        evidence = Evidence.objects.create(
            report=row,
            indicator=item,
            file=path,
            name=name,
            size=len(raw),
            sha256=digest,
            content_type=kind,
            uploaded_by_id=actor.person_id,
            at=now,
        )
        audit.record(
            actor=actor, action="questionnaire.evidence.attached", subject=evidence,
            after={"indicator": item.code, "name": name, "size": len(raw), "sha256": digest},
        )  # fmt: skip
    return evidence


def _must_be_open(row: UnitReport, item: Indicator) -> None:
    section = row.sections.filter(area=item.area).first()
    if row.state not in states.EDITABLE or (section and section.state not in states.OPEN_SECTIONS):
        raise Refused(
            "report.not_open", _("The report was submitted and cannot be changed unless it is returned.")
        )


def remove_evidence(*, actor: Actor, evidence: Evidence) -> None:
    """Take a file out of the report; the record and the bytes stay for the audit trail."""
    must_own(actor, evidence.report.unit, REPORT_WRITE)
    with transaction.atomic():
        _must_be_open(evidence.report, evidence.indicator)
        Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=timezone.now())
        audit.record(
            actor=actor, action="questionnaire.evidence.removed", subject=evidence,
            before={"name": evidence.name, "sha256": evidence.sha256},
        )  # fmt: skip
