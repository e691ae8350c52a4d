"""The one-stop area as JSON."""

from ninja import Router

from haicap.onestop.api import catalogue, centres, desk, evidence, exchange, signing

router = Router()
for part in (desk, catalogue, centres, evidence, exchange, signing):
    router.add_router("", part.router)
