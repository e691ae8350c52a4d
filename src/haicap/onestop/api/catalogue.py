"""Procedures and where they were made public."""

from ninja import Router

router = Router()
