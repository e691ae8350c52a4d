"""Sentences of webhooks and of the import."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text

BAD_ADDRESS: Mapping[str, Text] = {
    "hook.url": _("This is no web address. Write it like https://he-thong.example.vn/nhan-tin."),
    "hook.https": _("The address must begin with https://."),
    "hook.private": _("The address lies inside a private network; events are sent to public addresses only."),
    "hook.unknown": _("The name of this address is not known."),
}
ANSWERS: Mapping[str, Text] = {
    **BAD_ADDRESS,
    "timeout": _("no answer in time"),
    "ConnectError": _("no connection"),
    "ConnectionRefusedError": _("no connection"),
}


def told_answer(answer: str) -> str:
    """Return what came back in words a person reads: a failure of our own by its sentence, else as it came."""
    return str(ANSWERS.get(answer, answer))
