"""A small site to collect on: the units, the plan, two people of survey teams, and forms assigned to them.

Run as `python -m tests.collect_site FOLDER [FORM ...]`: FORM are names in `tests/forms`; without any only the sample
form below is published. `collect_site(folder, *forms)` does so from a test, in a process of its own.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PASSWORD = "Mat-khau-thu-123"
PEOPLE = ("doan1", "doan2")
SAMPLE = """
| survey |
| | type | name | label | required | constraint | constraint_message | appearance |
| | text | ten | Tên hộ | yes | | | |
| | integer | so_nguoi | Số người | | . < 50 | Không quá 49 người. | |
| | text | ghi_chu | Ghi chú | | | | |
| | select_one loai | loai | Loại nhà | | | | |
| | image | anh | Ảnh | | | | |
| | geopoint | vi_tri | Vị trí | | | | |
| | begin_repeat | nguoi | Người | | | | |
| | text | ho_ten | Họ tên | | | | |
| | end_repeat | | | | | | |
| choices |
| | list_name | name | label |
| | loai | nha | Nhà phố |
| | loai | chung_cu | Chung cư |
| settings |
| | form_title | form_id | version | instance_name |
| | Phiếu hộ mẫu | phieu_ho | 1 | concat('Hộ ', ${ten}) |
"""


def collect_site(folder: Path, *forms: str) -> dict[str, int]:
    """Make the site in `folder`; return the key of each form by its name ("sample" for the one above)."""
    environment = {**os.environ, "HAICAP_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "haicap.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.collect_site", str(folder), *forms],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    )
    keys: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return keys


def sign_in(page: Any, username: str) -> None:
    """Sign in as one of PEOPLE."""
    page.goto("/signin/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)


def _people() -> None:
    from haicap.accounts.actions import add_person
    from haicap.accounts.models import Person
    from haicap.kernel.access import SYSTEM, Role
    from haicap.register.models import Body

    body = Body.objects.get(code="SNV")
    for number, name in enumerate(PEOPLE, 1):
        add_person(
            actor=SYSTEM, username=name, full_name=f"Cán bộ mẫu {number}", body=body, roles=[Role.TEAM_MEMBER],
            password=PASSWORD,
        )  # fmt: skip
    Person.objects.update(password_is_temporary=False)


def publish(campaign: Any, name: str, markdown: str) -> int:
    """Publish a form with its media and assign it to members of teams; return its key."""
    from django.core.files.base import ContentFile
    from django.utils import timezone
    from pyxform.xls2xform import convert

    from haicap.questionnaire.models import Assignment, Form, FormMedia, FormVersion
    from haicap.questionnaire.rules.schema import Schema
    from tests import filled

    xform = str(convert(markdown, file_type=".md", form_name="data").xform)
    schema, now = Schema.of(xform), timezone.now()
    form = Form.objects.create(campaign=campaign, form_id=schema.form_id, title=schema.title, created_at=now)
    version = FormVersion.objects.create(
        form=form, number=1, version=schema.version, xform=xform, schema=schema.to_json(), note=name,
        sha256=hashlib.sha256(xform.encode()).hexdigest(),
        md5=hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest(), created_at=now, published_at=now,
    )  # fmt: skip
    for media in schema.media:
        raw = filled.media_named(media.name)
        FormMedia.objects.create(
            version=version, name=media.name, kind=media.kind, file=ContentFile(raw, name=media.name), size=len(raw),
            md5=hashlib.md5(raw, usedforsecurity=False).hexdigest(),
        )  # fmt: skip
    Assignment.objects.create(form=form, verb=Assignment.Verb.FILL, role="team_member")
    return form.pk


def _main(names: list[str]) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from haicap.campaign.actions import load_plan
    from haicap.campaign.models import Campaign
    from haicap.kernel.access import SYSTEM
    from haicap.register.actions import load_province
    from tests import filled

    call_command("migrate", interactive=False, verbosity=0)
    load_province(actor=SYSTEM, province="79")
    load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025")
    _people()
    campaign = Campaign.objects.get()
    keys = {"sample": publish(campaign, "sample", SAMPLE)}
    for name in names:
        keys[name] = publish(campaign, name, filled.form_named(name).markdown)
    print(json.dumps(keys))


if __name__ == "__main__":
    _main(sys.argv[2:])
