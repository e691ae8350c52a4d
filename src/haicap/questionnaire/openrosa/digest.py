"""HTTP Digest (RFC 7616, MD5, qop=auth) without a store: a nonce is the time it was made, signed."""

import hashlib
import re
import time
from collections.abc import Callable
from urllib.parse import unquote

from django.core import signing
from django.utils.crypto import constant_time_compare

REALM = "haicap"
LASTS = 3600  # seconds a nonce is good for; clients take a new one by themselves
_PART = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_SALT = "questionnaire.openrosa.digest"


def challenge(*, stale: bool = False) -> str:
    """Return the WWW-Authenticate header."""
    nonce = signing.Signer(salt=_SALT).sign(str(int(time.time())))
    again = ", stale=true" if stale else ""
    return f'Digest realm="{REALM}", nonce="{nonce}", qop="auth", algorithm=MD5{again}'


def parts(header: str) -> dict[str, str]:
    """Return the parts of a Digest header by name."""
    return {
        name: quoted.replace('\\"', '"').replace("\\\\", "\\") if bare == "" else bare
        for name, quoted, bare in _PART.findall(header)
    }


def is_fresh(nonce: str) -> bool:
    """Say whether a nonce is ours and not too old."""
    try:
        made = int(signing.Signer(salt=_SALT).unsign(nonce))
    except (signing.BadSignature, ValueError):
        return False
    return 0 <= time.time() - made + 5 <= LASTS + 5


def is_right(given: dict[str, str], *, method: str, target: str, password: Callable[[], str]) -> bool:
    """Say whether a response was made with the password, for this method and this address."""
    uri = given.get("uri", "")
    if given.get("qop") != "auth" or given.get("algorithm", "MD5").upper() != "MD5":
        return False
    if given.get("realm") != REALM or unquote(uri) != unquote(target):
        return False
    ha1 = _md5(f"{given.get('username', '')}:{REALM}:{password()}")
    ha2 = _md5(f"{method}:{uri}")
    wanted = _md5(
        ":".join((ha1, given.get("nonce", ""), given.get("nc", ""), given.get("cnonce", ""), "auth", ha2))
    )
    return constant_time_compare(wanted, given.get("response", ""))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
