"""What a filled form says about itself: its text, when, where, with which device, about which unit."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from lxml import etree

from haicap.kernel.access import Actor
from haicap.questionnaire.models import Form
from haicap.questionnaire.queries.versions import Opened
from haicap.questionnaire.rules.schema import points, typed
from haicap.register.models import Unit


def text_of(raw: bytes, root: etree._Element) -> str:
    """Return the XML as text: as it was sent where that was UTF-8, else written anew without its declaration."""
    if (root.getroottree().docinfo.encoding or "UTF-8").upper() in ("UTF-8", "UTF8", "ASCII", "US-ASCII"):
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:  # a declaration that the bytes do not keep, which the parser saw through
            pass
    return str(etree.tostring(root, encoding="unicode"))


def answer(root: etree._Element, path: str) -> str:
    """Return the first answer at "/group/name", "" where there is none."""
    node = root.find("/".join(f"{{*}}{step}" for step in path.strip("/").split("/"))) if path else None
    return (node.text or "").strip() if node is not None else ""


def _moment(text: str) -> datetime | None:
    found = typed("dateTime", text)
    if not isinstance(found, datetime):
        return None
    try:
        return timezone.make_aware(found) if timezone.is_naive(found) else found
    except (OverflowError, ValueError):
        return None


def _unit(form: Form, root: etree._Element, actor: Actor) -> int | None:
    """Return the unit a filled form is about: the one it names by its code, else that of the person.

    A code that no unit has now is no unit: what people typed is never guessed at.
    """
    code = answer(root, form.unit_question)
    if not code:
        return actor.unit_id
    rows = Unit.objects.filter(code=code, level=Unit.Level.COMMUNE).order_by("-valid_from")
    return (
        rows.filter(valid_to=None).values_list("pk", flat=True).first()
        or rows.values_list("pk", flat=True).first()
    )


def facts(form: Form, version: Opened, root: etree._Element, actor: Actor, device: str) -> dict[str, Any]:
    """Return the columns of a submission that are taken from its answers."""
    schema = version.schema
    place = points(answer(root, schema.place))
    return {
        "unit_id": _unit(form, root, actor),
        "device": (device or answer(root, schema.device))[:255],
        "started_at": _moment(answer(root, schema.start)),
        "ended_at": _moment(answer(root, schema.end)),
        "place": [place[0].longitude, place[0].latitude] if place else None,
        "repeats": version.reader.counts(root),
    }
