"""Reads of dossiers. A body sees those in which it has a part, and nothing of the others, anywhere."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed
from haicap.onestop import permissions
from haicap.onestop.models import Applicant, Centre, Dossier, Event, Part


def dossiers_for(*, actor: Actor) -> QuerySet[Dossier]:
    """Return the dossiers in which the actor's body has a part; the command line sees all."""
    rows = Dossier.objects.all()
    if actor.is_system:
        return rows
    if not actor.may(permissions.READ) or actor.body_id is None:
        return rows.none()
    own = Part.objects.filter(dossier=OuterRef("pk"), body_id=actor.body_id)
    return rows.filter(Exists(own))


def dossier_for(*, actor: Actor, reference: str) -> Dossier:
    """Return one visible dossier by its code or its reference; raises Missing."""
    rows = dossiers_for(actor=actor).select_related(
        "version__procedure", "received_body", "competent_body", "returned_body", "holder", "assignee"
    )
    wanted = reference.strip()
    dossier = rows.filter(code=wanted).first() or rows.filter(reference=wanted).first()
    if dossier is None:
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    return dossier


def dossier_at_counter(*, actor: Actor, reference: str) -> Dossier:
    """Return a dossier that somebody brings to a counter by its whole code, whoever has a part in it.

    A result may be returned, a supplement handed in and a fee paid at any open centre, so a counter officer at
    one reaches every dossier by its whole code, and by nothing else. Raises Missing.
    """
    centre_of(actor=actor)
    if not actor.may(permissions.RECEIVE) and not actor.may(permissions.RETURN):
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    rows = Dossier.objects.select_related(
        "version__procedure", "received_body", "competent_body", "returned_body", "holder", "assignee"
    )
    wanted = reference.strip()
    dossier = rows.filter(code=wanted).first() or rows.filter(reference=wanted).first()
    if dossier is None:
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    return dossier


def centre_of(*, actor: Actor, day: date | None = None) -> Centre:
    """Return the centre, open on `day` (today), where the actor works; raises NotAllowed."""
    on = day or timezone.localdate()
    rows = Centre.objects.filter(body_id=actor.body_id or -1, opened_on__lte=on).exclude(closed_on__lte=on)
    centre = rows.order_by("kind", "code").first()
    if centre is None:
        raise NotAllowed("centre.none", _("You do not work at a centre that is open today."))
    return centre


def events_for(*, actor: Actor, dossier: Dossier) -> QuerySet[Event]:
    """Return the ledger of a visible dossier, oldest first."""
    rows = Event.objects.filter(dossier=dossier, dossier__in=dossiers_for(actor=actor))
    return rows.select_related("body", "person").order_by("sequence")


def applicant_for(*, actor: Actor, dossier: Dossier) -> Applicant:
    """Return the applicant of a visible dossier, whose identifiers are shown masked; raises Missing."""
    row = Applicant.objects.filter(dossier=dossier, dossier__in=dossiers_for(actor=actor)).first()
    if row is None:
        raise Missing("dossier.missing", _("There is no such dossier, or not for you."))
    return row
