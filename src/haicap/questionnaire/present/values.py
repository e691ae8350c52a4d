"""Values as people read them: decimal comma, 01/07/2025, Có and Không, labels of choices."""

from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from haicap.campaign.models import Field
from haicap.kernel.text import localized
from haicap.questionnaire.rules.schema import Field as Asked
from haicap.questionnaire.rules.schema import in_language, typed


class _Choice:
    def __init__(self, choice: dict[str, str]) -> None:
        self.label_vi, self.label_en = choice["label_vi"], choice.get("label_en", "")


def show_text(*, field: Field, text: str) -> str:
    """Return the stored text of a field's value in the reader's language; a text of another type as it is."""
    if not text:
        return ""
    if field.type in ("integer", "decimal", "percent"):
        return show_number(text)
    if field.type == "date":
        try:
            return date_format(date.fromisoformat(text), "d/m/Y")
        except ValueError:
            return text
    if field.type == "yes_no":
        return {"yes": _("Yes"), "no": _("No")}.get(text, text)
    if field.type in ("choice", "multi"):
        labels = {str(choice["value"]): localized(_Choice(choice), "label") for choice in field.choices}
        return ", ".join(
            labels.get(code, code) for code in (text.split() if field.type == "multi" else [text])
        )
    return text


def show_number(text: str) -> str:
    """Return a number with the separators of the reader's language, at most two decimals."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    rounded = number.quantize(Decimal("0.01"))
    places = 0 if rounded == rounded.to_integral_value() else 2
    return str(number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True))


def show_collected(*, field: Asked, text: str, language: str) -> str:
    """Return an answer to a question of any form as people read it: labels of choices, decimal comma, local time.

    What is not of the question's type is shown as it was sent.
    """
    if field.type in ("select1", "select", "rank"):
        labels = {one.value: in_language(one.label, language) for one in field.choices}
        values = text.split() if field.multiple else [text.strip()]
        return ", ".join(labels.get(value) or value for value in values)
    value = typed(field.type, text)
    if value is None:
        return text
    if field.type in ("int", "decimal"):
        return show_number(str(value))
    if field.type == "boolean":
        return _("Yes") if value else _("No")
    if field.type == "date":
        return date_format(value, "d/m/Y")
    if field.type == "dateTime":
        shown = timezone.localtime(value) if timezone.is_aware(value) else value
        return date_format(shown, "H:i d/m/Y")
    if field.type == "time":
        return str(value.strftime("%H:%M"))
    if field.type == "geopoint":
        return f"{value[0].latitude:.6f}, {value[0].longitude:.6f}"
    return text
