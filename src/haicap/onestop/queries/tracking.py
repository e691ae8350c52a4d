"""What a citizen sees of the own dossier; whoever calls has checked the secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _

from haicap.kernel.errors import Missing
from haicap.onestop.models import Centre, Dossier, Event, Feedback, IssuedDocument
from haicap.onestop.rules.lifecycle import Kind, Life, open_kinds

MINE = frozenset({Kind.SUPPLEMENT_GIVEN, Kind.WITHDRAW_ASKED, Kind.PAID, Kind.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A dossier as its applicant sees it; `mine` is what the applicant may do online now.

    `result` is the signed file that can be downloaded, None where there is none.
    """

    dossier: Dossier
    life: Life
    events: Sequence[Event]
    mine: frozenset[Kind]
    result: IssuedDocument | None = None


def tracked(*, reference: str) -> Tracked:
    """Return the dossier with its history: two queries, and one for its result once it is issued."""
    place = Centre.objects.filter(body=OuterRef("holder")).order_by("kind", "code")
    taken = Centre.objects.filter(body=OuterRef("received_body")).order_by("kind", "code")
    petitions = Feedback.objects.filter(dossier=OuterRef("pk"), kind=Feedback.Kind.PETITION).order_by("-pk")
    ratings = Feedback.objects.filter(dossier=OuterRef("pk"), kind=Feedback.Kind.RATING)
    rows = Dossier.objects.select_related(
        "version__procedure", "received_body", "competent_body", "returned_body", "holder", "applicant"
    ).annotate(
        holder_address=Subquery(place.values("address")[:1]),
        holder_phone=Subquery(place.values("phone")[:1]),
        received_address=Subquery(taken.values("address")[:1]),
        received_phone=Subquery(taken.values("phone")[:1]),
        petition_key=Subquery(petitions.values("key")[:1]),
        petition_answered=Subquery(petitions.values("answered_at")[:1]),
        rating=Subquery(ratings.values("rating")[:1]),
    )
    dossier = rows.filter(reference=reference).first()
    if dossier is None:
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    life = Life.from_json(dossier.life)
    events = list(
        Event.objects.filter(dossier=dossier).annotate(body_name=F("body__name_vi")).order_by("sequence")
    )
    return Tracked(
        dossier=dossier,
        life=life,
        events=events,
        mine=open_kinds(life=life, body="") & MINE,
        result=issued(dossier=dossier) if life.result.issued else None,
    )


def issued(*, dossier: Dossier) -> IssuedDocument | None:
    """Return the signed result that its applicant may download: sealed, out, and paid for; one query."""
    if dossier.payment == Dossier.Payment.DUE:
        return None
    rows = IssuedDocument.objects.filter(dossier=dossier, issued_at__isnull=False)
    return rows.order_by("-issued_at").first()
