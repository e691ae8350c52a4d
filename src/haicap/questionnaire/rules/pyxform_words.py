"""What pyxform says, as troubles with sheet, row and column: read from its sentence, or found in the workbook."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyxform import aliases

from haicap.questionnaire.rules.sheets import Book
from haicap.questionnaire.rules.troubles import Trouble

_ROW = re.compile(r"^\s*\[row : (?:(\d+)|unknown)\]\s*")
_PLACE = re.compile(r"On the '(?P<sheet>[^']*)' sheet, the '(?P<column>[^']*)' value")
_SHEET = re.compile(r"(?:On the '(\w+)' sheet|provided for sheet: '(\w+)')")
_LANGUAGE = re.compile(
    r"^Language '(?P<value>.*)' is missing the (?P<sheet>\w+) (?:columns (?P<column>.*)|(?P<one>.*) column)\.$"
)
_LANGUAGES = re.compile(r"^The following language declarations .* codes: (?P<values>.*)\. Learn more")
_DATE = re.compile(
    r"date on the (?P<sheet>.*) sheet, under the (?P<column>.*) column on row number (?P<row>\d+)"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of sentence: our code for it, where it is meant, and how to find it in the workbook.

    `within` names the column to search for the sentence's value, * for all; `how` is one of `_TESTS`, or header, sheet,
    settings for what stands at a fixed place.
    """

    code: str
    pattern: str
    sheet: str = "survey"
    column: str = ""
    within: str = ""
    how: str = "exact"


_ASKED = r"(?:Parameter )?(?P<value>[\w-]+) (?:must be|must have|value must be)"
_PARAMETER = _ASKED + r"|^Invalid value for (?P<other>[\w-]+)\."
SHAPES = (
    Shape("type_unknown", r"^Unknown question type '(?P<value>.*)'", column="type", within="type"),
    Shape("type_missing", r"Question with no type", column="type"),
    Shape("name_missing", r"Question or group with no name|Entity lists must have a name", column="name"),
    Shape("name_twice",
          r"'name' value '(?P<value>.*)' is invalid\. (?:Questions, groups|Repeat names must uni)",
          column="name", within="name", how="last"),
    Shape("name_case", r"'name' value '(?P<value>.*)' is problematic",
          column="name", within="name", how="last"),
    Shape("name_reserved", r"'name' value '(?P<value>.*)' is invalid", column="name"),
    Shape("name_bad", r"Names must begin with a letter|Names used here must not"),
    Shape("calculation_missing", r"Missing calculation", column="calculation"),
    Shape("group_unopened", r"Unmatched 'end_(?P<value>\w+)'", column="type"),
    Shape("group_unclosed", r"Unmatched 'begin_\w+'.* name '(?P<value>.*)'", column="type"),
    Shape("list_unknown", r"List name not in (?:columns |choices |external choices )?sheet: (?P<value>.*)$",
          column="type"),
    Shape("list_unknown", r"(?:Repeat loop without list name|Please specify choices for this)",
          column="type"),
    Shape("choices_missing", r"There should be an? (?P<value>\w+) sheet",
          column="type", within="type", how="select"),
    Shape("choice_space", r"^Choice names with spaces .* See \[(?P<value>.*)\] in \[(?P<list>.*)\]$",
          sheet="choices", column="name", within="name"),
    Shape("choice_nameless", r"Choices must have a name", sheet="choices", column="name"),
    Shape("choice_twice", r"Choice names must be unique", sheet="choices", column="name"),
    Shape("choice_unlabelled", r"Choices should have a label", sheet="choices", column="label"),
    Shape("reference_unknown", r"Could not find the name '(?P<value>.*)'"),
    Shape("reference_twice", r"The name '(?P<value>.*)' appears more than once"),
    Shape("reference_unknown", r"There is no survey element named '(?P<value>.*)'",
          within="*", how="reference"),
    Shape("reference_twice", r"There are multiple survey elements named '(?P<value>.*)'",
          within="*", how="reference"),
    Shape("reference_bad", r"Reference variable"),
    Shape("label_missing", r"survey element named '(?P<value>.*)' has no label or hint",
          column="label", within="name"),
    Shape("label_missing", r"Repeat has no label: \{'name': '(?P<value>[^']*)'", column="label"),
    Shape("image_missing", r"an image for the survey element named (?P<value>.*)\.$",
          column="media::image", within="name"),
    Shape("header_bad",
          r"Headers that are different names for the same column were found: '(?P<other>.*)', '(?P<value>.*)'\.",
          how="header"),
    Shape("header_missing", r"required column headers were not found: (?P<value>.*?)\. Learn", how="header"),
    Shape("header_bad", r"missing mapping for '(?P<value>.*)', in which", how="header"),
    Shape("header_space", r"\[row : 1\] On the 'choices' sheet, the '(?P<value>.*)' value is invalid",
          sheet="choices", how="header"),
    Shape("header_unknown",
          r"following column\(s\) are not supported by this version of pyxform: (?P<value>.*?)\. ",
          sheet="entities", how="header"),
    Shape("survey_missing", r"You must have a sheet named 'survey'", how="sheet"),
    Shape("sheet_similar", r"When looking for a sheet named '(?P<sheet>.*)', .* found: '(?P<value>[^']*)'",
          how="sheet"),
    Shape("form_id_missing", r"Survey cannot have an empty id_string",
          sheet="settings", column="form_id", how="header"),
    Shape("form_id_twice", r"form_id and id_string column headers are both",
          sheet="settings", column="form_id", how="header"),
    Shape("parameter_bad", r"'parameters' value is invalid", column="parameters"),
    Shape("instance_twice", r"^Instance names must be unique within a form\. The name '(?P<value>.*?)'",
          column="name", within="*", how="last"),
    Shape("parameter_bad", r"Parameters must include randomize", column="parameters"),
    Shape("parameter_bad", _PARAMETER, column="parameters", within="parameters", how="holds"),
    Shape("parameter_bad", r"To include location information",
          column="parameters", within="parameters", how="location"),
    Shape("parameter_bad", r"(?:Parameter 'app' has an invalid|geoshape and geotrace)", column="parameters"),
    Shape("file_extension", r"File name for '(?P<value>.*)' should end", column="type"),
    Shape("trigger_hidden", r"calculation trigger for question \$\{(?P<value>.*?)\}",
          column="trigger", within="name"),
    Shape("search_mixed", r"^Question '(?P<value>.*?)' (?:uses 'search|is a select from file)",
          column="appearance", within="name"),
    Shape("instance_twice", r"^The same instance id .* Instance name: '(?P<value>.*?)'",
          column="type", within="*", how="holds"),
    Shape("include", r"^This section has not been included", column="type", within="type", how="include"),
    Shape("audit_named", r"Audits must always be named", column="name"),
    Shape("filter_not_here", r"Choice filter not supported", column="choice_filter"),
    Shape("table_list", r"Badly formatted table list", column="type"),
    Shape("geopoint_background", r"For 'background-geopoint' questions, the '(?P<column>\w+)'",
          column="trigger"),
    Shape("or_other_translated", r"uses or_other and translations",
          column="type", within="type", how="or_other"),
    Shape("encrypted_without_id", r"Cannot omit instanceID",
          sheet="settings", column="omit_instanceID", how="settings"),
    Shape("entity_bad", r"the entity declaration is invalid|'list_name' value is invalid",
          sheet="entities", column="list_name"),
    Shape("save_to_bad", r"the 'save_to' value is invalid", column="save_to"),
    Shape("choices_missing", r"There should be choices for this question",
          column="type", within="type", how="select"),
    Shape("row_skipped", r"Row without name, text, or label is being skipped", column="type"),
    Shape("image_large", r"Use the max-pixels parameter", column="parameters"),
    Shape("disabled_column", r"The 'disabled' column header", column="disabled"),
    Shape("device_gone", r"is no longer supported on most devices", column="type"),
    Shape("external_unfiltered", r"select one external is only meant", column="choice_filter"),
    Shape("media_unsupported", r"^Media type: (?P<value>.*) not supported", column="media", how="header"),
)  # fmt: skip


