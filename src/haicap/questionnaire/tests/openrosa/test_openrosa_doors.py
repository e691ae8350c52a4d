"""Who a device is: keys, Digest, sessions, drafts under test; and what is remembered of it."""

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.kernel.access import Role
from haicap.questionnaire import keys
from haicap.questionnaire.models import FieldKey, Form, FormVersion, Submission
from haicap.questionnaire.tests.collecting import (
    Paper,
    add_version,
    make_device,
    new_id,
)
from haicap.questionnaire.tests.openrosa.device import Device, number, said

pytestmark = pytest.mark.django_db
LIST = "{http://openrosa.org/xforms/xformsList}"


def test_an_unknown_or_revoked_key_is_403_and_never_asks_for_a_password(
    device: Device, campaign: Campaign
) -> None:
    key = FieldKey.objects.get()
    other = Device(make_device(campaign), campaign)
    assert number(other.send(Paper(instance=new_id()))) == 403, "the form is not assigned to it"
    other.base = f"/v1/key/{other.token}/projects/999"
    assert number(other.ask("GET", "formList")) == 403
    FieldKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
    for wrong in (device, Device(None, campaign)):
        wrong.base = wrong.base if wrong.token else f"/v1/key/{'A' * 40}/projects/{campaign.pk}"
        for method in ("HEAD", "POST"):
            answer = wrong.ask(method, "submission")
            assert answer.status_code == 403
            assert "WWW-Authenticate" not in answer


