"""Numbers without gaps and without twins: dossier codes, numbers of documents, tickets of a queue."""

from django.db import connection, transaction

from haicap.kernel.models import Sequence

_TAKE = f"""
INSERT INTO {Sequence._meta.db_table} (scope, last) VALUES (%s, %s)
ON CONFLICT (scope) DO UPDATE SET last = {Sequence._meta.db_table}.last + EXCLUDED.last
RETURNING last
"""  # noqa: S608  # the name of the table is ours


def take(scope: str, *, count: int = 1) -> int:
    """Return the next number of `scope`, from 1; with `count`, take so many and return the first.

    The row of the scope stays locked until the caller's transaction ends, so two who ask at once get two
    numbers, and a number whose transaction fails is given to the next: no twin and no gap. Call it late in
    the transaction. Raises RuntimeError outside of one. `scope` holds at most 120 characters.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a number is taken inside the transaction that uses it")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [scope, count])
        return int(cursor.fetchone()[0]) - count + 1
