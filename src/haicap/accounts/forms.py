"""Forms of sign-in, the own account and people."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import ROLE_LABELS, Role
from haicap.register.models import Body
from haicap.ui.forms import Form, RevisedForm


class SignInForm(Form):
    username = forms.CharField(
        label=_("User name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(Form):
    code = forms.CharField(
        label=_("Code of the second factor"),
        max_length=20,
        help_text=_("Six digits from the application on your telephone, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class PasswordForm(Form):
    current = forms.CharField(
        label=_("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        help_text=_("At least 10 characters; not a common word, not your name."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("New password, once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("password") != values.get("repeated"):
            self.add_error("repeated", _("The two new passwords differ. Type the same one twice."))
        return values


class ProfileForm(RevisedForm):
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Used when you sign in.")
    )


class PersonForm(RevisedForm):
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        help_text=_("Letters, digits and . @ + - _; kept in small letters."),
    )
    body = forms.ModelChoiceField(
        label=_("Body"), queryset=Body.objects.none(), to_field_name="code", widget=forms.Select
    )
    post = forms.CharField(label=_("Post"), max_length=200, required=False)
    level = forms.CharField(label=_("Level of the post"), max_length=40, required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(role.value, ROLE_LABELS[role]) for role in Role],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)

    def __init__(self, *args: Any, bodies: Any, with_roles: bool, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]
        self.fields["body"].label_from_instance = lambda body: body.name_vi  # type: ignore[attr-defined]
        if not with_roles:
            del self.fields["roles"]
        if is_new:
            del self.fields["is_active"]
            self.fields["revision"].required = False
        else:
            self.fields["username"].disabled = True


class PeopleFileForm(Form):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns: username, full_name, body, roles; also post, level, phone, email."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv", "data-max-bytes": "5000000"}),
    )
