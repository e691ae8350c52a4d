from datetime import date
from random import Random

import pytest
from django.core.management import CommandError, call_command

from haicap.campaign.queries import checker_of, fields_of, slots_of
from haicap.campaign.queries.registration import terms_of
from haicap.campaign.rules.expressions import parse_value
from haicap.campaign.rules.registration import faults_of
from haicap.demo.rules.figures import sample_figures
from haicap.demo.rules.paper import sample_pdf
from haicap.demo.rules.people import sample_people
from haicap.demo.rules.wishes import sample_wishes
from haicap.kernel.periods import Slot

pytestmark = pytest.mark.django_db


def test_sample_figures_break_no_rule_of_the_plan(campaign):
    checker = checker_of(campaign=campaign)
    types = {field.key: field.type for field in fields_of(campaign=campaign)}
    for seed in range(60):
        random = Random(seed)
        figures = sample_figures(
            random=random,
            weight=random.uniform(0.5, 1.9),
            cutoff=campaign.cutoff,
            former_district="760" if seed % 4 == 0 else None,
        )
        values = {key: parse_value(type=types[key], text=str(value)) for key, value in figures.items()}
        findings = checker.check(values=values, today=date(2025, 8, 1))
        assert [f.rule for f in findings if f.severity == "error"] == []


def test_the_same_seed_gives_the_same_figures(campaign):
    first, second = (
        sample_figures(random=Random(7), weight=1, cutoff=campaign.cutoff, former_district=None) for _ in "ab"
    )
    assert first == second


def test_sample_wishes_are_all_allowed(campaign):
    terms = terms_of(campaign=campaign)
    codes = [f"{number:05d}" for number in range(len(slots_of(campaign=campaign)) * terms.capacity)]
    wishes = sample_wishes(random=Random(1), units=codes, terms=terms, islands=frozenset({"00003"}))
    firsts: list[Slot] = []
    for wish in wishes.values():
        assert faults_of(wish=wish, terms=terms, firsts=firsts) == []
        firsts += wish.preferences[:1]
    assert wishes["00003"].mode == "online"


def test_sample_people_are_numbered_not_named():
    people = sample_people(prefix="stp.")
    assert [next(people).full_name for _ in range(2)] == ["Cán bộ mẫu STP 001", "Cán bộ mẫu STP 002"]


def test_a_sample_paper_is_a_pdf_with_a_right_table_of_offsets():
    raw = sample_pdf("SAMPLE (1)")
    start = int(raw.rsplit(b"startxref\n", 1)[1].split()[0])
    assert raw.startswith(b"%PDF-1.4") and raw[start : start + 4] == b"xref"
    offsets = [int(line[:10]) for line in raw[start:].splitlines()[3:8]]
    assert [raw[offset:].split(b" ", 1)[0] for offset in offsets] == [b"1", b"2", b"3", b"4", b"5"]


def test_the_demonstration_refuses_a_database_with_a_real_campaign(campaign, monkeypatch):
    assert not campaign.is_sample
    with pytest.raises(CommandError, match="not a sample"):
        call_command("demo", "--no-serve")
