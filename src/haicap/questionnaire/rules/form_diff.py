"""What a new version of a form changes, and which column each question's answers go to.

A question is known by its path. Where its author says that a question with another path is the same one, it keeps the
column of the older; where the answers of the two could not stand in one column, that is refused and said. Nothing here
guesses: candidates are only offered.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from haicap.questionnaire.rules.schema import Field, Schema, in_language

MAX_GUESSES = 150  # questions without an equal label or name that are compared with each other
LIKENESS = 0.6
_WIDER: Mapping[str, frozenset[str]] = {  # what a column of the new type can hold besides its own
    "decimal": frozenset({"int"}),
    "select": frozenset({"select1"}),
    "string": frozenset(
        {"int", "decimal", "boolean", "date", "time", "dateTime", "barcode", "select1", "select", "rank"}
    ),
    "barcode": frozenset({"string", "int"}),
    "select1": frozenset({"string"}),
}
_RULES = ("required", "constraint", "relevant", "calculate", "readonly", "default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question before and after; `broken` says why the answers of both cannot stand in one column: "",
    other_table, other_type."""

    old: Field
    new: Field
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A removed and an added question that may be the same one: why (same_name, same_label, alike), and how much (0 to
    1)."""

    old: Field
    new: Field
    reason: str
    likeness: float
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relabelled:
    """A text of a question that changed, in one language ("" where the form has none)."""

    field: Field
    language: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicesChanged:
    """Values that a question's list gained, lost, or calls otherwise."""

    field: Field
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    relabelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesChanged:
    """The rules of a question that changed, by name: required, constraint, relevant, calculate, readonly,
    default."""

    field: Field
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSame:
    """Why two questions cannot be said to be the same.

    `code` is one of: new_unknown, old_unknown, old_still_there, old_twice, other_table, other_type.
    """

    new: str
    old: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDiff:
    """The differences between two versions of a form, in the order of the form."""

    added: tuple[Field, ...] = ()
    removed: tuple[Field, ...] = ()
    retyped: tuple[Pair, ...] = ()
    moved: tuple[Pair, ...] = ()  # said to be the same, of the same name
    renamed: tuple[Pair, ...] = ()  # said to be the same, of another name
    candidates: tuple[Candidate, ...] = ()
    relabelled: tuple[Relabelled, ...] = ()
    choices: tuple[ChoicesChanged, ...] = ()
    rules: tuple[RulesChanged, ...] = ()
    media_added: tuple[str, ...] = ()
    media_removed: tuple[str, ...] = ()
    refused: tuple[NotSame, ...] = ()
    title: tuple[str, str] | None = field(default=None)

    @property
    def is_empty(self) -> bool:
        """True where both versions ask the same in the same words."""
        return not any(getattr(self, name) for name in self.__slots__ if name != "candidates")


def keeps(old: Field, new: Field) -> bool:
    """Say whether a column of `new` can hold the answers to `old` as well."""
    return old.type == new.type or old.type in _WIDER.get(new.type, ())


def diff(old: Schema, new: Schema, same_as: Mapping[str, str] | None = None) -> FormDiff:
    """Compare two versions; `same_as` maps new paths to the old paths they stand for."""
    pairs, refused = matched(old, new, same_as or {})
    old_paths = set(pairs.values())
    added = tuple(one for one in _asked(new) if one.path not in pairs)
    removed = tuple(one for one in _asked(old) if one.path not in old_paths)
    both = [(old.by_path[past], new.by_path[path]) for path, past in pairs.items()]
    accepted = [Pair(old=a, new=b) for a, b in both if a.path != b.path]
    names, before = {one.name for one in new.media}, {one.name for one in old.media}
    return FormDiff(
        added=added,
        removed=removed,
        retyped=tuple(
            Pair(old=a, new=b, broken=broken)
            for a, b in both
            if (broken := _broken(a, b, pairs)) or a.type != b.type
        ),
        moved=tuple(pair for pair in accepted if pair.old.name == pair.new.name),
        renamed=tuple(pair for pair in accepted if pair.old.name != pair.new.name),
        candidates=tuple(_candidates(old, new, removed, added, pairs)),
        relabelled=tuple(change for a, b in both for change in _texts(a, b)),
        choices=tuple(change for a, b in both if (change := _choices(a, b))),
        rules=tuple(
            RulesChanged(field=b, rules=rules)
            for a, b in both
            if (rules := tuple(name for name in _RULES if getattr(a, name) != getattr(b, name)))
        ),
        media_added=tuple(sorted(names - before)),
        media_removed=tuple(sorted(before - names)),
        refused=refused,
        title=(old.title, new.title) if old.title != new.title else None,
    )


