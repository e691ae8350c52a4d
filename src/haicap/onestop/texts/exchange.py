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


FIELD_NAMES: Mapping[str, Text] = {
    "code": _("code of the dossier"),
    "procedure": _("code of the procedure"),
    "received": _("received by"),
    "competent": _("competent body"),
    "returned": _("returned by"),
    "channel": _("channel"),
    "status": _("status"),
    "registered_at": _("handed in on"),
    "received_at": _("received on"),
    "appointment_at": _("appointment"),
    "supplement_at": _("supplement requested on"),
    "supplemented_at": _("supplement handed in on"),
    "extended_at": _("apologised on"),
    "extended_until": _("new appointment"),
    "paid_at": _("paid on"),
    "ended_at": _("result, refusal or stop on"),
    "returned_at": _("result returned on"),
    "number": _("number of the result"),
    "fee": _("fee (đồng)"),
    "paid_online": _("paid online"),
    "digitised": _("papers digitised"),
    "full_name": _("name of the applicant"),
    "id_number": _("identity number"),
    "phone": _("telephone"),
    "address": _("address"),
}
STATUS_NAMES: Mapping[str, Text] = {
    "new": _("newly registered"),
    "received": _("received"),
    "not_received": _("not received"),
    "processing": _("processing"),
    "supplement": _("supplement requested"),
    "withdrawn": _("withdrawn by the applicant"),
    "stopped": _("stopped"),
    "refused": _("refused"),
    "processed": _("processed"),
    "returned": _("result returned"),
}
IMPORT: Mapping[str, Text] = {
    "import.empty": _("nothing is filled in; the column or a value for all rows is needed"),
    "import.word": _("“%(detail)s” has no meaning yet: say what it stands for"),
    "import.date": _("“%(detail)s” is no date as the mapping writes dates"),
    "import.future": _("%(detail)s lies in the future"),
    "import.number": _("“%(detail)s” is no amount in đồng"),
    "import.yes_no": _("“%(detail)s” is neither yes nor no"),
    "import.long": _("the code is longer than 60 signs"),
    "import.order": _("lies before “%(detail)s”"),
    "import.needs": _("the status “%(detail)s” needs it"),
    "import.contradiction": _("does not go with the status “%(detail)s”"),
    "import.body": _("there is no body “%(detail)s”; give its code"),
    "import.procedure": _("there is no procedure “%(detail)s” in the catalogue; enter it there first"),
    "import.twice": _("the code stands in row %(detail)s already"),
    "import.taken": _("a dossier of this house has this code already"),
    "import.differs": _(
        "the ledger holds other dates than the file; a ledger is not rewritten, so the dossier stays as it is"
    ),
    "import.here": _("the dossier is worked on in this house since; it stays as it is"),
}


def fault_text(code: str, detail: str) -> str:
    """Return the sentence for a fault of a row; a field or status in `detail` is named in words."""
    named = FIELD_NAMES if code == "import.order" else STATUS_NAMES if code in _OF_STATUS else {}
    return str(IMPORT[code]) % {"detail": named.get(detail, detail)}


_OF_STATUS = frozenset({"import.needs", "import.contradiction"})
