"""The audit chain: who did what, when, before and after, with every entry sealed to the one before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from haicap.kernel.access import Actor
from haicap.kernel.models import AuditEntry, AuditHead

START = "0" * 64
SECRET_FIELDS = frozenset({"password", "token", "key", "secret"})


def snapshot(instance: models.Model, *, fields: Iterable[str] | None = None) -> dict[str, Any]:
    """Return the plain values of a row for an audit entry; secrets are left out."""
    names = set(fields) if fields is not None else None
    values: dict[str, Any] = {}
    for field in instance._meta.concrete_fields:
        if field.name in SECRET_FIELDS or (names is not None and field.name not in names):
            continue
        value = field.value_from_object(instance)
        values[field.name] = value.name if isinstance(value, FieldFile) else value
    return values


def _plain(value: Mapping[str, Any] | None) -> Any:
    return None if value is None else json.loads(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))


def _digest(entry: AuditEntry) -> str:
    sealed = [
        entry.sequence,
        entry.at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds"),
        entry.person_id,
        entry.actor_name,
        entry.action,
        entry.subject_type,
        entry.subject_id,
        entry.before,
        entry.after,
        entry.previous,
    ]
    text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def record(
    *,
    actor: Actor,
    action: str,
    subject: models.Model | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry; call it inside the transaction of the action, so that both stand or fall together.

    `subject` is the row acted on, or "type:id" where there is none.
    """
    if isinstance(subject, str):
        kind, _, key = subject.partition(":")
    else:
        kind, key = subject._meta.label_lower, str(subject.pk)
    with transaction.atomic():
        head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=timezone.now(),
            person_id=actor.person_id,
            actor_name=actor.name,
            action=action,
            subject_type=kind,
            subject_id=key,
            before=_plain(before),
            after=_plain(after),
            previous=head.digest,
        )
        entry.digest = _digest(entry)
        entry.save(force_insert=True)
        head.sequence, head.digest = entry.sequence, entry.digest
        head.save(update_fields=["sequence", "digest"])
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `verify` found: `faults` is empty when the chain is whole."""

    entries: int
    head: str
    faults: tuple[str, ...]


def verify(*, most: int = 20) -> Verdict:
    """Walk the chain from its start; name the first `most` entries that are missing, altered or cut off."""
    faults: list[str] = []
    previous, expected, count = START, 1, 0
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        if entry.sequence != expected:
            faults.append(f"missing entries {expected} to {entry.sequence - 1}")
        elif entry.previous != previous:
            faults.append(f"entry {entry.sequence} does not follow entry {entry.sequence - 1}")
        if _digest(entry) != entry.digest:
            faults.append(f"altered entry {entry.sequence} ({entry.action}, {entry.at:%d/%m/%Y %H:%M})")
        previous, expected, count = entry.digest, entry.sequence + 1, count + 1
        if len(faults) >= most:
            break
    head = AuditHead.objects.filter(pk=1).first() or AuditHead()
    if len(faults) < most and (head.sequence, head.digest) != (expected - 1, previous):
        faults.append(f"entries after {expected - 1} are cut off: the chain once ended at {head.sequence}")
    return Verdict(entries=count, head=previous, faults=tuple(faults))
