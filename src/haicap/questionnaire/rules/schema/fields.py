"""The parts of a form: its fields, its tables, the files it needs, the entities it makes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

STRUCTURES = frozenset({"group", "repeat"})
Texts = Mapping[str, str]  # a text by language as the form names it; "" where the form has no languages


def in_language(texts: Texts, language: str) -> str:
    """Return the text in `language` ("vi", or as the form writes it: "Tiếng Việt (vi)"), else the first there is."""
    if text := texts.get(language):
        return text
    for name, text in texts.items():
        if text and re.search(rf"\({re.escape(language)}(-[^)]*)?\)\s*$", name):
            return text
    return next((text for text in texts.values() if text), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a select: the value that is stored and what people read."""

    value: str
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One node of a form below its root, in document order.

    `path` is "/group/name" without the root. `type` is group, repeat, string, int, decimal, boolean, date, time,
    dateTime, geopoint, geotrace, geoshape, binary, barcode, select1, select, rank or what else the form says; a range
    has the type of its number. `bind` and `control` keep what the form says itself: the bind's type, and input, note,
    select1, select, rank, upload, range, trigger, secret, group, repeat or none. `column` names the data over all
    versions: the path, unless a rename kept an older one. `table` is the path of the innermost repeat around it, ""
    outside. Expressions are as the form has them; false() reads "".
    """

    path: str
    name: str
    type: str
    column: str
    table: str = ""
    bind: str = ""
    control: str = "none"
    mediatype: str = ""
    label: Texts = field(default_factory=dict)
    hint: Texts = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    itemset: str = ""
    required: str = ""
    required_message: Texts = field(default_factory=dict)
    constraint: str = ""
    constraint_message: Texts = field(default_factory=dict)
    relevant: str = ""
    calculate: str = ""
    readonly: str = ""
    appearance: str = ""
    default: str = ""
    saveto: str = ""

    @property
    def kind(self) -> str:
        """`group`, `repeat` or `field`."""
        return self.type if self.type in STRUCTURES else "field"

    @property
    def multiple(self) -> bool:
        """True where the value is several choices with spaces between them."""
        return self.type in ("select", "rank")

    @property
    def binary(self) -> bool:
        """True where the value is the name of a file."""
        return self.type == "binary"

    @property
    def is_data(self) -> bool:
        """True where the field can hold an answer: no structure and no note."""
        return self.kind == "field" and self.control != "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The root ("" everywhere) or a repeat; `column` is its name over all versions, `parent` the table around it."""

    path: str
    column: str
    parent: str = ""

    @property
    def name(self) -> str:
        """The name in OData: Submissions, Submissions.group.child."""
        return "Submissions" + self.path.replace("/", ".")

    @property
    def parent_key(self) -> str:
        """The column of a row's parent: __Submissions-id, or __Submissions-group-child-id below a repeat."""
        return f"__Submissions{self.parent.replace('/', '-')}-id" if self.path else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file the form needs beside itself; `kind` is image, audio, video or file."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A declaration of entities (https://getodk.github.io/xforms-spec/entities): one, or one per row of `table`.

    `path` is that of the declaration ("/meta/entity"), `label` that of its label or "", `saveto` maps the paths of
    fields to the properties they fill.
    """

    dataset: str
    path: str
    table: str = ""
    create: bool = False
    update: bool = False
    label: str = ""
    saveto: Mapping[str, str] = field(default_factory=dict)
