"""From the bytes of a JSON file to one of its shapes, every fault with its place."""

import json
import math
from collections import deque
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from haicap.timetable.rules.problem_files.faults import (
    FileFault,
    Params,
    UnreadableFileError,
    shown,
    unreadable,
)
from haicap.timetable.rules.problem_files.shapes import (
    HEADER,
    VERSION,
    Bridge,
    LeftOut,
    LimitsShape,
    Matrix,
    MatrixFile,
    Member,
    Need,
    ObjectiveShape,
    Place,
    PlanFile,
    ProblemFile,
    Range,
    Team,
    Unit,
    Visit,
    WeightsShape,
    WrongValueError,
)

MOST_BYTES = 32 * 1024 * 1024
"""a file of 10,000 units takes about 5 MB"""
MOST_MATRIX_BYTES = 128 * 1024 * 1024
"""a matrix of 3,322 places, minutes and metres, takes about 100 MB"""
MOST_BRACKETS = 1_000_000
MOST_MATRIX_BRACKETS = 20_000
"""opening ones of a kind, which bound the memory that a hostile file takes"""
MOST_FAULTS = 20
MOST_KEYS = 30
"""in one object; no shape has as many"""
Read = TypeVar("Read", bound=BaseModel)
Loc = tuple[int | str, ...]

_UNDER: dict[str, type[BaseModel]] = {
    "window": Range, "units": Unit, "place": Place, "base": Place, "teams": Team, "members": Member,
    "composition": Need, "bridges": Bridge, "matrix": Matrix, "pins": Visit, "previous": Visit,
    "visits": Visit, "unserved": LeftOut, "objective": ObjectiveShape, "weights": WeightsShape,
    "limits": LimitsShape,
}  # fmt: skip
_KINDS = {
    "int_type": "whole", "int_from_float": "whole", "int_parsing": "whole", "int_parsing_size": "whole",
    "float_type": "number", "float_parsing": "number", "string_type": "text", "bool_type": "truth",
    "bool_parsing": "truth", "list_type": "list", "dict_type": "object", "model_type": "object",
    "model_attributes_type": "object", "string_unicode": "text",
}  # fmt: skip


def read_shape(content: bytes, shape: type[Read]) -> Read:
    """Return `content` as `shape`; raises UnreadableFileError naming up to MOST_FAULTS faults."""
    if shape is MatrixFile:
        data = parsed(content, most=MOST_MATRIX_BYTES, brackets=MOST_MATRIX_BRACKETS)
    else:
        data = parsed(content)
    _check_header(data, shape)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False)
        faults = tuple(_fault(item, data, shape) for item in found[:MOST_FAULTS])
        raise UnreadableFileError(faults, more=len(found) - len(faults)) from None
    except OverflowError:  # a whole number of hundreds of digits where any number is allowed
        raise unreadable("number_too_long") from None


