"""The demonstration runs from the command line only: it has nothing to permit."""

from haicap.kernel.access import Role

LABELS: dict[str, str] = {}
DEFAULTS: dict[Role, frozenset[str]] = {}
