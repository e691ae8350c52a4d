"""Submissions as files: which columns there are, and how each format writes them.

`layout_of` lays out sheets and columns over all versions of a form; `Arranger` puts one submission's rows in that
order; `csv_zip`, `xlsx`, `geojson`, `parquet`, `xml_zip` turn rows into bytes piece by piece, in constant memory.
"""

from haicap.questionnaire.rules.export.arrange import Arranger
from haicap.questionnaire.rules.export.csvs import csv_zip
from haicap.questionnaire.rules.export.dictionary import dictionary
from haicap.questionnaire.rules.export.geo import geojson
from haicap.questionnaire.rules.export.instances import Held, xml_zip
from haicap.questionnaire.rules.export.layout import Column, Layout, Sheet, layout_of
from haicap.questionnaire.rules.export.options import EXTENSIONS, FORMATS, META, ExportError, Options
from haicap.questionnaire.rules.export.parquet import parquet
from haicap.questionnaire.rules.export.xlsx import xlsx

__all__ = [
    "EXTENSIONS", "FORMATS", "META", "Arranger", "Column", "ExportError", "Held", "Layout", "Options", "Sheet",
    "csv_zip", "dictionary", "geojson", "layout_of", "parquet", "xlsx", "xml_zip",
]  # fmt: skip
