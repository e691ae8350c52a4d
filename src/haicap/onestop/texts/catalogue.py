"""Sentences for faults of a catalogue and of routing; versions of a procedure laid side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text
from haicap.kernel.text import localized
from haicap.onestop.models import ProcedureVersion

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
    "catalogue.long": _("This is too long: at most %(most)s characters."),
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
MADE_PUBLIC: Mapping[str, Text] = {
    "published": _("published by a decision"),
    "posted": _("posted up at the body"),
}
CHANNELS: Mapping[str, Text] = {
    "direct": _("at a counter"),
    "online": _("online"),
    "post": _("by post"),
}


def limit_text(*, version: ProcedureVersion) -> str:
    """Return the time limit in words."""
    if version.same_day:
        return gettext("same day; next working day after the cut-off")
    return f"{number_format(version.limit_value)} {version.get_limit_unit_display()}"


def _fees(version: ProcedureVersion) -> str:
    told = []
    for fee in version.fees:
        amount = fee.get("amount")
        parts = (
            [f"{number_format(amount, use_l10n=True, force_grouping=True)} đồng"]
            if amount is not None
            else []
        )
        parts += [fee["text"]] if fee.get("text") else []
        told.append(f"{CHANNELS.get(fee['channel'], fee['channel'])}: {'; '.join(parts)}")
    return "\n".join(told)


def _papers(version: ProcedureVersion) -> str:
    return "\n".join(f"{paper.get('copies', 1)} × {_name(paper)}" for paper in version.papers)


def _steps(version: ProcedureVersion) -> str:
    return "\n".join(f"{_name(step)}: {step.get('hours', 0)}" for step in version.steps)


def _name(entry: Mapping[str, str]) -> str:
    return localized(entry, "name")


def _valid(version: ProcedureVersion) -> str:
    ends = date_format(version.valid_to, "d/m/Y") if version.valid_to else "…"
    return f"{date_format(version.valid_from, 'd/m/Y')} – {ends}"


_LINES: Sequence[tuple[Text, Callable[[ProcedureVersion], str]]] = (
    (_("Name"), lambda one: localized(one, "name")),
    (_("Field"), lambda one: one.field),
    (_("Time limit"), lambda one: limit_text(version=one)),
    (_("Competent body"), lambda one: str(one.competent_body or one.get_competent_display())),
    (_("Papers required"), _papers),
    (_("Fee"), _fees),
    (_("Internal steps, working hours"), _steps),
    (_("Online level"), lambda one: one.get_online_display()),
    (_("Legal basis"), lambda one: one.legal_basis),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a version says, and whether the version before said something else."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Versions as columns, newest first."""

    heads: Sequence[tuple[int, str]]
    lines: Sequence[tuple[Text, Sequence[Cell]]]


MOST_COLUMNS = 4


def side_by_side(*, versions: Sequence[ProcedureVersion]) -> SideBySide:
    """Return the newest versions (given newest first) laid side by side, what each changed marked."""
    shown = versions[:MOST_COLUMNS]
    lines: list[tuple[Text, Sequence[Cell]]] = []
    for label, told in _LINES:
        texts = [told(one) for one in versions[: MOST_COLUMNS + 1]]
        before = [*texts[1:], texts[-1]]
        cells = [Cell(text, text != former) for text, former in zip(texts, before, strict=True)]
        lines.append((label, cells[: len(shown)]))
    return SideBySide([(one.number, _valid(one)) for one in shown], lines)
