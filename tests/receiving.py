"""What the processes of tests about receiving do: fill a database, send from many threads at one moment."""

import json
import os
import threading
from collections import Counter
from collections.abc import Callable

SENDERS = 50


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    django.setup()


def prepare() -> None:
    """Fill the empty database with a campaign, a form and a device that fills it in; print the device's address."""
    _set_up()
    from datetime import date

    from django.core.management import call_command

    from haicap.campaign.models import Campaign
    from haicap.questionnaire import keys
    from haicap.questionnaire.tests.collecting import assign, make_device, make_form

    call_command("migrate", verbosity=0)
    day = date(2025, 8, 1)
    campaign = Campaign.objects.create(
        code="thu", title_vi="Đợt thử", title_en="Trial", stage="1", cutoff=day, window_start=day, window_end=day,
        nomination_deadline=day, registration_deadline=day, report_deadline=day, team_count=1,
        state=Campaign.State.OPEN,
    )  # fmt: skip
    device = make_device(campaign)
    assign(make_form(campaign, unit_question=""), key=device)
    print(f"/v1/key/{keys.token_of(device)}/projects/{campaign.pk}")


def at_once(what: str) -> None:
    """Send from all threads at one moment; print what became of it, counted, and how many rows there are."""
    _set_up()
    from django.db import connections

    from haicap.campaign.models import Campaign
    from haicap.kernel.access import SYSTEM
    from haicap.kernel.errors import Refusal
    from haicap.questionnaire.actions.receive import receive
    from haicap.questionnaire.models import Attachment, Edit, Submission
    from haicap.questionnaire.tests.collecting import Paper, make_form, new_id

    form = make_form(Campaign.objects.get(), form_id=what.replace(" ", "_"), unit_question="")
    identity, first = new_id(), new_id()

    def sent(paper: Paper) -> str:
        receipt = receive(actor=SYSTEM, form=form, xml=paper.xml())
        return "new" if receipt.is_new else "edit" if receipt.is_edit else "again"

    papers: dict[str, Callable[[int], Paper]] = {
        "same": lambda _n: Paper(form_id=form.form_id, instance=identity, photo="a.jpg"),
        "other": lambda n: Paper(form_id=form.form_id, instance=identity, rows=(str(n),)),
        "edits": lambda _n: Paper(form_id=form.form_id, instance=new_id(), deprecated=first),
        "one edit": lambda _n: Paper(form_id=form.form_id, instance=identity, deprecated=first),
    }
    if "edit" in what:
        sent(Paper(form_id=form.form_id, instance=first))
    barrier, found, lock = threading.Barrier(SENDERS), Counter[str](), threading.Lock()

    def work(number: int) -> None:
        barrier.wait(60)
        try:
            said = sent(papers[what](number))
        except Refusal as refusal:
            said = str(refusal.details.get("number"))
        finally:
            connections.close_all()
        with lock:
            found[said] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = {
        "Submission": Submission.objects.filter(form=form).count(),
        "Edit": Edit.objects.filter(form=form).count(),
        "Attachment": Attachment.objects.filter(submission__form=form).count(),
    }
    print(json.dumps({"found": found, "rows": rows}), flush=True)


def all_at_once() -> None:
    """Do it with the same bytes, other bytes, many edits of one submission, and one edit many times."""
    for what in ("same", "other", "edits", "one edit"):
        at_once(what)
