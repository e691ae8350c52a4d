"""Merged units from the terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import OutputWrapper

from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing
from haicap.onestop.actions.succession import reroute_all
from haicap.onestop.queries.succession import merged_for
from haicap.register.models import Body


def add_reroute(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--body", default="", help="code of the merged body; without it the merged ones are listed"
    )
    parser.add_argument(
        "--to", default="", help="code of the body that takes over, where the register is not clear"
    )
    parser.add_argument("--reason", default="", help="reason written into each event")


def reroute(out: OutputWrapper, options: dict[str, Any]) -> None:
    """List merged bodies with running dossiers, or pass those of one on to its successor."""
    if not options["body"]:
        for row in merged_for(actor=SYSTEM):
            out.write(f"{row.body.code}: {row.running} running, to {row.to.code if row.to else row.reason}")
        return
    to = _body(options["to"]) if options["to"] else None
    moved = reroute_all(actor=SYSTEM, body=_body(options["body"]), to=to, reason=options["reason"])
    out.write(f"{moved.body.code} -> {moved.to.code}: {moved.many.done} passed on, {len(moved.left)} left")
    for left in moved.left:
        out.write(f"  {left.dossier}: {left.message}")


def _body(code: str) -> Body:
    body = Body.objects.filter(code=code).first()
    if body is None:
        raise Missing("body.unknown", f"no body has the code {code}")
    return body
