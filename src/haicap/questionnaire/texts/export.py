"""The words of an exported file in its language."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from haicap.kernel.errors import Text

STATES: Mapping[str, Text] = {
    "received": _("Received"),
    "has_issues": _("Returned for correction"),
    "edited": _("Edited"),
    "approved": _("Approved"),
    "rejected": _("Rejected"),
}
_WORDS: Mapping[str, Text] = {
    "__id": _("Submission"),
    "__form_version": _("Version of the form"),
    "__name": _("Name of the submission"),
    "__state": _("State"),
    "__unit": _("Code of the unit"),
    "__unit_name": _("Unit"),
    "__person": _("Filled in by"),
    "__key": _("Key of the device"),
    "__device": _("Device"),
    "__agent": _("Program"),
    "__started_at": _("Begun, by the device's clock"),
    "__ended_at": _("Ended, by the device's clock"),
    "__received_at": _("Received"),
    "__updated_at": _("Last changed"),
    "__edits": _("Edits"),
    "__files": _("Files"),
    "__files_missing": _("Files still missing"),
    "__fault": _("Fault in the stored form"),
    "verified": _("verified"),
    "verified_note": _("verified: why"),
    "latitude": _("latitude"),
    "longitude": _("longitude"),
    "table": _("Table"),
    "column": _("Column"),
    "name": _("Name"),
    "path": _("Path"),
    "type": _("Type"),
    "role": _("Role"),
    "question": _("Question"),
    "choices": _("Choices"),
    "required": _("Required"),
    "relevant": _("Asked if"),
    "constraint": _("Condition"),
    "versions": _("Versions"),
    "part": _("Part"),
    "text": _("Text"),
    "long": _("cut to fit the cell; the whole text is in the sheet"),
    "sheet.long": _("Long texts"),
    "sheet.dictionary": _("Dictionary"),
    **{f"state.{state}": word for state, word in STATES.items()},
}


def titles(language: str) -> dict[str, str]:
    """Return the words in Vietnamese, or in English where `language` ("en", "English (en)") is English."""
    name = language.strip().lower()
    with override("en" if name.startswith("en") or name.endswith("(en)") else "vi"):
        return {key: str(word) for key, word in _WORDS.items()}
