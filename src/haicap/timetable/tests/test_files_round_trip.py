"""Problems, plans and matrices drawn at random come back from their files as they were."""

from dataclasses import fields
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from haicap.kernel.periods import HalfDay, Slot
from haicap.timetable.rules.problem import (
    BridgePoint,
    Limits,
    Member,
    Mode,
    Objective,
    PlacedVisit,
    Plan,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    TravelMatrix,
    Unserved,
    Weights,
    digest,
)
from haicap.timetable.rules.problem_files import (
    read_matrix,
    read_plan,
    read_problem,
    write_matrix,
    write_plan,
    write_problem,
)
from haicap.timetable.rules.problem_files.writing import write_visits

WINDOW = tuple(Slot(date(2025, 8, 4) + timedelta(n), half) for n in range(3) for half in HalfDay)

texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
slots = st.sampled_from(WINDOW)
some = st.frozensets(slots)
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
areas = st.frozensets(texts, max_size=3)
counts = st.integers(0, 10**6)
units = st.builds(
    SurveyedUnit,
    code=texts,
    place=st.none() | points,
    modes=st.lists(st.sampled_from(Mode), max_size=2).map(tuple),
    preferred=st.lists(slots, unique=True).map(tuple),
    blocked=some,
    island=st.booleans(),
    minutes=counts,
    areas=areas,
    group=st.just("") | texts,
)
roles = st.sampled_from(["head", "deputy", "secretary", "member"])
members = st.builds(Member, code=texts, role=roles, areas=areas, absent=some)
teams = st.builds(
    SurveyTeam,
    number=counts,
    base=st.none() | points,
    available=st.just(frozenset(WINDOW)) | some,
    members=st.lists(members, max_size=3).map(tuple),
    most_per_day=counts,
    most_days_in_row=st.none() | counts,
)
visits = st.builds(
    PlacedVisit,
    unit=texts,
    team=counts,
    slot=slots,
    mode=st.sampled_from(Mode),
    whole_day=st.booleans(),
    order=counts,
    bridge=st.just("") | texts,
)
held = st.lists(visits, max_size=3).map(tuple)
whole = {field.name: counts for field in fields(Weights)}
limits = {
    field.name: st.floats(0, 1e6) if isinstance(field.default, float) else counts for field in fields(Limits)
}


@st.composite
def matrices(draw: st.DrawFn) -> TravelMatrix:
    places = draw(st.lists(texts, unique=True, max_size=3))
    size = len(places)
    row = st.lists(st.floats(0, 1e6), min_size=size, max_size=size).map(tuple)
    long = st.lists(counts, min_size=size, max_size=size).map(tuple)
    return TravelMatrix(
        places=tuple(places),
        minutes=tuple(draw(st.lists(row, min_size=size, max_size=size))),
        metres=tuple(draw(st.lists(long, min_size=size, max_size=size))),
    )


problems = st.builds(
    Problem,
    units=st.lists(units, max_size=3).map(tuple),
    teams=st.lists(teams, max_size=3).map(tuple),
    slots=st.lists(slots, unique=True).map(tuple),
    pins=held,
    previous=held,
    composition=st.lists(st.tuples(texts, counts), max_size=2).map(tuple),
    bridges=st.lists(
        st.builds(BridgePoint, code=texts, available=some, rooms=counts, technicians=counts), max_size=2
    ).map(tuple),
    matrix=st.none() | matrices(),
    today=st.none() | st.dates(),
    weights=st.builds(Weights, **whole),
    limits=st.builds(Limits, **limits),
)


@given(problem=problems)
@settings(max_examples=120, deadline=None)
def test_a_problem_comes_back_from_its_file_as_it_was(problem: Problem):
    read = read_problem(write_problem(problem).encode()).problem
    assert read == problem
    assert digest(read) == digest(problem)


plans = st.builds(
    Plan,
    visits=held,
    unserved=st.lists(st.builds(Unserved, unit=texts, reason=texts), max_size=2).map(tuple),
    objective=st.builds(
        Objective,
        terms=st.dictionaries(st.sampled_from(["unserved", "travel"]), counts),
        **{field.name: counts for field in fields(Objective) if field.name != "terms"},
    ),
    seed=counts,
    iterations=counts,
    bound=st.none() | counts,
)


@given(plan=plans)
@settings(max_examples=80, deadline=None)
def test_a_plan_comes_back_from_its_file_as_it_was(plan: Plan):
    stored = read_plan(write_plan(plan, problem="abc").encode())
    assert (stored.plan, stored.visits, stored.problem) == (plan, plan.visits, "abc")
    assert read_plan(write_visits(plan.visits).encode()).visits == plan.visits


@given(matrix=matrices())
@settings(max_examples=40, deadline=None)
def test_a_matrix_comes_back_from_its_file_as_it_was(matrix: TravelMatrix):
    assert read_matrix(write_matrix(matrix).encode(), speed_kmh=30.0) == matrix