def parsed(content: bytes, *, most: int = MOST_BYTES, brackets: int = MOST_BRACKETS) -> Any:
    """Return the JSON value of `content`: UTF-8, of bounded size and depth, no key twice."""
    if len(content) > most:
        raise unreadable("too_large", most=most // (1024 * 1024))
    if max(content.count(b"["), content.count(b"{")) > brackets:
        raise unreadable("too_many_brackets", most=brackets)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable("not_utf8", position=error.start + 1) from None
    if not text.strip():
        raise unreadable("empty")
    doubled: dict[int, tuple[dict[str, Any], str]] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) > MOST_KEYS:
            raise unreadable("too_many_keys", key=shown(items[0][0]), most=MOST_KEYS)
        if len(made) < len(items) and len(doubled) < MOST_FAULTS:
            seen: set[str] = set()
            twice = next(key for key, _ in items if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            doubled[id(made)] = (made, twice)
        return made

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except json.JSONDecodeError as error:
        found: Params = {"column": error.colno, "found": shown(text[error.pos : error.pos + 20])}
        fault = FileFault(code="not_json", line=error.lineno, params=found)
        raise UnreadableFileError((fault,)) from None
    except RecursionError:
        raise unreadable("too_deep") from None
    except UnreadableFileError:
        raise
    except ValueError:  # a whole number of thousands of digits
        raise unreadable("number_too_long") from None
    if doubled:
        raise UnreadableFileError(tuple(_twice(data, doubled)))
    return data


def _twice(data: Any, doubled: dict[int, tuple[dict[str, Any], str]]) -> Iterator[FileFault]:
    """Yield where the objects stand that name a key twice."""
    waiting: deque[tuple[Loc, Any]] = deque([((), data)])
    while waiting:
        loc, value = waiting.popleft()
        inside: Iterable[tuple[int | str, Any]] = ()
        if isinstance(value, dict):
            if id(value) in doubled:
                key = shown(doubled[id(value)][1])
                yield FileFault(code="key_twice", path=path_of(loc), params={"key": key})
            inside = value.items()
        elif isinstance(value, list):
            inside = enumerate(value)
        waiting.extend(((*loc, key), item) for key, item in inside if isinstance(item, dict | list))


def _check_header(data: Any, shape: type[BaseModel]) -> None:
    """Refuse what is no file of ours, one of a later version, and one of the other kinds."""
    if not isinstance(data, dict):
        raise unreadable("not_an_object", found=kind_of(data))
    if HEADER not in data and shape is not MatrixFile:
        raise unreadable("no_header")
    version = data.get(HEADER, VERSION)
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise unreadable("later_version", HEADER, found=shown(version), known=VERSION)
    if type(version) is not int or version != VERSION:
        raise unreadable("wrong_version", HEADER, found=shown(version), known=VERSION)
    marks = {ProblemFile: "units", PlanFile: "visits", MatrixFile: "minutes"}
    kinds = {ProblemFile: "problem", PlanFile: "plan", MatrixFile: "matrix"}
    mine = marks.get(shape)
    for other, mark in marks.items():
        if mine and mine not in data and mark in data:
            raise unreadable("other_kind", found=kinds[other], wanted=kinds[shape])


def path_of(loc: Loc) -> str:
    """Return a place as people write it: units[3].place.lat."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{shown(part)}" if path else shown(part)
    return path


def kind_of(value: object) -> str:
    """Return the kind of a JSON value: truth, whole, number, text, list, object, null."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, float) and not math.isfinite(value):
        return "not_finite"
    kinds = {int: "whole", float: "number", str: "text", list: "list"}
    return kinds.get(type(value), "object")


def _item(data: Any, loc: Loc) -> str:
    """Return the code of the innermost listed thing at `loc`: a unit, a team, a member."""
    found, value = "", data
    for part in loc:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(part, int) and isinstance(value, dict):
            name = value.get("code", value.get("unit", value.get("number", "")))
            found = shown(name) if isinstance(name, str | int) else ""
    return found


def _fault(error: Any, data: Any, shape: type[BaseModel]) -> FileFault:
    loc: Loc = error["loc"]
    if loc[:1] == ("window",) and loc[1:2] in (("list",), ("range",)):
        loc = ("window", *loc[2:])
    code, params = _code(error["type"], error.get("input"), error.get("ctx", {}), loc, shape)
    if code in ("missing", "unknown_key", "did_you_mean"):
        loc = loc[:-1]
    return FileFault(code=code, path=path_of(loc), item=_item(data, loc), params=params)


def _code(
    kind: str, value: object, context: dict[str, Any], loc: Loc, shape: type[BaseModel]
) -> tuple[str, dict[str, str | int]]:
    """Return our code for one of pydantic's, with what its sentence needs."""
    if kind == "missing":
        return "missing", {"key": shown(loc[-1])}
    if kind == "extra_forbidden":
        key = str(loc[-1])
        near = get_close_matches(key, _keys(loc, shape), n=1, cutoff=0.5)
        return ("did_you_mean", {"key": shown(key), "near": near[0]}) if near else (
            "unknown_key", {"key": shown(key), "known": ", ".join(_keys(loc, shape))}
        )  # fmt: skip
    if kind == "finite_number" or kind_of(value) == "not_finite":
        return "not_finite", {}
    if isinstance(wrong := context.get("error"), WrongValueError):
        return wrong.code, {"found": shown(wrong.value)}
    if kind in _KINDS:
        return f"not_{_KINDS[kind]}", {"found": kind_of(value), "value": _value(value)}
    if kind == "literal_error":
        return "not_one_of", {"found": shown(value), "known": str(context["expected"]).replace("'", '"')}
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = "least" if kind == "greater_than_equal" else "most"
        return f"beyond_{limit}", {"found": shown(value), "limit": shown(next(iter(context.values())))}
    if kind == "string_too_short":
        return "empty_text", {}
    if kind in ("string_too_long", "too_long"):
        return kind, {"limit": int(context["max_length"])}
    return "wrong", {"found": shown(value)}


def _value(value: object) -> str:
    """Return a value as it stands in the file; nothing for null, lists and objects."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(value) if isinstance(value, str | int | float) else ""


def _keys(loc: Loc, shape: type[BaseModel]) -> list[str]:
    names = [part for part in loc[:-1] if isinstance(part, str)]
    here = _UNDER.get(names[-1], shape) if names else shape
    return [field.alias or name for name, field in here.model_fields.items()]