def troubles_of(text: str, *, book: Book, hint: int | None = None) -> tuple[Trouble, ...]:
    """Return the troubles that a sentence of pyxform tells of, each with its place.

    `hint` is the row of the survey sheet at which pyxform stood when it gave up, where that is known.
    """
    return tuple(_of(part, book, hint) for part in _parts(text.strip()))


def _parts(text: str) -> Iterator[str]:
    """One sentence may tell of several rows, or languages, line by line."""
    lines = text.split("\n")
    if len(lines) > 1 and all(_ROW.match(line) or _LANGUAGE.match(line) for line in lines):
        for line in lines:
            yield from _parts(line)
    elif found := _LANGUAGES.match(text):
        for language in found["values"].split(", "):
            yield f"language: {language}"
    else:
        yield text


def _of(text: str, book: Book, hint: int | None) -> Trouble:
    if text.startswith("language: "):
        return _of_language(text.removeprefix("language: "), book)
    if found := _LANGUAGE.match(text):
        place = Trouble(code="translation_missing", sheet=found["sheet"], row=1, text=text[:500])
        return replace(place, column=found["column"] or found["one"], detail=found["value"])
    if found := _DATE.search(text):
        place = Trouble(code="date_bad", sheet=found["sheet"], row=int(found["row"]) + 2, text=text[:500])
        return replace(place, column=found["column"])
    for shape in SHAPES:
        if found := re.search(shape.pattern, text, re.S):
            return _placed(shape, text, found, book, hint)
    return _placed(Shape("pyxform", "", sheet=""), text, None, book, hint)


