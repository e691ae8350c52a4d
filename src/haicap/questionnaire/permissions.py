"""What may be done with forms, reports and verified values."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Role

LABELS = {
    "questionnaire.form:read": _("Read the questionnaire form"),
    "questionnaire.form:write": _("Publish a version of the questionnaire form"),
    "questionnaire.report:own": _("Open the report of the own unit"),
    "questionnaire.report:read": _("Read reports, figures and evidence"),
    "questionnaire.report:write": _("Fill in and submit the report of the own unit"),
    "questionnaire.report:sign": _("Sign off the report of the own unit"),
    "questionnaire.section:review": _("Accept or return parts of a report"),
    "questionnaire.value:verify": _("Enter verified values"),
    "questionnaire.board:read": _("Read the board of all reports"),
}

_READ = frozenset({"questionnaire.report:read"})
_BOARD = _READ | {"questionnaire.board:read", "questionnaire.form:read"}
_TEAM = _BOARD | {"questionnaire.section:review", "questionnaire.value:verify"}

DEFAULTS = {
    Role.ADMINISTRATOR: _BOARD | {"questionnaire.form:write"},
    Role.SECRETARIAT: _BOARD | {"questionnaire.form:write", "questionnaire.section:review"},
    Role.DEPARTMENT_OFFICER: _BOARD,
    Role.TEAM_HEAD: _TEAM,
    Role.TEAM_DEPUTY: _TEAM,
    Role.TEAM_SECRETARY: _TEAM,
    Role.TEAM_MEMBER: _TEAM,
    Role.COMMUNE_OFFICER: _READ | {"questionnaire.report:own", "questionnaire.report:write"},
    Role.COMMUNE_CHAIR: _READ | {"questionnaire.report:own", "questionnaire.report:sign"},
    Role.CITY_LEADER: _BOARD,
}
