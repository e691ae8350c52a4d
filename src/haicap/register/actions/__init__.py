"""Writes of the register."""

from haicap.register.actions.attributes import import_attributes
from haicap.register.actions.bodies import ensure_body
from haicap.register.actions.boundaries import import_boundaries
from haicap.register.actions.load import LoadReport, load_all, load_province

__all__ = [
    "LoadReport",
    "ensure_body",
    "import_attributes",
    "import_boundaries",
    "load_all",
    "load_province",
]
