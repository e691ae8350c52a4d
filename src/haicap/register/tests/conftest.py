"""Fixtures of the register's tests."""

import pytest

from haicap.kernel.access import Actor
from haicap.register.models import Unit


@pytest.fixture
def reader():
    """Return an actor who may read the register and nothing else."""
    return Actor(person_id=None, name="reader", permissions=frozenset({"register.unit:read"}))


@pytest.fixture
def importer():
    """Return an actor who may read and import."""
    held = frozenset({"register.unit:read", "register.unit:import"})
    return Actor(person_id=None, name="importer", permissions=held)


@pytest.fixture
def current(db):
    """Return a function from a code to the current unit."""
    return lambda code: Unit.objects.get(code=code, level="commune", valid_to=None)
