"""Pages: $top, $skip, $count, and where the next page begins."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from haicap.questionnaire.rules.odata.names import ODataError

_MOST = 2**31 - 1
_SCHEME = "01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What was asked for: `top` rows (None: all) after `skip`, or after the place the token names."""

    top: int | None = None
    skip: int = 0
    count: bool = False
    token: Mapping[str, int] = field(default_factory=dict)


def is_true(text: str) -> bool:
    """Say whether a parameter is set: true in any case."""
    return text.strip().lower() == "true"


def _number(parameters: Mapping[str, str], name: str) -> int | None:
    text = parameters.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 12:
        raise ODataError("number", name)
    return max(0, min(int(text), _MOST))


def page_of(parameters: Mapping[str, str]) -> Page:
    """Read the paging parameters; raises ODataError number, skiptoken."""
    token = parameters.get("$skiptoken", "")
    return Page(
        top=_number(parameters, "$top"),
        skip=0 if token else _number(parameters, "$skip") or 0,
        count=is_true(parameters.get("$count", "")),
        token=_read(token) if token else {},
    )


def _read(token: str) -> Mapping[str, int]:
    try:
        found = json.loads(base64.urlsafe_b64decode(token.removeprefix(_SCHEME)))
    except (ValueError, binascii.Error) as error:
        raise ODataError("skiptoken", token) from error
    whole = isinstance(found, dict) and all(
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63
        for value in found.values()
    )
    if (
        not token.startswith(_SCHEME)
        or not whole
        or not found.keys() <= {"after", "row", "skip"}
        or not found
    ):
        raise ODataError("skiptoken", token)
    return dict(found)


def token_of(**place: int) -> str:
    """Return the token of a place: `after` a row's key, `row` rows of it done, or `skip` rows from the start."""
    return _SCHEME + base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


def next_link(address: str, parameters: Mapping[str, str], token: str) -> str:
    """Return the address of the next page: the same question, from the token on."""
    kept = {name: value for name, value in parameters.items() if name not in ("$skip", "$skiptoken")}
    return f"{address}?{urlencode({**kept, '$skiptoken': token})}"
