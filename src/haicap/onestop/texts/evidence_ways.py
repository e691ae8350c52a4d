"""Why a reported figure differs from the ledger, as sentences."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

WAYS: Mapping[str, Text] = {
    "carried_over": _("The report counts what was carried over, too."),
    "turned_away": _("The report counts what was not received at the counter, too."),
    "carried_and_turned": _("The report counts what was carried over and what was not received, too."),
    "running_at_close": _("The report gives what was still running at the close of the period."),
    "post_too": _("The report counts what came by public post as received in person."),
    "portal_rule": _("The report judges on time by the rule of the national portal."),
    "closed_too": _("The report counts what was refused, withdrawn or stopped, too."),
    "late_too": _("The report counts what was resolved late, too."),
    "overdue_too": _("The report counts what still runs and is overdue, too."),
    "refused_only": _("The report counts refusals only."),
    "not_withdrawn": _("The report leaves out what the applicants withdrew."),
    "all_received": _("The report takes all received dossiers as the denominator."),
    "resolved_only": _("The report counts what was resolved instead of what was received."),
    "each_late": _("The report gives the number of late dossiers, not of letters."),
    "late_resolved": _("The report gives the number of dossiers resolved late, not of letters."),
    "answered_late_too": _("The report counts petitions answered late, too."),
    "over_received": _("The report divides by what was received, as the portal does."),
    "over_resolved": _("The report divides by what was resolved."),
    "over_handled": _("The report divides by everything on the books, carried over included."),
    "by_receipt": _("The report counts by the body that received the dossier, not by the competent one."),
    "year": _("The report counts from the first day of the year."),
    "today": _("The report counts up to today, beyond the period."),
    "rounded": _("The report rounds."),
    "cut": _("The report cuts off the fraction."),
}
