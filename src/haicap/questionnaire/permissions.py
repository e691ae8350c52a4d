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
    "questionnaire.submission:fill": _("Fill in the forms that are assigned"),
    "questionnaire.submission:read": _("Read submissions, as far as they are assigned"),
    "questionnaire.submission:review": _("Review submissions, as far as they are assigned"),
    "questionnaire.submission:see": _("Read all submissions"),
    "questionnaire.submission:all": _("Review, edit and take away all submissions"),
    "questionnaire.key:own": _("Set up the own devices"),
    "questionnaire.key:write": _("Set up devices for others"),
    "questionnaire.dataset:read": _("Read follow-through lists"),
    "questionnaire.dataset:write": _("Make and change follow-through lists"),
}

_READ = frozenset({"questionnaire.report:read"})
_FIELD = frozenset(
    {"questionnaire.submission:fill", "questionnaire.submission:read", "questionnaire.key:own"}
)
_SEE = frozenset(
    {
        "questionnaire.submission:read", "questionnaire.submission:review", "questionnaire.submission:see",
        "questionnaire.dataset:read",
    }
)  # fmt: skip
_KEEPER = (
    _FIELD | _SEE | {"questionnaire.submission:all", "questionnaire.key:write", "questionnaire.dataset:write"}
)
_BOARD = _READ | {"questionnaire.board:read", "questionnaire.form:read"}
_TEAM = (
    _BOARD
    | _FIELD
    | {
        "questionnaire.section:review", "questionnaire.value:verify", "questionnaire.submission:review",
        "questionnaire.dataset:read",
    }
)  # fmt: skip

DEFAULTS = {
    Role.ADMINISTRATOR: _BOARD | _KEEPER | {"questionnaire.form:write"},
    Role.SECRETARIAT: _BOARD | _KEEPER | {"questionnaire.form:write", "questionnaire.section:review"},
    Role.DEPARTMENT_OFFICER: _BOARD | _FIELD | {"questionnaire.submission:review", "questionnaire.dataset:read"},
    Role.TEAM_HEAD: _TEAM,
    Role.TEAM_DEPUTY: _TEAM,
    Role.TEAM_SECRETARY: _TEAM,
    Role.TEAM_MEMBER: _TEAM,
    Role.COMMUNE_OFFICER: _READ | _FIELD | {"questionnaire.report:own", "questionnaire.report:write"},
    Role.COMMUNE_CHAIR: _READ | _FIELD | {"questionnaire.report:own", "questionnaire.report:sign"},
    Role.CITY_LEADER: _BOARD | _SEE,
    Role.REVIEWER: frozenset(
        {
            "questionnaire.form:read", "questionnaire.submission:read", "questionnaire.submission:review",
            "questionnaire.dataset:read",
        }
    ),
}  # fmt: skip
