"""Sentences for faults of a catalogue and of routing."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

FAULTS: Mapping[str, Text] = {
    "catalogue.empty": _("Fill in this cell."),
    "catalogue.choice": _("This is none of the possible words: %(choices)s."),
    "catalogue.date": _("Write the day as YYYY-MM-DD, for example 2025-07-01."),
    "catalogue.number": _("Write a whole number without dots, not too large."),
    "catalogue.yes_no": _("Write yes or no."),
    "catalogue.no_procedure": _("The sheet of procedures has no procedure with this code."),
    "catalogue.twice": _("This stands twice for the same procedure."),
    "catalogue.nothing": _("There is no procedure in this table."),
    "catalogue.code": _("A procedure code looks like 1.001193."),
    "catalogue.backwards": _("The first day no longer valid comes after the first day valid."),
    "catalogue.body": _(
        "Name the competent body by its code where a department or delegated body decides; elsewhere leave it empty."
    ),
    "catalogue.unknown_body": _("There is no body with this code."),
    "catalogue.same_day": _("A procedure done on the same day has a limit of at most 1."),
    "catalogue.overlap": _(
        "Two versions of this procedure are valid on the same day. Close the earlier one first."
    ),
    "catalogue.used": _(
        "Dossiers were received under this version: its content stays. Add a version from a later day."
    ),
}
ROUTING: Mapping[str, Text] = {
    "routing.address": _("Choose the commune of the applicant's address: it is competent."),
    "routing.land": _("Choose the commune where the land lies: it is competent."),
    "routing.chosen": _("Choose the commune that shall decide."),
    "routing.body": _("The procedure names no competent body. Put the catalogue right first."),
    "routing.divided": _(
        "This commune was divided among several. Choose the one that is competent now: %(choices)s."
    ),
    "routing.gone": _("This commune exists no more, and the register does not say who took over."),
    "routing.no_body": _("The register holds no committee for this commune."),
}
