"""When two spellings are one name.

The tone mark of a syllable is written in two ways (Hòa and Hoà, Thủy and Thuỷ): one name. Any other
difference, of tone, of letter, of a hat or a horn, is another name: Thanh An is not Thạnh An.
"""

from unicodedata import normalize

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook above, dot below; the hat, the breve and the horn belong to the letter."""


def spelling(text: str) -> str:
    """Return `text` in lower case and NFC with the tone of each word moved to its end; equal for one name."""
    return " ".join(_toned(word) for word in normalize("NFD", text.casefold()).split())


def _toned(word: str) -> str:
    letters = "".join(char for char in word if char not in TONES)
    tones = "".join(char for char in word if char in TONES)
    return normalize("NFC", letters) + tones


def is_same_name(*, given: str, full_name: str, name: str) -> bool:
    """Say whether `given` spells a unit's name, with or without its type in front."""
    return spelling(given) in (spelling(full_name), spelling(name))
