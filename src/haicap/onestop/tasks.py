"""What each person has to do now about dossiers; a few counts, nothing more."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from haicap.kernel.access import Actor
from haicap.kernel.area import Task
from haicap.onestop import permissions
from haicap.onestop.queries.lists import STEPS, Waits, asked_for, counts_for
from haicap.onestop.queries.petitions import tally_for
from haicap.onestop.queries.succession import merged_count_for

_TITLES: Mapping[Waits, Any] = {
    Waits.RECEIVE: ngettext_lazy("%(n)d dossier is to be received", "%(n)d dossiers are to be received", "n"),
    Waits.FORWARD: ngettext_lazy(
        "%(n)d dossier is to be forwarded", "%(n)d dossiers are to be forwarded", "n"
    ),
    Waits.ASSIGN: ngettext_lazy("%(n)d dossier has nobody yet", "%(n)d dossiers have nobody yet", "n"),
    Waits.PROCESS: ngettext_lazy(
        "%(n)d dossier is to be processed", "%(n)d dossiers are to be processed", "n"
    ),
    Waits.APPROVE: ngettext_lazy("%(n)d draft waits for approval", "%(n)d drafts wait for approval", "n"),
    Waits.SIGN: ngettext_lazy(
        "%(n)d result waits for a signature", "%(n)d results wait for a signature", "n"
    ),
    Waits.ISSUE: ngettext_lazy(
        "%(n)d result waits for number and seal", "%(n)d results wait for number and seal", "n"
    ),
    Waits.RETURN: ngettext_lazy("%(n)d result is to be returned", "%(n)d results are to be returned", "n"),
    Waits.WITHDRAWAL: ngettext_lazy(
        "%(n)d withdrawal is to be decided", "%(n)d withdrawals are to be decided", "n"
    ),
}


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return what waits for the actor's role at the own body: late ones first, then step by step, then petitions."""
    return _dossiers(actor) + _petitions(actor) + _merged(actor)


def _merged(actor: Actor) -> list[Task]:
    """Return the running dossiers of merged units, which somebody must pass on, as one task."""
    count = merged_count_for(actor=actor)
    if not count:
        return []
    title = ngettext("%(n)d dossier of a merged unit", "%(n)d dossiers of merged units", count) % {"n": count}
    detail = _("Pass them on to the successor.")
    return [Task(title=title, detail=detail, url=reverse("onestop:merged"), urgent=True)]


def _petitions(actor: Actor) -> list[Task]:
    """Return the petitions about the own body that are not answered yet, as one task."""
    if not actor.may(permissions.FEEDBACK) or actor.body_id is None:
        return []
    tally = tally_for(actor=actor)
    if not tally.open:
        return []
    title = ngettext("%(n)d petition is to be answered", "%(n)d petitions are to be answered", tally.open) % {
        "n": tally.open
    }
    detail = ngettext("%(n)d of them is late", "%(n)d of them are late", tally.late) % {"n": tally.late}
    return [
        Task(
            title=title,
            detail=detail if tally.late else "",
            url=reverse("onestop:petitions"),
            due=tally.first_due,
            urgent=bool(tally.late),
        )
    ]


def _dossiers(actor: Actor) -> list[Task]:
    if not actor.may(permissions.READ) or actor.body_id is None:
        return []
    if not any(actor.may(permission) for permission, _condition in STEPS.values()):
        return []
    counts = counts_for(actor=actor)
    if not counts.all:
        return _asked(actor)
    base = reverse("onestop:work")
    found: list[Task] = []
    if counts.late:
        title = ngettext("%(n)d dossier is late", "%(n)d dossiers are late", counts.late) % {"n": counts.late}
        detail = _("Decide, or apologise with a new day.")
        found.append(Task(title=title, detail=detail, url=f"{base}?tab=work&foretold=late", urgent=True))
    for step, count in counts.waits.items():
        if count:
            text = str(_TITLES[step] % {"n": count})
            found.append(Task(title=text, url=f"{base}?tab=work&waits={step.value}"))
    return found + _asked(actor)


def _asked(actor: Actor) -> list[Task]:
    return [
        Task(
            title=_("%(code)s: an opinion of your body is asked") % {"code": one.dossier},
            url=reverse("onestop:dossier", args=[one.dossier.reference]),
            due=timezone.localtime(one.consultation.due_at).date(),
            urgent=one.consultation.due_at < timezone.now(),
        )
        for one in asked_for(actor=actor)[:5]
    ]
