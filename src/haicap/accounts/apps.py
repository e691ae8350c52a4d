"""Accounts as a Django app."""

from django.utils.translation import gettext_lazy as _

from haicap.kernel.area import AreaConfig, MenuItem


class AccountsConfig(AreaConfig):
    name = "haicap.accounts"
    label = "accounts"
    menu = (
        MenuItem(
            label=_("People"),
            url_name="accounts:people",
            icon="users",
            permission="accounts.person:read",
            order=800,
        ),
    )
    unread = "haicap.accounts.queries.unread_count_for"
