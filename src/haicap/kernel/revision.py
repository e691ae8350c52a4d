"""Two people, one record: the second to save is told, and keeps what was typed."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Conflict
from haicap.kernel.models import Revised


def claim(instance: Revised, *, revision: int) -> None:
    """Raise the stored revision by one if it still is `revision`; else raise Conflict.

    Call it first thing inside the transaction of an action that changes `instance`.
    """
    rows = type(instance)._default_manager.filter(pk=instance.pk, revision=revision)
    if not rows.update(revision=F("revision") + 1):
        raise Conflict(
            "record.changed",
            _(
                "Somebody else changed this record after you opened it. What you typed is kept below: "
                "compare it with the record as it is now, then save again."
            ),
            details={"revision": _now(instance)},
        )
    instance.revision = revision + 1


def _now(instance: Revised) -> int | None:
    rows = type(instance)._default_manager.filter(pk=instance.pk)
    return rows.values_list("revision", flat=True).first()
