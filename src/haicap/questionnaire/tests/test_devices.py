"""Devices: set up for oneself or others, their secrets derived, shut out for good."""

import base64
import json
import re
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.questionnaire import keys
from haicap.questionnaire.actions.keys import MOST_OWN, make_key, revoke_key
from haicap.questionnaire.models import FieldKey
from haicap.questionnaire.openrosa.setup import packed, settings_of
from haicap.questionnaire.tests.collecting import make_device

pytestmark = pytest.mark.django_db


def test_a_token_opens_only_its_own_key(campaign: Campaign, person: Callable[..., Any]) -> None:
    first, second = make_device(campaign, person=person(Role.COMMUNE_OFFICER)), make_device(campaign)
    token = keys.token_of(first)
    assert keys.key_of(token) == first
    assert re.fullmatch(r"[\w-]{40}", token)
    for wrong in (
        "",
        "x",
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token + "A",
        token.lower(),
    ):
        assert keys.key_of(wrong) is None
    assert keys.token_of(second) != token
    FieldKey.objects.filter(pk=first.pk).update(nonce="other")
    assert keys.key_of(token) is None, "the token follows from the nonce"


def test_a_device_has_its_persons_roles_but_may_only_fill_in(
    campaign: Campaign, person: Callable[..., Any]
) -> None:
    keeper = person(Role.SECRETARIAT)
    actor = keys.actor_of_key(make_device(campaign, person=keeper))
    assert actor is not None
    assert (actor.person_id, set(actor.roles)) == (keeper.pk, {Role.SECRETARIAT})
    assert actor.may("questionnaire.submission:fill")
    for denied in ("questionnaire.submission:all", "questionnaire.key:write", "accounts.person:write"):
        assert not actor.may(denied), "a lost telephone gives no more than filling in"
    nobody = keys.actor_of_key(make_device(campaign))
    assert nobody is not None
    assert nobody.permissions == {"questionnaire.submission:fill", "questionnaire.submission:read"}
    keeper.is_active = False
    keeper.save()
    assert keys.actor_of_key(FieldKey.objects.get(person=keeper)) is None


def test_the_last_use_is_kept_every_few_minutes(campaign: Campaign) -> None:
    key = make_device(campaign)
    now = timezone.now()
    for minutes, kept in ((0, 0), (4, 0), (6, 6)):
        key.refresh_from_db()
        keys.note_use(key, now=now + timedelta(minutes=minutes))
        key.refresh_from_db()
        assert key.last_used_at == now + timedelta(minutes=kept)


def test_people_set_up_their_own_devices_and_the_secretariat_those_of_others(
    campaign: Campaign, actor: Callable[..., Actor], person: Callable[..., Any]
) -> None:
    from haicap.accounts.queries import actor_of

    officer = person(Role.COMMUNE_OFFICER)
    own = actor_of(person=officer)
    key = make_key(actor=own, campaign=campaign, name="  máy của tôi ", person=officer)
    assert key.name == "máy của tôi"
    other = actor(Role.COMMUNE_OFFICER)
    for denied in (lambda: make_key(actor=other, campaign=campaign, name="x", person=officer),
                   lambda: make_key(actor=other, campaign=campaign, name="x"),
                   lambda: revoke_key(actor=other, key=key)):  # fmt: skip
        with pytest.raises(NotAllowed):
            denied()
    with pytest.raises(Refused):
        make_key(actor=own, campaign=campaign, name=" ", person=officer)
    make_key(actor=actor(Role.SECRETARIAT), campaign=campaign, name="máy chung")
    revoke_key(actor=own, key=key)
    revoke_key(actor=own, key=key)
    assert keys.key_of(keys.token_of(key)) is None
    entries = AuditEntry.objects.filter(action__startswith="questionnaire.device.")
    assert list(entries.values_list("action", flat=True).order_by("sequence")) == [
        "questionnaire.device.made", "questionnaire.device.made", "questionnaire.device.revoked",
    ]  # fmt: skip
    assert not any(key.nonce in str(entry.after) for entry in entries)


def test_one_person_has_a_bounded_number_of_devices(campaign: Campaign, person: Callable[..., Any]) -> None:
    officer = person(Role.COMMUNE_OFFICER)
    made = [make_key(actor=SYSTEM, campaign=campaign, name=str(n), person=officer) for n in range(MOST_OWN)]
    with pytest.raises(Refused):
        make_key(actor=SYSTEM, campaign=campaign, name="one more", person=officer)
    revoke_key(actor=SYSTEM, key=made[0])
    make_key(actor=SYSTEM, campaign=campaign, name="one more", person=officer)


def test_the_settings_of_collect_are_json_deflated_and_in_base64() -> None:
    text = packed(settings_of(url="https://a.example/v1/key/t/projects/1", name="Khảo sát"))
    read = json.loads(zlib.decompress(base64.b64decode(text)))
    assert read["general"]["server_url"] == "https://a.example/v1/key/t/projects/1"
    assert read["project"] == {"name": "Khảo sát"}
    assert read["admin"] == {}


def test_the_pages_set_up_show_and_shut_out(client_as: Callable[..., Any], campaign: Campaign) -> None:
    client = client_as(Role.COMMUNE_OFFICER)
    page = client.post(reverse("questionnaire:devices"), {"name": "máy 1"}, follow=True)
    key = FieldKey.objects.get()
    assert key.person_id == client.person.pk
    text = page.content.decode()
    assert keys.token_of(key) in text
    assert keys.password_of(key) in text
    assert "data:image/svg+xml" in text
    assert "no-store" in page["Cache-Control"]
    assert "máy 1" in client.get(reverse("questionnaire:devices")).content.decode()
    stranger = client_as(Role.COMMUNE_OFFICER)
    assert stranger.get(reverse("questionnaire:device", args=[key.pk])).status_code == 404
    assert stranger.post(reverse("questionnaire:device-revoke", args=[key.pk])).status_code == 404
    assert client.post(reverse("questionnaire:devices"), {"name": ""}).status_code == 422
    client.post(reverse("questionnaire:device-revoke", args=[key.pk]))
    page = client.get(reverse("questionnaire:device", args=[key.pk]))
    assert keys.token_of(key) not in page.content.decode()
    keeper = client_as(Role.SECRETARIAT)
    keeper.post(reverse("questionnaire:devices"), {"name": "chung", "holder": ""})
    assert FieldKey.objects.filter(person=None, name="chung").exists()
    keeper.post(reverse("questionnaire:devices"), {"name": "cho bạn", "holder": client.person.pk})
    assert FieldKey.objects.filter(person=client.person, name="cho bạn").exists()
