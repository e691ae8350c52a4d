"""Load the shipped reference data; verify the ledgers."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper

from haicap.kernel.access import SYSTEM
from haicap.onestop.actions.catalogue import load_procedures
from haicap.onestop.actions.centres import load_centres
from haicap.onestop.queries.integrity import verify as verify_ledgers


def load(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Load centres and procedures from the plans folder."""
    folder = settings.HAICAP_PLANS / "onestop"
    out.write(f"centres     {load_centres(actor=SYSTEM, path=folder / 'centres.csv')}")
    out.write(f"procedures  {load_procedures(actor=SYSTEM, path=folder / 'procedures.csv')}")


def verify(out: OutputWrapper, options: dict[str, Any]) -> None:
    """Walk every chain and replay every history."""
    verdict = verify_ledgers(most=options["most"])
    out.write(f"dossiers {verdict.dossiers}  events {verdict.events}")
    out.write(f"root     {verdict.root}")
    for fault in verdict.faults:
        out.write(fault)
    if verdict.faults:
        raise CommandError(f"{len(verdict.faults)} fault(s)")


def add_verify(parser: ArgumentParser) -> None:
    """Declare the options of `verify`."""
    parser.add_argument("--most", type=int, default=20, help="name at most so many faults")
