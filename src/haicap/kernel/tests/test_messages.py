"""The Vietnamese catalogues: what areas call differently is found, for people would see one of the two everywhere."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from haicap.kernel.management.commands import messages

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def _write(root: Path, area: str, body: str) -> None:
    path = root / area / "locale/vi/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + body, encoding="utf-8")


def test_two_areas_at_odds_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    _write(tmp_path, "one", 'msgid "Field"\nmsgstr "Lĩnh vực"\n\nmsgid "Day"\nmsgstr "Ngày"\n')
    _write(tmp_path, "two", 'msgid "Field"\nmsgstr "Trường"\n\nmsgid "Day"\nmsgstr "Ngày"\n')
    [fault] = messages._at_odds()
    assert fault.startswith("one, two: at odds") and fault.endswith("Field")


def test_a_context_keeps_two_meanings_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    _write(tmp_path, "one", 'msgctxt "procedure"\nmsgid "Field"\nmsgstr "Lĩnh vực"\n')
    _write(tmp_path, "two", 'msgid "Field"\nmsgstr "Trường"\n')
    assert messages._at_odds() == []


def test_the_catalogues_of_the_house_are_complete_and_at_one() -> None:
    try:
        call_command("messages", "--check")
    except CommandError as error:
        pytest.fail(str(error))
