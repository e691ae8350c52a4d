"""Who fills in a form, who reviews and who reads what is filled in."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.kernel import audit
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing, Refused
from haicap.questionnaire.actions.forms.lock import FORM_WRITE, locked
from haicap.questionnaire.models import Assignment, FieldKey, Form
from haicap.register.models import Unit


def assign(
    *,
    actor: Actor,
    form: Form,
    verb: str,
    role: str = "",
    person: Person | None = None,
    key: FieldKey | None = None,
    scope: str = "",
    units: Sequence[str] = (),
) -> Assignment:
    """Let a role, a person or a device fill in (`fill`), review or read; said again, it replaces what was said.

    `scope` says over which submissions (own, unit, body, units with their codes, all); "" is own for fill, else all.
    Raises Refused assignment.holder, assignment.verb, assignment.scope, assignment.units.
    """
    actor.must(FORM_WRITE)
    if (bool(role), person is not None, key is not None).count(True) != 1:
        raise Refused(
            "assignment.holder", _("Choose a role, a person or a device: one of them."), field="person"
        )
    if role and role not in set(Role):
        raise Refused("assignment.holder", _("There is no such role."), field="role")
    if verb not in Assignment.Verb.values:
        raise Refused("assignment.verb", _("There is no such task."), field="verb")
    scope = scope or (Assignment.Scope.OWN if verb == Assignment.Verb.FILL else Assignment.Scope.ALL)
    if scope not in Assignment.Scope.values:
        raise Refused("assignment.scope", _("There is no such scope."), field="scope")
    codes = _codes(scope, units)
    with transaction.atomic():
        form = locked(form)
        if key is not None and key.campaign_id != form.campaign_id:
            raise Missing("key.missing", _("There is no such device."))
        row, made = Assignment.objects.update_or_create(
            form=form, verb=verb, role=role, person=person, key=key, defaults={"scope": scope, "units": codes}
        )
        audit.record(
            actor=actor,
            action="questionnaire.form.assigned" if made else "questionnaire.form.assignment_changed",
            subject=row,
            after={"form_id": form.form_id, **audit.snapshot(row)},
        )
    return row


def _codes(scope: str, units: Sequence[str]) -> list[str]:
    if scope != Assignment.Scope.UNITS:
        return []
    codes = list(dict.fromkeys(code.strip() for code in units if code.strip()))
    known = set(Unit.objects.filter(code__in=codes).values_list("code", flat=True))
    unknown = [code for code in codes if code not in known]
    if unknown or not codes:
        text = _("Name the units by their codes; not known: %(codes)s")
        raise Refused(
            "assignment.units", str(text) % {"codes": ", ".join(unknown[:10]) or "–"}, field="units"
        )
    return codes


def unassign(*, actor: Actor, form: Form, assignment_id: int) -> None:
    """Take an assignment back; raises Missing."""
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form)
        row = Assignment.objects.filter(form=form, pk=assignment_id).first()
        if row is None:
            raise Missing("assignment.missing", _("There is no such assignment."))
        audit.record(
            actor=actor,
            action="questionnaire.form.unassigned",
            subject=row,
            before={"form_id": form.form_id, **audit.snapshot(row)},
        )
        row.delete()
