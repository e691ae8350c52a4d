"""A client of the field, reduced to what the server sees of it."""

from typing import Any

from django.test import Client
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.questionnaire import keys
from haicap.questionnaire.models import FieldKey
from haicap.questionnaire.tests.collecting import (
    EDGE,
    Paper,
    multipart,
)


class Device:
    """A client of the field, reduced to what the server sees."""

    def __init__(self, key: FieldKey | None, campaign: Campaign, **extra: str) -> None:
        self.client, self.extra = Client(), extra
        self.token = keys.token_of(key) if key else ""
        self.base = f"/v1/{f'key/{self.token}/' if key else ''}projects/{campaign.pk}"

    def ask(self, method: str, way: str, version: str = "1.0", **more: Any) -> Any:
        """Return the answer to one request below the project, or to a whole address."""
        path = way if way.startswith("/v1/") else f"{self.base}/{way}"
        headers = {"X-OpenRosa-Version": version} if version else {}
        return self.client.generic(method, path, headers=headers | self.extra, **more)

    def send(
        self,
        paper: Paper | bytes,
        *files: tuple[str, bytes],
        way: str = "submission",
        incomplete: bool = False,
    ) -> Any:
        """Send a filled form with files."""
        body = multipart(paper if isinstance(paper, bytes) else paper.xml(), *files, incomplete=incomplete)
        return self.ask("POST", way, data=body, content_type=f"multipart/form-data; boundary={EDGE}")


def said(answer: Any) -> str:
    """Return the message of an OpenRosaResponse."""
    root = etree.fromstring(answer.content)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return str(root[0].text)


def number(answer: Any) -> int:
    """Return the status of a refusal, after a look at its form."""
    assert said(answer), "clients show this sentence"
    assert answer["X-OpenRosa-Version"] == "1.0"
    return int(answer.status_code)
