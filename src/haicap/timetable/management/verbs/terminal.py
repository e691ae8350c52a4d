"""Files in, sentences out, and a search that Ctrl-C ends: what every subcommand needs."""

import math
import os
import signal
import threading
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

from django.core.management.base import BaseCommand, CommandError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from haicap.timetable.rules.faults import InvalidProblemError, faults_of
from haicap.timetable.rules.matrix import MOST_CSV_BYTES, matrix_from_csv
from haicap.timetable.rules.problem import Problem, TravelMatrix, gap_between
from haicap.timetable.rules.problem_files import (
    MOST_BYTES,
    MOST_MATRIX_BYTES,
    StoredPlan,
    StoredProblem,
    UnreadableFileError,
    read_matrix,
    read_plan,
    read_problem,
)
from haicap.timetable.rules.solver import Step
from haicap.timetable.texts import fault_text, joined
from haicap.timetable.texts_files import file_text

LONGEST_SECONDS = 86_400
EVERY_SECONDS = 0.5
MOST_WARNINGS = 20
Names = Mapping[str, str]


class Terminal:
    """Answers on stdout, progress and warnings on stderr."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.live = command.stderr.isatty()

    def say(self, text: str = "") -> None:
        """Write a line of the answer."""
        self.command.stdout.write(text)

    def note(self, text: str, *, over: bool = False) -> None:
        """Write a line of progress; `over` lets the next one replace it where a person is looking."""
        again = over and self.live
        line = f"\r\x1b[K{text}" if self.live else text
        self.command.stderr.write(line, lambda plain: plain, "" if again else "\n")


def seconds(text: str) -> float:
    """Read a time to search: more than 0, at most a day."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= LONGEST_SECONDS:
        raise ArgumentTypeError(
            _("“%(text)s”: give more than 0 and at most %(most)s seconds")
            % {"text": text, "most": LONGEST_SECONDS}
        )
    return value


def whole(text: str) -> int:
    """Read a whole number of at least 0 that fits the database."""
    if not text.isascii() or not text.isdigit() or int(text[:30]) >= 2**62:
        raise ArgumentTypeError(_("“%(text)s”: give a whole number, 0 or more") % {"text": text[:40]})
    return int(text)


def contents(path: Path, *, most: int = MOST_BYTES) -> bytes:
    """Return a file's bytes, one more than `most` at the most: the readers refuse what is larger."""
    with path.open("rb") as file:
        return file.read(most + 1)


def unusable(error: OSError) -> str:
    """Return why a file can be neither read nor written."""
    if isinstance(error, FileNotFoundError):
        return _("%(path)s: there is no such file.") % {"path": error.filename}
    if isinstance(error, IsADirectoryError):
        return _("%(path)s is a folder; name a file.") % {"path": error.filename}
    return _("%(path)s cannot be used: %(why)s.") % {"path": error.filename, "why": error.strerror}


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turn what is wrong with the file into the command's error, by its name."""
    try:
        yield
    except UnreadableFileError as error:
        raise CommandError(file_text(path.name, error)) from None


def problem_from(path: Path, *, matrix: Path | None = None) -> StoredProblem:
    """Return the problem of a file, with the matrix of another in place of its own where given."""
    with naming(path):
        return _with_matrix(read_problem(contents(path)), matrix)


def _with_matrix(stored: StoredProblem, path: Path | None) -> StoredProblem:
    if path is None:
        return stored
    table = matrix_from(path, speed_kmh=stored.problem.limits.speed_kmh)
    return replace(stored, problem=replace(stored.problem, matrix=table))


def matrix_from(path: Path, *, metres: Path | None = None, speed_kmh: float) -> TravelMatrix:
    """Return the matrix of a JSON file, or of one or two tables in CSV."""
    with naming(path):
        if path.suffix.lower() == ".json":
            return read_matrix(contents(path, most=MOST_MATRIX_BYTES), speed_kmh=speed_kmh)
        more = contents(metres, most=MOST_CSV_BYTES) if metres else None
        return matrix_from_csv(minutes=contents(path, most=MOST_CSV_BYTES), metres=more, speed_kmh=speed_kmh)


def plan_from(path: Path) -> StoredPlan:
    """Return the plan of a file."""
    with naming(path):
        return read_plan(contents(path))


def judge_problem(terminal: Terminal, problem: Problem, names: Names) -> None:
    """Refuse a problem with fatal faults, naming them; tell the others as warnings."""
    faults = faults_of(problem)
    fatal = [fault for fault in faults if fault.fatal]
    if fatal:
        raise CommandError(senseless(InvalidProblemError(tuple(fatal)), names))
    for fault in faults[:MOST_WARNINGS]:
        terminal.note(_("note: %(fault)s") % {"fault": fault_text(fault, names)})
    if len(faults) > MOST_WARNINGS:
        terminal.note(_("and %(count)s more notes") % {"count": len(faults) - MOST_WARNINGS})


def senseless(error: InvalidProblemError, names: Names) -> str:
    """Return what is wrong with a problem as a sentence."""
    found = joined([fault_text(fault, names) for fault in error.faults], most=MOST_WARNINGS)
    return _("The problem makes no sense: %(faults)s.") % {"faults": found}


def writable(path: Path | None) -> None:
    """Refuse, before long work, a file that could not be written after it."""
    if path is None:
        return
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise CommandError(_("%(path)s cannot be written: is its folder there?") % {"path": path})


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def points(thousandths: float) -> str:
    """Return a cost in points, as the language writes numbers."""
    return str(number_format(round(thousandths / 1000, 1), decimal_pos=1, use_l10n=True, force_grouping=True))


def percent(share: float) -> str:
    """Return a share as a percentage, rounded up so that it stays true."""
    return str(number_format(math.ceil(share * 1e4 - 1e-9) / 100, decimal_pos=2, use_l10n=True))


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether Ctrl-C was pressed; the second time it ends the program."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


class Watch:
    """Ends a search at its deadline or on Ctrl-C and tells how far it is."""

    def __init__(self, terminal: Terminal, *, limit: float | None, asked: Callable[[], bool]) -> None:
        self.terminal, self.limit, self.asked = terminal, limit, asked
        self.began, self.told = time.monotonic(), -EVERY_SECONDS
        self.last: Step | None = None

    def stopped(self) -> bool:
        """Say whether the search is to end."""
        late = self.limit is not None and time.monotonic() - self.began >= self.limit
        return late or self.asked()

    def step(self, step: Step) -> None:
        """Tell a step, not more often than a person can read."""
        self.last = step
        now = time.monotonic() - self.began
        every = EVERY_SECONDS if self.terminal.live else 4 * EVERY_SECONDS
        if now - self.told >= every:
            self.told = now
            self.terminal.note(step_text(now, step), over=True)

    def end(self) -> None:
        """Tell the last step."""
        if self.last is not None:
            self.terminal.note(step_text(time.monotonic() - self.began, self.last))


def step_text(elapsed: float, step: Step) -> str:
    """Return a step on one line: seconds, units placed, cost, bound and gap."""
    text = _("%(seconds)s s: %(served)s of %(units)s units, cost %(cost)s") % {
        "seconds": number_format(round(elapsed, 1), decimal_pos=1, use_l10n=True),
        "served": step.served,
        "units": step.units,
        "cost": points(step.best),
    }
    if step.bound is not None:
        text += ", " + _("bound %(bound)s, gap %(gap)s %%") % {
            "bound": points(step.bound),
            "gap": percent(gap_between(cost=step.best, bound=step.bound)),
        }
    return text
