"""Pages of accounts, by noun."""

from haicap.accounts.views.sign import locked_out

__all__ = ["locked_out"]
