"""What a process of `test_lists_under_load.py` does: many threads that write one list at once."""

import json
import os
import threading
from contextlib import suppress
from typing import Any
from uuid import uuid4


def run(threads: int, turns: int) -> None:
    """Fill the empty database of this process, write one list from many threads, print what became of it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM
    from haicap.register.actions import load_province

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    print(json.dumps(_write(campaign, threads, turns)))


def _write(campaign: Any, threads: int, turns: int) -> dict[str, Any]:
    from django.db import connections, transaction

    from haicap.kernel import audit
    from haicap.kernel.access import SYSTEM
    from haicap.kernel.errors import Conflict
    from haicap.questionnaire.actions.entities import create_entity, update_entity
    from haicap.questionnaire.models import Dataset, Entity
    from haicap.questionnaire.tests import lists

    version = lists.publish(campaign, lists.TREES)
    dataset = Dataset.objects.get(name="trees")
    tree = create_entity(actor=SYSTEM, dataset=dataset, label="Sao", data={"height": "0"})
    xml = lists.tree_xml(version, lists.entity("trees", uuid4(), create=True, label="Một lần"), height="1")
    once, _none = lists.receive(version, xml, apply=False)
    applied: list[int] = []
    faults: list[str] = []

    def turn(place: int, number: int) -> None:
        change = lists.entity("trees", tree.uuid, update=True, base=1)
        with transaction.atomic():
            lists.receive(version, lists.tree_xml(version, change, height=f"{place}-{number}"))
        with transaction.atomic():
            if lists.apply_to(once):
                applied.append(place)
        create_entity(actor=SYSTEM, dataset=dataset, label=f"{place}-{number}")
        now = Entity.objects.get(pk=tree.pk)
        with suppress(Conflict):  # somebody else was first, and this one is told
            update_entity(actor=SYSTEM, entity=now, data={"state": str(number)}, base_version=now.number)

    def work(place: int) -> None:
        try:
            for number in range(turns):
                turn(place, number)
        except Exception as error:
            faults.append(repr(error))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(place,)) for place in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    tree.refresh_from_db()
    return {
        "faults": faults,
        "applied": len(applied),
        "members": Entity.objects.filter(dataset=dataset).count(),
        "fits": lists.fits(dataset),
        "numbers": list(tree.versions.order_by("number").values_list("number", flat=True)),
        "newest": tree.number,
        "conflict": tree.conflict,
        "audit": list(audit.verify().faults),
    }
