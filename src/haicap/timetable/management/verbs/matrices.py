"""Travel times from a table or from a routing server, as a matrix file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from haicap.kernel.access import SYSTEM
from haicap.timetable.actions.travel import import_travel_table
from haicap.timetable.management.verbs.on_database import campaign_of, names_of, problem_of
from haicap.timetable.management.verbs.terminal import (
    Terminal,
    matrix_from,
    problem_from,
    writable,
    write,
)
from haicap.timetable.queries.routing import routed_matrix
from haicap.timetable.rules.faults import faults_of
from haicap.timetable.rules.matrix import places_of
from haicap.timetable.rules.problem import Problem, TravelMatrix
from haicap.timetable.rules.problem_files import UnreadableFileError, write_matrix
from haicap.timetable.texts import fault_text
from haicap.timetable.texts_files import file_text

MOST_NAMED = 20


def matrix(terminal: Terminal, options: dict[str, Any]) -> None:
    """Make a matrix file for a problem file, or for the campaign where none is given."""
    out: Path = options["out"]
    writable(out)
    given: list[Path] = options["files"]
    if len(given) > 1:
        raise CommandError(_("Give these files: %(named)s.") % {"named": "problem.json"})
    if given:
        problem = problem_from(given[0]).problem
    else:
        campaign = campaign_of(options)
        problem = problem_of(campaign, names_of(campaign))
    found = _routed(terminal, problem, options) if options["from_osrm"] else _table(problem, options)
    _tell_places(terminal, problem, found)
    text = write_matrix(found)
    write(out, text)
    terminal.say(_("%(count)s places written to %(path)s") % {"count": len(found.places), "path": out})

    if options["keep_as"]:
        row = import_travel_table(
            actor=SYSTEM,
            campaign=campaign_of(options),
            name=out.name if out.suffix == ".json" else f"{out.name}.json",
            content=text.encode(),
            source=options["keep_as"],
        )
        terminal.say(
            _("it is the travel table of the campaign now, from: %(source)s") % {"source": row.source}
        )


def _table(problem: Problem, options: dict[str, Any]) -> TravelMatrix:
    return matrix_from(options["from_csv"], metres=options["metres"], speed_kmh=problem.limits.speed_kmh)


def _routed(terminal: Terminal, problem: Problem, options: dict[str, Any]) -> TravelMatrix:
    server: str = options["from_osrm"]
    try:
        routed = routed_matrix(
            server=server,
            problem=problem,
            fill=options["fill_gaps"],
            profile=options["profile"],
            seconds=options["timeout"],
            on_part=lambda done, parts: terminal.note(
                _("part %(done)s of %(parts)s") % {"done": done, "parts": parts}, over=True
            ),
        )
    except UnreadableFileError as error:
        raise CommandError(file_text(server, error)) from None
    terminal.note("")
    for place, metres in routed.far[:MOST_NAMED]:
        terminal.note(
            _("note: %(place)s lies %(km)s km from the nearest road the server knows")
            % {"place": place, "km": round(metres / 1000)}
        )
    if routed.filled:
        terminal.note(
            _("note: %(count)s ways the server does not know follow the straight line")
            % {"count": routed.filled}
        )
    return routed.matrix


def _tell_places(terminal: Terminal, problem: Problem, found: TravelMatrix) -> None:
    """Warn of places of the problem that the matrix lacks, and of what is odd in it."""
    lacking = [place.name for place in places_of(problem) if place.name not in set(found.places)]
    if lacking:
        terminal.note(_("note: the matrix lacks %(names)s") % {"names": ", ".join(lacking[:MOST_NAMED])})
    odd = [f for f in faults_of(replace(problem, matrix=found)) if f.code.startswith("matrix.")]
    for fault in odd[:MOST_NAMED]:
        terminal.note(_("note: %(fault)s") % {"fault": fault_text(fault, {})})
