"""The questionnaire area as a Django app."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class QuestionnaireConfig(AreaConfig):
    name = "haicap.questionnaire"
    label = "questionnaire"
    verbose_name = "questionnaire"
    tasks = "haicap.questionnaire.tasks.tasks_for"
    menu = (
        MenuItem(
            label=_("My report"),
            url_name="questionnaire:mine",
            icon="clipboard-text",
            permission="questionnaire.report:own",
            order=300,
        ),
        MenuItem(
            label=_("Report board"),
            url_name="questionnaire:board",
            icon="layout-grid",
            permission="questionnaire.board:read",
            order=310,
        ),
        MenuItem(
            label=_("Verification"),
            url_name="questionnaire:queue",
            icon="checklist",
            permission="questionnaire.value:verify",
            order=320,
        ),
        MenuItem(
            label=_("Data quality"),
            url_name="questionnaire:quality",
            icon="message-question",
            permission="questionnaire.submission:review",
            order=325,
        ),
        MenuItem(
            label=_("Forms"),
            url_name="questionnaire:definitions",
            icon="file-spreadsheet",
            permission="questionnaire.form:read",
            order=330,
        ),
        MenuItem(
            label=_("Forms to fill in"),
            url_name="questionnaire:collect",
            icon="pencil",
            permission="questionnaire.submission:fill",
            order=305,
        ),
        MenuItem(
            label=_("My devices"),
            url_name="questionnaire:devices",
            icon="device-mobile",
            permission="questionnaire.key:own",
            order=345,
        ),
        MenuItem(
            label=_("Follow-through lists"),
            url_name="questionnaire:datasets",
            icon="list-details",
            permission="questionnaire.dataset:read",
            order=340,
        ),
    )
