"""What a citizen does with a tracking secret: open the page, and act on the own dossier online."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import ANONYMOUS
from haicap.kernel.errors import Refused
from haicap.onestop.actions import dossiers, files
from haicap.onestop.actions.files import Paper
from haicap.onestop.actions.tries import forget_tries, scope_of, take_try
from haicap.onestop.models import Applicant, Attachment, Dossier, Feedback
from haicap.onestop.rules.lifecycle import Kind

PER_CODE, PER_ADDRESS = 10, 30
WINDOW = timedelta(hours=1)


def open_tracking(*, code: str, secret: str, address: str) -> Dossier:
    """Return the dossier that code (or reference) and secret open; the secret is good for this once.

    No such code and a wrong secret are told apart neither by words nor by time. Raises Refused.
    """
    by_code = scope_of(purpose="track", value=code)
    take_try(scope=scope_of(purpose="from", value=address), most=PER_ADDRESS, window=WINDOW)
    take_try(scope=by_code, most=PER_CODE, window=WINDOW)
    typed = code.strip()
    wanted = Q(dossier__code__in=(typed, typed.upper())) | Q(dossier__reference=typed.upper())
    # without an order, so that a large table is read by the two indexes and never walked
    found = next(iter(Applicant.objects.select_related("dossier").filter(wanted).order_by()[:1]), None)
    reference = found.dossier.reference if found else "0" * dossiers.REFERENCE_LENGTH
    given = dossiers.secret_digest(reference=reference, secret=secret)
    kept = found.secret if found and found.secret else "-" * len(given)
    if not constant_time_compare(given, kept) or found is None or not _used(found):
        raise Refused(
            "tracking.wrong",
            _(
                "This code and this secret do not open a dossier. Check both as they stand on your slip. A secret "
                "opens once: for a new one, go to any centre with your papers."
            ),
            field="secret",
        )
    forget_tries(scope=by_code)
    return found.dossier


def _used(applicant: Applicant) -> bool:
    """Use the secret up; False where another did so at the same moment."""
    rows = Applicant.objects.filter(pk=applicant.pk, secret=applicant.secret)
    with transaction.atomic():
        if rows.update(secret="") != 1:
            return False
        audit.record(actor=ANONYMOUS, action="onestop.tracking.opened", subject=applicant.dossier)
    return True


@transaction.atomic
def renew_secret(*, dossier: Dossier) -> str:
    """Return a new secret for the next time; whoever asks has the page open. The old one no longer opens."""
    secret = "".join(secrets.choice(dossiers.ALPHABET) for _number in range(dossiers.SECRET_LENGTH))
    digest = dossiers.secret_digest(reference=dossier.reference, secret=secret)
    Applicant.objects.filter(dossier=dossier).update(secret=digest)
    audit.record(actor=ANONYMOUS, action="onestop.tracking.secret_renewed", subject=dossier)
    return secret


def give_supplement(*, dossier: Dossier, papers: Sequence[Paper], key: str, expected: int) -> Dossier:
    """Hand in what was asked for, online; the clock runs on. Raises Refused, Conflict."""
    if not papers:
        raise Refused("supplement.files", _("Choose at least one file."), field="papers")
    kept: list[Attachment] = []
    try:
        with transaction.atomic():
            kept = files.keep(dossier=dossier, papers=papers)
            payload = {"online": True, "files": len(papers)}
            return dossiers.act_as_citizen(
                dossier=dossier, kind=Kind.SUPPLEMENT_GIVEN, payload=payload, key=key, expected=expected
            )
    except BaseException:
        files.discard(kept)
        raise


def withdraw(*, dossier: Dossier, key: str, expected: int) -> Dossier:
    """Ask for the dossier back, before the decision. Raises Refused, Conflict."""
    payload = {"online": True}
    return dossiers.act_as_citizen(
        dossier=dossier, kind=Kind.WITHDRAW_ASKED, payload=payload, key=key, expected=expected
    )


def confirm_result(*, dossier: Dossier, offered: bool, key: str, expected: int) -> Dossier:
    """The applicant says that the result arrived online: the proof of delivery is this event itself.

    `offered` says whether a result can be downloaded at all; without one there is nothing to confirm.
    """
    if not offered:
        raise Refused("result.not_online", _("There is no result to download. Fetch it at any centre."))
    payload = {"online": True, "proof": f"online:confirmed:{timezone.now():%Y-%m-%dT%H:%M:%S%z}"}
    return dossiers.act_as_citizen(
        dossier=dossier, kind=Kind.RETURNED, payload=payload, key=key, expected=expected
    )


def pay_simulated(*, dossier: Dossier, key: str) -> Dossier:
    """Play a payment through, where the installation is a demonstration. Raises Refused anywhere else."""
    if not settings.HAICAP_SIMULATED_PAYMENT:
        raise Refused("payment.offline", _("This installation takes no payment online. Pay at any centre."))
    payload = {"online": True, "channel": "simulated", "amount": dossier.fee}
    return dossiers.act_as_machine(dossier=dossier, kind=Kind.PAID, payload=payload, key=key)


@transaction.atomic
def rate(*, dossier: Dossier, rating: int, text: str = "") -> Feedback:
    """Rate the service from 1 to 5 once the dossier has ended; a second rating takes the place of the first."""
    if not 1 <= rating <= 5:
        raise Refused("rating.range", _("Choose one of the answers."), field="rating")
    if dossier.ended_at is None:
        raise Refused("rating.early", _("You can rate the service once the dossier has ended."))
    body = dossier.competent_body or dossier.received_body
    values = {"body": body, "rating": rating, "text": text.strip()[:2000], "received_at": timezone.now()}
    row, _made = Feedback.objects.update_or_create(
        dossier=dossier, kind=Feedback.Kind.RATING, defaults=values
    )
    audit.record(actor=ANONYMOUS, action="onestop.service.rated", subject=row, after={"rating": rating})
    return row
