"""`haicap timetable` on files without a database, and on a campaign."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from icalendar import Calendar as IcsFile
from openpyxl import load_workbook

from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.timetable.models import Calendar
from haicap.timetable.rules.problem_files import MOST_BYTES, read_matrix, read_plan, read_problem
from haicap.timetable.tests.test_files import BAD, EXAMPLE

NO_STOP = ("--iterations", "40")


def run(*words: object, language: str = "en") -> str:
    """Return what the command answers."""
    return told(*words, language=language)[0]


def told(*words: object, language: str = "en") -> tuple[str, str]:
    """Return what the command answers and what it notes on the side."""
    out, err = StringIO(), StringIO()
    call_command("timetable", *map(str, words), "--language", language, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a plan file for the example."""
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    run("solve", EXAMPLE, *NO_STOP, "--out", path)
    return path


@pytest.fixture
def worse(plan: Path, tmp_path: Path) -> Path:
    """Return a plan file of visits alone, one of them a day later and one left out."""
    data = json.loads(plan.read_text(encoding="utf-8"))
    visits = [visit for visit in data["visits"] if visit["unit"] != "27553"]
    moved = next(visit for visit in visits if visit["unit"] == "26824")
    moved["team"] = 2 if moved["team"] == 1 else 1
    path = tmp_path / "worse.json"
    path.write_text(json.dumps({"haicap-timetable": 1, "visits": visits}), encoding="utf-8")
    return path


def test_a_problem_file_is_solved_proven_checked_and_kept(tmp_path: Path):
    out, err = told("solve", EXAMPLE, *NO_STOP, "--out", tmp_path / "plan.json")
    assert "visits 10 of 10, left out 0, online 1" in out
    assert "gap 0.00 %" in out
    assert "checker: feasible, no rule broken" in out
    assert "10 units, 2 teams, 6 half-days" in err
    assert "bound" in err
    stored = read_plan((tmp_path / "plan.json").read_bytes())
    assert stored.plan is not None
    assert stored.plan.gap == 0
    assert "checker: feasible, no rule broken" in run("check", EXAMPLE, tmp_path / "plan.json")


def test_the_same_seed_and_steps_give_the_same_file(tmp_path: Path, plan: Path):
    run("solve", EXAMPLE, *NO_STOP, "--out", tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == plan.read_bytes()


def test_a_plan_to_start_from_is_taken_and_the_answer_is_vietnamese_by_default(plan: Path):
    out = run("solve", EXAMPLE, "--iterations", 1, "--start", plan, language="vi")
    assert "Đi lại" in out
    assert "443,5" in out


def test_a_plan_that_breaks_a_rule_is_answered_by_it(plan: Path, tmp_path: Path):
    data = json.loads(plan.read_text(encoding="utf-8"))
    for visit in data["visits"]:
        visit["slot"] = "2025-08-04.morning"
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(data), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError, match="not feasible"):
        call_command("timetable", "check", str(EXAMPLE), str(broken), "--language", "en", stdout=out)
    assert "unit.blocked: Phường Thủ Đức" in out.getvalue()
    assert "NOT feasible" in out.getvalue()


def test_each_compromise_is_explained_by_what_the_better_half_day_would_take(plan: Path, worse: Path):
    out = run("explain", EXAMPLE, plan)
    held = {visit["unit"]: visit["slot"] for visit in json.loads(plan.read_text(encoding="utf-8"))["visits"]}
    for unit in json.loads(EXAMPLE.read_text(encoding="utf-8"))["units"]:
        wishes = unit.get("preferred", [held[unit["code"]]])
        assert (f"\n{unit['code']} {unit['name']}: " in f"\n{out}") is (held[unit["code"]] != wishes[0])
    assert "could, for" in out or "no team can, as things are" in out
    left_out = run("explain", EXAMPLE, worse, "--unit", "27553")
    assert "27553 Xã Củ Chi: –" in left_out
    assert "morning of 06/08/2025: " in left_out
    with pytest.raises(CommandError, match="no unit 99999"):
        run("explain", EXAMPLE, plan, "--unit", "99999")


