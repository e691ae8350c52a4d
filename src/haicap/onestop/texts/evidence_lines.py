"""Names of the computed fields of the survey plan that are no recorded facts; facts bring their own."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

LINES: Mapping[str, Text] = {
    "a4a_01": _("Procedures published and posted"),
    "a4a_02_n": _("Procedures with a configured workflow"),
    "a4a_02_d": _("Procedures published"),
    "a4a_02_rate": _("Share of procedures with a configured workflow"),
    "a4a_03": _("Dossiers carried over"),
    "a4a_04_in_person": _("Received at counters"),
    "a4a_04_online": _("Received online"),
    "a4a_04_postal": _("Received by public post"),
    "a4a_04_total": _("Received in the period"),
    "a4a_05_on_time": _("Resolved on time"),
    "a4a_05_late": _("Resolved late"),
    "a4a_06_in_time": _("In progress, in time"),
    "a4a_06_overdue": _("In progress, overdue"),
    "a4a_07": _("Refused, withdrawn or stopped"),
    "a4a_08": _("On time over resolved"),
    "a4a_08_portal": _("On time over received, as the portal counts"),
    "a4a_09_online_n": _("Filed online"),
    "a4a_09_online_d": _("Of procedures that can be filed online"),
    "a4a_09_online_rate": _("Share filed online"),
    "a4a_09_digitised_n": _("Digitised"),
    "a4a_09_digitised_d": _("To be digitised"),
    "a4a_09_digitised_rate": _("Share digitised"),
    "a4a_09_paid_n": _("Paid online"),
    "a4a_09_paid_d": _("With a fee"),
    "a4a_09_paid_rate": _("Share paid online"),
    "a4a_10_for_others": _("Taken for other bodies"),
    "a4a_10_by_others": _("Taken by other bodies"),
    "a4a_11": _("Letters of apology issued"),
    "a4a_12_received": _("Petitions received"),
    "a4a_12_answered": _("Petitions answered on time"),
    "a4a_12_satisfaction": _("Satisfaction with answers"),
    "a4a_12_sample": _("Citizens who said so"),
    "a4b_01": _("Officials who need a signature"),
    "a4b_02": _("Certificates issued"),
    "a4b_03": _("Able to sign in the live system"),
    "a4b_04_issued": _("Organisation signatures issued"),
    "a4b_05": _("Certificates with an old name or post"),
    "a4b_06": _("Average wait for issue, working days"),
    "a11_01": _("Former district office chosen"),
    "a11_03_rate": _("Share of the staff placed"),
}