def matched(
    old: Schema, new: Schema, same_as: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[NotSame, ...]]:
    """Return which old path each new path stands for, and what of `same_as` is refused.

    A group or repeat said to be the same takes along the questions inside it that kept their names.
    """
    pairs = {one.path: one.path for one in new.fields if one.path in old.by_path}
    refused: list[NotSame] = []
    wanted = _with_inside(old, new, same_as, pairs)
    used = set(pairs.values())
    tables = ChainMap(pairs, wanted)
    for path, past in wanted.items():
        code = "old_twice" if past in used and past not in new.by_path else ""
        code = _unknown(old, new, path, past) or code or _broken(old.by_path[past], new.by_path[path], tables)
        if code:
            if path in same_as:
                refused.append(NotSame(new=path, old=past, code=code))
        else:
            pairs[path] = past
            used.add(past)
    order = {one.path: number for number, one in enumerate(new.fields)}
    return dict(sorted(pairs.items(), key=lambda item: order[item[0]])), tuple(refused)


def _with_inside(
    old: Schema, new: Schema, same_as: Mapping[str, str], pairs: Mapping[str, str]
) -> dict[str, str]:
    wanted = dict(sorted(same_as.items(), key=lambda item: item[0].count("/")))
    for path, past in list(wanted.items()):
        if path in new.by_path and new.by_path[path].kind != "field":
            for one in new.fields:
                inner = past + one.path.removeprefix(path)
                if one.path.startswith(f"{path}/") and one.path not in pairs and inner in old.by_path:
                    wanted.setdefault(one.path, inner)
    return wanted


def _unknown(old: Schema, new: Schema, path: str, past: str) -> str:
    if path not in new.by_path or path in old.by_path:
        return "new_unknown"
    if past not in old.by_path:
        return "old_unknown"
    return "old_still_there" if past in new.by_path else ""


def _broken(old: Field, new: Field, pairs: Mapping[str, str]) -> str:
    """Return why the answers to both cannot stand in one column: the tables differ, or the types do."""
    if old.kind != new.kind or not keeps(old, new):
        return "other_type"
    return "" if pairs.get(new.table, new.table) == old.table else "other_table"


def _asked(schema: Schema) -> Iterator[Field]:
    """Yield what people see of a form: not its metadata."""
    return (one for one in schema.fields if not one.path.startswith("/meta/") and one.path != "/meta")


def _texts(old: Field, new: Field) -> Iterator[Relabelled]:
    for texts, past in ((new.label, old.label), (new.hint, old.hint)):
        for language in {**past, **texts}:
            before, after = past.get(language, ""), texts.get(language, "")
            if before != after:
                yield Relabelled(field=new, language=language, before=before, after=after)


def _choices(old: Field, new: Field) -> ChoicesChanged | None:
    if old.choices == new.choices:
        return None
    before = {choice.value: choice.label for choice in old.choices}
    after = {choice.value: choice.label for choice in new.choices}
    changed = ChoicesChanged(
        field=new,
        added=tuple(value for value in after if value not in before),
        removed=tuple(value for value in before if value not in after),
        relabelled=tuple(value for value in after if value in before and before[value] != after[value]),
    )
    return changed if changed.added or changed.removed or changed.relabelled else None