def test_two_plans_are_compared_unit_by_unit_and_term_by_term(plan: Path, worse: Path):
    out = run("compare", EXAMPLE, plan, worse)
    assert "26824 Phường Thủ Đức: team" in out
    assert "27553 Xã Củ Chi: team 1" in out or "27553 Xã Củ Chi: team 2" in out
    assert "2 units differ" in out
    line = next(line for line in out.splitlines() if "Units left out" in line)
    assert line.split()[-2:] == ["0.0", "100,000.0"]


def test_a_plan_is_exported_as_table_workbook_and_calendar_files(worse: Path, tmp_path: Path):
    table, book, folder = tmp_path / "visits.csv", tmp_path / "visits.xlsx", tmp_path / "ics"
    again = tmp_path / "again.json"
    words = ("--csv", table, "--xlsx", book, "--ics", folder, "--problem", again)
    assert "14 files written" in run("export", EXAMPLE, worse, *words)
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 10
    assert rows[-1]["Code"] == "27553"
    assert load_workbook(book).worksheets[0].max_row >= 11
    events = IcsFile.from_ical((folder / "team-1.ics").read_bytes()).walk("VEVENT")
    assert events
    assert read_problem(again.read_bytes()) == read_problem(EXAMPLE.read_bytes())


def test_a_cell_of_the_table_is_no_formula(tmp_path: Path):
    data = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    data["units"][0]["name"] = "=HYPERLINK(1)"
    problem, visits = tmp_path / "p.json", tmp_path / "v.json"
    problem.write_text(json.dumps(data), encoding="utf-8")
    visits.write_text('{"haicap-timetable": 1, "visits": []}', encoding="utf-8")
    run("export", problem, visits, "--csv", tmp_path / "t.csv")
    assert "'=HYPERLINK(1)" in (tmp_path / "t.csv").read_text(encoding="utf-8")


def test_a_table_of_travel_times_is_made_a_matrix_and_used(tmp_path: Path):
    codes = [unit["code"] for unit in json.loads(EXAMPLE.read_text(encoding="utf-8"))["units"]] + ["base"]
    lines = [",".join(["", *codes])]
    lines += [",".join([one, *("0" if one == other else "20" for other in codes)]) for one in codes]
    table, matrix = tmp_path / "minutes.csv", tmp_path / "matrix.json"
    table.write_text("\n".join(lines), encoding="utf-8")
    assert "11 places written" in run("matrix", EXAMPLE, "--from-csv", table, "--out", matrix)
    assert read_matrix(matrix.read_bytes(), speed_kmh=35.0).minutes[0][1] == 20
    for given in (matrix, table):
        out = run("solve", EXAMPLE, *NO_STOP, "--matrix", given)
        assert "checker: feasible" in out
    table.write_text(",1\n1,0", encoding="utf-8")
    assert "the matrix lacks 26740" in told("matrix", EXAMPLE, "--from-csv", table, "--out", matrix)[1]


@pytest.mark.parametrize("name", BAD)
def test_every_bad_file_is_a_sentence_with_its_name(name: str, tmp_path: Path):
    path = tmp_path / "my problem.json"
    path.write_bytes(BAD[name][0])
    with pytest.raises(CommandError) as raised:
        run("solve", path, "--iterations", 1)
    assert "my problem.json" in str(raised.value)


def test_a_file_of_200_megabytes_is_not_read_into_memory(tmp_path: Path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(CommandError, match=f"larger than {MOST_BYTES // 1024 // 1024} MB"):
        run("solve", path)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"window": {"start": "2025-08-09", "end": "2025-08-10"}}, "no working day"),
        ({"weights": {"km": -1}}, "km: a weight must not be negative"),
        ({"teams": []}, "no team"),
        ({"units": [], "pins": []}, "no unit to survey"),
        ({"units": [{"code": "1", "place": {"lat": 106.7, "lon": 10.7}}]}, "swapped"),
    ],
)
def test_a_problem_that_makes_no_sense_is_answered_by_name(changes: Any, sentence: str, tmp_path: Path):
    data = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"pins": []} | changes
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CommandError, match=sentence):
        run("solve", path, "--iterations", 1)


