"""Sentences for what a verifier of signatures finds."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

FILE_FAULTS: Mapping[str, Text] = {
    "unreadable": _("This is no PDF that can be read, or it is larger than 50 MB."),
    "unsigned": _("This document carries no electronic signature."),
}
FAULTS: Mapping[str, Text] = {
    "altered": _("The document was altered: it is not what was signed."),
    "forged": _("The signature is forged: it was not made with the key of the certificate it shows."),
    "changed_after": _("Something was added to or changed in the document after this signature."),
    "expired": _("The certificate had expired when the document was signed."),
    "not_yet": _("The certificate was not valid yet when the document was signed."),
    "expired_since": _(
        "The certificate has expired since. That it was valid when the document was signed is only what the "
        "signature itself says: there is no time-stamp."
    ),
    "revoked": _("The certificate was revoked before the document was signed."),
    "revoked_since": _(
        "The certificate has been revoked since. That it was valid when the document was signed is only what the "
        "signature itself says: there is no time-stamp."
    ),
    "untrusted": _(
        "Nobody who is trusted here vouches for this certificate: anyone can put any name into it."
    ),
    "weak": _("The signature uses a method that is no longer safe."),
    "unreadable": _("This signature cannot be read."),
}
