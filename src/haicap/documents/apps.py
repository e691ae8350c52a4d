"""The documents area as a Django app: it has no tables, only texts of its refusals."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig


class DocumentsConfig(AreaConfig):
    """Official documents and workbooks; knows no other area."""

    name = "haicap.documents"
    label = "documents"
    verbose_name = _("Official documents")
