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
        MenuItem(label=_("Sign in"), url_name="accounts:sign-in", icon="login", order=900, for_visitors=True),
    )
    unread = "haicap.accounts.queries.unread_count_for"
