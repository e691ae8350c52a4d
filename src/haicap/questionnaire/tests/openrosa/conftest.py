"""A published form that officers of communes fill in, and the device of one."""

from collections.abc import Callable
from typing import Any

import pytest

from haicap.campaign.models import Campaign
from haicap.kernel.access import Role
from haicap.questionnaire.models import Form
from haicap.questionnaire.tests.collecting import assign, make_device, make_form
from haicap.questionnaire.tests.openrosa.device import Device


@pytest.fixture
def form(campaign: Campaign) -> Form:
    """A published form assigned to officers of communes."""
    form = make_form(campaign)
    assign(form, role=Role.COMMUNE_OFFICER.value)
    return form


@pytest.fixture
def device(form: Form, campaign: Campaign, person: Callable[..., Any]) -> Device:
    """The device of an officer."""
    return Device(make_device(campaign, person=person(Role.COMMUNE_OFFICER)), campaign)
