"""Scans and other files that come with a dossier at a desk: each is looked at alone, and the good ones are kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused, Text
from haicap.kernel.text import nfc
from haicap.onestop.actions import dossiers, files
from haicap.onestop.actions.files import Paper
from haicap.onestop.models import Attachment, Dossier
from haicap.onestop.rules.lifecycle import Kind

MOST_PER_DOSSIER = 200
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Turned:
    """A file that was not taken, and why."""

    name: str
    message: Text
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scans:
    """What became of the files: those kept, and those turned away."""

    kept: Sequence[Attachment] = ()
    turned: Sequence[Turned] = ()


def sifted(*, papers: Iterable[Paper]) -> tuple[list[Paper], list[Turned]]:
    """Return the files that can be kept and those that cannot: one bad scan does not cost the others."""
    good: list[Paper] = []
    turned: list[Turned] = []
    for paper in papers:
        try:
            _check_size(paper)
            files.checked(papers=[paper])
        except Refused as refusal:
            name = nfc(paper.file.name or "")[:100]
            turned.append(Turned(name=name, message=refusal.message, code=refusal.code))
        else:
            good.append(paper)
    return good, turned


def _check_size(paper: Paper) -> None:
    limit, size = settings.HAICAP_MAX_EVIDENCE, paper.file.size or 0
    if size > limit:
        raise Refused(
            "files.too_large",
            _(
                "“%(name)s” has %(size)s MB; at most %(limit)s MB are taken. Scan it in black and white at 200 dpi, "
                "or split it. Everything else is kept."
            )
            % {"name": nfc(paper.file.name or "")[:100], "size": -(-size // MEBIBYTE), "limit": limit // MEBIBYTE},
            field=paper.field,
        )  # fmt: skip
    if not size:
        raise Refused(
            "files.empty",
            _("“%(name)s” is empty. Scan it again.") % {"name": nfc(paper.file.name or "")[:100]},
            field=paper.field,
        )


@transaction.atomic
def attach(*, actor: Actor, dossier: Dossier, papers: Iterable[Paper], online: bool = False) -> Scans:
    """Keep the files that are right with a dossier and append one event; the others are named.

    The event holds paper codes and digests, never a name of a file, which may be a person's. Raises Refused,
    NotAllowed as `dossiers.act` does.
    """
    good, turned = sifted(papers=papers)
    if not good:
        return Scans(turned=turned)
    if Attachment.objects.filter(dossier=dossier).count() + len(good) > MOST_PER_DOSSIER:
        raise Refused(
            "files.too_many_in_all",
            _("A dossier takes at most %(most)s files. Put several pages into one PDF.") % {"most": MOST_PER_DOSSIER},
            field="files",
        )  # fmt: skip
    kept = files.keep(dossier=dossier, papers=good, person_id=actor.person_id)
    if kept:
        payload = {"files": [{"paper": row.paper, "sha256": row.sha256, "size": row.size} for row in kept]}
        try:
            dossiers.act(actor=actor, dossier=dossier, kind=Kind.SCANNED, payload=payload)
        except BaseException:
            files.discard(kept)
            raise
    return Scans(kept=kept, turned=turned)
