"""Webhooks, and the import of another system."""

from ninja import Router

router = Router()
