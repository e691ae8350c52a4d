"""Centres, counters, facts and outages."""

from ninja import Router

router = Router()
