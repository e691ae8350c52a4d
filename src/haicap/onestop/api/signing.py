"""Certificates, results and their public verification."""

from ninja import Router

router = Router()
