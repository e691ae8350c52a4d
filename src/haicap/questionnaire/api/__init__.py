"""The questionnaire over JSON."""

from ninja import Router

from haicap.questionnaire.api import collect, reports

router = Router()
router.add_router("", collect.router)
router.add_router("", reports.router)
