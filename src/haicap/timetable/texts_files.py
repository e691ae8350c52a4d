"""Sentences for what is wrong with a file that somebody brought: where, what, and what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.timetable.rules.problem_files.faults import FileFault, UnreadableFileError

FILE_FAULT_TEXTS: Mapping[str, Text] = {
    "too_large": gettext_lazy("the file is larger than %(most)s MB; give less at once"),
    "not_utf8": gettext_lazy("the file is not text in UTF-8 (byte %(position)s); save it as UTF-8"),
    "empty": gettext_lazy("the file is empty"),
    "not_json": gettext_lazy(
        "not JSON from column %(column)s on (“%(found)s”); look for a missing comma, bracket or quotation mark"
    ),
    "too_deep": gettext_lazy("brackets are nested too deeply; no timetable file is like that"),
    "too_many_brackets": gettext_lazy("more than %(most)s opening brackets; no timetable file has as many"),
    "number_too_long": gettext_lazy("a number has hundreds of digits; shorten it"),
    "too_many_keys": gettext_lazy(
        "an object with the key “%(key)s” has more than %(most)s keys; use a list for things of one kind"
    ),
    "key_twice": gettext_lazy("the key “%(key)s” stands here twice; keep one of them"),
    "not_an_object": gettext_lazy("the file must hold an object in braces { }, not %(found)s"),
    "no_header": gettext_lazy('this is no timetable file: it must begin with "haicap-timetable": 1'),
    "wrong_version": gettext_lazy("there is no version %(found)s of the format; write %(known)s"),
    "later_version": gettext_lazy(
        "the file has version %(found)s of the format, this program knows %(known)s; update it"
    ),
    "other_kind": gettext_lazy("this is a file of a %(found)s, where one of a %(wanted)s belongs"),
    "missing": gettext_lazy("the key “%(key)s” is missing; add it"),
    "did_you_mean": gettext_lazy("there is no key “%(key)s”; did you mean “%(near)s”?"),
    "unknown_key": gettext_lazy("there is no key “%(key)s”; known are %(known)s"),
    "not_finite": gettext_lazy("NaN, infinity and numbers beyond all bounds are no values; write a number"),
    "date": gettext_lazy("“%(found)s” is no date; write it like 2025-08-04"),
    "no_such_day": gettext_lazy("the calendar has no such day: “%(found)s”"),
    "half_day": gettext_lazy(
        "“%(found)s” is no half-day; write it like 2025-08-04.morning or 2025-08-04.afternoon"
    ),
    "listed_twice": gettext_lazy("“%(found)s” stands in the list twice; keep it once"),
    "not_whole": gettext_lazy("a whole number belongs here, not %(found)s %(value)s"),
    "not_number": gettext_lazy("a number belongs here, not %(found)s %(value)s"),
    "not_text": gettext_lazy("text in quotation marks belongs here, not %(found)s %(value)s"),
    "not_truth": gettext_lazy("true or false belongs here, not %(found)s %(value)s"),
    "not_list": gettext_lazy("a list in brackets [ ] belongs here, not %(found)s %(value)s"),
    "not_object": gettext_lazy("an object in braces { } belongs here, not %(found)s %(value)s"),
    "not_one_of": gettext_lazy("“%(found)s” is not known here; write %(known)s"),
    "beyond_least": gettext_lazy("%(found)s is too small; the least is %(limit)s"),
    "beyond_most": gettext_lazy("%(found)s is too large; the most is %(limit)s"),
    "empty_text": gettext_lazy("the text is empty; give at least one character"),
    "string_too_long": gettext_lazy("the text is too long; at most %(limit)s characters"),
    "too_long": gettext_lazy("the list is too long; at most %(limit)s"),
    "wrong": gettext_lazy("the value “%(found)s” does not belong here"),
    "window_reversed": gettext_lazy("the window ends on %(end)s, before it starts on %(start)s; swap them"),
    "window_too_long": gettext_lazy("the window is longer than %(most)s days; shorten it"),
    "rows": gettext_lazy("there are %(found)s rows for %(places)s places; the table must be square"),
    "cells": gettext_lazy("the row has %(found)s values for %(places)s places; the table must be square"),
    "rows_missing": gettext_lazy("the table is not square: it lacks the rows of %(names)s"),
    "other_places": gettext_lazy("the two tables are not of the same places; they differ in %(names)s"),
    "not_csv": gettext_lazy("not a table in CSV (%(found)s)"),
    "too_many_places": gettext_lazy("more than %(most)s places; give fewer"),
    "place_empty": gettext_lazy("a column has no place in the first row; name it or remove it"),
    "place_twice": gettext_lazy("the place “%(place)s” is listed twice; keep one"),
    "place_unknown": gettext_lazy(
        "the place “%(place)s” has a row but no column; both must name the same places"
    ),
    "cell_not_number": gettext_lazy("from %(start)s to %(end)s: “%(found)s” is no number"),
    "no_way": gettext_lazy(
        "no way is known from %(start)s to %(end)s; enter it, or have gaps filled by the straight line"
    ),
    "routing_form": gettext_lazy(
        "the routing server's answer does not have the form of OSRM's table service"
    ),
    "routing_refused": gettext_lazy("the routing server refuses: %(answer)s"),
    "routing_lacks": gettext_lazy(
        "the routing server's answer lacks the table “%(table)s”; use OSRM 5.17 or newer"
    ),
    "routing_size": gettext_lazy(
        "the table in the routing server's answer is not of %(rows)s rows and %(columns)s columns as asked"
    ),
}
KIND_TEXTS: Mapping[str, Text] = {
    "null": gettext_lazy("null"),
    "truth": gettext_lazy("true or false"),
    "whole": gettext_lazy("a whole number"),
    "number": gettext_lazy("a fraction"),
    "text": gettext_lazy("text"),
    "list": gettext_lazy("a list"),
    "object": gettext_lazy("an object"),
    "not_finite": gettext_lazy("NaN or infinity"),
    "problem": gettext_lazy("problem"),
    "plan": gettext_lazy("plan"),
    "matrix": gettext_lazy("travel matrix"),
}
_KINDED = frozenset({"not_an_object", "other_kind"})


def file_fault_text(fault: FileFault) -> str:
    """Return a fault as a sentence with its place: "units[3].place.lat (26734): a number belongs here ..."."""
    params: dict[str, object] = dict(fault.params)
    if fault.code.startswith("not_") or fault.code in _KINDED:
        for key in ("found", "wanted"):
            if params.get(key) in KIND_TEXTS:
                params[key] = KIND_TEXTS[str(params[key])]
    text = (str(FILE_FAULT_TEXTS.get(fault.code, fault.code)) % params).rstrip()
    places = [fault.path] if fault.path else []
    if fault.line:
        places.append(_("line %(line)s") % {"line": fault.line})
    where = ", ".join(places) + (f" ({fault.item})" if fault.item else "")
    return f"{where}: {text}" if where else text


def file_text(name: str, error: UnreadableFileError) -> str:
    """Return everything that is wrong with the file `name`, a sentence a line."""
    lines = [file_fault_text(fault) for fault in error.faults]
    if error.more:
        lines.append(_("and %(count)s more faults") % {"count": error.more})
    if len(lines) == 1:
        return f"{name}: {lines[0]}"
    return "\n".join([_("%(name)s cannot be used:") % {"name": name}, *(f"- {line}" for line in lines)])
