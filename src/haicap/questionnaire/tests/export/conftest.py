"""A form of two versions, and what was filled in with it."""

import unicodedata
from datetime import timedelta

import pytest
from django.utils import timezone

from haicap.questionnaire.models import Form
from haicap.questionnaire.tests.export.survey import AT, FORMULA, NEW, OLD, RENAMED, put, version


@pytest.fixture
def survey(campaign):
    """Publish two versions of one form; the second renames a question and a repeat."""
    row = Form.objects.create(
        campaign=campaign, form_id="mot-cua", title="Một cửa", created_at=timezone.now()
    )
    version(row, 1, OLD)
    version(row, 2, NEW, RENAMED)
    return row


@pytest.fixture
def rows(survey):
    """Three filled forms with whatever is awkward."""
    return [
        put(
            survey, 1,
            {"centre": 'Bến "Nghé",\n phường', "people": "12", "area": "120.50", "day": "2025-07-01",
             "moment": "2025-07-01T01:00:00.000Z", "spot": "10.7757 106.7004 3 5", "kind": "big",
             "site": "10 106 0 0; 10.1 106 0 0; 10.1 106.1 0 0; 10 106 0 0", "services": "id birth",
             "photo": "ảnh.jpg", "only_old": FORMULA},
            [("Số 1", ["An", "Bình"]), ("Số 2", [])], state="approved",
        ),
        put(
            survey, 2,
            {"only_new": "mới", "centre": unicodedata.normalize("NFD", "Thủ Đức"), "staff": "-5", "area": "không rõ",
             "day": "1890-01-02", "moment": "2025-07-01T08:00:00.250", "kind": "lạ",
             "photo": "+84 901"},
            [("@Số 3", ["-Chi"])], device="collect:1", edits=2,
        ),
        put(survey, 2, {"staff": "12345678901234567", "area": "0.12345678901234567890"}, state="rejected",
            at=AT + timedelta(days=3)),
    ]  # fmt: skip
