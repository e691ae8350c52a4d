"""The part of a survey plan that a form is made from, as plain data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """A text in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One typed value of an indicator; `calculation` makes it computed and never asked."""

    key: str
    label: Both
    type: str  # integer decimal percent date yes_no choice multi text
    unit: str = ""
    required: bool = False
    minimum: str = ""
    maximum: str = ""
    choices: tuple[tuple[str, Both], ...] = ()
    calculation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One indicator with its fields; `evidence` and `note` are sentences shown with it."""

    code: str
    name: Both
    fields: tuple[Ask, ...]
    evidence: Both
    note: Both

    @property
    def is_asked(self) -> bool:
        """True where the commune answers at least one field."""
        return any(not ask.calculation for ask in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A narrative question."""

    key: str
    text: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A content area with its indicators and narrative questions, in order."""

    code: str
    name: Both
    items: tuple[Item, ...]
    questions: tuple[Open, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A rule over fields that must hold; `fields` are the keys it reads."""

    key: str
    severity: str  # error warning
    expression: str
    fields: tuple[str, ...]
    message: Both


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a form is made from."""

    code: str
    title: Both
    topics: tuple[Topic, ...]
    conditions: tuple[Condition, ...]
