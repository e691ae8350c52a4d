"""Walks every address of the site as every role, as nobody, and as a role nobody knows.

The answers are compared with the committed table `sweep.csv`. After adding a page, run
`pytest tests/test_sweep.py --update-tables` and read the difference before committing it."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from ninja import Schema

from haicap.kernel.access import COMMUNE_ROLES, Role
from haicap.register.models import Unit
from tests.sweep_samples import examples
from tests.sweep_targets import Target, everything, knock, patterns

TABLE = Path(__file__).with_name("sweep.csv")
VISITORS = ["anonymous", *(role.value for role in Role), "other_commune", "unknown_role"]
OWN = {
    "ui:home",
    "kernel:alive",
    "ui:language",
    "accounts:sign-in",
    "accounts:second-factor",
    "accounts:factor-again",
    "accounts:sign-out",
    "accounts:profile",
    "accounts:password",
    "accounts:enrol",
    "accounts:enrol-picture",
    "accounts:unenrol",
    "accounts:recovery-codes",
    "accounts:notices",
    "accounts:notices-read",
    "GET /api/accounts/me",
    "GET /api/accounts/notices",
    "POST /api/accounts/notices/read",
    "central-user-current",
    "central-session",
    "central-session-current",
    "openrosa-list",  # an empty list
    "openrosa-submission",  # whether submissions are taken here
}  # what belongs to the account itself, and the open pages: all that is left to a role nobody knows


FRAMEWORK = {"api:openapi-json", "api:api-root"}  # django-ninja's own; they hold no data


@pytest.fixture
def samples(db: None, campaign: Any, person: Any) -> dict[str, Any]:
    """An example for every argument of an address."""
    return examples(campaign, person(Role.TEAM_MEMBER))


@pytest.fixture
def cookies_of(person: Any) -> Callable[[str], Any]:
    """Return a factory: the cookies of a visitor of the table."""

    def make(visitor: str) -> Any:
        client = Client()
        if visitor == "anonymous":
            return client.cookies
        if visitor == "other_commune":
            units = Unit.objects.filter(level="commune", valid_to=None).order_by("code")
            row = person(Role.COMMUNE_OFFICER, unit=units[1])
        elif visitor == "unknown_role":
            row = person(Role.TEAM_MEMBER)
            row.roles.update(role="grand_inquisitor")
        else:
            row = person(Role(visitor))
        client.force_login(row, backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies

    return make


def read_table() -> dict[str, dict[str, str]]:
    """Return the committed table: by name, then by visitor."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def write_column(targets: list[Target], visitor: str, found: Mapping[str, int]) -> None:
    """Put one visitor's answers into the table."""
    known = read_table()
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["name", "door", *VISITORS], lineterminator="\n")
        table.writeheader()
        for target in targets:
            row = {key: known.get(target.name, {}).get(key, "") for key in VISITORS}
            row[visitor] = (
                str(found[target.name]) if found[target.name] < 500 else ""
            )  # an error is no answer
            table.writerow({"name": target.name, "door": target.door or "", **row})


def test_every_page_and_operation_has_a_door() -> None:
    bare = [target.name for target in everything() if target.door is None]
    assert not bare, f"put @needs, @signed_in or @public on: {bare}"


def test_every_door_is_a_permission_with_a_label() -> None:
    from haicap.kernel.access import catalogue

    doors = {target.door for target in everything()} - {"signed in", "public", "device", None}
    assert doors <= catalogue().labels.keys()


def test_no_two_shapes_of_the_api_share_a_name() -> None:
    """Of two, the OpenAPI document shows one in the place of both."""

    def below(shape: type[Schema]) -> Iterator[type[Schema]]:
        for one in shape.__subclasses__():
            yield one
            yield from below(one)

    everything()  # every area's operations are loaded
    named: dict[str, set[str]] = {}
    for shape in below(Schema):
        if shape.__module__.startswith("haicap."):
            named.setdefault(shape.__name__, set()).add(shape.__module__)
    assert not {name: places for name, places in named.items() if len(places) > 1}


@pytest.mark.django_db
def test_the_addresses_of_the_framework_hold_no_surprise() -> None:
    inside = {
        "/api/" + str(pattern.pattern) for name, pattern, _ in patterns(get_resolver()) if name in FRAMEWORK
    }
    assert inside == {"/api/", "/api/openapi.json"}
    client = Client()
    assert client.get("/api/openapi.json").status_code == 200
    assert client.get("/api/").status_code == 404


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_address_answers_each_visitor_as_the_table_says(
    visitor: str, samples: Any, cookies_of: Any, update_tables: bool
) -> None:
    targets, cookies = everything(), cookies_of(visitor)
    found = {target.name: knock(target, cookies, samples) for target in targets}
    if update_tables:
        write_column(targets, visitor, found)
    broken = {name: status for name, status in found.items() if status >= 500}
    assert not broken, f"errors of the server for {visitor}: {broken}"
    known = read_table()
    missing = sorted(found.keys() - known.keys())
    assert not missing, f"new addresses, not in {TABLE.name}: {missing}"
    assert not known.keys() - found.keys(), f"gone: {sorted(known.keys() - found.keys())}"
    other = {
        name: f"{known[name][visitor]} in the table, {status} now"
        for name, status in found.items()
        if known[name][visitor] != str(status)
    }
    assert not other, f"answers to {visitor} changed: {other}"


def test_a_role_nobody_knows_opens_nothing_but_home_and_the_own_account() -> None:
    table = read_table()
    opened = {
        name: row["unknown_role"]
        for name, row in table.items()
        if name not in OWN and row["unknown_role"] not in {"403", "404"} and row["door"] != "public"
    }
    assert not opened


_SHUT = {"device": {"401", "403", "404"}}  # a key in the address that opens nothing is not asked for again


def test_nobody_gets_in_without_signing_in() -> None:
    table = read_table()
    opened = {
        name: row["anonymous"]
        for name, row in table.items()
        if row["door"] != "public" and row["anonymous"] not in _SHUT.get(row["door"], {"302", "401"})
    }
    assert not opened


def test_a_door_of_a_permission_is_shut_to_every_role_that_lacks_it() -> None:
    from haicap.kernel.access import catalogue

    held, table = catalogue().defaults, read_table()
    wrong = {
        (name, role.value): row[role.value]
        for name, row in table.items()
        for role in Role
        if ":" in row["door"] and (row[role.value] == "403") < (row["door"] not in held.get(role, ()))
    }
    assert not wrong


def test_communes_reach_the_same_kind_of_pages_but_not_each_others_rows() -> None:
    table = read_table()
    assert COMMUNE_ROLES
    leaking = {
        name
        for name, row in table.items()
        if name.startswith(("questionnaire:", "findings:", "campaign:registration"))
        and "<" not in name
        and row["commune_officer"] == "200"
        and row["other_commune"] == "404"
    }
    assert leaking, "no page told one commune from another: the sweep no longer tests the row lock"
