"""Personal identifiers as they are shown unless somebody unmasks them."""

STAR = "•"


def mask_number(text: str, *, shown: int = 3) -> str:
    """Return the last `shown` signs of an identity or telephone number, the others as dots."""
    bare = text.strip()
    return STAR * max(0, len(bare) - shown) + bare[-shown:] if len(bare) > shown else STAR * len(bare)


def mask_email(text: str) -> str:
    """Return the first letter and the domain of an e-mail address."""
    name, at, domain = text.partition("@")
    return f"{name[:1]}{STAR * 3}@{domain}" if at else ""


def mask_name(text: str) -> str:
    """Return the initials of a name with its last word whole, as a public page may show it: N• V• An."""
    words = text.split()
    return " ".join([f"{word[0]}{STAR}" for word in words[:-1]] + words[-1:]) if words else ""


def mask_address(text: str) -> str:
    """Return an address without house number and street: what follows the first comma."""
    _street, comma, rest = text.partition(",")
    return f"{STAR * 3},{rest}" if comma else STAR * 3 if text else ""
