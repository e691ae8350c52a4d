"""Asking a routing server for the ways between places: http or https, bounded in time and size."""

import http.client
import re
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
)

from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.timetable.rules.matrix import Routed, matrix_from_osrm, osrm_blocks, places_of
from haicap.timetable.rules.problem import Problem

SECONDS = 30.0
"""the longest that a server may be silent"""
MOST_ANSWER = 4 * 1024 * 1024
"""bytes of one answer; a table of 50 by 50 places takes about 60 KB"""
OnPart = Callable[[int, int], None]


def routed_matrix(
    *,
    server: str,
    problem: Problem,
    fill: bool = False,
    profile: str = "driving",
    seconds: float = SECONDS,
    on_part: OnPart = lambda done, parts: None,
) -> Routed:
    """Return the ways between the places of `problem` as an OSRM server at `server` knows them.

    `fill` has pairs without a way filled by the straight line. Raises Refused where the address is none or the
    server does not answer, UnreadableFileError where its answer is not OSRM's.
    """
    base = _address(server)
    if not re.fullmatch(r"[\w-]{1,40}", profile, re.ASCII):
        raise Refused(
            "timetable.routing_profile",
            _("“%(profile)s” is no profile of a routing server; write it like driving")
            % {"profile": profile[:40]},
        )
    places = places_of(problem)
    if not places:
        raise Refused("timetable.no_places", _("No unit and no team has coordinates to ask ways for."))
    blocks = osrm_blocks(places, profile=profile)
    opener = _opener()
    answers = []
    for done, block in enumerate(blocks, start=1):
        answers.append((block, _get(opener, base + block.path, seconds)))
        on_part(done, len(blocks))
    return matrix_from_osrm(places=places, answers=answers, fill=problem if fill else None)


def _address(server: str) -> str:
    try:
        parts = urlsplit(server.strip())
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or not server.isascii() or not server.strip().isprintable():
        raise Refused(
            "timetable.routing_address",
            _("“%(server)s” is no address of a routing server; write it like http://localhost:5000")
            % {"server": server[:200]},
        )
    return server.strip().rstrip("/")


def _opener() -> OpenerDirector:
    """Return an opener that speaks HTTP alone and follows nobody elsewhere."""
    opener = OpenerDirector()
    for handler in (HTTPHandler(), HTTPSHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    return opener


def _get(opener: OpenerDirector, address: str, seconds: float) -> bytes:
    try:
        with opener.open(address, timeout=seconds) as answer:
            content: bytes = answer.read(MOST_ANSWER + 1)
    except HTTPError as error:
        if error.code != 400:  # OSRM says in JSON what it does not like
            raise _silent(_("it answered with status %(status)s") % {"status": error.code}) from None
        content = error.read(MOST_ANSWER + 1)
    except URLError as error:
        raise _silent(str(error.reason)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _silent(str(error) or type(error).__name__) from None
    if len(content) > MOST_ANSWER:
        raise _silent(_("its answer is larger than %(most)s MB") % {"most": MOST_ANSWER // (1024 * 1024)})
    return content


def _silent(why: str) -> Refused:
    return Refused(
        "timetable.routing_failed",
        _("The routing server cannot be used: %(why)s. Check its address and that it runs.")
        % {"why": why[:300]},
    )
