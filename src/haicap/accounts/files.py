"""People brought in a file."""

from haicap.kernel.tables import Row, read_csv

COLUMNS = ("username", "full_name", "body", "roles")


def read_people(raw: bytes, *, name: str) -> tuple[Row, ...]:
    """Read the rows of a CSV file of people; raises Faulty or Refused (at most 5,000 rows, 5 MB)."""
    return read_csv(raw, name=name, required=COLUMNS, max_rows=5_000, max_bytes=5_000_000).rows
