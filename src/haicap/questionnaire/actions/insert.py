"""The one statement that makes a submission, laid out once: building it for each costs more than running it."""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Field, JSONField

from haicap.questionnaire.models import Edit, Submission
from haicap.questionnaire.statements import bound_cursor

_FIELDS: list["Field[Any, Any]"] = [one for one in Submission._meta.concrete_fields if not one.primary_key]
# numbers and texts go to the database as they are
_ADAPTED = [(one.attname, one if isinstance(one, DateTimeField | JSONField) else None) for one in _FIELDS]
_statements: dict[tuple[str, str], str] = {}


def insert(row: Submission, *, guard: str = "", given: Sequence[Any] = ()) -> bool:
    """Write a new submission and set its key; False where its form has one of this identity, or an edit of one.

    Two at once with one identity: the second waits for the first to commit and then finds it. With `guard`, a
    condition in SQL and its values, it is also False where that does not hold at this moment.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    sql = _statements.get((connection.vendor, guard)) or _lay_out(connection, guard)
    values = [
        getattr(row, name) if field is None else field.get_db_prep_save(getattr(row, name), connection)
        for name, field in _ADAPTED
    ]
    with bound_cursor(connection) as cursor:
        cursor.execute(sql, [*values, row.form_id, row.instance_id, *given])
        found = cursor.fetchone()
    if found is None:
        return False
    row.pk, row._state.adding, row._state.db = found[0], False, connection.alias
    return True


def _lay_out(connection: BaseDatabaseWrapper, guard: str) -> str:
    names = ", ".join(f'"{field.column}"' for field in _FIELDS)
    marks = ", ".join(_mark(field, connection) for field in _FIELDS)
    sql = (
        f'INSERT INTO "{Submission._meta.db_table}" ({names}) SELECT {marks}'  # noqa: S608  # names are the models'
        f' WHERE NOT EXISTS (SELECT 1 FROM "{Edit._meta.db_table}" WHERE form_id = %s AND instance_id = %s)'
        f"{guard and ' AND '}{guard}"
        ' ON CONFLICT DO NOTHING RETURNING "id"'
    )
    _statements[connection.vendor, guard] = sql
    return sql


def _mark(field: "Field[Any, Any]", connection: BaseDatabaseWrapper) -> str:
    """Return the place of a value; PostgreSQL must be told its type, as it stands in a SELECT."""
    if connection.vendor != "postgresql":
        return "%s"
    kind = (field.db_type(connection) or "text").partition("(")[0]
    return f"%s::{kind}"
