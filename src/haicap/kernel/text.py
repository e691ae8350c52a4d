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

    def of(key: str) -> object:
        return instance[key] if isinstance(instance, Mapping) else getattr(instance, key)

    if (get_language() or "vi").startswith("en") and (english := of(f"{name}_en")):
        return str(english)
    return str(of(f"{name}_vi"))
