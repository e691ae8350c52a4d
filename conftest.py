"""Fixtures every area uses: the real 168 units, the shipped plan, actors and signed-in clients."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from haicap.kernel.access import SYSTEM, Actor, Role

# a busy machine draws slowly: no test of ours is about time
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
SHARED = Path(__file__).resolve().parent.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the committed tables of sweeps and query counts be written anew."""
    parser.addoption(
        "--update-tables", action="store_true", help="rewrite the committed tables of the sweeps"
    )


@pytest.fixture(scope="session")
def update_tables(request: pytest.FixtureRequest) -> bool:
    """Say whether the committed tables are to be rewritten."""
    return bool(request.config.getoption("--update-tables"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of reference files; tests that need it skip where it is absent."""
    if not SHARED.exists():
        pytest.skip("the reference files are not on this machine")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep uploaded and generated files of a run in a folder of its own; hash passwords cheaply."""
    from django.test import override_settings

    with override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("files"),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, _scratch: None) -> None:
    """Load the real units and the shipped plan once; each test rolls back to there."""
    from django.conf import settings

    from haicap.campaign.actions import load_plan
    from haicap.register.actions import load_province

    with django_db_blocker.unblock():
        load_province(actor=SYSTEM, province="79")
        load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025")


@pytest.fixture
def campaign(db: None) -> Any:
    """Return the campaign of the shipped plan."""
    from haicap.campaign.queries import current_campaign_for

    return current_campaign_for(actor=SYSTEM)


PersonFactory = Callable[..., Any]


@pytest.fixture
def person(db: None) -> PersonFactory:
    """Return a factory: person(role, unit=Unit|None, body=Body|code|None) gives a new signed-up person."""
    from haicap.accounts.actions import add_person
    from haicap.kernel.access import COMMUNE_ROLES
    from haicap.register.models import Body, Unit

    made: list[Any] = []

    def make(role: Role | str, *, unit: Any = None, body: Any = None) -> Any:
        if isinstance(body, str):
            body = Body.objects.get(code=body)
        if body is None and (unit is not None or role in COMMUNE_ROLES):
            unit = unit or Unit.objects.filter(level="commune", valid_to=None).order_by("code").first()
            body = Body.objects.get(code=f"UBND-{unit.code}")
        if body is None:
            body = Body.objects.get(code="SNV")
        row = add_person(
            actor=SYSTEM,
            username=f"{role}-{len(made)}",
            full_name=f"Cán bộ mẫu {len(made):03d}",
            body=body,
            roles=[role],
            password="mat-khau-thu-123",
        )
        made.append(row)
        return row

    return make


@pytest.fixture
def actor(person: PersonFactory) -> Callable[..., Actor]:
    """Return a factory: actor(role, unit=..., body=...) gives the actor of a new person."""
    from haicap.accounts.queries import actor_of

    return lambda role, **where: actor_of(person=person(role, **where))


@pytest.fixture
def client_as(person: PersonFactory) -> Callable[..., Client]:
    """Return a factory: client_as(role, unit=..., body=...) gives a signed-in client with .person and .actor."""
    from haicap.accounts.queries import actor_of

    def make(role: Role | str, **where: Any) -> Client:
        row = person(role, **where)
        client = Client()
        client.force_login(row, backend="django.contrib.auth.backends.ModelBackend")
        client.person, client.actor = row, actor_of(person=row)  # type: ignore[attr-defined]
        return client

    return make
