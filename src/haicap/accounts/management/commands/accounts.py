"""``haicap accounts``: add a person, give a new password, list roles."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from haicap.accounts import actions
from haicap.accounts.models import Person
from haicap.kernel.access import ROLE_LABELS, SYSTEM
from haicap.kernel.errors import Refusal
from haicap.register.models import Body


class Command(BaseCommand):
    help = "Keep accounts from the command line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add-person", help="add a person; prints the first password")
        add.add_argument("username")
        add.add_argument("--full-name", required=True)
        add.add_argument("--body", required=True, help="code of the body, such as SNV or UBND-26740")
        add.add_argument("--role", action="append", default=[], dest="roles")
        reset = verbs.add_parser("reset-password", help="give a new password, printed once")
        reset.add_argument("username")
        verbs.add_parser("list-roles", help="the roles and what they are called")

    def handle(self, verb: str, **options: Any) -> None:
        if verb == "list-roles":
            for role, label in ROLE_LABELS.items():
                self.stdout.write(f"{role.value:20} {label}")
            return
        try:
            person = self._add(**options) if verb == "add-person" else self._find(options["username"])
            password = actions.reset_password(actor=SYSTEM, person=person)
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"{person.username}: {password}")

    def _find(self, username: str) -> Person:
        person = Person.objects.select_related("body").filter(username__iexact=username).first()
        if person is None:
            raise CommandError(f"there is no user name {username}")
        return person

    def _add(self, *, username: str, full_name: str, body: str, roles: list[str], **_rest: Any) -> Person:
        place = Body.objects.filter(code=body).first()
        if place is None:
            raise CommandError(f"there is no body {body}; load the register and a plan first")
        return actions.add_person(
            actor=SYSTEM, username=username, full_name=full_name, body=place, roles=roles
        )
