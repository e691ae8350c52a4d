"""Writes of accounts, by noun."""

from haicap.accounts.actions.notices import mark_read, notify
from haicap.accounts.actions.own import change_password, change_profile, remove_own_factor
from haicap.accounts.actions.people import add_people, add_person, change_person, reset_password
from haicap.accounts.actions.sign import check_code, check_password, note_sign_in, note_sign_out

__all__ = [
    "add_people",
    "add_person",
    "change_password",
    "change_person",
    "change_profile",
    "check_code",
    "check_password",
    "mark_read",
    "note_sign_in",
    "note_sign_out",
    "notify",
    "remove_own_factor",
    "reset_password",
]
