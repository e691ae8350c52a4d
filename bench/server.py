"""The board and the list of units at 168 and at 3,321 units, beside an empty view on the same server.

python -m bench.server

Runs `haicap serve` on a database filled for the purpose and loads it from other processes over kept-open
connections. The floor is `/alive/`: the same server, the same middleware, no query and no template.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLIENTS, ROUNDS = 4, 3
FLOOR = "/alive/"
PAGES = (("/questionnaire/board/", "questionnaire board"), ("/register/", "unit list"))


def prepare(size: str) -> None:
    """Fill the empty database of this process and print the cookie of a signed-in secretariat."""
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from bench.fill import fill, whole_country
    from haicap.accounts.actions import add_person
    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM, Role
    from haicap.register.actions import load_province
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    if size == "3321":
        whole_country(campaign)
    if str(len(fill(campaign=campaign))) != size:
        raise SystemExit("the register holds another number of units")
    person = add_person(
        actor=SYSTEM,
        username="do.toc.do",
        full_name="Cán bộ mẫu",
        body=Body.objects.get(code="SNV"),
        roles=[Role.SECRETARIAT],
    )
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    print(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """Run the server; the value is its port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
    command = [sys.executable, "-m", "haicap", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/alive/", timeout=2):
                    break
            except OSError:
                time.sleep(0.25)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def measure(size: str) -> None:
    """Measure each page for one size, in turns with the floor, and print the medians and their ratio."""
    sys.path.insert(0, str(ROOT))
    from bench.load import Rate, load

    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "HAICAP_DATA": name}
        environment.pop("HAICAP_DATABASE_URL", None)
        made = subprocess.run(
            [sys.executable, __file__, "--prepare", size],
            env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        cookie = made.stdout.splitlines()[-1]
        found: dict[str, list[Rate]] = {FLOOR: [], **{path: [] for path, _title in PAGES}}
        with serving(environment) as port:
            for _ in range(ROUNDS):
                for path, rates in found.items():
                    count = 400 if path == FLOOR else 40
                    rates.append(load(port=port, path=path, cookie=cookie, clients=CLIENTS, count=count))
    floor = statistics.median(rate.per_second for rate in found[FLOOR])
    for path, title in ((FLOOR, "empty view (floor)"), *PAGES):
        speed = statistics.median(rate.per_second for rate in found[path])
        p95 = statistics.median(rate.p95 for rate in found[path])
        print(
            f"{size:>5} units  {title:22} {speed:8.1f} requests/s   p95 {1000 * p95:7.1f} ms"
            f"   time per request {floor / speed:6.1f} x the floor"
        )


def main() -> None:
    """Measure both sizes."""
    if sys.argv[1:2] == ["--prepare"]:
        prepare(sys.argv[2])
        return
    for size in ("168", "3321"):
        measure(size)


if __name__ == "__main__":
    main()
