"""Forms of results, verification and certificates."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.onestop.models import Dossier, ResultDraft
from haicap.register.models import Body
from haicap.ui.forms import Form


class DraftForm(Form):
    """The words of a result."""

    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    granted = forms.ChoiceField(
        label=_("Decision"), choices=[("yes", _("granted")), ("no", _("refused"))], widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Reason of the refusal"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Needed for a refusal."),
    )
    type_name = forms.CharField(label=_("Kind of document"), max_length=100)
    summary = forms.CharField(label=_("About"), max_length=300)
    symbol = forms.CharField(label=_("Symbol"), max_length=30, help_text=_("For example GXN-UBND."))
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 12}), help_text=_("One paragraph on each line.")
    )

    @classmethod
    def first(cls, dossier: Dossier, draft: ResultDraft | None) -> dict[str, Any]:
        """Return what the form begins with: the draft that is there, or what follows from the procedure."""
        name = dossier.version.name_vi
        known = {
            "expected": dossier.sequence, "granted": "yes", "type_name": "Giấy xác nhận", "symbol": "GXN-UBND",
            "summary": f"Kết quả giải quyết thủ tục “{name}”"[:300],
            "text": f"Đã giải quyết hồ sơ {dossier} theo thủ tục “{name}”.",
        }  # fmt: skip
        if draft is not None:
            names = ("type_name", "summary", "symbol", "text", "revision")
            known |= {field: getattr(draft, field) for field in names}
        return known


class VerifyForm(Form):
    """A document to be verified."""

    file = forms.FileField(
        label=_("Document (PDF)"),
        widget=forms.FileInput(attrs={"accept": "application/pdf", "data-max-bytes": "50000000"}),
        help_text=_("At most 50 MB. It is looked at and not kept."),
    )


class CertificateForm(Form):
    """A certificate to be registered."""

    file = forms.FileField(label=_("Certificate (.pem, .cer, .crt)"))
    body = forms.CharField(label=_("Code of the body"), max_length=30)
    username = forms.CharField(
        label=_("User name of the person"),
        max_length=150,
        required=False,
        help_text=_("Empty: the seal of the body."),
    )
    alias = forms.CharField(
        label=_("Name of the key in the token"), max_length=60, required=False,
        help_text=_("Empty where this installation does not hold the key."),
    )  # fmt: skip
    asked_on = forms.DateField(label=_("Asked for on"), required=False)

    def clean(self) -> dict[str, Any]:
        """Find the body and the person."""
        data: dict[str, Any] = super().clean() or {}
        data["body_row"] = Body.objects.filter(code=data.get("body", "")).first()
        if data.get("body") and data["body_row"] is None:
            self.add_error("body", _("There is no body with this code."))
        data["person"] = Person.objects.filter(username=data.get("username") or "").first()
        if data.get("username") and data["person"] is None:
            self.add_error("username", _("There is no person with this user name."))
        return data