def test_wrong_keys_are_bounded(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    from haicap.questionnaire.openrosa import tries

    monkeypatch.setattr(tries, "BY_ADDRESS", 3)
    stranger = Device(None, campaign)
    stranger.base = f"/v1/key/{'A' * 40}/projects/{campaign.pk}"
    assert [stranger.ask("GET", "formList").status_code for _ in range(5)] == [403, 403, 403, 429, 429]


def challenge(answer: Any) -> dict[str, str]:
    """Return the parts of a Digest challenge."""
    assert answer.status_code == 401
    scheme, _space, rest = answer["WWW-Authenticate"].partition(" ")
    assert scheme == "Digest"
    return dict(re.findall(r'(\w+)="?([^",]+)"?', rest))


def digest(given: dict[str, str], method: str, uri: str, name: str, password: str) -> str:
    """Return the header a client answers a challenge with (RFC 7616, 3.4.1)."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    ha1, ha2 = md5(f"{name}:{given['realm']}:{password}"), md5(f"{method}:{uri}")
    response = md5(f"{ha1}:{given['nonce']}:00000001:abc:auth:{ha2}")
    return (
        f'Digest username="{name}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", qop=auth,'
        f' nc=00000001, cnonce="abc", response="{response}", algorithm=MD5'
    )


def test_digest_opens_with_the_devices_user_name_and_password(device: Device, campaign: Campaign) -> None:
    key = FieldKey.objects.get()
    name, password = keys.username_of(key), keys.password_of(key)
    plain = Device(None, campaign)
    given = challenge(plain.ask("HEAD", "submission"))
    uri = f"{plain.base}/formList?formID=to_dan_pho"
    right = digest(given, "GET", uri, name, password)
    answer = plain.ask("GET", "formList?formID=to_dan_pho", HTTP_AUTHORIZATION=right)
    assert answer.status_code == 200
    assert f"http://testserver/v1/projects/{campaign.pk}/forms/" in answer.content.decode()
    for wrong in (
        digest(given, "GET", uri, name, "wrong"),
        digest(given, "POST", uri, name, password),
        digest(given, "GET", f"{plain.base}/formList", name, password),
        digest(given | {"nonce": "1:x"}, "GET", uri, name, password),
        digest(given, "GET", uri, "may-999999", password),
        digest(given, "GET", uri, "quản trị", password).encode().decode("latin-1"),
        "Digest", "Digest username", "Basic !!!", "Bearer x", "Bearer " + "a" * 32, "Negotiate abc",
    ):  # fmt: skip
        answer = plain.ask("GET", "formList?formID=to_dan_pho", HTTP_AUTHORIZATION=wrong)
        assert answer.status_code == 401, wrong


def test_an_old_nonce_is_stale_and_asks_again(
    device: Device, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    key, plain = FieldKey.objects.get(), Device(None, campaign)
    given = challenge(plain.ask("HEAD", "submission"))
    uri = f"{plain.base}/formList"
    right = digest(given, "GET", uri, keys.username_of(key), keys.password_of(key))
    later = time.time() + 3700
    monkeypatch.setattr("haicap.questionnaire.openrosa.digest.time.time", lambda: later)
    answer = plain.ask("GET", "formList", HTTP_AUTHORIZATION=right)
    assert answer.status_code == 401
    assert "stale=true" in answer["WWW-Authenticate"]


def test_basic_a_session_and_a_token_in_the_query_open_too(
    device: Device, campaign: Campaign, client_as: Callable[..., Any]
) -> None:
    key, plain = FieldKey.objects.get(), Device(None, campaign)
    pair = f"{keys.username_of(key)}:{keys.password_of(key)}"
    basic = "Basic " + base64.b64encode(pair.encode()).decode()
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=basic).status_code == 200
    answer = plain.ask("GET", f"formList?st={device.token}")
    assert f"forms/to_dan_pho.xml?st={device.token}" in answer.content.decode()
    officer = client_as(Role.COMMUNE_OFFICER)
    bearer = f"Bearer {officer.session.session_key}"
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=bearer).status_code == 200
    officer.person.set_password("mot-mat-khau-khac")
    officer.person.save()
    assert plain.ask("GET", "formList", HTTP_AUTHORIZATION=bearer).status_code == 401


def test_a_cookie_opens_nothing_that_changes(
    campaign: Campaign, form: Form, client_as: Callable[..., Any]
) -> None:
    device = Device(None, campaign)
    device.client = client_as(Role.COMMUNE_OFFICER)
    assert device.ask("GET", "formList").status_code == 200
    assert device.send(Paper(instance=new_id())).status_code == 401
    assert not Submission.objects.exists()


def test_a_draft_is_tested_by_its_own_token(campaign: Campaign, form: Form) -> None:
    draft = add_version(form, version="2", state=FormVersion.State.DRAFT)
    tester = Device(None, campaign)
    token = keys.draft_token_of(draft)
    tester.base = f"/v1/test/{token}/projects/{campaign.pk}/forms/to_dan_pho/draft"
    root = etree.fromstring(tester.ask("GET", "formList").content)
    [one] = root
    address = urlsplit(one.findtext(f"{LIST}downloadUrl")).path
    assert tester.ask("GET", address, version="").content.decode() == draft.xform
    assert tester.ask("HEAD", "submission").status_code == 204
    assert tester.send(Paper(instance=new_id(), version="2")).status_code == 201
    assert Submission.objects.get().is_test
    assert (
        number(tester.send(Paper(instance=new_id(), form_id="khac"))) == 404
        or Submission.objects.count() == 1
    )
    draft.state = FormVersion.State.SUPERSEDED
    draft.save()
    assert number(tester.ask("GET", "formList")) == 404


def test_the_sentence_is_in_the_language_of_the_devices_person_and_escaped(
    device: Device, form: Form
) -> None:
    vietnamese = said(device.send(Paper(instance=new_id(), version="&lt;&amp;9&gt;")))
    key = FieldKey.objects.select_related("person").get()
    assert key.person is not None
    key.person.language = "en"
    key.person.save()
    english = said(device.send(Paper(instance=new_id(), version="&lt;&amp;9&gt;")))
    assert "<&9>" in english
    assert english.startswith("This was filled in with version")
    assert vietnamese


def test_a_known_device_sends_with_one_query_and_is_asked_about_in_it(
    device: Device, form: Form, campaign: Campaign, django_assert_num_queries: Any
) -> None:
    key = FieldKey.objects.select_related("person").get()
    assert key.person is not None
    assert device.send(Paper(instance=new_id(), unit="26740")).status_code == 201
    Form.objects.filter(pk=form.pk).update(unit_question="")
    assert device.send(Paper(instance=new_id())).status_code == 201, "a changed form is read anew"
    with django_assert_num_queries(1):
        answer = device.send(Paper(instance=new_id()))
    assert answer.status_code == 201
    row = Submission.objects.latest("pk")
    assert (row.person, row.key, row.unit_id) == (key.person, key, key.person.body.unit_id)
    paper = Paper(instance=new_id())
    assert [device.send(paper).status_code for _ in range(2)] == [201, 201]
    assert number(device.send(Paper(instance=paper.instance, rows=("x",)))) == 409
    assert number(device.send(Paper(instance=new_id(), version="7"))) == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda key, form: FieldKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now()), 403),
        (lambda key, form: FieldKey.objects.filter(pk=key.pk).update(nonce="another"), 403),
        (lambda key, form: key.person.roles.all().delete(), 403),
        (lambda key, form: type(key.person).objects.filter(pk=key.person_id).update(is_active=False), 403),
        (lambda key, form: form.assignments.all().delete(), 403),
        (lambda key, form: Form.objects.filter(pk=form.pk).update(state=Form.State.CLOSED), 409),
        (lambda key, form: Form.objects.filter(pk=form.pk).update(deleted_at=timezone.now()), 404),
    ],
)
def test_what_is_remembered_of_a_device_never_outlives_a_change(
    device: Device, form: Form, change: Callable[[Any, Any], Any], status: int
) -> None:
    for _ in range(2):
        assert device.send(Paper(instance=new_id())).status_code == 201
    change(FieldKey.objects.select_related("person").get(), form)
    assert number(device.send(Paper(instance=new_id()))) == status
    assert Submission.objects.count() == 2


def test_somebody_moved_to_another_unit_sends_for_that(device: Device, form: Form) -> None:
    from haicap.register.models import Body

    for _ in range(2):
        assert device.send(Paper(instance=new_id())).status_code == 201
    person = FieldKey.objects.select_related("person").get().person
    assert person is not None
    person.body = Body.objects.filter(unit__isnull=False).exclude(pk=person.body_id).order_by("pk")[0]
    person.save()
    assert device.send(Paper(instance=new_id())).status_code == 201
    assert Submission.objects.latest("pk").unit_id == person.body.unit_id
