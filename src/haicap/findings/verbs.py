"""The verbs a proposal may start with: data beside this file, so that the secretariat can change them."""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from haicap.kernel.text import localized

PATH = Path(__file__).parent / "verbs.csv"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb with its stable code."""

    code: str
    name_vi: str
    name_en: str


@lru_cache(maxsize=1)
def proposal_verbs() -> dict[str, Verb]:
    """Return the verbs by code, in the order of the file."""
    with PATH.open(encoding="utf-8", newline="") as file:
        rows = [Verb(row["code"], row["name_vi"], row["name_en"]) for row in csv.DictReader(file)]
    return {row.code: row for row in rows}


def verb_name(code: str) -> str:
    """Return a verb in the current language; a code the file no longer has stands for itself."""
    verb = proposal_verbs().get(code)
    return localized(verb, "name") if verb else code
