"""Decisions about difficulties, good practice and minutes.

Source of the demands: indicators A10.01 to A10.05 of the plan.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

GROUPS = ("organisation", "streamlining", "regime", "other")
LEVELS = ("commune", "city", "central")
WORST = 4
UNANSWERED_AFTER = timedelta(days=30)  # A10.04
# "Sở Khoa học và Công nghệ" is one body: only an "and" before another body's kind joins two.
_SEVERAL_BODIES = re.compile(
    r"[;,\n/&+]|\svà\s+(?:sở|bộ|ban|ủy ban|ubnd|văn phòng|trung tâm|thanh tra|phòng|công an|hội)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A difficulty as typed: `group`, `area` and `competent_level` are codes, `severity` 1 (slight) to 4 (worst)."""

    group: str
    area: str
    text: str
    legal_provision: str = ""
    competent_level: str = ""
    severity: int = 1
    evidence: str = ""
    proposal_verb: str = ""
    proposal_text: str = ""
    proposal_body: str = ""
    proposal_due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing or wrong: the field it is about and a code."""

    field: str
    code: str


def shape_gaps(*, draft: Draft, verbs: Iterable[str]) -> list[Gap]:
    """Return what makes `draft` unfit to be kept at all: unknown codes, no text."""
    gaps = []
    if not draft.text.strip():
        gaps.append(Gap(field="text", code="text_missing"))
    if draft.group not in GROUPS:
        gaps.append(Gap(field="group", code="group_unknown"))
    if draft.competent_level and draft.competent_level not in LEVELS:
        gaps.append(Gap(field="competent_level", code="level_unknown"))
    if not 1 <= draft.severity <= WORST:
        gaps.append(Gap(field="severity", code="severity_out_of_range"))
    if draft.proposal_verb and draft.proposal_verb not in set(verbs):
        gaps.append(Gap(field="proposal_verb", code="verb_unknown"))
    return gaps


def submit_gaps(*, draft: Draft) -> list[Gap]:
    """Return what is missing before `draft` may be submitted.

    The competent level is required (A10.02), the worst severity needs evidence (A10.03), a proposal has one verb,
    one body and one date (A10.05).
    """
    gaps = []
    if not draft.competent_level:
        gaps.append(Gap(field="competent_level", code="level_missing"))
    if draft.severity == WORST and not draft.evidence.strip():
        gaps.append(Gap(field="evidence", code="evidence_missing"))
    if not draft.proposal_verb:
        gaps.append(Gap(field="proposal_verb", code="verb_missing"))
    if not draft.proposal_text.strip():
        gaps.append(Gap(field="proposal_text", code="proposal_missing"))
    if not draft.proposal_body.strip():
        gaps.append(Gap(field="proposal_body", code="body_missing"))
    elif _SEVERAL_BODIES.search(draft.proposal_body.strip()):
        gaps.append(Gap(field="proposal_body", code="body_several"))
    if draft.proposal_due is None:
        gaps.append(Gap(field="proposal_due", code="due_missing"))
    return gaps


# From which states each step may be taken, and where it leads ("" = it stays).
STEPS: Mapping[str, tuple[frozenset[str], str]] = {
    "edit": (frozenset({"draft", "returned"}), ""),
    "submit": (frozenset({"draft", "returned"}), "submitted"),
    "accept": (frozenset({"submitted"}), "accepted"),
    "merge": (frozenset({"submitted", "accepted"}), "merged"),
    "return": (frozenset({"submitted", "accepted"}), "returned"),
    "reclassify": (frozenset({"submitted", "accepted"}), ""),
    "answer": (frozenset({"accepted"}), "resolved"),
}
COUNTED = ("submitted", "accepted", "resolved")  # what is shown by group and level; a merged one counts once


def next_state(*, state: str, step: str) -> str | None:
    """Return the state after `step`, None where `step` is not open in `state`."""
    allowed, target = STEPS[step]
    if state not in allowed:
        return None
    return target or state


def open_steps(*, state: str) -> frozenset[str]:
    """Return the steps that may be taken in `state`."""
    return frozenset(step for step, (allowed, _target) in STEPS.items() if state in allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A group with its counts by level, in the order of LEVELS, and their sum."""

    group: str
    counts: tuple[int, ...]
    total: int


