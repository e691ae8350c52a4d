"""Sentences for what stands against an event, and names of events."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Refused, Text
from haicap.onestop.models import Dossier
from haicap.onestop.rules.lifecycle import Kind, Wrong

KINDS: Mapping[Kind, Text] = {
    Kind.REGISTERED: _("Registered"),
    Kind.RECEIVED: _("Received"),
    Kind.NOT_RECEIVED: _("Not received"),
    Kind.SCANNED: _("Papers digitised"),
    Kind.FORWARDED: _("Forwarded to the competent body"),
    Kind.ASSIGNED: _("Assigned"),
    Kind.STEP_DONE: _("Step done"),
    Kind.SUPPLEMENT_ASKED: _("Supplement requested"),
    Kind.SUPPLEMENT_GIVEN: _("Supplement handed in"),
    Kind.PAYMENT_ASKED: _("Payment requested"),
    Kind.PAID: _("Paid"),
    Kind.CONSULTED: _("Another body consulted"),
    Kind.CONSULT_ANSWERED: _("Opinion given"),
    Kind.EXTENDED: _("Apology and new appointment"),
    Kind.WITHDRAW_ASKED: _("Applicant asks to withdraw"),
    Kind.WITHDRAW_DECLINED: _("Withdrawal declined"),
    Kind.STOPPED: _("Stopped"),
    Kind.DRAFTED: _("Result drafted"),
    Kind.APPROVED: _("Draft approved"),
    Kind.SENT_BACK: _("Draft sent back"),
    Kind.SIGNED: _("Result signed"),
    Kind.NUMBERED: _("Number and date given"),
    Kind.ISSUED: _("Sealed and issued"),
    Kind.POSTED: _("Result posted"),
    Kind.RETURNED: _("Result returned"),
    Kind.SYNCHRONISED: _("Synchronised with the national portal"),
    Kind.REROUTED: _("Passed to another competent body"),
    Kind.PAPER_SENT: _("Papers sent"),
    Kind.PAPER_RECEIVED: _("Papers arrived"),
}
FIELDS: Mapping[str, Text] = {
    "amount": _("amount"),
    "channel": _("channel"),
    "code": _("code"),
    "competent": _("competent body"),
    "due_at": _("deadline"),
    "number": _("number"),
    "opinion": _("opinion"),
    "proof": _("proof of delivery"),
    "reason": _("reason"),
    "received": _("receiving body"),
    "result": _("kind of result"),
    "slip": _("slip"),
    "step": _("step"),
    "terms": _("time limit"),
    "to": _("body"),
    "until": _("new date"),
}
WRONG: Mapping[str, Text] = {
    "event.before_registration": _("The dossier is not registered yet."),
    "event.registered_already": _("The dossier is registered already."),
    "event.status": _("“%(what)s” is not possible while the dossier is “%(status)s”."),
    "event.not_your_part": _(
        "Your body has no part in this dossier that allows “%(what)s”. The dossier stays as it is."
    ),
    "event.earlier": _("The ledger already holds a later event: this one came out of order."),
    "event.lacks": _("Fill in: %(field)s."),
    "event.step_done_already": _("The step “%(step)s” is done already."),
    "event.supplement_once": _(
        "A supplement was requested once already; it is asked for once, completely. Decide with what is there, "
        "or apologise and extend."
    ),
    "event.result_begun": _("The result is already being made: this is possible only before the decision."),
    "event.nothing_to_pay": _("Nothing is owed, or it is paid already."),
    "event.consults_itself": _("A body does not consult itself."),
    "event.consulted_already": _("This body was asked already and has not answered yet."),
    "event.consultation_open": _("A consulted body has not answered yet; silence is not consent."),
    "event.extended_already": _("The appointment was extended once already; a second time is not allowed."),
    "event.signed_already": _("The result is signed already."),
    "event.approved_already": _("The draft is approved already."),
    "event.result_order": _(
        "First comes another step: a result is drafted, approved, signed, numbered, issued."
    ),
    "event.unpaid": _("The fee is not paid yet: the result is returned after payment."),
    "event.posted_already": _("The result was posted already."),
    "event.same_body": _("It is that body already."),
    "event.other_slip": _("The papers are not on this slip."),
}


def refused(wrong: Wrong) -> Refused:
    """Return the refusal a person reads for what a rule said."""
    details = dict(wrong.details)
    names: dict[str, object] = {
        "what": KINDS.get(details.get("kind", ""), ""),
        "status": Dossier.Status(details["status"]).label if details.get("status") else "—",
        "field": FIELDS.get(str(details.get("field", "")), details.get("field", "")),
        "step": details.get("step", ""),
    }
    field = str(details["field"]) if details.get("field") else None
    return Refused(wrong.code, str(WRONG[wrong.code]) % names, field=field)
