"""A dossier handed in online by its applicant."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from haicap.kernel.access import SYSTEM
from haicap.onestop.actions import dossiers, files
from haicap.onestop.actions.dossiers import Person, Registered
from haicap.onestop.actions.files import Paper
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.models import Attachment, Centre, ProcedureVersion
from haicap.onestop.rules.lifecycle import Channel

PER_ADDRESS, WINDOW = 30, timedelta(hours=1)


def hand_in(
    *, version: ProcedureVersion, centre: Centre, person: Person, papers: Sequence[Paper], address: str
) -> Registered:
    """Register a dossier at `centre` with its files, all or nothing; raises Refused.

    The register's ledger says that the applicant did it: no person, no body.
    """
    files.checked(papers=papers)
    take_try(scope=scope_of(purpose="apply", value=address), most=PER_ADDRESS, window=WINDOW)
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            found = dossiers.register(
                actor=SYSTEM,
                version=version,
                person=person,
                channel=Channel.ONLINE,
                centre=centre,
                as_citizen=True,
            )
            kept = files.keep(dossier=found.dossier, papers=papers)
            return found
    except BaseException:
        files.discard(kept)
        raise
