"""Names of the elements of the form. They are made from the plan's codes, never from names people read."""

import re
import uuid

AREA, INDICATOR, NOT_APPLICABLE, NA_REASON, EVIDENCE = "area_", "ind_", "na_", "na_reason_", "evidence_"
_NAMESPACE = uuid.UUID("8f0e4c52-7a56-5b0e-9c37-1b6f0a6f1d11")


def element(code: str) -> str:
    """Return `code` as part of an XML name: A4a.03 becomes A4a_03."""
    return re.sub(r"[^A-Za-z0-9_]", "_", code)


def area(code: str) -> str:
    """Return the group of a content area."""
    return AREA + element(code)


def indicator(code: str) -> str:
    """Return the group of an indicator."""
    return INDICATOR + element(code)


def not_applicable(code: str) -> str:
    """Return the question whether an indicator does not apply."""
    return NOT_APPLICABLE + element(code)


def na_reason(code: str) -> str:
    """Return the question why an indicator does not apply."""
    return NA_REASON + element(code)


def evidence(code: str) -> str:
    """Return the place of an indicator's evidence."""
    return EVIDENCE + element(code)


def instance_id(*, campaign: str, unit: str) -> uuid.UUID:
    """Return the identity of a unit's report, the same on every device that opens it for the first time."""
    return uuid.uuid5(_NAMESPACE, f"{campaign}/{unit}")
