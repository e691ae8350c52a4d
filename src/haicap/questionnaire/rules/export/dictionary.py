"""The data dictionary: every column with its question, type, choices and versions."""

from haicap.questionnaire.rules.export.layout import Column, Layout
from haicap.questionnaire.rules.schema import in_language

_HEADERS = ("table", "column", "name", "path", "type", "role")
_ENDS = ("required", "relevant", "constraint", "versions")


def dictionary(layout: Layout) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows: the question and its choices once in each language of the form."""
    languages = layout.languages or ("",)
    titles = layout.titles

    def title(key: str, language: str = "") -> str:
        return f"{titles.get(key, key)} {language}".strip()

    heads = [title(key) for key in _HEADERS]
    for language in languages:
        heads += [title("question", language), title("choices", language)]
    heads += [title(key) for key in _ENDS]
    rows = []
    for sheet in layout.sheets:
        rows += [[sheet.name, *_row(column, languages, layout)] for column in sheet.columns]
    return heads, rows


def _row(column: Column, languages: tuple[str, ...], layout: Layout) -> list[str]:
    field = column.field
    found = [column.header, column.name, field.path if field else "", column.type, column.role]
    for language in languages:
        found.append(in_language(field.label, language) if field else layout.titles.get(column.name, ""))
        found.append(
            "; ".join(
                f"{choice.value} = {in_language(choice.label, language) or choice.value}"
                for choice in column.choices
            )
        )
    if field is None:
        return [*found, "", "", "", ""]
    return [*found, field.required, field.relevant, field.constraint, ", ".join(column.versions)]
