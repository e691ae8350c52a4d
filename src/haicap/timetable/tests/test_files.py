"""Problem and plan files: nothing is lost, and everything that is wrong is answered with its place."""

import ast
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from haicap.timetable import texts_files
from haicap.timetable.rules import matrix as matrix_module
from haicap.timetable.rules import problem_files
from haicap.timetable.rules.faults import faults_of
from haicap.timetable.rules.problem import (
    Limits,
    Point,
    Problem,
    Weights,
)
from haicap.timetable.rules.problem_files import (
    MOST_BYTES,
    UnreadableFileError,
    json_schema,
    read_matrix,
    read_plan,
    read_problem,
    shapes,
    write_problem,
)
from haicap.timetable.rules.solver import solve
from haicap.timetable.texts_files import FILE_FAULT_TEXTS, file_fault_text, file_text

DOCS = Path(__file__).resolve().parents[4] / "docs"
EXAMPLE = DOCS / "timetable-example.json"
GOOD = {
    "haicap-timetable": 1,
    "window": ["2025-08-04.morning", "2025-08-04.afternoon"],
    "units": [{"code": "26740", "place": {"lat": 10.78, "lon": 106.7}}],
    "teams": [
        {"number": 1, "base": {"lat": 10.78, "lon": 106.7}, "members": [{"code": "A", "role": "head"}]}
    ],
}


def _read(**changes: Any) -> Problem:
    return read_problem(json.dumps(GOOD | changes).encode()).problem


def test_a_window_from_day_to_day_has_the_working_half_days_only():
    window = {"start": "2025-08-01", "end": "2025-08-05", "off": ["2025-08-04"], "makeup": ["2025-08-02"]}
    assert [day.isoformat() for day in _read(window=window).days] == [
        "2025-08-01",
        "2025-08-02",
        "2025-08-05",
    ]


def test_what_a_team_leaves_out_is_the_window_and_the_common_base():
    problem = _read(base={"lat": 10.5, "lon": 106.5}, teams=[{"number": 1}, {"number": 2, "base": None}])
    assert [team.base for team in problem.teams] == [Point(10.5, 106.5), None]
    assert problem.teams[0].available == frozenset(problem.slots)


def test_metres_left_out_follow_from_minutes_and_speed():
    matrix = {"places": ["26740", "base"], "minutes": [[0, 6], [12, 0]]}
    read = _read(matrix=matrix, limits={"speed_kmh": 30})
    assert read.matrix is not None
    assert read.matrix.metres == ((0, 3000), (6000, 0))


def test_names_and_title_are_kept_beside_the_problem():
    text = write_problem(_read(), names={"26740": "Phường Sài Gòn"}, title="Thử")
    stored = read_problem(text.encode())
    assert (stored.names, stored.title) == ({"26740": "Phường Sài Gòn"}, "Thử")


def _with(path: str, value: Any) -> bytes:
    """Return the good file with one value put at `path` such as units.0.code."""
    data = json.loads(json.dumps(GOOD))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    spot: Any = data
    for part in way:
        spot = spot.setdefault(part, {}) if isinstance(spot, dict) else spot[part]
    spot[last] = value
    return json.dumps(data).encode()


def _text(**changes: Any) -> str:
    return json.dumps(GOOD | changes)