def matrix(*, counts: Mapping[tuple[str, str], int]) -> tuple[list[MatrixRow], tuple[int, ...]]:
    """Return the rows by group and the column totals (by level, then all) of counts by (group, level)."""
    rows = []
    for group in GROUPS:
        cells = tuple(counts.get((group, level), 0) for level in LEVELS)
        rows.append(MatrixRow(group=group, counts=cells, total=sum(cells)))
    columns = tuple(sum(row.counts[i] for row in rows) for i in range(len(LEVELS)))
    return rows, (*columns, sum(columns))


def is_unanswered(*, state: str, submitted: datetime | None, now: datetime) -> bool:
    """True for a difficulty submitted more than 30 days ago that has no answer yet (A10.04)."""
    waiting = state in ("submitted", "accepted") and submitted is not None
    return bool(waiting and submitted is not None and now - submitted > UNANSWERED_AFTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a figure: a number, a text, or a reason why it does not apply; nothing at all is blank."""

    number: Decimal | None = None
    text: str = ""
    na_reason: str = ""

    @property
    def is_blank(self) -> bool:
        """True where nothing was said: blank is not zero and not `not applicable`."""
        return self.number is None and not self.text and not self.na_reason


def differs(*, reported: Side | None, verified: Side | None) -> bool:
    """True where a verified value says something else than the reported one; unverified never differs."""
    if verified is None or verified.is_blank:
        return False
    if reported is None or reported.is_blank:
        return True
    if bool(reported.na_reason) != bool(verified.na_reason):
        return True
    if verified.na_reason:
        return False
    if reported.number is not None and verified.number is not None:
        return reported.number != verified.number
    return reported.text.strip() != verified.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedAction:
    """What was agreed at a visit: the action, who does it, by when."""

    text: str
    body: str
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What a visit's record holds when somebody wants to close it; `unverified` are codes of areas."""

    opened: datetime | None
    closed: datetime | None
    place: str
    attendance_team: str
    attendance_unit: str
    actions: Sequence[AgreedAction]
    unverified: Sequence[str]
    unverified_reason: str


def closing_gaps(*, closing: Closing) -> list[Gap]:
    """Return what is missing before the visit may be closed; an empty list opens the way."""
    gaps = [
        Gap(field=field, code="required")
        for field, value in (
            ("opened_at", closing.opened),
            ("closed_at", closing.closed),
            ("place", closing.place.strip()),
            ("attendance_team", closing.attendance_team.strip()),
            ("attendance_unit", closing.attendance_unit.strip()),
        )
        if not value
    ]
    if closing.opened and closing.closed and closing.closed <= closing.opened:
        gaps.append(Gap(field="closed_at", code="ends_before_start"))
    if any(not action.text.strip() or action.due is None for action in closing.actions):
        gaps.append(Gap(field="agreed_actions", code="action_incomplete"))
    if closing.unverified and not closing.unverified_reason.strip():
        gaps.append(Gap(field="unverified_reason", code="areas_unverified"))
    return gaps


def parse_actions(*, text: str) -> tuple[list[AgreedAction], list[int]]:
    """Read agreed actions, one per line as `action | body | dd/mm/yyyy`; return them and the faulty line numbers."""
    found, faulty = [], []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("|")]
        day = _day(cells[2]) if len(cells) == 3 else None
        if day is None or not cells[0]:
            faulty.append(number)
            continue
        found.append(AgreedAction(text=cells[0], body=cells[1], due=day))
    return found, faulty


def _day(text: str) -> date | None:
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


def format_actions(*, actions: Iterable[AgreedAction]) -> str:
    """Return actions as `parse_actions` reads them."""
    return "\n".join(
        f"{a.text} | {a.body} | {f'{a.due:%d/%m/%Y}' if a.due is not None else ''}" for a in actions
    )
