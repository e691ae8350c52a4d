"""Vietnamese text: kept in NFC, found with and without diacritics."""

import unicodedata
from collections.abc import Mapping

from django.utils.translation import get_language


def nfc(text: str) -> str:
    """Return `text` in Unicode normalisation form C, without surrounding space."""
    return unicodedata.normalize("NFC", text).strip()


def fold(text: str) -> str:
    """Return `text` for searching: lower case, no diacritics, đ as d, single spaces.

    Two different names may fold alike (xã Thanh An, xã Thạnh An): never use it as a key.
    """
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    kept = "".join(char for char in plain if unicodedata.category(char) != "Mn")
    return " ".join(kept.split())


def localized(instance: object, name: str) -> str:
    """Return `name`_vi or `name`_en of a row or mapping by the current language; Vietnamese where English is empty."""

    vietnamese, english = f"{name}_vi", f"{name}_en"
    if isinstance(instance, Mapping):
        texts = instance.get(english, ""), instance[vietnamese]
    else:
        texts = getattr(instance, english, ""), getattr(instance, vietnamese)
    return str(texts[0] or texts[1]) if (get_language() or "vi").startswith("en") else str(texts[1])
