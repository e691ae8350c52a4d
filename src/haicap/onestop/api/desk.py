"""Dossiers: work list, receipt, the page of a dossier and everything done to it."""

from ninja import Router

router = Router()
