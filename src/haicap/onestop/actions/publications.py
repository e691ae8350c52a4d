"""That procedures were published or posted: survey indicators count what is recorded here."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.models import Procedure, Publication
from haicap.register.models import Body


@transaction.atomic
def make_public(
    *,
    actor: Actor,
    procedures: Sequence[Procedure],
    kind: str,
    bodies: Iterable[Body],
    done_on: date,
    document: str,
    decided_on: date | None = None,
    full: bool = True,
) -> int:
    """Record that procedures were published, or posted, at bodies on a day; return how many records are new.

    A person records it for the own body, those who keep the catalogue for all. Raises Refused, Missing.
    """
    actor.must(permissions.PUBLISH)
    wanted = list(bodies)
    if not actor.may(permissions.CATALOGUE_WRITE):
        wanted = [body for body in wanted if body.pk == actor.body_id]
    if not wanted:
        raise Missing("publication.body", _("There is no such body, or not for you."))
    if not procedures:
        raise Refused("publication.none", _("Tick at least one procedure."), field="procedures")
    if not document.strip():
        raise Refused(
            "publication.document", _("Name the document, or the place where it is posted."), field="document"
        )
    if decided_on is not None and done_on < decided_on:
        raise Refused(
            "publication.early", _("It was made public after the decision, not before it."), field="done_on"
        )
    rows = Publication.objects.filter(procedure__in=procedures, kind=kind)
    before = rows.count()
    Publication.objects.bulk_create(
        (
            Publication(
                procedure=procedure, kind=kind, body=body, document=nfc(document.strip())[:300], decided_on=decided_on,
                done_on=done_on, full=full, recorded_by_id=actor.person_id,
            )
            for procedure in procedures
            for body in wanted
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )  # fmt: skip
    added = rows.count() - before
    codes = [procedure.code for procedure in procedures]
    audit.record(
        actor=actor,
        action="onestop.procedure.made_public",
        subject=procedures[0] if len(procedures) == 1 else "catalogue:all",
        after={"procedures": codes, "kind": kind, "bodies": len(wanted), "day": done_on.isoformat(), "new": added},
    )  # fmt: skip
    return added
