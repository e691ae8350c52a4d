"""Sentences of signing: what a token or a signature refuses with."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

SIGNING: Mapping[str, Text] = {
    "token.missing": _(
        "The key of your certificate is not in the token. Plug the token in, or ask the administrator."
    ),
    "token.refused": _("The token refuses: its passphrase or PIN is not right. Nothing was signed."),
    "token.module": _("The driver of the token is not installed. Nothing was signed."),
    "sign.expired": _("The certificate expired on %(detail)s. Nothing was signed."),
    "sign.not_yet": _("The certificate is valid only from %(detail)s on. Nothing was signed."),
    "sign.other": _(
        "The token holds another certificate under this name than the one that is registered. Nothing was signed."
    ),
    "sign.timestamp": _("The time-stamp authority does not answer. Nothing was signed; try again."),
    "sign.unreadable": _("The document cannot be read. Nothing was signed."),
    "sign.failed": _("The document could not be signed. Nothing was changed."),
}
