"""People brought in a file."""

from django.utils.translation import gettext as _

from haicap.kernel.tables import Faulty, Row, read_csv

COLUMNS = ("username", "full_name", "body", "roles")


def read_people(raw: bytes, *, name: str) -> tuple[Row, ...]:
    """Read the rows of a CSV file of people; raises Faulty or Refused (at most 5,000 rows, 5 MB)."""
    table = read_csv(raw, name=name, required=COLUMNS, max_rows=5_000, max_bytes=5_000_000)
    if table.faults:
        raise Faulty("people.faulty", _("Nothing was added: the file has faults."), faults=table.faults)
    return table.rows
