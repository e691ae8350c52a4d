"""Words of the desk: what a dossier waits for, where it is now, and the verbs on its buttons."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text
from haicap.kernel.text import localized
from haicap.onestop.models import Dossier
from haicap.onestop.queries.lists import Foretold, Waits
from haicap.onestop.rules.lifecycle import Kind, Life, Status
from haicap.register.models import Body

FORETOLD: Mapping[Foretold, tuple[Text, str]] = {
    Foretold.LATE: (gettext_lazy("late"), "red"),
    Foretold.AT_RISK: (gettext_lazy("at risk"), "orange"),
    Foretold.ON_TIME: (gettext_lazy("on time"), "green"),
    Foretold.WAITING: (gettext_lazy("no time runs"), "grey"),
    Foretold.ENDED: (gettext_lazy("decided"), "blue"),
}
WAITS: Mapping[Waits, Text] = {
    Waits.RECEIVE: gettext_lazy("to be received"),
    Waits.FORWARD: gettext_lazy("to be forwarded"),
    Waits.ASSIGN: gettext_lazy("to be assigned"),
    Waits.PROCESS: gettext_lazy("to be processed"),
    Waits.APPROVE: gettext_lazy("draft to be approved"),
    Waits.SIGN: gettext_lazy("to be signed"),
    Waits.ISSUE: gettext_lazy("to be numbered and issued"),
    Waits.RETURN: gettext_lazy("result to be returned"),
    Waits.WITHDRAWAL: gettext_lazy("withdrawal to be decided"),
}
STATUS_COLOURS: Mapping[int, str] = {
    Status.NEW: "grey",
    Status.RECEIVED: "blue",
    Status.NOT_RECEIVED: "grey",
    Status.PROCESSING: "blue",
    Status.SUPPLEMENT: "orange",
    Status.FINANCIAL: "orange",
    Status.WITHDRAWING: "orange",
    Status.STOPPED: "grey",
    Status.PROCESSED: "purple",
    Status.RETURNED: "green",
}
VERBS: Mapping[Kind, Text] = {
    Kind.RECEIVED: gettext_lazy("Receive"),
    Kind.NOT_RECEIVED: gettext_lazy("Refuse to receive (form 03)"),
    Kind.SCANNED: gettext_lazy("Add scans"),
    Kind.FORWARDED: gettext_lazy("Forward to the competent body"),
    Kind.ASSIGNED: gettext_lazy("Assign"),
    Kind.STEP_DONE: gettext_lazy("Tick off a step"),
    Kind.SUPPLEMENT_ASKED: gettext_lazy("Ask for a supplement (form 02)"),
    Kind.SUPPLEMENT_GIVEN: gettext_lazy("Take the supplement"),
    Kind.PAYMENT_ASKED: gettext_lazy("Ask for a payment"),
    Kind.PAID: gettext_lazy("Record the payment"),
    Kind.CONSULTED: gettext_lazy("Consult another body"),
    Kind.CONSULT_ANSWERED: gettext_lazy("Give the opinion"),
    Kind.EXTENDED: gettext_lazy("Apologise and extend (form 04)"),
    Kind.WITHDRAW_ASKED: gettext_lazy("Take the request to withdraw"),
    Kind.WITHDRAW_DECLINED: gettext_lazy("Decline the withdrawal"),
    Kind.STOPPED: gettext_lazy("Stop the dossier (form 05)"),
    Kind.DRAFTED: gettext_lazy("Write the result"),
    Kind.SIGNED: gettext_lazy("Sign the result"),
    Kind.NUMBERED: gettext_lazy("Number the result"),
    Kind.ISSUED: gettext_lazy("Seal and issue the result"),
    Kind.APPROVED: gettext_lazy("Approve the draft"),
    Kind.SENT_BACK: gettext_lazy("Send the draft back"),
    Kind.POSTED: gettext_lazy("Hand to the post"),
    Kind.RETURNED: gettext_lazy("Return the result"),
    Kind.REROUTED: gettext_lazy("Pass to another competent body"),
}
ICONS: Mapping[Kind, str] = {
    Kind.RECEIVED: "inbox",
    Kind.NOT_RECEIVED: "ban",
    Kind.SCANNED: "scan",
    Kind.FORWARDED: "send",
    Kind.ASSIGNED: "user-check",
    Kind.STEP_DONE: "list-check",
    Kind.SUPPLEMENT_ASKED: "file-plus",
    Kind.SUPPLEMENT_GIVEN: "file-check",
    Kind.PAYMENT_ASKED: "receipt",
    Kind.PAID: "cash",
    Kind.CONSULTED: "message-question",
    Kind.CONSULT_ANSWERED: "message-check",
    Kind.EXTENDED: "calendar-plus",
    Kind.WITHDRAW_ASKED: "arrow-back-up",
    Kind.WITHDRAW_DECLINED: "x",
    Kind.STOPPED: "player-stop",
    Kind.DRAFTED: "file-text",
    Kind.SIGNED: "signature",
    Kind.NUMBERED: "number",
    Kind.ISSUED: "rosette",
    Kind.APPROVED: "circle-check",
    Kind.SENT_BACK: "corner-up-left",
    Kind.POSTED: "mail",
    Kind.RETURNED: "hand-grab",
    Kind.REROUTED: "route",
}
DELIVER: Mapping[str, Text] = {
    "counter": gettext_lazy("at a counter"),
    "post": gettext_lazy("by public post"),
    "online": gettext_lazy("online"),
}


def _name(body: Body | None) -> str:
    return localized(body, "name") if body else "—"


def where(*, dossier: Dossier, life: Life) -> str:
    """Return one sentence that says where a dossier is now and what it waits for."""
    names = {
        "received": _name(dossier.received_body),
        "competent": _name(dossier.competent_body),
        "holder": _name(dossier.holder),
        "returned": _name(dossier.returned_body),
        "person": dossier.assignee.full_name if dossier.assignee else "",
    }
    match life.status:
        case Status.NEW:
            return _("Registered at %(received)s; it waits to be received there.") % names
        case Status.RECEIVED:
            return _("Received at %(received)s; it waits to be forwarded to %(competent)s.") % names
        case Status.NOT_RECEIVED:
            return _("Not received; the reason was given to the applicant.")
        case Status.SUPPLEMENT:
            return _("Waits for the applicant, who was asked to complete the papers.")
        case Status.FINANCIAL:
            return _("Waits for a payment by the applicant.")
        case Status.WITHDRAWING:
            return _("The applicant wants it back; %(competent)s decides.") % names
        case Status.STOPPED:
            return _("Stopped; nothing more is to be done.")
        case Status.PROCESSED:
            return _processed(life) % names
        case Status.RETURNED:
            return _("The applicant has the result; it was returned by %(returned)s.") % names
    return _processing(life) % names


def _processed(life: Life) -> str:
    if life.delivery == "posted":
        return _("The result is on its way by post.")
    if life.payment == "due":
        return _("The result waits at %(holder)s until the fee is paid.")
    return _("The result waits at %(holder)s for the applicant.")


def _processing(life: Life) -> str:
    if life.result.number:
        return _("Signed and numbered at %(competent)s; it waits to be sealed and issued.")
    if life.result.signed:
        return _("Signed at %(competent)s; it waits for its number and seal.")
    if life.result.approved:
        return _("Approved at %(competent)s; it waits for the signature.")
    if any(row.answered_at is None for row in life.consultations):
        return _("At %(competent)s, which waits for the opinion of another body.")
    if life.result.drafted:
        return _("Drafted at %(competent)s; the draft waits for approval.")
    if life.assignee:
        return _("At %(competent)s, being processed by %(person)s.")
    return _("At %(competent)s; nobody has it in hand yet.")


def details_of(
    *, kind: str, payload: Mapping[str, object], bodies: Mapping[str, Body], people: Mapping[int, str]
) -> str:
    """Return what an event says besides its name, in words."""
    found: list[str] = []
    for name in ("reason", "question", "opinion", "note", "text", "number", "proof", "carrier", "receipt"):
        if payload.get(name):
            found.append(str(payload[name]))
    if kind in (Kind.CONSULTED, Kind.REROUTED, Kind.PAPER_SENT) and payload.get("to"):
        body = bodies.get(str(payload["to"]))
        found.insert(0, _name(body) if body else str(payload["to"]))
    if kind == Kind.RECEIVED:
        body = bodies.get(str(payload.get("competent", "")))
        found.insert(
            0, _("competent: %(body)s") % {"body": _name(body) if body else payload.get("competent", "")}
        )
    if kind == Kind.ASSIGNED:
        person = payload.get("person")
        found.insert(0, people.get(int(str(person)), "") if person is not None else _("to nobody"))
    if kind == Kind.SCANNED:
        files = payload.get("files")
        found.append(_("%(count)s files") % {"count": len(files)} if isinstance(files, list) else "")
    if kind == Kind.DRAFTED:
        found.insert(0, _("refused") if payload.get("result") == "refused" else _("granted"))
    if payload.get("clock"):
        found.append(_("the clock of the server had been set back"))
    return "; ".join(part for part in found if part)