def _placed(shape: Shape, text: str, found: re.Match[str] | None, book: Book, hint: int | None) -> Trouble:
    said = found.groupdict() if found else {}
    value = said.get("value") or said.get("other") or ""
    row, sheet, column = _stated(text)
    if sheet == "settings" and row == 1:
        row = 2  # pyxform counts the settings from their heading
    trouble = Trouble(
        code=shape.code,
        sheet=sheet or shape.sheet or ("survey" if row else ""),
        row=row,
        column=column or said.get("column") or shape.column,
        detail=value[:300],
        text=_ROW.sub("", text)[:500],
    )
    if row is None:
        trouble = _found(shape, trouble, said, book)
    if trouble.row is None and hint is not None and shape.how in ("exact", "holds", "location"):
        trouble = replace(trouble, row=hint, sheet=trouble.sheet or "survey")
    heading = _heading(book, trouble.sheet, trouble.column)
    return replace(trouble, column=heading)


def _stated(text: str) -> tuple[int | None, str, str]:
    row = _ROW.match(text)
    place = _PLACE.search(text)
    named = _SHEET.search(text)
    sheet = next((part for part in named.groups() if part), "") if named else ""
    column = place["column"].partition(" (")[0] if place else ""
    return int(row[1]) if row and row[1] else None, sheet, column


def _found(shape: Shape, trouble: Trouble, said: Mapping[str, str | None], book: Book) -> Trouble:
    if shape.how == "header":
        named = trouble.detail.strip("'").partition("'")[0]
        return replace(trouble, row=1, column=trouble.column or named)
    if shape.how == "settings":
        return replace(trouble, row=2)
    if shape.how == "sheet":
        name = trouble.detail if shape.code == "sheet_similar" else "survey"
        return replace(trouble, sheet=name, detail=said.get("sheet") or trouble.detail)
    test = _TESTS.get(shape.how)
    if not shape.within or test is None:
        return trouble
    for row, column, text, cells in _cells(book, trouble.sheet, shape.within):
        if said.get("list") and said["list"] not in (cells.get("list_name"), cells.get("list name")):
            continue
        if test(text, trouble.detail):
            trouble = replace(trouble, row=row, column=column if shape.within == "*" else trouble.column)
            if shape.how != "last":
                break
    return trouble


def _in_words(text: str, value: str) -> bool:
    return value.lower() in re.split(r"[\s=,;.]+", text.lower())


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "exact": lambda text, value: " ".join(text.split()) == value,
    "last": lambda text, value: text.strip() in (value, value.removesuffix("_count")),
    "holds": _in_words,
    "reference": lambda text, value: re.search(rf"\$\{{\s*(last-saved#)?{re.escape(value)}\s*\}}", text) is not None,
    "select": lambda text, _: re.match(r"(add )?(select|rank)|q string", text.strip().lower()) is not None,
    "location": lambda text, _: "location-" in text.lower(),
    "include": lambda text, _: text.strip().lower() == "include",
    "or_other": lambda text, _: re.search(r"or[_ ](specify )?other", text) is not None,
}  # fmt: skip


def _cells(book: Book, sheet: str, within: str) -> Iterator[tuple[int, str, str, Mapping[str, str]]]:
    page = book.sheets.get(sheet.lower())
    if page is None:
        return
    column = _heading(book, sheet, within)
    for number, cells in enumerate(page.rows, start=2):
        for heading, text in cells.items():
            if within in ("*", heading) or heading == column:
                yield number, heading, text, cells


def _heading(book: Book, sheet: str, column: str) -> str:
    """Return how the sheet itself writes a column's heading; the column as it is where it has none."""
    page = book.sheets.get(sheet.lower())
    if page is None or not column or column in page.heading:
        return column
    known = aliases.survey_header if sheet == "survey" else aliases.list_header
    wanted = _canonical(column, known)
    for heading in page.heading:
        if _canonical(heading, known) == wanted:
            return heading
    for heading in page.heading:
        if _canonical(re.split("::?", heading)[0], known) == wanted:
            return heading
    return column


def _canonical(heading: str, known: Mapping[str, object]) -> str:
    plain = "_".join(heading.split()).lower()
    said = known.get(plain, plain)
    return "::".join(said).lower() if isinstance(said, tuple) else str(said).replace(" ", "_").lower()


def _of_language(language: str, book: Book) -> Trouble:
    place = Trouble(code="language_bad", sheet="survey", row=1, detail=language)
    for name in ("survey", "choices"):
        page = book.sheets.get(name)
        for heading in page.heading if page else ():
            if re.search(rf":\s*{re.escape(language)}\s*$", heading):
                return replace(place, sheet=name, column=heading)
    settings = book.sheets.get("settings")
    if settings and settings.rows and settings.rows[0].get("default_language", "").strip() == language:
        return replace(place, sheet="settings", row=2, column="default_language")
    return place