def _candidates(
    old: Schema, new: Schema, removed: Sequence[Field], added: Sequence[Field], pairs: Mapping[str, str]
) -> Iterator[Candidate]:
    """Yield at most one candidate for each removed question, the most alike first come."""
    open_old = {one.path: one for one in removed}
    open_new = {one.path: one for one in added}
    found: list[Candidate] = []
    for reason in ("same_name", "same_label", "alike"):
        for likeness, a, b in sorted(_likely(reason, open_old, open_new), key=lambda item: -item[0]):
            if a.path in open_old and b.path in open_new and a.kind == b.kind:
                del open_old[a.path], open_new[b.path]
                broken = _broken(a, b, pairs)
                found.append(Candidate(old=a, new=b, reason=reason, likeness=likeness, broken=broken))
    order = {one.path: number for number, one in enumerate(new.fields)}
    yield from sorted(found, key=lambda one: order[one.new.path])


def _likely(
    reason: str, removed: Mapping[str, Field], added: Mapping[str, Field]
) -> Iterator[tuple[float, Field, Field]]:
    if reason == "alike":
        if len(removed) <= MAX_GUESSES and len(added) <= MAX_GUESSES:
            for a in removed.values():
                for b in added.values():
                    if a.kind == b.kind and (likeness := _likeness(a, b)) >= LIKENESS:
                        yield likeness, a, b
        return
    by_key: dict[tuple[str, str], Field] = {}
    for one in removed.values():
        by_key.setdefault(_key(reason, one), one)
    for one in added.values():
        if (past := by_key.get(_key(reason, one))) and _key(reason, one)[1]:
            yield 0.95 if reason == "same_name" else 0.9, past, one


def _key(reason: str, one: Field) -> tuple[str, str]:
    text = one.name if reason == "same_name" else in_language(one.label, "vi")
    return one.kind, " ".join(text.lower().split())


def _likeness(old: Field, new: Field) -> float:
    """Weigh labels most, then names, then the type; 1 is equal."""
    a, b = in_language(old.label, "vi").lower()[:200], in_language(new.label, "vi").lower()[:200]
    label = SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0
    name = SequenceMatcher(None, old.name.lower(), new.name.lower(), autojunk=False).ratio()
    return round(0.55 * label + 0.3 * name + 0.15 * (old.type == new.type), 3)


def columns_of(
    new: Schema, *, earlier: Sequence[Schema], same_as: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Return the column of every field of `new`: what `Schema.with_columns` takes.

    `earlier` are the schemas of the versions before, newest first. A question keeps the column of its path in the
    newest version that has it, or of the path its author says it is the same as. One whose answers could not stand
    there gets a column of its own ("/age_2"), never one that another question had.
    """
    if not earlier:
        return {one.path: one.path for one in new.fields}
    pairs, _refused = matched(earlier[0], new, same_as or {})
    taken: dict[tuple[str, str], Field] = {}
    for schema in earlier:
        tables = {table.path: table.column for table in schema.tables}
        for one in schema.fields:
            taken.setdefault((tables.get(one.table, one.table), one.column), one)
    columns: dict[str, str] = {}
    used: set[tuple[str, str]] = set()
    for one in new.fields:
        table = columns.get(one.table, one.table)
        past = earlier[0].by_path[pairs[one.path]] if one.path in pairs else None
        past = None if past is None or _broken(past, one, pairs) else past
        column = one.path if past is None else past.column
        number = 2
        while (table, column) in used or not _may_take(taken.get((table, column)), one, past):
            column, number = f"{one.path}_{number}", number + 1
        used.add((table, column))
        columns[one.path] = column
    return columns


def _may_take(holder: Field | None, one: Field, past: Field | None) -> bool:
    """Say whether a column is free for a field: nobody had it, its own past, or it itself in an older version."""
    if holder is None or (past is not None and holder.column == past.column):
        return True
    return past is None and holder.path == one.path and holder.kind == one.kind and keeps(holder, one)
