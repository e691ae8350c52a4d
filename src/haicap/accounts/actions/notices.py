"""What people are told."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from haicap.accounts.models import Notice, Person
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.text import nfc


@transaction.atomic
def notify(*, actor: Actor, people: Iterable[Person], text_vi: str, text_en: str, url: str = "") -> int:
    """Tell each of `people` once; returns how many were told."""
    text_vi, text_en = nfc(text_vi), nfc(text_en)
    rows = [
        Notice(person=person, text_vi=text_vi, text_en=text_en, url=url)
        for person in {person.pk: person for person in people}.values()
    ]
    Notice.objects.bulk_create(rows, batch_size=500)
    if rows:
        audit.record(
            actor=actor,
            action="accounts.notices.sent",
            subject=f"notice:{url}"[:100],
            after={"people": [row.person_id for row in rows], "text": text_vi, "url": url},
        )
    return len(rows)


@transaction.atomic
def mark_read(*, actor: Actor, notice_id: int | None = None) -> int:
    """Mark one of the actor's notices read, or all; returns how many changed."""
    rows = Notice.objects.filter(person_id=actor.person_id or -1, read_at=None)
    if notice_id is not None:
        rows = rows.filter(pk=notice_id)
    count = rows.update(read_at=timezone.now())
    if count:
        audit.record(actor=actor, action="accounts.notices.read", subject=f"notice:{notice_id or 'all'}")
    return count
