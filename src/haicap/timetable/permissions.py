"""What may be done with the visit calendar, and which roles may do it by default."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import COMMUNE_ROLES, TEAM_ROLES, Role
from haicap.kernel.errors import Text

READ = "timetable.calendar:read"
READ_DRAFTS = "timetable.draft:read"
SOLVE = "timetable.calendar:solve"
WRITE = "timetable.calendar:write"
PUBLISH = "timetable.calendar:publish"
FEED = "timetable.feed:write"

LABELS: Mapping[str, Text] = {
    READ: _("Read the published visit calendar"),
    READ_DRAFTS: _("Read draft versions of the visit calendar"),
    SOLVE: _("Have the visit calendar computed"),
    WRITE: _("Move and pin visits in a draft"),
    PUBLISH: _("Publish a version of the visit calendar"),
    FEED: _("Make and revoke calendar links"),
}
_READS = frozenset({READ})
_READS_AND_SUBSCRIBES = frozenset({READ, FEED})
DEFAULTS: Mapping[Role, frozenset[str]] = {
    Role.ADMINISTRATOR: frozenset({READ, READ_DRAFTS, FEED}),
    Role.SECRETARIAT: frozenset({READ, READ_DRAFTS, SOLVE, WRITE, PUBLISH, FEED}),
    Role.CITY_LEADER: frozenset({READ, READ_DRAFTS}),
    Role.DEPARTMENT_OFFICER: _READS,
    Role.BRIDGE_TECHNICIAN: _READS,
    **dict.fromkeys(TEAM_ROLES | COMMUNE_ROLES, _READS_AND_SUBSCRIBES),
}