BAD: dict[str, tuple[bytes, str, str]] = {
    "empty": (b" \n", "empty", ""),
    "not JSON": (b'{"haicap-timetable": 1,\n"units": [,]}', "not_json", ""),
    "cut off": (_text()[:-9].encode(), "not_json", ""),
    "other encoding": (_text(title="é").encode("latin-1").replace(b"\\u00e9", b"\xe9"), "not_utf8", ""),
    "a list": (b"[1, 2]", "not_an_object", ""),
    "no header": (b'{"units": []}', "no_header", ""),
    "later version": (_with("haicap-timetable", 2), "later_version", "haicap-timetable"),
    "wrong version": (_with("haicap-timetable", "1"), "wrong_version", "haicap-timetable"),
    "true version": (_with("haicap-timetable", True), "wrong_version", "haicap-timetable"),
    "a plan": (b'{"haicap-timetable": 1, "visits": []}', "other_kind", ""),
    "missing key": (b'{"haicap-timetable": 1, "window": [], "units": []}', "missing", ""),
    "missing deeper": (_with("units.0", {"name": "x"}), "missing", "units[0]"),
    "misspelt key": (_with("units.0.prefered", []), "did_you_mean", "units[0]"),
    "unknown key": (_with("teams.0.xyzzy", 1), "unknown_key", "teams[0]"),
    "unknown weight": (_with("weights.kmm", 1), "did_you_mean", "weights"),
    "key twice": (_text().replace('"code"', '"code": "1", "code"', 1).encode(), "key_twice", "units[0]"),
    "NaN": (_with("limits.speed_kmh", float("nan")), "not_finite", "limits.speed_kmh"),
    "infinity": (_with("units.0.place.lat", float("-inf")), "not_finite", "units[0].place.lat"),
    "1e999": (_text(limits={"speed_kmh": 777}).replace("777", "1e999").encode(), "not_finite", "limits.speed_kmh"),
    "NaN for a weight": (_with("weights.km", float("nan")), "not_finite", "weights.km"),
    "5,000 digits": (_text().replace("26740", '1", "minutes": ' + "9" * 5000 + ', "name":"').encode(),
                     "number_too_long", ""),
    "400 digits": (_with("weights.km", 10**400), "beyond_most", "weights.km"),
    "400 digits for a number": (_with("limits.speed_kmh", 10**400), "not_number", "limits.speed_kmh"),
    "too small": (_with("weights.km", -(10**12)), "beyond_least", "weights.km"),
    "a fraction": (_with("weights.km", 1.5), "not_whole", "weights.km"),
    "text for a number": (_with("units.0.place.lon", "106,7"), "not_number", "units[0].place.lon"),
    "a number for text": (_with("units.0.code", 26740), "not_text", "units[0].code"),
    "a number for truth": (_with("units.0.island", 1), "not_truth", "units[0].island"),
    "an object for a list": (_with("units", {}), "not_list", "units"),
    "a list for an object": (_with("teams.0.base", [10.7, 106.7]), "not_object", "teams[0].base"),
    "null for a list": (_with("units", None), "not_list", "units"),
    "half a surrogate": (_text(title="x").replace('"x"', '"\\ud800"').encode(), "not_text", "title"),
    "unknown mode": (_with("units.0.modes", ["by phone"]), "not_one_of", "units[0].modes[0]"),
    "unknown role": (_with("teams.0.members.0.role", "boss"), "not_one_of", "teams[0].members[0].role"),
    "empty code": (_with("units.0.code", ""), "empty_text", "units[0].code"),
    "long code": (_with("units.0.code", "x" * 101), "string_too_long", "units[0].code"),
    "no date": (_with("today", "04/08/2025"), "date", "today"),
    "basic date": (_with("today", "20250804"), "date", "today"),
    "no such day": (_with("today", "2025-02-30"), "no_such_day", "today"),
    "no half-day": (_with("window", ["2025-08-04.evening"]), "half_day", "window[0]"),
    "a day alone": (_with("units.0.blocked", ["2025-08-04"]), "half_day", "units[0].blocked[0]"),
    "no such half-day": (_with("window", ["2025-13-04.morning"]), "no_such_day", "window[0]"),
    "half-day twice": (_with("window", ["2025-08-04.morning"] * 2), "listed_twice", "window"),
    "window from alone": (_with("window", {"start": "2025-08-04"}), "missing", "window"),
    "window as text": (_with("window", "2025-08-04"), "not_object", "window"),
    "window reversed": (_with("window", {"start": "2025-08-04", "end": "2025-08-01"}), "window_reversed", "window"),
    "window of ages": (_with("window", {"start": "0001-01-01", "end": "9999-12-31"}), "window_too_long", "window"),
    "too many half-days": (_with("window", ["2025-08-04.morning"] * 5001), "too_long", "window"),
    "too many units": (_with("units", [{}] * 50_001), "too_long", "units"),
    "too many keys": (_with("x", {str(n): 1 for n in range(40)}), "too_many_keys", ""),
    "matrix not square": (_with("matrix", {"places": ["a", "b"], "minutes": [[0, 1], [1]]}), "cells",
                          "matrix.minutes[1]"),
    "matrix short": (_with("matrix", {"places": ["a", "b"], "minutes": [[0, 1]]}), "rows", "matrix.minutes"),
    "matrix without a way": (_with("matrix", {"places": ["a"], "minutes": [[None]]}), "not_number",
                             "matrix.minutes[0][0]"),
    "metres not square": (_with("matrix", {"places": ["a"], "minutes": [[0]], "metres": []}), "rows",
                          "matrix.metres"),
    "nested too deeply": (b"[" * 100_000, "too_deep", ""),
    "nested objects": (b'{"a":' * 100_000, "too_deep", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_answered_by_name_and_place(name: str):
    content, code, path = BAD[name]
    with pytest.raises(UnreadableFileError) as raised:
        read_problem(content)
    first = raised.value.faults[0]
    assert (first.code, first.path) == (code, path)
    for language in ("en", "vi"):
        with override(language):
            sentence = file_text("problem.json", raised.value)
        assert "problem.json" in sentence
        assert "%(" not in sentence
        assert sentence.isprintable() or "\n" in sentence


def test_a_file_of_200_megabytes_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableFileError, match="too_large"):
        read_problem(b" " * (MOST_BYTES + 1))


def test_a_file_of_nothing_but_brackets_is_refused_before_it_is_parsed():
    with pytest.raises(UnreadableFileError, match="too_many_brackets"):
        read_problem(b"[" + b"{}," * 1_000_001)
    with pytest.raises(UnreadableFileError, match="too_many_brackets"):
        read_matrix(b'{"places":[' + b"[]," * 30_000, speed_kmh=30)


def test_many_faults_are_told_in_part_with_their_number():
    with pytest.raises(UnreadableFileError) as raised:
        read_problem(_with("units", [{}] * 5000))
    assert (len(raised.value.faults), raised.value.more) == (20, 4980)
    with override("en"):
        assert "and 4980 more faults" in file_text("x", raised.value)


def test_a_misspelt_key_is_answered_with_the_nearest_one_and_the_unit_it_stands_at():
    with pytest.raises(UnreadableFileError) as raised, override("en"):
        read_problem(_with("units.0.prefered", []))
    with override("en"):
        sentence = file_fault_text(raised.value.faults[0])
    assert sentence == "units[0] (26740): there is no key “prefered”; did you mean “preferred”?"


def test_a_key_with_control_signs_is_told_without_them():
    with pytest.raises(UnreadableFileError) as raised:
        read_problem(_with("units.0.\x1b[31m\ud800" + "y" * 500, 1))
    assert file_text("x", raised.value).isprintable()


def test_ten_thousand_units_are_read():
    many = [{"code": str(n), "place": {"lat": 10.5, "lon": 106.5}} for n in range(10_000)]
    assert len(_read(units=many).units) == 10_000


def test_a_problem_without_units_is_read():
    assert _read(units=[]).units == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"weights": {"km": -1}}, "weight.negative"),
        ({"window": {"start": "2025-08-09", "end": "2025-08-10"}}, "window.no_working_days"),
        ({"units": [{"code": "1", "place": {"lat": 106.7, "lon": 10.7}}]}, "unit.coordinates_swapped"),
    ],
)
def test_what_makes_no_sense_as_a_problem_is_left_to_the_faults_of_problems(changes: Any, code: str):
    assert code in {fault.code for fault in faults_of(_read(**changes))}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"haicap-timetable": 1, "units": []}', "other_kind"),
        (b'{"haicap-timetable": 1, "visits": [{"unit": "1"}]}', "missing"),
        (b'{"haicap-timetable": 1, "visits": [], "objective": {"terms": {"km": 0.5}}}', "not_whole"),
        (b'{"haicap-timetable": 1, "visits": [], "bound": "low"}', "not_whole"),
        (b'{"haicap-timetable": 1, "vists": []}', "missing"),
    ],
)
def test_a_bad_plan_file_is_answered_by_name(content: bytes, code: str):
    with pytest.raises(UnreadableFileError) as raised:
        read_plan(content)
    assert raised.value.faults[0].code == code


