"""Fifty senders at one moment, on both databases: one identity is one submission, whatever they send."""

import json
import subprocess
import sys

from tests.receiving import SENDERS
from tests.test_ledger_under_load import environment

__all__ = ["environment"]  # the fixture: an empty database of its own


def _run(environment: dict[str, str], call: str) -> list[str]:
    command = [sys.executable, "-c", f"from tests import receiving; receiving.{call}"]
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=600
    )
    return done.stdout.splitlines()


def test_one_identity_is_one_submission(environment: dict[str, str]) -> None:  # pytest's way
    _run(environment, "prepare()")
    same, other, edits, one_edit = map(json.loads, _run(environment, "all_at_once()"))
    assert same["found"] == {"new": 1, "again": SENDERS - 1}
    assert same["rows"] == {"Submission": 1, "Edit": 0, "Attachment": 1}
    assert other["found"] == {"new": 1, "409.3": SENDERS - 1}
    assert other["rows"] == {"Submission": 1, "Edit": 0, "Attachment": 0}
    assert edits["found"] == {"edit": 1, "409.9": SENDERS - 1}
    assert edits["rows"] == {"Submission": 1, "Edit": 2, "Attachment": 0}
    assert one_edit["found"] == {"edit": 1, "again": SENDERS - 1}
    assert one_edit["rows"] == {"Submission": 1, "Edit": 2, "Attachment": 0}
