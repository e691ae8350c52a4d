"""What may be done with difficulties, good practice and minutes, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import TEAM_ROLES, Role
from haicap.kernel.errors import Text

READ = "findings.difficulty:read"
WRITE = "findings.difficulty:write"
TRIAGE = "findings.difficulty:triage"
PRACTICE_READ = "findings.practice:read"
PRACTICE_WRITE = "findings.practice:write"
PRACTICE_CONFIRM = "findings.practice:confirm"
MINUTES_READ = "findings.minutes:read"
MINUTES_WRITE = "findings.minutes:write"
MINUTES_CLOSE = "findings.minutes:close"

LABELS: Mapping[str, Text] = {
    READ: _("Read difficulties and proposals"),
    WRITE: _("Record difficulties and proposals"),
    TRIAGE: _("Accept, merge, return, reclassify and answer difficulties"),
    PRACTICE_READ: _("Read good practice"),
    PRACTICE_WRITE: _("Propose good practice"),
    PRACTICE_CONFIRM: _("Confirm or decline good practice"),
    MINUTES_READ: _("Read visit minutes"),
    MINUTES_WRITE: _("Write visit minutes"),
    MINUTES_CLOSE: _("Close a visit with its minutes"),
}
_READS = frozenset({READ, PRACTICE_READ, MINUTES_READ})
_TEAM = _READS | {WRITE, PRACTICE_WRITE, PRACTICE_CONFIRM, MINUTES_WRITE}
DEFAULTS: Mapping[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: _READS,
    Role.SECRETARIAT: _READS | {WRITE, TRIAGE},
    Role.CITY_LEADER: _READS,
    Role.DEPARTMENT_OFFICER: _READS,
    Role.BRIDGE_TECHNICIAN: frozenset(),
    **dict.fromkeys(TEAM_ROLES, _TEAM),
    Role.TEAM_HEAD: _TEAM | {MINUTES_CLOSE},
    Role.TEAM_DEPUTY: _TEAM | {MINUTES_CLOSE},
    Role.COMMUNE_OFFICER: _READS | {WRITE, PRACTICE_WRITE},
    Role.COMMUNE_CHAIR: _READS | {WRITE, PRACTICE_WRITE},
}