def test_every_fault_of_a_file_has_a_sentence():
    told = {"not_csv", *FILE_FAULT_TEXTS}
    raised = set()
    for source in [*Path(problem_files.__file__).parent.glob("*.py"), Path(matrix_module.__file__)]:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                first = node.args[0] if node.args else None
                named = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                if isinstance(node.func, ast.Name) and node.func.id == "unreadable" and first:
                    named.append(first)
                raised |= {item.value for item in named if isinstance(item, ast.Constant)}
    assert {f"not_{kind}" for kind in ("whole", "number", "text", "truth", "list", "object")} <= told
    assert len(raised) > 25
    assert raised <= told
    assert texts_files.KIND_TEXTS.keys() >= {"null", "problem", "plan", "matrix"}


@pytest.mark.parametrize(("shape", "data"), [(shapes.WeightsShape, Weights), (shapes.LimitsShape, Limits)])
def test_the_file_has_every_weight_and_limit_with_its_usual_value(shape: Any, data: Any):
    usual = {name: field.default for name, field in shape.model_fields.items()}
    assert usual == {field.name: field.default for field in fields(data)}


def test_the_committed_schema_is_what_the_code_makes():
    made = json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"
    assert (DOCS / "timetable.schema.json").read_text(encoding="utf-8") == made


def test_the_example_is_solved_to_the_end():
    stored = read_problem(EXAMPLE.read_bytes())
    plan = solve(problem=stored.problem, seed=1, max_iterations=40)
    assert (plan.unserved, plan.gap) == ((), 0)
    assert len(stored.names) == len(stored.problem.units)
    assert write_problem(stored.problem)


def test_the_recipe_does_what_it_says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    recipe = (DOCS / "recipes" / "solve-a-problem-file.md").read_text(encoding="utf-8")
    monkeypatch.chdir(DOCS.parent)
    exec(recipe.partition("```python\n")[2].partition("```")[0], {})
    assert capsys.readouterr().out.startswith("10 units,")


def test_the_description_names_every_key_and_usual_value():
    text = " ".join((DOCS / "timetable-files.md").read_text(encoding="utf-8").split())
    for shape in (shapes.Unit, shapes.Team, shapes.Member, shapes.Bridge, shapes.Visit, shapes.PlanFile):
        assert [name for name in shape.model_fields if f"`{name}`" not in text] in (
            [],
            ["version", "schema_address"],
        )
    for values in (shapes.WeightsShape, shapes.LimitsShape):
        for name, field in values.model_fields.items():
            usual = f"{field.default:,g}" if isinstance(field.default, float) else f"{field.default:,}"
            assert f"`{name}` ({usual}" in text, name
