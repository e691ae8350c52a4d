"""The one-stop area as JSON."""

from ninja import Router

router = Router()
