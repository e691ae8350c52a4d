"""How each computed field of the survey plan is counted, in words a clerk can check it by."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text
from haicap.onestop.rules.figures.computed import Computed, Source

HOW: Mapping[str, Text] = {
    "a4a_01": _("Procedures in force on the last day for which a posting at this body is recorded."),
    "a4a_02_n": _("Of these, the procedures whose version names its internal steps."),
    "a4a_02_d": _("The same number as A4a.01."),
    "a4a_02_rate": _("Procedures with steps over procedures posted."),
    "a4a_03": _("Received before the period and not ended before it."),
    "a4a_04_in_person": _("Valid receipts at a counter, by the time of receipt."),
    "a4a_04_online": _("Valid receipts of what was filed online, by the time of receipt."),
    "a4a_04_postal": _("Valid receipts of what came by public post, by the time of receipt."),
    "a4a_04_total": _("All valid receipts in the period; what was turned away is not among them."),
    "a4a_05_on_time": _(
        "Result issued in the period, not after the due time with its suspensions and extension."
    ),
    "a4a_05_late": _("Result issued in the period after the due time."),
    "a4a_06_in_time": _("Not ended at the close of the period, and not past the due time."),
    "a4a_06_overdue": _("Not ended at the close of the period, and past the due time."),
    "a4a_07": _(
        "Ended in the period with a refusal, a withdrawal or a stop; A4a.03 + .04 = .05 + .06 + .07."
    ),
    "a4a_08": _("On time over resolved: of the results issued, how many kept the promise."),
    "a4a_08_portal": _(
        "On time over received, as the portal counts: what is still running counts against it."
    ),
    "a4a_09_online_n": _("Valid receipts of what was filed online."),
    "a4a_09_online_d": _("Valid receipts for procedures that can be filed online, or that were."),
    "a4a_09_online_rate": _("Filed online over what could be."),
    "a4a_09_digitised_n": _("Of the dossiers received in the period, those with a scan in the ledger."),
    "a4a_09_digitised_d": _("All dossiers received in the period: each has to be digitised."),
    "a4a_09_digitised_rate": _("Digitised over received."),
    "a4a_09_paid_n": _("Of the dossiers with a fee, those paid online."),
    "a4a_09_paid_d": _("Dossiers received in the period with a fee above zero."),
    "a4a_09_paid_rate": _("Paid online over dossiers with a fee."),
    "a4a_10_for_others": _("Received by this body, another one is competent."),
    "a4a_10_by_others": _("This body is competent, another one received them."),
    "a4a_11": _("Dossiers on the books of the period with a letter of apology (form 04)."),
    "a4a_12_received": _("Petitions about this body received in the period."),
    "a4a_12_answered": _("Of these, answered by the day they were due."),
    "a4a_12_satisfaction": _("Of the citizens who judged the answer, those who were satisfied."),
    "a4a_12_sample": _("Citizens who judged the answer."),
    "a4b_01": _("Active people of this body who may sign results."),
    "a4b_02": _("Certificates of people of this body in the register, valid on the last day."),
    "a4b_03": _("People who signed at least one result in the period, counted from the ledger."),
    "a4b_04_issued": _("Certificates of the body itself in the register, valid on the last day."),
    "a4b_05": _("Valid certificates of people who now work elsewhere, or of the body under another name."),
    "a4b_06": _("Working days from the day a certificate was asked for until it was issued, on average."),
    "a4c_05_outages": _("Outages of the centre longer than 30 minutes that touched the period."),
    "a4c_05_hours": _("Hours of these outages within the period."),
    "a11_01": _("The former district in whose office the centre stands."),
    "a11_02_counters": _("Counters of the centre on the last day."),
    "a11_03_n": _("The latest recorded fact, else people with a role at a counter of this centre."),
    "a11_03_rate": _("Staff placed over staff needed."),
    "a11_04": _("Procedures in force that any centre may receive."),
    "a11_08_actual": _("The day the centre opened in the register of centres."),
}
SOURCES: Mapping[Source, tuple[Text, str]] = {
    Source.LEDGER: (_("ledger of dossiers"), "green"),
    Source.PETITIONS: (_("petitions"), "green"),
    Source.CATALOGUE: (_("catalogue"), "blue"),
    Source.PEOPLE: (_("people and roles"), "blue"),
    Source.SIGNATURES: (_("signatures in the ledger"), "green"),
    Source.CERTIFICATES: (_("register of certificates"), "blue"),
    Source.CENTRE: (_("register of centres"), "blue"),
    Source.FACT: (_("recorded fact"), "grey"),
    Source.OUTAGES: (_("recorded outages"), "grey"),
}


def how(field: Computed) -> Text:
    """Return how a field is counted, in words."""
    if field.source is Source.FACT and field.key not in HOW:
        return _("The latest fact recorded by the centre, with its proof.")
    return HOW.get(field.key, "")
