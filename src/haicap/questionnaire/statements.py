"""Queries laid out once and then only bound: for the few places where building a query costs more than running it.

A query is built as everywhere, with marks in the place of the values that change from call to call; the SQL it becomes
is kept, and on PostgreSQL the server keeps it prepared. So the conditions stay where they are written for all to see.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

T = TypeVar("T")
Build = Callable[[], tuple["QuerySet[Any, Any]", Mapping[Any, str]]]


@dataclass(frozen=True, slots=True)
class _Laid:
    sql: str  # "" where the query finds nothing whatever its values
    params: tuple[tuple[bool, Any], ...]  # (is the name of a value, name or constant)
    read: Callable[[Any], Any] | None


_laid: dict[tuple[str, Hashable], _Laid] = {}


def rows(*, shape: Hashable, build: Build, values: Mapping[str, Any]) -> Sequence[Any]:
    """Return the rows of the query that `build` gives, as its values_list would.

    `build` returns the query and which mark in it stands for which of `values`; it is asked once for each `shape`,
    which must hold everything the SQL depends on. Marks are values that occur nowhere else.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    laid = _laid.get((connection.vendor, shape))
    if laid is None:
        laid = _laid[connection.vendor, shape] = _lay_out(connection, *build())
    if not laid.sql:
        return ()
    params = [values[one] if is_name else one for is_name, one in laid.params]
    with bound_cursor(connection) as cursor:
        cursor.execute(laid.sql, params)
        found = cursor.fetchall()
    return found if laid.read is None else [laid.read(row) for row in found]


def condition(
    *, shape: Hashable, build: Build, values: Mapping[str, Any], equals: bool = False
) -> tuple[str, list[Any]]:
    """Return a query as a condition for another statement, with its values: that it finds something, or, with `equals`,
    that the one number it finds is `values["equals"]`. See `rows`."""
    connection = connections[DEFAULT_DB_ALIAS]
    laid = _laid.get((connection.vendor, shape))
    if laid is None:
        laid = _laid[connection.vendor, shape] = _lay_out(connection, *build())
    if not laid.sql:
        return "1 = 0", []
    params = [values[one] if is_name else one for is_name, one in laid.params]
    return (f"({laid.sql}) = %s", [*params, values["equals"]]) if equals else (f"EXISTS ({laid.sql})", params)


def _lay_out(connection: BaseDatabaseWrapper, query: "QuerySet[Any, Any]", marks: Mapping[Any, str]) -> _Laid:
    compiler = query.query.get_compiler(connection=connection)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return _Laid("", (), None)
    converters = compiler.get_converters([column for column, _made, _alias in compiler.select])

    def read(row: Any) -> Any:
        values = list(row)
        for place, (functions, expression) in converters.items():
            for function in functions:
                values[place] = function(values[place], expression, connection)
        return values

    named = tuple((one in marks, marks.get(one, one)) for one in params)
    return _Laid(sql, named, read if converters else None)


def bound_cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """Return a cursor; on PostgreSQL one whose statements the server keeps prepared, which halves their cost."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    bound: Any = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(bound) if connection.queries_logged else connection.make_cursor(bound)


def first_of_request(read: Callable[[], T]) -> T:
    """Return what the first read of a request gives, without asking beforehand whether the connection still stands.

    A connection that broke while nobody used it is opened anew and the read done again.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs forgot it
    try:
        return read()
    except (InterfaceError, OperationalError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return read()
