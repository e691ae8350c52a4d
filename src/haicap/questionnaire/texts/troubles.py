"""Faults and warnings of a form's file in sentences: what is wrong, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text
from haicap.kernel.tables import Fault, Faulty
from haicap.questionnaire.rules.troubles import FormError, Trouble

SENTENCES: Mapping[str, tuple[Text, Text]] = {  # what is wrong, what to do
    "pyxform": (
        _("the form cannot be converted: %(text)s"),
        _("Compare the row with the XLSForm reference."),
    ),
    # the file
    "empty": (_("the file is empty"), _("Choose the workbook again.")),
    "not_workbook": (
        _("this is not an Excel workbook (.xlsx, .xls), nor an XForm (.xml)"),
        _("Save it in Excel as .xlsx; a table of text must be named .csv or .md."),
    ),
    "damaged": (
        _("the file is damaged or was not received whole"),
        _("Open it in Excel, save it anew, send it again."),
    ),
    "encrypted": (_("the workbook is locked by a password"), _("Take the password away and save it again.")),
    "doctype": (
        _("the file holds a document type or entities (DOCTYPE, ENTITY)"),
        _("Take them out; forms need none."),
    ),
    "too_large": (
        _("the file is larger than %(detail)s MB"),
        _("Take out pictures and sheets that are not the form's."),
    ),
    "too_large_unpacked": (
        _("the workbook unpacks to more than is taken (%(detail)s MB)"),
        _("Take out pictures and sheets that are not the form's."),
    ),
    "too_many_sheets": (
        _("the workbook has more than %(detail)s sheets"),
        _("Take out those that are not the form's."),
    ),
    "too_many_rows": (
        _("the sheet has more than %(detail)s rows"),
        _("Long lists belong into a CSV file that the form reads."),
    ),
    "too_many_columns": (
        _("the sheet has more than %(detail)s columns"),
        _("Take out those that are not the form's."),
    ),
    "too_deep": (_("groups are nested deeper than %(detail)s"), _("Close groups before others begin.")),
    "too_slow": (
        _("the conversion took longer than %(detail)s seconds and was given up"),
        _("Shorten very long formulas; split the form."),
    ),
    "cell_too_long": (_("the cell has more than %(detail)s characters"), _("Shorten the text.")),
    "cells_too_many": (_("a row has more cells than its heading"), _("Write the missing heading.")),
    "character_bad": (_("the cell holds a control character (%(detail)s)"), _("Type the text anew.")),
    "date_bad": (_("the cell holds a date or number that cannot be read"), _("Format the cell as text.")),
    "macros": (
        _("the workbook has macros; they are never run"),
        _("The copy kept here has them taken out where it is .xlsm."),
    ),
    # sheets and headings
    "sheet_missing": (_("the sheet is missing"), _("Add it; names are in small letters.")),
    "survey_missing": (_("there is no sheet named survey"), _("Name the sheet with the questions survey.")),
    "sheet_similar": (
        _("is this sheet meant to be %(detail)s?"),
        _("Rename it, or put _ before its name to say it is not."),
    ),
    "choices_missing": (
        _("the question chooses from a list, and there is no sheet for it"),
        _("Add a sheet choices with list_name, name and label."),
    ),
    "column_missing": (_("the column is missing"), _("Write its heading in row 1.")),
    "header_missing": (_("headings are missing: %(detail)s"), _("Write them in row 1.")),
    "header_twice": (_("the heading stands twice: %(detail)s"), _("Rename or take out one of them.")),
    "header_bad": (
        _("the heading is not understood, or says the same as another: %(detail)s"),
        _("Rename or take out the column."),
    ),
    "header_space": (
        _("a heading of the sheet choices has a space or is empty: %(detail)s"),
        _("The column is left out; write _ for the space."),
    ),
    "header_unknown": (
        _("columns that are not known: %(detail)s"),
        _("Check their spelling, or take them out."),
    ),
    # the survey
    "type_unknown": (
        _("there is no question type %(detail)s"),
        _("Check its spelling, or the list of types."),
    ),
    "type_missing": (_("the question has no type"), _("Write its type.")),
    "name_missing": (_("the row has no name"), _("Write a name.")),
    "name_twice": (_("the name is used twice: %(detail)s"), _("Give one of them another name.")),
    "name_case": (
        _("two names differ only in capital letters: %(detail)s"),
        _("Give one of them another name."),
    ),
    "name_reserved": (_("the name may not be used here: %(detail)s"), _("Choose another name.")),
    "name_bad": (
        _("the name has a character that names cannot have"),
        _("Begin with a letter or _; then letters, digits, - . and _, without spaces."),
    ),
    "name_too_long": (_("the name is longer than 200 characters: %(detail)s"), _("Shorten it.")),
    "calculation_missing": (
        _("a calculated value has no calculation"),
        _("Write it into the column calculation."),
    ),
    "group_unopened": (
        _("a group or repeat ends that did not begin"),
        _("Take out the row, or write the begin row."),
    ),
    "group_unclosed": (_("a group or repeat does not end: %(detail)s"), _("Write the end row.")),
    "label_missing": (_("%(detail)s has neither label nor hint"), _("Write what people are to read.")),
    "list_unknown": (
        _("the list is not on the sheet choices: %(detail)s"),
        _("Check the name of the list in both places."),
    ),
    "reference_unknown": (
        _("a question is referred to that the form does not have: %(detail)s"),
        _("Check the name between ${ and }."),
    ),
    "reference_twice": (
        _("a question is referred to whose name stands twice: %(detail)s"),
        _("Give one of them another name."),
    ),
    "reference_bad": (_("a reference is not written as ${name}"), _("Write ${, the name, }.")),
    "parameter_bad": (
        _("a parameter is not right: %(text)s"),
        _("Parameters are written key=value with spaces between."),
    ),
    "file_extension": (
        _("a list from a file must name a .csv, .xml or .geojson file: %(detail)s"),
        _("Write the whole name of the file."),
    ),
    "trigger_hidden": (_("the trigger is a value nobody sees"), _("Choose a question that people answer.")),
    "search_mixed": (_("search() does not go with this list: %(text)s"), _("Use a list of its own for it.")),
    "instance_twice": (_("two lists or files have the same name: %(detail)s"), _("Rename one of them.")),
    "include": (_("include is not taken here"), _("Copy the questions into the workbook.")),
    "audit_named": (_("the row audit has another name"), _("Leave its name blank.")),
    "filter_not_here": (
        _("choice_filter does not go with this question"),
        _("Take it out, or change the type."),
    ),
    "table_list": (_("the questions of a table choose from different lists"), _("Use one list.")),
    "geopoint_background": (
        _("background-geopoint needs a trigger and no calculation"),
        _("Write the trigger."),
    ),
    "image_missing": (_("big-image needs an image as well"), _("Write the image.")),
    "media_unsupported": (_("this kind of file is not known: %(detail)s"), _("Use image, audio or video.")),
    "entity_bad": (_("the list of entities is not right: %(text)s"), _("See the row of the sheet entities.")),
    "save_to_bad": (_("save_to is not right: %(text)s"), _("See the name of the property and its list.")),
    "form_id_missing": (_("the form has no id"), _("Write form_id on the sheet settings.")),
    "form_id_twice": (_("settings has both form_id and id_string"), _("Keep form_id.")),
    "form_id_bad": (
        _("the id is too long or has / or \\ in it: %(detail)s"),
        _("Use letters, digits, - and _."),
    ),
    "version_bad": (_("the version is too long: %(detail)s"), _("Shorten it.")),
    "encrypted_without_id": (_("an encrypted form needs its instanceID"), _("Take out omit_instanceID.")),
    # choices
    "choice_space": (
        _("a value of a list for several answers has a space: %(detail)s"),
        _("Write _ for the space."),
    ),
    "choice_nameless": (_("the choice has no name"), _("Write its value.")),
    "choice_twice": (
        _("the value stands twice in its list"),
        _("Change one, or allow it with allow_choice_duplicates."),
    ),
    "choice_unlabelled": (_("the choice has no label"), _("Write what people are to read.")),
    # what is only doubtful
    "translation_missing": (
        _("the language %(detail)s lacks columns"),
        _("Add the column for this language."),
    ),
    "language_bad": (_("the language has no code: %(detail)s"), _("Write it as Tiếng Việt (vi).")),
    "or_other_translated": (
        _("or_other is not translated"),
        _("Write a choice other and a question for it."),
    ),
    "row_skipped": (_("the row has no type and is left out"), _("Fill it, or take it out.")),
    "image_large": (_("pictures are taken in full size"), _("Write max-pixels=1600 to send them faster.")),
    "disabled_column": (_("the column disabled is old"), _("Use relevant.")),
    "device_gone": (_("devices no longer give this"), _("Take out the row.")),
    "external_unfiltered": (
        _("a list from external_choices needs choice_filter"),
        _("Write it, or use select_one."),
    ),
    # the plan's own form
    "twice": (
        _("the name is used twice (first row in brackets): %(detail)s"),
        _("Give one of them another name."),
    ),
    "type_changed": (
        _("the type of a question of the plan was changed; it must stay %(detail)s"),
        _("Put its type back."),
    ),
    "question_missing": (_("a question of the plan was removed: %(detail)s"), _("Put it back.")),
    # XForms
    "xform_too_large": (_("the form is larger than is taken"), _("Split it.")),
    "xform_doctype": (
        _("the file holds a document type or entities (DOCTYPE, ENTITY)"),
        _("Take them out; forms need none."),
    ),
    "xform_not_xml": (_("the file is not well-formed XML: %(detail)s"), _("Correct it where it says.")),
    "xform_too_deep": (_("groups are nested deeper than %(detail)s"), _("Close groups before others begin.")),
    "xform_no_model": (
        _("this is no XForm: it has no model"),
        _("An XForm is h:html with h:head and model."),
    ),
    "xform_no_instance": (
        _("the XForm has no instance"),
        _("The first instance of the model holds the questions."),
    ),
    "xform_no_form_id": (_("the XForm has no id"), _("Write id at the root of its instance.")),
    "xform_twice": (_("a question stands twice: %(detail)s"), _("Give one of them another name.")),
    "xform_no_html": (
        _("the root is not h:html: %(detail)s"),
        _("An XForm is h:html with h:head and h:body."),
    ),
    "xform_no_body": (_("the XForm has no h:body"), _("Write the controls into h:body.")),
    "xform_no_bind": (
        _("the XForm has no bind: every answer is taken as text"),
        _("Write a bind for each question."),
    ),
    "xform_bind_unknown": (
        _("a bind names a question the instance does not have: %(detail)s"),
        _("Check its path."),
    ),
    "xform_control_unknown": (
        _("a control names a question the instance does not have: %(detail)s"),
        _("Check its path."),
    ),
    "xform_text_missing": (
        _("a text is missing from itext: %(detail)s"),
        _("Write it, or take out the reference."),
    ),
    # beside the file
    "media_missing": (
        _("a file the form needs is missing: %(detail)s"),
        _("Add it before people fill in the form."),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A trouble as people read it."""

    sheet: str
    row: int | None
    column: str
    message: str
    todo: str
    text: str
    code: str


