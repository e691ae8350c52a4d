"""Travel times from tables and from a routing server, a small one of which speaks OSRM's format here."""

import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from haicap.kernel.errors import Refused
from haicap.timetable.queries.routing import MOST_ANSWER, routed_matrix
from haicap.timetable.rules.checker import check_plan, metres_between
from haicap.timetable.rules.matrix import (
    MOST_CSV_BYTES,
    SIDE,
    Block,
    matrix_from_csv,
    matrix_from_osrm,
    osrm_blocks,
    places_of,
)
from haicap.timetable.rules.problem import Member, Point, Problem
from haicap.timetable.rules.problem_files import UnreadableFileError
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import BASE, problem, team, unit

Answer = tuple[int, bytes]


def _seconds(one: Point, other: Point) -> float:
    """Return what the server of these tests says a way takes: another there than back."""
    return round(abs(one.lat - other.lat) * 9000 + abs(one.lon - other.lon) * 6000 + one.lat, 1)


def _osrm(path: str) -> Answer:
    """Answer a request as OSRM does."""
    parts = urlsplit(path)
    asked = parse_qs(parts.query)
    points = [
        Point(float(lat), float(lon))
        for lon, lat in (item.split(",") for item in parts.path.rpartition("/")[2].split(";"))
    ]
    assert asked["annotations"] == ["duration,distance"]

    def chosen(name: str) -> list[int]:
        return [int(n) for n in asked[name][0].split(";")] if name in asked else list(range(len(points)))

    sources, ends = chosen("sources"), chosen("destinations")
    if len(sources) * len(ends) > 100 * 100:
        return 400, json.dumps({"code": "TooBig", "message": "Too many table coordinates"}).encode()
    durations = [[_seconds(points[a], points[b]) if a != b else 0 for b in ends] for a in sources]
    answer = {
        "code": "Ok",
        "durations": durations,
        "distances": [[seconds * 10 for seconds in row] for row in durations],
        "sources": [{"distance": 4321.0 if points[a].lat < 9 else 12.5, "name": ""} for a in sources],
        "destinations": [{"distance": 1.0} for _ in ends],
    }
    return 200, json.dumps(answer).encode()


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[str], Answer]

    def do_GET(self) -> None:
        status, body = type(self).answer(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # who asked has gone
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Return a function that starts a server answering with `answer` and returns its address."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str], Answer] = _osrm) -> str:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        running.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=running[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{running[-1].server_port}"

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def _led(given: Problem) -> Problem:
    """Return the problem with somebody to lead every team."""
    teams = tuple(
        replace(each, members=(Member(code=f"head {each.number}", role="head"),)) for each in given.teams
    )
    return replace(given, teams=teams)


def test_the_places_are_the_units_the_usual_base_and_the_bases_that_differ():
    other = Point(10.9, 106.6)
    given = problem((unit("1"), unit("2", place=None)), (team(1), team(2, base=other), team(3)))
    assert [(place.name, place.point) for place in places_of(given)] == [
        ("1", Point(10.80, 106.70)), ("base", BASE), ("team:2", other),
    ]  # fmt: skip


def test_a_large_table_is_asked_for_in_blocks_that_cover_it_once():
    places = places_of(problem(units=2 * SIDE + 7))
    blocks = osrm_blocks(places)
    asked = [(one, other) for block in blocks for one in block.sources for other in block.destinations]
    assert len(asked) == len(set(asked)) == len(places) ** 2
    assert blocks[0].path.count(";") == SIDE - 1
    assert blocks[1].path.startswith("/table/v1/driving/106.700000,10.790000;")
    assert all(len(block.path) < 4000 for block in blocks)


def test_a_server_gives_the_matrix_with_which_the_problem_is_solved(server: Callable[..., str]):
    given = _led(problem(units=2 * SIDE + 3, teams=2, days=2))
    told: list[tuple[int, int]] = []
    routed = routed_matrix(
        server=server() + "/", problem=given, on_part=lambda done, parts: told.append((done, parts))
    )
    matrix, places = routed.matrix, places_of(given)
    assert told[-1] == (9, 9)
    assert matrix.places == tuple(place.name for place in places)
    for one, other in ((0, 1), (1, 0), (0, len(places) - 1), (len(places) - 1, 60), (70, 70)):
        seconds = _seconds(places[one].point, places[other].point) if one != other else 0
        assert matrix.minutes[one][other] == pytest.approx(seconds / 60, abs=0.01)
        assert matrix.metres[one][other] == pytest.approx(seconds * 10, abs=1)
    few = replace(given, units=given.units[:6], matrix=matrix)
    plan = solve(problem=few, seed=1, max_iterations=20)
    assert plan.objective.served == 6
    assert check_plan(problem=few, plan=plan).feasible


def _gaps(path: str) -> Answer:
    status, body = _osrm(path)
    data = json.loads(body)
    data["durations"][0][-1] = data["distances"][0][-1] = None
    return status, json.dumps(data).encode()


def test_a_way_the_server_does_not_know_is_answered_by_name(server: Callable[..., str]):
    with pytest.raises(UnreadableFileError) as raised:
        routed_matrix(server=server(_gaps), problem=problem())
    (fault,) = raised.value.faults
    assert (fault.code, dict(fault.params)) == ("no_way", {"start": "1", "end": "base"})


def test_a_way_the_server_does_not_know_follows_the_straight_line_when_asked(server: Callable[..., str]):
    given = problem()
    routed = routed_matrix(server=server(_gaps), problem=given, fill=True)
    metres = metres_between(given, Point(10.79, 106.7), BASE)
    assert routed.filled == 1
    assert routed.matrix.metres[0][2] == metres
    assert routed.matrix.minutes[0][2] == pytest.approx(metres * 60 / 35_000, abs=0.01)


def test_a_place_far_from_every_road_is_told(server: Callable[..., str]):
    island = problem((unit("1"), unit("2", place=Point(8.69, 106.6))))
    assert routed_matrix(server=server(), problem=island).far == (("2", 4321),)


def _saying(**answer: Any) -> Callable[[str], Answer]:
    return lambda path: (200, json.dumps(answer).encode())


TABLE = [[0, 60, 60], [60, 0, 60], [60, 60, 0]]
BAD_ANSWERS: dict[str, tuple[Callable[[str], Answer], str]] = {
    "refused": (lambda path: (400, b'{"code":"TooBig","message":"Too many"}'), "routing_refused"),
    "not JSON": (lambda path: (200, b"<html>"), "not_json"),
    "a list": (lambda path: (200, b"[]"), "routing_form"),
    "no distances": (_saying(code="Ok", durations=TABLE), "routing_lacks"),
    "no tables": (_saying(code="Ok"), "routing_lacks"),
    "too small": (_saying(code="Ok", durations=TABLE[:2], distances=TABLE), "routing_size"),
    "ragged": (_saying(code="Ok", durations=[[0, 60], *TABLE[1:]], distances=TABLE), "routing_size"),
    "text": (_saying(code="Ok", durations=[["0"]], distances=TABLE), "routing_form"),
    "NaN": (_saying(code="Ok", durations=[[math.nan] * 3] * 3, distances=TABLE), "routing_form"),
    "nested": (lambda path: (200, b"[" * 100_000), "too_deep"),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_is_not_osrms_is_answered_by_name(server: Callable[..., str], name: str):
    answer, code = BAD_ANSWERS[name]
    with pytest.raises(UnreadableFileError) as raised:
        routed_matrix(server=server(answer), problem=problem())
    assert raised.value.faults[0].code == code


@pytest.mark.parametrize(
    "answer",
    [
        lambda path: (500, b"no"),
        lambda path: (302, b""),
        lambda path: (404, b"{}"),
        lambda path: (200, b" " * (MOST_ANSWER + 1)),
    ],
)
def test_a_server_that_fails_wanders_or_floods_is_refused(server: Callable[..., str], answer: Any):
    with pytest.raises(Refused) as raised:
        routed_matrix(server=server(answer), problem=problem())
    assert raised.value.code == "timetable.routing_failed"


def test_a_server_that_is_silent_or_absent_is_refused(server: Callable[..., str]):
    release = threading.Event()

    def silent(path: str) -> Answer:
        release.wait(20)
        return 200, b"{}"

    for address in (server(silent), "http://127.0.0.1:9"):
        with pytest.raises(Refused) as raised:
            routed_matrix(server=address, problem=problem(), seconds=0.2)
        assert raised.value.code == "timetable.routing_failed"
    release.set()


@pytest.mark.parametrize(
    "address",
    ["", "localhost:5000", "file:///etc/passwd", "ftp://x/", "http://", "http://[", "http://x:99999999",
     "http://x/?a=b", "http://a b/\r\nx", "http://đ.vn"],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(address: str):
    with pytest.raises(Refused) as raised:
        routed_matrix(server=address, problem=problem())
    assert raised.value.code in ("timetable.routing_address", "timetable.routing_failed")


def test_a_profile_cannot_leave_its_place_in_the_address(server: Callable[..., str]):
    with pytest.raises(Refused) as raised:
        routed_matrix(server=server(), problem=problem(), profile="../../x")
    assert raised.value.code == "timetable.routing_profile"


def test_a_problem_without_coordinates_has_no_places_to_ask_for():
    nowhere = problem((unit("1", place=None),), (team(1, base=None),))
    with pytest.raises(Refused) as raised:
        routed_matrix(server="http://127.0.0.1:9", problem=nowhere)
    assert raised.value.code == "timetable.no_places"


def test_the_answers_of_no_request_make_an_empty_matrix():
    assert matrix_from_osrm(places=(), answers=()).matrix.places == ()
    assert osrm_blocks(()) == ()
    assert isinstance(osrm_blocks(places_of(problem()))[0], Block)


MINUTES = b"from,1,2,base\n1,0,10,20\n2,11,0,30\nbase,21,31,0\n"


def test_a_table_in_csv_is_read_with_metres_from_the_speed():
    matrix = matrix_from_csv(minutes=MINUTES, speed_kmh=30)
    assert matrix.places == ("1", "2", "base")
    assert matrix.minutes == ((0, 10, 20), (11, 0, 30), (21, 31, 0))
    assert matrix.metres[1] == (5500, 0, 15000)


def test_rows_in_another_order_and_a_second_table_of_metres_are_matched_by_place():
    metres = b"\xef\xbb\xbf;base;2;1\r\n2;1,5;0;3\r\n1;4;5;0\r\nbase;0;6;7\r\n\r\n"
    matrix = matrix_from_csv(minutes=MINUTES, metres=metres, speed_kmh=30)
    assert matrix.metres == ((0, 5, 4), (3, 0, 2), (7, 6, 0))


def test_a_table_saved_as_unicode_text_is_read():
    text = MINUTES.decode().replace(",", "\t").encode("utf-16")
    assert matrix_from_csv(minutes=text, speed_kmh=30).minutes[0] == (0, 10, 20)


BAD_TABLES: dict[str, tuple[bytes, str, int]] = {
    "empty": (b" \n", "empty", 0),
    "not text": (b"\xff,1\n", "not_utf8", 0),
    "row missing": (b",1,2\n1,0,1\n", "rows_missing", 0),
    "row too many": (b",1\n1,0\n2,0\n", "place_unknown", 3),
    "row twice": (b",1,2\n1,0,1\n1,0,1\n", "place_twice", 3),
    "column twice": (b",1,1\n1,0,1\n", "place_twice", 1),
    "column without a name": (b",1,\n1,0,1\n", "place_empty", 1),
    "cells missing": (b",1,2\n1,0\n", "cells", 2),
    "cells too many": (b",1,2\n1,0,1,2\n", "cells", 2),
    "no number": (b",1,2\n1,0,near\n2,0,0\n", "cell_not_number", 2),
    "NaN": (b",1,2\n1,0,nan\n2,0,0\n", "cell_not_number", 2),
    "infinity": (b",1,2\n1,0,1e999\n2,0,0\n", "cell_not_number", 2),
    "empty cell": (b",1,2\n1,0,1\n2,,0\n", "no_way", 3),
    "unclosed quotation": (b',1\n"1,0\n', "place_unknown", 2),
    "long cell": (b',1\n1,"' + b"9" * 200_000 + b'"\n', "not_csv", 2),
    "too many places": (b"," + b",".join(b"%d" % n for n in range(5001)) + b"\n", "too_many_places", 0),
    "too large": (b" " * (MOST_CSV_BYTES + 1), "too_large", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_answered_by_name_and_line(name: str):
    content, code, line = BAD_TABLES[name]
    with pytest.raises(UnreadableFileError) as raised:
        matrix_from_csv(minutes=content, speed_kmh=30)
    fault = raised.value.faults[0]
    assert (fault.code, fault.line) == (code, line)


def test_tables_of_different_places_are_answered_by_name():
    with pytest.raises(UnreadableFileError) as raised:
        matrix_from_csv(minutes=MINUTES, metres=b",1,2,9\n1,0,1,1\n2,1,0,1\n9,1,1,0\n", speed_kmh=30)
    (fault,) = raised.value.faults
    assert (fault.code, fault.path, fault.params["names"]) == ("other_places", "metres", "9, base")
