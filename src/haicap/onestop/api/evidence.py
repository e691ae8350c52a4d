"""Figures computed from the ledger."""

from ninja import Router

router = Router()