def said(trouble: Trouble) -> Said:
    """Return a trouble in the reader's language; one of an unknown code in the converter's own words."""
    wrong, todo = SENTENCES.get(trouble.code, SENTENCES["pyxform"])
    detail = trouble.detail or trouble.text or "–"
    return Said(
        sheet=trouble.sheet,
        row=trouble.row,
        column=trouble.column,
        message=str(wrong) % {"detail": detail, "text": trouble.text or detail},
        todo=str(todo),
        text=trouble.text,
        code=f"form.{trouble.code}",
    )


class FormFaulty(Faulty):
    """A file that cannot be taken; `troubles` and `warnings` are in sentences, by place."""

    def __init__(self, code: str, message: Text, *, name: str, bad: FormError) -> None:
        self.troubles = tuple(said(trouble) for trouble in bad.troubles)
        self.warnings = tuple(said(trouble) for trouble in bad.warnings)
        faults = [
            Fault(
                file=f"{name}:{one.sheet}" if one.sheet else name,
                row=one.row,
                column=one.column or None,
                message=one.message,
                code=one.code,
            )
            for one in self.troubles
        ]
        super().__init__(code, message, faults=faults)
        self.details = {
            **self.details,
            "troubles": [asdict(one) for one in self.troubles],
            "warnings": [asdict(one) for one in self.warnings],
        }


def to_json(troubles: Sequence[Trouble]) -> list[dict[str, Any]]:
    """Return troubles as plain data for a JSON column."""
    return [asdict(trouble) for trouble in troubles]


def from_json(rows: Sequence[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    """Return the troubles that `to_json` wrote."""
    return tuple(Trouble(**row) for row in rows)
