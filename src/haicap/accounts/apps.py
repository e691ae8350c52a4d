"""Accounts as a Django app."""

from haicap.kernel.area import AreaConfig


class AccountsConfig(AreaConfig):
    name = "haicap.accounts"
    label = "accounts"