WRONG_WORDS: dict[str, tuple[list[object], str]] = {
    "no such file": (["solve", "none.json"], "none.json: there is no such file"),
    "a folder": (["solve", EXAMPLE.parent], "docs is a folder"),
    "two problems": (["solve", EXAMPLE, EXAMPLE], "problem.json"),
    "no plan": (["check", EXAMPLE], "problem.json plan.json"),
    "one plan": (["compare", EXAMPLE, EXAMPLE], "one.json two.json"),
    "problem as plan": (["check", EXAMPLE, EXAMPLE], "a file of a problem, where one of a plan belongs"),
    "no seconds": (["solve", EXAMPLE, "--seconds", "0"], "lớn hơn 0"),
    "NaN seconds": (["solve", EXAMPLE, "--seconds", "nan"], "lớn hơn 0"),
    "ages": (["solve", EXAMPLE, "--seconds", "1e9"], "lớn hơn 0"),
    "negative seed": (["solve", EXAMPLE, "--seed", "-1"], "số nguyên"),
    "huge seed": (["solve", EXAMPLE, "--seed", "9" * 40], "số nguyên"),
    "no folder": (["solve", EXAMPLE, "--out", "/nowhere/plan.json"], "cannot be written"),
    "a folder to write": (["solve", EXAMPLE, "--out", "/tmp"], "cannot be written"),
    "nothing to write": (["export", EXAMPLE, EXAMPLE], "plan belongs"),
    "for the database": (["check", EXAMPLE, EXAMPLE, "--version", "1"], "for the database only"),
    "campaign of a file": (["solve", EXAMPLE, "--campaign", "x"], "for the database only"),
    "out of the database": (["solve", "--out", "x.json"], "give a problem file"),
    "no source": (["matrix", EXAMPLE, "--out", "x.json"], "required"),
    "no server": (["matrix", EXAMPLE, "--out", "/tmp/x.json", "--from-osrm", "here"], "no address"),
    "silent server": (
        ["matrix", EXAMPLE, "--out", "/tmp/x.json", "--from-osrm", "http://127.0.0.1:9"], "cannot be used",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_WORDS)
def test_words_that_make_no_sense_are_answered(name: str):
    words, sentence = WRONG_WORDS[name]
    with pytest.raises(CommandError, match=sentence):
        run(*words)


def _haicap(*words: object, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "haicap", "timetable", *map(str, words), "--language", "en"],
        env={**os.environ, "HAICAP_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_files_need_no_database_to_be_set_up(tmp_path: Path):
    run_ = _haicap("solve", EXAMPLE, *NO_STOP, "--out", tmp_path / "plan.json", data=tmp_path / "fresh")
    out, err = run_.communicate(timeout=120)
    assert (run_.returncode, "visits 10 of 10" in out) == (0, True), err
    assert not list((tmp_path / "fresh").glob("*.sqlite3"))
    bad = _haicap("check", EXAMPLE, tmp_path / "none.json", data=tmp_path / "fresh")
    out, err = bad.communicate(timeout=120)
    assert (bad.returncode, out) == (1, "")
    assert "none.json" in err
    assert "Traceback" not in err


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path, plan: Path):
    process = _haicap("check", EXAMPLE, plan, data=tmp_path / "fresh")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def _city(path: Path) -> Path:
    """Write a problem that takes longer than a few seconds."""
    units = [
        {"code": str(n), "place": {"lat": 10.4 + n % 13 / 20, "lon": 106.4 + n % 17 / 20}} for n in range(150)
    ]
    for n, unit in enumerate(units):
        day = 4 + n % 5
        unit["preferred"] = [f"2025-08-{day:02d}.morning", f"2025-08-{11 + n % 3}.afternoon"]
    teams = [{"number": n, "members": [{"code": f"H{n}", "role": "head"}]} for n in range(1, 9)]
    problem = {
        "haicap-timetable": 1,
        "window": {"start": "2025-08-04", "end": "2025-08-15"},
        "base": {"lat": 10.78, "lon": 106.7},
        "units": units,
        "teams": teams,
    }
    path.write_text(json.dumps(problem), encoding="utf-8")
    return path


def test_ctrl_c_ends_the_search_with_the_best_so_far(tmp_path: Path):
    out_file = tmp_path / "plan.json"
    process = _haicap("solve", _city(tmp_path / "city.json"), "--seconds", 300, "--out", out_file,
                      data=tmp_path / "fresh")  # fmt: skip
    assert process.stderr is not None
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
    reader.start()
    deadline = time.monotonic() + 60
    while not any("cost" in line for line in lines) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0, lines
    stored = read_plan(out_file.read_bytes())
    assert stored.plan is not None
    assert stored.plan.objective.served == 150


def test_a_campaign_goes_to_files_and_back_through_every_verb(ready: Any, tmp_path: Path):
    problem, one, docx = tmp_path / "problem.json", tmp_path / "one.json", tmp_path / "appendix.docx"
    first = run("solve", "--iterations", 3)
    assert "version 1" in first
    assert "of 168, left out" in first
    run("solve", "--iterations", 3, "--seed", 2)
    words = ("--problem", problem, "--plan", one, "--docx", docx, "--csv", tmp_path / "t.csv")
    assert "5 files written" in run("export", *words, "--xlsx", tmp_path / "t.xlsx", "--version", 1)
    assert "checker: feasible, no rule broken" in run("check", problem, one)
    stored = read_problem(problem.read_bytes())
    names = dict(surveyed_units_for(actor=SYSTEM, campaign=ready).values_list("code", "full_name"))
    assert stored.names == names
    assert docx.read_bytes().startswith(b"PK")
    out = run("compare", "--versions", 1, 2)
    assert "version 1" in out
    assert "units differ" in out
    assert run("explain", "--version", 1).strip()
    with pytest.raises(CommandError, match="published version and a draft"):
        run("compare")
    assert "version 2 is in force" in run("publish", "--version", 2, "--accept-unserved")
    assert "units differ" in run("compare")
    assert Calendar.objects.filter(state="published").get().version == 2


def test_a_campaign_asks_for_a_matrix_of_its_own_places(ready: Any, tmp_path: Path):
    table = tmp_path / "minutes.csv"
    table.write_text(",base\nbase,0", encoding="utf-8")
    _, err = told("matrix", "--from-csv", table, "--out", tmp_path / "matrix.json")
    assert "the matrix lacks" in err


def test_a_matrix_is_kept_for_the_campaign_and_used(ready: Any, tmp_path: Path):
    codes = [*surveyed_units_for(actor=SYSTEM, campaign=ready).values_list("code", flat=True), "base"]
    lines = [",".join(["", *codes])]
    lines += [",".join([one, *("0" if one == other else "25" for other in codes)]) for one in codes]
    table, problem = tmp_path / "minutes.csv", tmp_path / "problem.json"
    table.write_text("\n".join(lines), encoding="utf-8")
    words = ("--from-csv", table, "--out", tmp_path / "matrix.json", "--keep-as", "Sở Xây dựng")
    assert "from: Sở Xây dựng" in run("matrix", *words)
    run("export", "--problem", problem)
    matrix = read_problem(problem.read_bytes()).problem.matrix
    assert matrix is not None
    assert matrix.minutes[0][1] == 25
    with pytest.raises(CommandError, match="--keep-as: for the database only"):
        run("matrix", problem, *words)


def test_a_database_without_a_campaign_of_that_code_is_answered(ready: Any):
    for verb in ("solve", "check", "compare", "publish"):
        with pytest.raises(CommandError):
            run(verb, "--campaign", "none-such")
    with pytest.raises(CommandError):
        run("check", "--version", 7)
    with pytest.raises(CommandError, match="Say what to write"):
        run("export")
