"""Forms of the catalogue."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Text
from haicap.kernel.text import localized
from haicap.onestop.texts.catalogue import MADE_PUBLIC
from haicap.register.models import Body
from haicap.ui.forms import Form


class ImportForm(Form):
    """A workbook laid out like the template."""

    file = forms.FileField(
        label=_("Workbook (.xlsx)"),
        help_text=_(
            "At most 8 MB. With any fault nothing is changed, and each fault is named by sheet, row and column."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx", "data-max-bytes": "8000000"}),
    )


class WithdrawForm(Form):
    """The first day on which a procedure is no longer in force."""

    day = forms.DateField(label=_("First day no longer in force"))


class PublicForm(Form):
    """How, where and when something was made public."""

    kind = forms.ChoiceField(label=_("How"), choices=list(MADE_PUBLIC.items()))
    document = forms.CharField(
        label=_("Document or place"),
        max_length=300,
        help_text=_("The decision, or the board or page where it is posted."),
    )
    decided_on = forms.DateField(label=_("Day of the decision"), required=False)
    done_on = forms.DateField(label=_("Day made public"))
    full = forms.BooleanField(label=_("All contents are shown"), required=False, initial=True)


EVERYWHERE = "*"


class PublishForm(PublicForm):
    """One procedure, made public at one body or at all that have not recorded it."""

    where = forms.ChoiceField(label=_("Where"), initial=EVERYWHERE)

    def __init__(self, *args: Any, bodies: Iterable[Body] | None, **kwargs: Any) -> None:
        """Take the bodies to choose from, or None for the own body alone."""
        super().__init__(*args, **kwargs)
        if bodies is None:
            del self.fields["where"]
            return
        choices: list[tuple[str, Text]] = [(EVERYWHERE, _("every body that has not recorded it yet"))]
        choices += [(body.code, localized(body, "name")) for body in bodies]
        cast(Any, self.fields["where"]).choices = choices
        self.order_fields(["kind", "where"])


class PostForm(PublicForm):
    """Several procedures, made public at one body; `procedures` are codes ticked on the page."""

    kind = forms.ChoiceField(choices=list(MADE_PUBLIC.items()), widget=forms.HiddenInput)
    body = forms.CharField(max_length=60, widget=forms.HiddenInput)
