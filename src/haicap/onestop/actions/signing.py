"""A result drafted, signed, numbered, sealed and issued; certificates registered.

The number is reserved before the first signature and stands in the signed text, so that no later step changes what
was signed (docs/decisions/0008-signing.md). A file is written under its own digest before the rows that name it: a
server killed in between leaves a file nobody names, never a row without its file.
"""

import hashlib
import secrets
from datetime import date
from typing import Any

from asn1crypto import pem as pem_format
from asn1crypto import x509
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.documents.pdf import Built
from haicap.documents.pdf.typeface import files as fonts
from haicap.documents.signature import (
    Placed,
    SigningError,
    TokenError,
    name_picture,
    named,
    seal_picture,
    sign,
)
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.revision import claim
from haicap.kernel.sequences import take
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.actions import dossiers
from haicap.onestop.actions.ledger import lock
from haicap.onestop.models import Certificate, Dossier, IssuedDocument, ResultDraft
from haicap.onestop.papers.result import place_of, result_document, result_pdf
from haicap.onestop.queries import signing as queries
from haicap.onestop.rules.lifecycle import Kind, Life, Wrong, check
from haicap.onestop.texts.lifecycle import refused
from haicap.onestop.texts.signing import SIGNING
from haicap.register.models import Body

MOST_PEM = 20_000


def _possible(actor: Actor, dossier: Dossier, kind: Kind) -> Life:
    """Refuse what the ledger would refuse, before anything is signed."""
    life = Life.from_json(dossier.life)
    code = check(life=life, kind=kind, body=_code(actor))
    if code:
        raise refused(Wrong(code, status=life.status, kind=kind))
    return life


def _code(actor: Actor) -> str:
    return Body.objects.filter(pk=actor.body_id or -1).values_list("code", flat=True).first() or ""


@transaction.atomic
def draft_result(
    *,
    actor: Actor,
    dossier: Dossier,
    granted: bool,
    reason: str = "",
    type_name: str,
    summary: str,
    text: str,
    symbol: str,
    expected: int | None = None,
    revision: int | None = None,
) -> Dossier:
    """Write the words of a result; one that is not signed yet may be written anew. Raises Refused, Conflict."""
    actor.must(permissions.PROCESS)
    if not text.strip():
        raise Refused("result.text", _("Write the text of the result."), field="text")
    values = {
        "type_name": nfc(type_name)[:100], "summary": nfc(summary)[:300], "text": nfc(text), "symbol": nfc(symbol)[:30],
    }  # fmt: skip
    draft = ResultDraft.objects.filter(dossier=dossier).first()
    if draft is not None and revision is not None:
        claim(draft, revision=revision)
    ResultDraft.objects.update_or_create(dossier=dossier, defaults=values)
    payload: dict[str, Any] = {
        "result": "granted" if granted else "refused",
        "words": hashlib.sha256("\n".join(values.values()).encode()).hexdigest(),
    }
    if not granted:
        payload["reason"] = nfc(reason)
    return dossiers.act(actor=actor, dossier=dossier, kind=Kind.DRAFTED, payload=payload, expected=expected)


@transaction.atomic
def sign_result(
    *, actor: Actor, dossier: Dossier, address: str, expected: int | None = None
) -> IssuedDocument:
    """Sign an approved result with the actor's key; `address` (with `{key}`) is what its QR code leads to.

    Reserves the number, once. Raises Refused where there is no draft or no valid certificate, or the token refuses.
    """
    actor.must(permissions.SIGN)
    row = lock(dossier_id=dossier.pk)
    _possible(actor, row, Kind.SIGNED)
    draft = ResultDraft.objects.select_for_update(of=("self",)).filter(dossier=row).first()
    if draft is None:
        raise Refused("result.none", _("The text of the result is not written yet."))
    certificate = queries.certificate_of(actor=actor)
    if certificate is None:
        raise Refused(
            "certificate.none",
            _(
                "You have no valid certificate for this body. Ask the administrator to register it; nothing was signed."
            ),
        )
    now, person = timezone.now(), Person.objects.get(pk=actor.person_id or -1)
    day = timezone.localdate(now)
    if draft.number is None:
        draft.number = take(f"result:{row.competent_body_id}:{day.year}:{draft.symbol}")
        draft.save(update_fields=["number"])
    key = secrets.token_urlsafe(9)
    row.version = dossier.version
    document = result_document(
        draft=draft, dossier=row, signer_name=person.full_name, signer_post=person.post, day=day,
        address=address.format(key=key),
    )  # fmt: skip
    built = result_pdf(document=document, made_at=now)
    content = _signed(built.content, certificate, "signer", _name(built, person.full_name))
    issued = _keep(row, certificate, f"{draft.number:02d}/{draft.symbol}", day, key, content, built)
    payload = {"sha256": issued.sha256, "certificate": certificate.fingerprint, "document": issued.number}
    dossiers.act(actor=actor, dossier=row, kind=Kind.SIGNED, payload=payload, expected=expected)
    return issued


def _keep(
    row: Dossier, certificate: Certificate, number: str, day: date, key: str, content: bytes, built: Built
) -> IssuedDocument:
    IssuedDocument.objects.filter(dossier=row, issued_at=None).delete()
    digest = hashlib.sha256(content).hexdigest()
    box = next((box for box in built.boxes if box.name == "seal"), None)
    place = {"page": box.page, "box": list(box.box)} if box else {}
    issued = IssuedDocument(
        dossier=row, body_id=row.competent_body_id or -1, number=number, day=day, key=key, sha256=digest,
        size=len(content), signer=certificate, signed_at=timezone.now(), place=place, is_sample=row.is_sample,
    )  # fmt: skip
    issued.file.save(f"{digest}.pdf", ContentFile(content), save=False)
    issued.save()
    return issued


