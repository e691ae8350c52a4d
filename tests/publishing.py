"""A small data folder with forms to fill in: units, plan, one person, and forms published as their authors would."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import PASSWORD, environment_of

PERSON = "nguoi-lam-bieu-mau"
COMMAND = "from tests.publishing import prepare; prepare()"


@dataclass(frozen=True, slots=True)
class Brought:
    """What an author brings: a file, and the folder or files its form chooses from and shows."""

    name: str
    path: str
    media: Mapping[str, str] = field(default_factory=dict)  # name of a file to its path
    lists: Mapping[str, str] = field(
        default_factory=dict
    )  # name of a list to the path of a CSV with its members


def publish_all(data: Path, brought: Sequence[Brought]) -> dict[str, Any]:
    """Make the data folder and publish the forms in a process of its own.

    Returns by name: {"id", "form_id", "xform", "lists": keys by name} of a published form, or {"error"}.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COMMAND],
        env=environment_of(data), input=json.dumps([asdict(one) for one in brought]), capture_output=True, text=True,
        timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def prepare() -> None:
    """Fill the empty database of this process and publish what stands on standard input; print what became of it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from haicap.accounts.actions import add_person
    from haicap.accounts.queries import actor_of
    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM, Role
    from haicap.register.actions import load_province
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    person = add_person(
        actor=SYSTEM, username=PERSON, full_name="Cán bộ mẫu làm biểu mẫu", body=Body.objects.get(code="SNV"),
        roles=[Role.SECRETARIAT], password=PASSWORD,
    )  # fmt: skip
    publisher = _Publisher(actor_of(person=person), campaign)
    brought = [Brought(**one) for one in json.loads(sys.stdin.read())]
    print(json.dumps({one.name: publisher.publish(one) for one in brought}))


class _Publisher:
    """Publishes forms; a form whose id is taken goes to a further campaign, a copy of the first."""

    def __init__(self, actor: Any, campaign: Any) -> None:
        self.actor, self.campaigns = actor, [campaign]

    def publish(self, brought: Brought) -> dict[str, Any]:
        """Publish one form with its files; return its key and id, or what was refused."""
        from haicap.kernel.errors import Refusal

        try:
            return self._published(brought)
        except Refusal as refused:
            return {"error": f"{refused.code}: {refused} {refused.details}"}

    def _campaign_without(self, form_id: str) -> Any:
        from haicap.campaign.models import Campaign
        from haicap.questionnaire.models import Form

        for campaign in self.campaigns:
            if not Form.objects.filter(campaign=campaign, form_id=form_id).exists():
                return campaign
        more = Campaign.objects.get(pk=self.campaigns[0].pk)
        more.pk, more.code = None, f"{more.code}-{len(self.campaigns) + 1}"
        more.save()
        self.campaigns.append(more)
        return more

    def _published(self, brought: Brought) -> dict[str, Any]:
        from haicap.questionnaire.models import Dataset
        from haicap.questionnaire.rules.convert import convert_form
        from haicap.questionnaire.rules.troubles import FormError

        path = Path(brought.path)
        raw = path.read_bytes()
        try:
            form_id = convert_form(raw, name=path.name).form_id
        except FormError:
            form_id = ""  # refused below, as the author sees it
        campaign = self._campaign_without(form_id)
        for name, members in brought.lists.items():
            _make_list(self.actor, campaign, name, Path(members))
        version = publish(actor=self.actor, campaign=campaign, brought=brought, raw=raw)
        lists = dict(Dataset.objects.filter(campaign=campaign).values_list("name", "pk"))
        return {
            "id": version.form_id,
            "form_id": version.form.form_id,
            "xform": version.xform,
            "lists": lists,
        }


def _make_list(actor: Any, campaign: Any, name: str, members: Path) -> None:
    from haicap.questionnaire.actions.entities.datasets import add_property, create_dataset
    from haicap.questionnaire.actions.entities.members import Row, create_entities

    dataset = create_dataset(actor=actor, campaign=campaign, name=name)
    rows = list(csv.DictReader(members.open(encoding="utf-8")))
    properties = [one for one in rows[0] if one not in ("name", "label") and not one.startswith("__")]
    for one in properties:
        add_property(actor=actor, dataset=dataset, name=one)
    made = [
        Row(uuid=row["name"], label=row["label"], data={one: row[one] for one in properties}) for row in rows
    ]
    create_entities(actor=actor, dataset=dataset, rows=made)


def publish(*, actor: Any, campaign: Any, brought: Brought, raw: bytes) -> Any:
    """Load a form as a draft, bring the files it asks for, publish it; returns the version."""
    from haicap.questionnaire.actions.forms import attach_media, create_form, publish_draft

    form = create_form(actor=actor, campaign=campaign, raw=raw, name=Path(brought.path).name)
    draft = form.versions.get()
    for name in draft.media.filter(dataset=None).values_list("name", flat=True):
        if name != "itemsets.csv":  # comes with the workbook
            attach_media(actor=actor, form=form, name=name, raw=_bytes_of(brought, name, draft))
    return publish_draft(actor=actor, form=form)


def _bytes_of(brought: Brought, name: str, version: Any) -> bytes:
    from haicap.questionnaire.rules.schema import Schema
    from tests.filled import FORMS, media_named
    from tests.generated import list_of

    if name in brought.media:
        return Path(brought.media[name]).read_bytes()
    if name.endswith(".csv") and not (FORMS / name).exists():
        return list_of(name, Schema.from_json(version.schema))
    return media_named(name)
