"""``haicap serve``: the production server and, beside it, the worker of background jobs."""

import multiprocessing
import os
import signal
import threading
from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


def _run_worker() -> None:
    import django

    django.setup()
    from haicap.kernel import jobs

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    parent = os.getppid()

    def watch_parent() -> None:
        while not stop.wait(2):
            if os.getppid() != parent:
                os._exit(0)

    threading.Thread(target=watch_parent, daemon=True).start()
    jobs.work(actor_of=import_string("haicap.accounts.queries.actor_by_id"), stop=stop)


class Command(BaseCommand):
    help = "Serve haicap, with its background jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 2))
        parser.add_argument("--threads", type=int, default=8)

    def handle(self, **options: object) -> None:
        from granian.constants import Interfaces
        from granian.server import Server

        call_command("migrate", interactive=False, verbosity=0)
        settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
        worker = multiprocessing.get_context("spawn").Process(target=_run_worker, name="haicap-jobs")
        worker.start()
        self.stdout.write(f"haicap listens on http://{options['host']}:{options['port']}/")
        try:
            Server(
                "haicap.wsgi:application",
                address=str(options["host"]),
                port=int(str(options["port"])),
                interface=Interfaces.WSGI,
                workers=int(str(options["workers"])),
                blocking_threads=int(str(options["threads"])),
                log_access=False,
                log_level="warning",  # type: ignore[arg-type]
                respawn_failed_workers=True,
            ).serve()
        finally:
            worker.terminate()
            worker.join(10)
