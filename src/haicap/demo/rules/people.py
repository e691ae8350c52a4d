"""Sample people: numbered, never named after anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """A person to be entered; `username` is unique in the run."""

    username: str
    full_name: str
    post: str
    level: str
    phone: str


def sample_people(*, prefix: str) -> Iterator[SamplePerson]:
    """Yield people without end, numbered from 1; the telephone numbers belong to no network (all zeros)."""
    for number in count(1):
        yield SamplePerson(
            username=f"{prefix}{number:03d}",
            full_name=f"Cán bộ mẫu {prefix.rstrip('.').upper()} {number:03d}",
            post="",
            level="",
            phone=f"0000 {number:06d}",
        )