def _signed(content: bytes, certificate: Certificate, field: str, placed: Placed | None) -> bytes:
    try:
        return sign(
            pdf=content,
            token=queries.token(),
            alias=certificate.alias,
            fingerprint=certificate.fingerprint,
            field=field,
            placed=placed,
            tsa_url=settings.HAICAP_TSA,
        )
    except (TokenError, SigningError) as error:
        raise Refused(error.code, str(SIGNING[error.code]) % {"detail": error.detail}) from error


def _name(built: Built, name: str) -> Placed | None:
    box = next((box for box in built.boxes if box.name == "signer"), None)
    return (
        Placed(page=box.page, box=box.box, picture=name_picture(name=name, font=fonts()[1])) if box else None
    )


@transaction.atomic
def number_result(*, actor: Actor, dossier: Dossier, expected: int | None = None) -> Dossier:
    """Enter the signed result under its number into the register of outgoing documents."""
    actor.must(permissions.ISSUE)
    issued = IssuedDocument.objects.filter(dossier=dossier).first()
    if issued is None:
        raise Refused("result.unsigned", _("The result is not signed yet."))
    payload = {"number": issued.number, "day": issued.day.isoformat()}
    return dossiers.act(actor=actor, dossier=dossier, kind=Kind.NUMBERED, payload=payload, expected=expected)


@transaction.atomic
def issue_result(*, actor: Actor, dossier: Dossier, expected: int | None = None) -> IssuedDocument:
    """Seal the signed result with the body's key, over the first signature, and give it out. Raises Refused."""
    actor.must(permissions.ISSUE)
    row = lock(dossier_id=dossier.pk)
    _possible(actor, row, Kind.ISSUED)
    issued = IssuedDocument.objects.select_for_update(of=("self",)).filter(dossier=row).first()
    if issued is None:
        raise Refused("result.unsigned", _("The result is not signed yet."))
    body = Body.objects.select_related("unit").get(pk=issued.body_id)
    seal = queries.seal_of(body=body)
    if seal is None:
        raise Refused(
            "certificate.no_seal", _("The body has no valid certificate to seal with. Nothing was issued.")
        )
    with issued.file.open("rb") as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != issued.sha256:
        raise Refused("result.file", _("The signed file is not the one that was signed. Nothing was issued."))
    picture = seal_picture(text=f"{body.name_vi} • {place_of(body)}", font=fonts()[2])
    left, bottom, right, top = issued.place.get("box", (0, 0, 0, 0))
    placed = Placed(page=issued.place.get("page", 0), box=(left, bottom, right, top), picture=picture)
    sealed = _signed(content, seal, "seal", placed if issued.place else None)
    issued.sha256, issued.size = hashlib.sha256(sealed).hexdigest(), len(sealed)
    issued.seal, issued.issued_at = seal, timezone.now()
    issued.file.save(f"{issued.sha256}.pdf", ContentFile(sealed), save=False)
    issued.save()
    payload = {"sha256": issued.sha256, "certificate": seal.fingerprint, "document": issued.number}
    dossiers.act(actor=actor, dossier=row, kind=Kind.ISSUED, payload=payload, expected=expected)
    return issued


@transaction.atomic
def register_certificate(
    *,
    actor: Actor,
    pem: bytes,
    body: Body,
    person: Person | None = None,
    alias: str = "",
    asked_on: date | None = None,
    sample: bool = False,
) -> Certificate:
    """Enter a certificate (PEM or DER) of a body, or of one of its people. Raises Refused."""
    actor.must(permissions.CERTIFICATE_WRITE)
    if person is not None and person.body_id != body.pk:
        raise Refused("certificate.other_body", _("This person belongs to another body."), field="person")
    try:
        found = x509.Certificate.load(
            pem_format.unarmor(pem)[2] if pem_format.detect(pem) else pem[:MOST_PEM]
        )
        values = {
            "subject": named(found.subject)[:300], "issuer": named(found.issuer)[:300],
            "serial": f"{found.serial_number:x}"[:64], "fingerprint": found.sha256.hex(),
            "valid_from": found.not_valid_before, "valid_to": found.not_valid_after,
        }  # fmt: skip
    except (ValueError, TypeError) as error:
        raise Refused(
            "certificate.unreadable", _("This is no certificate (.pem, .cer or .crt)."), field="file"
        ) from error
    try:
        with transaction.atomic():
            row = Certificate.objects.create(
                kind=Certificate.Kind.PERSON if person else Certificate.Kind.BODY, body=body, person=person,
                alias=alias, pem=pem_format.armor("CERTIFICATE", found.dump()).decode(), asked_on=asked_on,
                is_sample=sample, **values,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(
            "certificate.known", _("This certificate is registered already."), field="file"
        ) from None
    audit.record(
        actor=actor,
        action="onestop.certificate.registered",
        subject=row,
        after={"fingerprint": row.fingerprint},
    )
    return row


@transaction.atomic
def revoke_certificate(*, actor: Actor, certificate: Certificate) -> Certificate:
    """Sign nothing more with a certificate."""
    actor.must(permissions.CERTIFICATE_WRITE)
    row = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    row.revoked_at = row.revoked_at or timezone.now()
    row.save(update_fields=["revoked_at"])
    audit.record(actor=actor, action="onestop.certificate.revoked", subject=row)
    return row
