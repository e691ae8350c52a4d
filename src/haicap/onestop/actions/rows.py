"""The statements that write the ledger, laid out once: building them for every event costs more than running them.

Values pass through the fields of the models, so both databases read and write what the ORM would.
"""

from collections.abc import Callable, Collection
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, QuerySet

from haicap.onestop.models import Dossier, Event

_FIELDS: dict[str, "Field[Any, Any]"] = {
    field.attname: field for field in Dossier._meta.concrete_fields if not field.primary_key
}
_EVENT = [field for field in Event._meta.concrete_fields if not field.primary_key]
_NAMES = [field.attname for field in Dossier._meta.concrete_fields]
_Reading = tuple[str, Callable[[Any], Any]]
_readings: dict[str, _Reading] = {}


def locked(*, dossier_id: int) -> Dossier | None:
    """Return a dossier, held until the transaction ends; None where there is no such dossier (one query)."""
    connection = connections[DEFAULT_DB_ALIAS]  # looked up once: the shared name costs a lookup at every use
    sql, read = _readings.get(connection.vendor) or _lay_out(connection)
    with _cursor(connection) as cursor:
        cursor.execute(sql, [dossier_id])
        row = cursor.fetchone()
    return None if row is None else Dossier.from_db(connection.alias, _NAMES, read(row))


def _cursor(connection: BaseDatabaseWrapper) -> CursorWrapper:
    """Return a cursor; on PostgreSQL one whose statements the server keeps prepared, which halves their cost."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    bound: Any = psycopg.Cursor(connection.connection)
    return connection.make_debug_cursor(bound) if connection.queries_logged else connection.make_cursor(bound)


def _lay_out(connection: BaseDatabaseWrapper) -> _Reading:
    rows: QuerySet[Dossier] = Dossier.objects.select_for_update(of=("self",)).filter(pk=-1).order_by()
    compiler = rows.query.get_compiler(connection=connection)
    sql, _params = compiler.as_sql()
    converters = compiler.get_converters([column for column, _made, _alias in compiler.select])

    def read(row: Any) -> Any:
        values = list(row)
        for place, (functions, expression) in converters.items():
            for function in functions:
                values[place] = function(values[place], expression, connection)
        return values

    _readings[connection.vendor] = (sql, read)
    return _readings[connection.vendor]


def store(*, dossier: Dossier, event: Event, changed: Collection[str]) -> None:
    """Write an event and the columns of its dossier that it changed, in one statement where the database can."""
    connection = connections[DEFAULT_DB_ALIAS]
    names = ", ".join(f"{_quoted(field)} = %s" for name, field in _FIELDS.items() if name in changed)
    update = f"UPDATE {_table(Dossier)} SET {names} WHERE id = %s"  # noqa: S608  # names are the models'
    values = [
        field.get_db_prep_save(getattr(dossier, name), connection)
        for name, field in _FIELDS.items()
        if name in changed
    ]
    told = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in _EVENT]
    with _cursor(connection) as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH told AS ({_INSERT}) {update}", [*told, *values, dossier.pk])
        else:
            cursor.execute(_INSERT, told)
            cursor.execute(update, [*values, dossier.pk])


def _quoted(field: "Field[Any, Any]") -> str:
    return f'"{field.column}"'


def _table(model: type[Dossier] | type[Event]) -> str:
    return f'"{model._meta.db_table}"'


_INSERT = (
    f"INSERT INTO {_table(Event)} ({', '.join(map(_quoted, _EVENT))})"  # noqa: S608  # names are the models'
    f" VALUES ({', '.join(['%s'] * len(_EVENT))})"
)
