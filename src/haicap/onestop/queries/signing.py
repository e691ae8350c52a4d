"""Results as far as they are made: drafts, signed documents, certificates, and what a verifier trusts."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.documents.signature import (
    HardwareToken,
    SoftwareToken,
    Token,
    Verdict,
    read_trust,
    verify,
)
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.onestop import permissions
from haicap.onestop.models import Certificate, Dossier, IssuedDocument, ResultDraft
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.lifecycle import Status
from haicap.register.models import Body

SOON = timedelta(days=30)


def token_folder() -> Path:
    """Return where the software token and its passphrase lie."""
    return Path(settings.HAICAP_DATA) / "token"


def trust_folder() -> Path:
    """Return where the authorities that are trusted lie, and their revocation lists."""
    return Path(settings.HAICAP_DATA) / "trust"


def passphrase() -> str:
    """Return the passphrase of the software token; made once, readable by its owner only."""
    path = token_folder() / "token.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


def token() -> Token:
    """Return the PKCS#11 device of the settings, else the software token."""
    if settings.HAICAP_TOKEN_MODULE:
        return HardwareToken(
            module=Path(settings.HAICAP_TOKEN_MODULE),
            label=settings.HAICAP_TOKEN_LABEL,
            pin=settings.HAICAP_TOKEN_PIN,
        )
    return SoftwareToken(folder=token_folder(), passphrase=passphrase())


def verdict_of(*, content: bytes, at: datetime | None = None) -> Verdict:
    """Return what the signatures of a file are worth to somebody who trusts what the installation trusts.

    Raises Refused where a file of the trusted authorities cannot be read: no verdict is better than a wrong one.
    """
    try:
        roots, lists = read_trust(folder=trust_folder())
    except ValueError as error:
        raise Refused(
            "trust.unreadable",
            _("The list of trusted authorities cannot be read here. Tell the administrator: %(fault)s")
            % {"fault": str(error)[:200]},
        ) from error
    return verify(pdf=content, roots=roots, crls=lists, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A dossier's result: its draft, the signed document, and whether it is out."""

    draft: ResultDraft | None
    document: IssuedDocument | None

    @property
    def issued(self) -> bool:
        """True when the sealed document can be given out."""
        return self.document is not None and self.document.issued_at is not None


def result_of(*, dossier: Dossier) -> Result | None:
    """Return the result of a dossier, None where nothing was written yet; two queries."""
    draft = ResultDraft.objects.filter(dossier=dossier).first()
    document = IssuedDocument.objects.filter(dossier=dossier).select_related("signer", "seal", "body").first()
    return Result(draft=draft, document=document) if draft or document else None


def document_by_key(*, key: str) -> IssuedDocument:
    """Return an issued document by the key in its QR code, for anybody; raises Missing."""
    rows = IssuedDocument.objects.filter(issued_at__isnull=False)
    row = rows.filter(key=key).select_related("body", "signer", "seal", "dossier__version").first()
    if row is None:
        raise Missing("document.missing", _("No document was issued under this address."))
    return row


def document_of(*, sha256: str) -> IssuedDocument | None:
    """Return the issued document whose file has this digest."""
    rows = IssuedDocument.objects.filter(sha256=sha256, issued_at__isnull=False)
    return rows.select_related("body", "dossier__version").first()


def certificate_of(*, actor: Actor, now: datetime | None = None) -> Certificate | None:
    """Return the certificate with which the actor signs: of the person, for the own body, valid now."""
    moment = now or timezone.now()
    rows = Certificate.objects.filter(
        kind=Certificate.Kind.PERSON,
        person_id=actor.person_id or -1,
        body_id=actor.body_id or -1,
        revoked_at=None,
    ).exclude(alias="")
    return rows.filter(valid_from__lte=moment, valid_to__gte=moment).order_by("-valid_to").first()


def seal_of(*, body: Body, now: datetime | None = None) -> Certificate | None:
    """Return the certificate with which a body seals."""
    moment = now or timezone.now()
    rows = Certificate.objects.filter(kind=Certificate.Kind.BODY, body=body, revoked_at=None).exclude(
        alias=""
    )
    return rows.filter(valid_from__lte=moment, valid_to__gte=moment).order_by("-valid_to").first()


def certificates_for(*, actor: Actor) -> QuerySet[Certificate]:
    """Return the certificates that the actor may see: all for the centre of the survey, else of the own body."""
    rows = Certificate.objects.select_related("body", "person").order_by("valid_to")
    if not actor.may(permissions.CERTIFICATE_READ):
        return rows.none()
    everything = actor.is_central or actor.may(permissions.CERTIFICATE_WRITE)
    return rows if everything else rows.filter(body_id=actor.body_id or -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCounts:
    """Fields A4b of the survey: certificates of people and of bodies that are valid on a day; those that end soon."""

    people: int
    seals: int
    ending: int
    over: int


def certificate_counts(*, rows: QuerySet[Certificate], day: date) -> CertificateCounts:
    """Count certificates as of a day; one query."""
    valid = Q(valid_from__date__lte=day, valid_to__date__gte=day) & (
        Q(revoked_at=None) | Q(revoked_at__date__gt=day)
    )
    found = rows.order_by().aggregate(
        people=Count("pk", filter=valid & Q(kind=Certificate.Kind.PERSON)),
        seals=Count("pk", filter=valid & Q(kind=Certificate.Kind.BODY)),
        ending=Count("pk", filter=valid & Q(valid_to__date__lte=day + SOON)),
        over=Count("pk", filter=Q(valid_to__date__lt=day) | Q(revoked_at__isnull=False)),
    )
    return CertificateCounts(**found)


def to_sign_for(*, actor: Actor) -> Sequence[Dossier]:
    """Return up to 100 approved results that wait for the actor's signature, the most urgent first."""
    if not actor.may(permissions.SIGN):
        return []
    rows = dossiers_for(actor=actor).filter(
        holder_id=actor.body_id,
        status=Status.PROCESSING,
        life__result__approved=True,
        life__result__signed=False,
    )
    return list(rows.select_related("version__procedure", "result_draft").order_by("due_at", "pk")[:100])
