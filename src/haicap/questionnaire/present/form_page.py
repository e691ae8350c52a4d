"""Forms, drafts and submissions as the form page is told of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from haicap.kernel.access import Actor
from haicap.questionnaire.models import Draft, Submission, Upload
from haicap.questionnaire.queries.offered import Offer

API = "/api/questionnaire"


def form_out(offer: Offer) -> dict[str, Any]:
    """Return a version of a form; addresses carry a checksum, so that what is kept on a device stays right."""
    form, version = offer.form, offer.version
    here = f"{API}/forms/{form.pk}"
    return {
        "id": form.pk,
        "form_id": form.form_id,
        "title": form.title,
        "version": version.version,
        "number": version.number,
        "md5": version.md5,
        "state": version.state,
        "due": form.due.isoformat() if form.due else None,
        "xform": f"{here}/xform?number={version.number}&md5={version.sha256[:32]}",
        "media": [
            {
                "name": file.name,
                "md5": digest,
                "url": f"{here}/versions/{version.number}/media/{quote(file.name)}?md5={digest}",
            }
            for file, digest in offer.media
        ],
    }


def draft_out(row: Draft, actor: Actor, files: Mapping[str, Upload]) -> dict[str, Any]:
    """Return a draft with its answers and the files that are here."""
    return {
        "instance_id": row.instance_id,
        "number": row.version.number,
        "xml": row.xml,
        "revision": row.revision,
        "saved_by": actor.name,
        "saved_at": row.saved_at,
        "files": [
            {"id": str(file.pk), "name": name, "url": f"{API}/uploads/{file.pk}"}
            for name, file in files.items()
        ],
    }


def filled_out(row: Submission) -> dict[str, Any]:
    """Return a submission as the start of its correction."""
    files = row.attachments.exclude(file="")
    return {
        "instance_id": row.current_id,
        "number": row.version.number,
        "xml": row.xml,
        "revision": 0,
        "saved_by": "",
        "saved_at": row.updated_at or row.received_at,
        "files": [
            {
                "id": str(file.pk),
                "name": file.name,
                "url": reverse("questionnaire:submission-file", args=[row.form_id, row.pk, file.pk]),
            }
            for file in files
        ],
    }
