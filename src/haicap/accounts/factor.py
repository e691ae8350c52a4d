"""The second factor: a time-based code (RFC 6238) and recovery codes, kept by django-otp."""

import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from haicap.accounts.models import Person
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused

RECOVERY_CODES = 8


def is_enrolled(*, person_id: int | None) -> bool:
    """Say whether the person has confirmed a second factor."""
    return bool(TOTPDevice.objects.filter(user_id=person_id or -1, confirmed=True).exists())


def codes_left(*, person_id: int | None) -> int:
    """Return how many recovery codes the person has not used."""
    return int(StaticToken.objects.filter(device__user_id=person_id or -1).count())


def is_valid(*, person: Person, code: str) -> bool:
    """Check a code; the devices themselves slow down guessing and take each code once.

    The rows are locked while they are asked, so that one code sent twice at once opens once.
    """
    code = code.replace(" ", "").lower()
    with transaction.atomic():
        devices = [
            *TOTPDevice.objects.select_for_update().filter(user=person, confirmed=True),
            *StaticDevice.objects.select_for_update().filter(user=person, confirmed=True),
        ]
        return any(device.verify_is_allowed()[0] and device.verify_token(code) for device in devices)


def pending_device(*, person: Person) -> TOTPDevice:
    """Return the device being enrolled, making one where there is none."""
    device = TOTPDevice.objects.filter(user=person, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=person, name="totp", confirmed=False)


@transaction.atomic
def confirm(*, actor: Actor, person: Person, code: str) -> list[str]:
    """Confirm the pending device by a code from it; returns the recovery codes, shown this once only."""
    device = TOTPDevice.objects.filter(user=person, confirmed=False).first()
    if device is None or not device.verify_token(code.replace(" ", "")):
        raise Refused(
            "factor.code_wrong",
            _("This code is not right. Check the clock of the telephone and type the code shown now."),
            field="code",
        )
    TOTPDevice.objects.filter(user=person, confirmed=True).delete()
    device.confirmed = True
    device.save()
    audit.record(actor=actor, action="accounts.factor.enrolled", subject=person)
    return renew_codes(actor=actor, person=person)


@transaction.atomic
def renew_codes(*, actor: Actor, person: Person) -> list[str]:
    """Make new recovery codes, shown this once only; the old ones open nothing any more."""
    StaticDevice.objects.filter(user=person).delete()
    store = StaticDevice.objects.create(user=person, name="recovery", confirmed=True)
    codes = [secrets.token_hex(5) for _number in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=store, token=code) for code in codes)
    audit.record(actor=actor, action="accounts.codes.renewed", subject=person)
    return codes


@transaction.atomic
def remove(*, actor: Actor, person: Person) -> None:
    """Take the second factor of `person` away."""
    count, _kinds = TOTPDevice.objects.filter(user=person).delete()
    StaticDevice.objects.filter(user=person).delete()
    if count:
        audit.record(actor=actor, action="accounts.factor.removed", subject=person)
