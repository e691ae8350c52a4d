"""Words of the figures and of the index."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.onestop.rules.figures import Measure, Side
from haicap.onestop.rules.figures.computed import plain
from haicap.onestop.rules.index766 import ItemResult, Rule, State, Zero

MEASURES: Mapping[Measure, Text] = {
    Measure.HANDLED: gettext_lazy("On the books in the period"),
    Measure.CARRIED_OVER: gettext_lazy("Carried over from before"),
    Measure.RECEIVED: gettext_lazy("Received in the period"),
    Measure.RECEIVED_DIRECT: gettext_lazy("Received at a counter"),
    Measure.RECEIVED_ONLINE: gettext_lazy("Received online"),
    Measure.RECEIVED_POST: gettext_lazy("Received by public post"),
    Measure.RESOLVED: gettext_lazy("Resolved"),
    Measure.RESOLVED_ON_TIME: gettext_lazy("Resolved on time"),
    Measure.RESOLVED_LATE: gettext_lazy("Resolved late"),
    Measure.RESOLVED_ON_TIME_PORTAL: gettext_lazy("Resolved on time by the rule of the national portal"),
    Measure.RUNNING: gettext_lazy("In progress"),
    Measure.RUNNING_IN_TIME: gettext_lazy("In progress, in time"),
    Measure.RUNNING_OVERDUE: gettext_lazy("In progress, overdue"),
    Measure.CLOSED: gettext_lazy("Refused, withdrawn or stopped"),
    Measure.REFUSED: gettext_lazy("Refused"),
    Measure.WITHDRAWN: gettext_lazy("Withdrawn by the applicant"),
    Measure.STOPPED: gettext_lazy("Stopped by the body"),
    Measure.TURNED_AWAY: gettext_lazy("Not received at the counter"),
    Measure.LATE: gettext_lazy("Late: resolved late or overdue"),
    Measure.LATE_UNEXPLAINED: gettext_lazy("Late without a letter of apology"),
    Measure.APOLOGISED: gettext_lazy("With a letter of apology"),
    Measure.PETITIONED: gettext_lazy("With a petition"),
    Measure.ACROSS: gettext_lazy("Received by another body than the competent one"),
    Measure.ONLINE_POSSIBLE: gettext_lazy("Of procedures that can be filed online"),
    Measure.DIGITISED: gettext_lazy("Digitised"),
    Measure.CHARGED: gettext_lazy("With a fee"),
    Measure.PAID_ONLINE: gettext_lazy("Paid online"),
    Measure.SYNCHRONISED: gettext_lazy("Synchronised with the national portal"),
    Measure.REUSED: gettext_lazy("Reusing digitised data"),
    Measure.E_RESULT: gettext_lazy("With an electronic result"),
}
SIDES: Mapping[Side, Text] = {
    Side.COMPETENT: gettext_lazy("As the competent body"),
    Side.RECEIVED: gettext_lazy("As the body that received them"),
    Side.RETURNED: gettext_lazy("As the body that returned the result"),
}
STATES: Mapping[State, tuple[Text, str]] = {
    State.COUNTED: (gettext_lazy("counted"), "green"),
    State.ZERO: (gettext_lazy("nothing to divide by"), "grey"),
    State.NOT_RECORDED: (gettext_lazy("not recorded"), "yellow"),
    State.INFORMS: (gettext_lazy("for information"), "blue"),
}
COUNTS: Mapping[str, Text] = {
    "procedures": gettext_lazy("procedures posted"),
    "published_on_time": gettext_lazy("published on time"),
    "updated_on_time": gettext_lazy("posted on time"),
    "full_content": gettext_lazy("posted with full content"),
    "procedures_online": gettext_lazy("procedures offered online"),
    "procedures_used_online": gettext_lazy("procedures with online dossiers"),
    "procedures_charged": gettext_lazy("procedures with a fee"),
    "procedures_payable": gettext_lazy("procedures with online payment"),
    "procedures_paid_online": gettext_lazy("procedures paid online"),
    "procedures_charged_used": gettext_lazy("procedures with charged dossiers"),
    "resolved_days": gettext_lazy("days taken, summed"),
    "shared": gettext_lazy("dossiers with shared data"),
    "population_dossiers": gettext_lazy("dossiers checked in the population database"),
    "population_procedures": gettext_lazy("procedures checked in the population database"),
    "certified_copy": gettext_lazy("certified copies"),
    "certified_copy_electronic": gettext_lazy("certified electronic copies"),
    "petitions": gettext_lazy("petitions received"),
    "petitions_on_time": gettext_lazy("petitions answered on time"),
    "petitions_judged": gettext_lazy("petitions judged by citizens"),
    "petitions_satisfied": gettext_lazy("petitions with a satisfied citizen"),
}
ZERO: Mapping[Zero, Text] = {
    Zero.POINTS: gettext_lazy("Nothing to divide by: full points, by the setting."),
    Zero.NONE: gettext_lazy("Nothing to divide by: no points, by the setting."),
    Zero.NOT_APPLICABLE: gettext_lazy("Nothing to divide by: does not apply, by the setting."),
}
# Which dossiers stand behind a count that is no measure itself.
BEHIND: Mapping[str, Measure] = {
    "procedures_used_online": Measure.RECEIVED_ONLINE,
    "procedures_paid_online": Measure.PAID_ONLINE,
    "procedures_charged_used": Measure.CHARGED,
    "resolved_days": Measure.RESOLVED,
    "certified_copy": Measure.RESOLVED,
    "certified_copy_electronic": Measure.E_RESULT,
    "petitions_on_time": Measure.PETITIONED,
    "petitions": Measure.PETITIONED,
}


def count_name(name: str) -> Text:
    """Return the words of a count of the index."""
    measures = {str(measure): text for measure, text in MEASURES.items()}
    return measures.get(name) or COUNTS.get(name, name)


def rule_text(result: ItemResult) -> str:
    """Return the rule of an item as a sentence, with what its state makes of it."""
    item = result.item
    points = {"points": plain(item.points)}
    match result.rule:
        case Rule.INFORMS:
            return _("For information; gives no points.")
        case Rule.LINEAR:
            sentence = _("%(points)s x R / 100.") % points
        case Rule.FULL_FROM:
            sentence = _("%(points)s from R = %(t)s%%; below it %(points)s x R / %(t)s.") % (
                points | {"t": item.full_from}
            )
    match result.state:
        case State.NOT_RECORDED:
            return sentence + " " + _("The ledger does not hold what this needs: left out.")
        case State.ZERO:
            return sentence + " " + str(ZERO[item.zero])
        case _:
            if result.bounded:
                return sentence + " " + _("R went beyond its bounds and was held there.")
            return sentence
