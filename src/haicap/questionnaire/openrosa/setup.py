"""What a device is given to set itself up: the settings of ODK Collect as a QR code.

The code holds JSON, deflated and in base64 (https://docs.getodk.org/collect-import-export/).
"""

import base64
import json
import zlib
from typing import Any

import segno
from django.http import HttpRequest

from haicap.questionnaire import keys
from haicap.questionnaire.models import FieldKey, FormVersion


def server_url(request: HttpRequest, key: FieldKey) -> str:
    """Return the address a device works with: whoever has it acts as the device."""
    return request.build_absolute_uri(f"/v1/key/{keys.token_of(key)}/projects/{key.campaign_id}")


def plain_url(request: HttpRequest, key: FieldKey) -> str:
    """Return the address for clients that ask for a user name and a password."""
    return request.build_absolute_uri(f"/v1/projects/{key.campaign_id}")


def settings_of(*, url: str, name: str) -> dict[str, Any]:
    """Return the settings: where to fetch and send, forms kept as they are on the server, sending as soon as there is
    a line."""
    return {
        "general": {
            "protocol": "odk_default", "server_url": url, "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": name},
    }  # fmt: skip


def packed(settings: dict[str, Any]) -> str:
    """Return settings as the text of a QR code."""
    raw = json.dumps(settings, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(zlib.compress(raw, 9)).decode()


def device_qr(request: HttpRequest, key: FieldKey) -> str:
    """Return the QR code of a device as a data address for an image."""
    settings = settings_of(url=server_url(request, key), name=f"{key.campaign} · {key.name}"[:100])
    return _drawn(packed(settings))


def draft_qr(request: HttpRequest, version: FormVersion) -> str:
    """Return the QR code with which a device tests a draft."""
    form = version.form
    place = f"/v1/test/{keys.draft_token_of(version)}/projects/{form.campaign_id}/forms/{form.form_id}/draft"
    settings = settings_of(url=request.build_absolute_uri(place), name=f"[{form.title}]"[:100])
    return _drawn(packed(settings))


def _drawn(text: str) -> str:
    return str(
        segno.make(text, error="l", micro=False).svg_data_uri(scale=4, dark="#000", light="#fff", border=3)
    )
