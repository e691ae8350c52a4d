"""Sample figures of one unit: plausible in size, and in keeping with every rule of the plan.

The numbers say nothing about any real unit. They scale with `weight` (about 0.5 to 2), and everything comes
from the random source passed in.
"""

from datetime import date, timedelta
from random import Random

Value = str | int
GROUPS = ("cadre", "civil", "public", "activist", "contract")
SAMPLE_TEXT = "Dữ liệu mẫu, không phải số liệu thật."
START = date(2025, 7, 1)


def sample_figures(
    *, random: Random, weight: float, cutoff: date, former_district: str | None
) -> dict[str, Value]:
    """Return field key -> value for one unit; computed fields are left out."""
    draw = _Draw(random, weight, cutoff)
    values: dict[str, Value] = {}
    for part in (_direction, _personnel, _premises, _procedures, _signatures, _lines, _projects, _regimes):
        values |= part(draw, values)
    for part in (_data, _records, _assets, _communication, _congress, _difficulties):
        values |= part(draw, values)
    return values | _centre(draw, former_district)


class _Draw:
    """Draws numbers, shares, dates and answers from one random source."""

    def __init__(self, random: Random, weight: float, cutoff: date) -> None:
        self.random, self.weight, self.cutoff = random, weight, cutoff

    def number(self, low: int, high: int) -> int:
        """Return a whole number around low to high, scaled by the weight, never below `low`."""
        return max(low, round(self.random.triangular(low, high) * self.weight))

    def upto(self, most: int, *, share: float = 0.8) -> int:
        """Return a number from 0 to `most`, most often near `share` of it."""
        return min(most, max(0, round(self.random.triangular(0, most, most * share))))

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def yes(self, share: float = 0.85) -> str:
        return "yes" if self.chance(share) else "no"

    def day(self, start: date = START) -> date:
        """Return a working day from `start` to the cut-off."""
        day = start + timedelta(days=self.random.randrange(max(1, (self.cutoff - start).days)))
        return day - timedelta(days=max(0, day.weekday() - 4)) if day.weekday() > 4 and day.day > 2 else day

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def pair(self, key: str, low: int, high: int, *, share: float = 0.85) -> dict[str, Value]:
        """Return numerator and denominator of `key`."""
        whole = self.number(low, high)
        return {f"{key}_d": whole, f"{key}_n": self.upto(whole, share=share)}

    def split(self, total: int, parts: int) -> list[int]:
        """Return `parts` numbers that add up to `total`."""
        cuts = sorted(self.random.randint(0, total) for _ in range(parts - 1))
        return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


def _direction(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    reviewed = draw.number(5, 120)
    keep, amend, repeal, pending = draw.split(reviewed, 4)
    found: dict[str, Value] = {
        "a0_01": draw.number(5, 60), "a0_01_list": SAMPLE_TEXT, "a0_02": draw.yes(0.95),
        "a0_03": str(draw.day()), "a0_05": draw.upto(8), "a0_06_groups": draw.upto(5, share=0.3),
        "a0_06_people": draw.upto(20, share=0.3), "a0_06_list": SAMPLE_TEXT,
        "a0_07": draw.pick("none", "light", "light", "considerable"),
        "a1_01": draw.yes(0.9), "a1_03": draw.pick("full", "full", "partial", "none"),
        "a1_04_d": 7, "a1_04_n": draw.upto(7), "a1_05": draw.yes(0.95), "a1_05_number": "12/TB-UBND",
        "a1_06": draw.yes(), "a1_07": reviewed, "a1_08_keep": keep, "a1_08_amend": amend,
        "a1_08_repeal": repeal, "a1_08_pending": pending, "a1_09": draw.upto(6, share=0.3),
        "a1_09_list": SAMPLE_TEXT, "a1_10": draw.upto(15, share=0.2), "a1_10_list": SAMPLE_TEXT,
    }  # fmt: skip
    if found["a0_02"] == "yes":
        found |= {"a0_02_number": "01/QĐ-UBND", "a0_02_date": str(draw.day())}
    if found["a1_01"] == "yes":
        found["a1_02"] = str(draw.day())
    return found | draw.pair("a0_04", 10, 60)


def _personnel(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    found: dict[str, Value] = {"a2_02_date": str(draw.day())}
    present = 0
    for block, low, high in (("party_front", 12, 24), ("council_committee", 25, 55), ("service", 40, 160)):
        quota = draw.number(low, high)
        here = round(quota * draw.random.uniform(0.82, 1.15))
        present += here
        found |= {f"a2_01_{block}": quota, f"a2_02_{block}": here}
    vacant = draw.upto(3, share=0.3)
    filled = 12 + draw.upto(6)
    found |= {
        "a2_04_allowed": filled + vacant, "a2_04_filled": filled, "a2_04_vacant": vacant,
        "a2_04_list": SAMPLE_TEXT, "a2_05": 3 if draw.chance(0.9) else 2, "a2_06": draw.yes(0.97),
        "a2_06_date": str(START), "a2_08_list": SAMPLE_TEXT, "a2_09": draw.upto(min(12, present), share=0.3),
        "a2_10": " ".join(draw.random.sample(["land", "construction", "finance", "it", "civil_status"], 2)),
        "a2_12_d": present, "a2_12_n": draw.upto(present),
    }  # fmt: skip
    for body in ("front", "union", "farmers", "youth", "women", "veterans"):
        found[f"a2_11_{body}"] = draw.yes(0.92)
    return found | draw.pair("a2_07", 6, 12) | draw.pair("a2_08", 6, 25)


def _premises(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    present = sum(int(values[f"a2_02_{block}"]) for block in ("party_front", "council_committee", "service"))
    installed = min(40, draw.number(5, 16))
    granted = draw.number(200, 4000)
    sites = 1 + draw.upto(4, share=0.5)
    found: dict[str, Value] = {
        "a3_01": sites, "a3_01_list": SAMPLE_TEXT,
        "a3_02": f"{0 if sites == 1 else draw.random.uniform(0.4, 12):.1f}",
        "a3_03": f"{max(60, present * draw.random.uniform(5, 18)):.0f}",
        "a3_05": draw.pick("good", "good", "minor", "degraded", "temporary"),
        "a3_05_photo_on": str(draw.day(date(2025, 7, 10))), "a3_06": f"{draw.number(40, 350)}",
        "a3_07_installed": installed, "a3_07_open": max(1, draw.upto(installed)),
        "a3_10_held": draw.upto(4), "a3_10_norm": 2 + draw.upto(2), "a3_12_granted": granted,
        "a3_12_asked": granted + draw.number(0, 3000), "a3_12_used": draw.upto(granted, share=0.5),
    }  # fmt: skip
    for device in ("scanner", "printer", "queue", "kiosk", "screen", "camera"):
        need = draw.number(1, 10)
        found |= {f"a3_09_{device}_need": min(100, need), f"a3_09_{device}_have": draw.upto(min(100, need))}
    for item in ("access", "seats", "parking", "wifi"):
        found[f"a3_11_{item}"] = draw.yes()
    return found | draw.pair("a3_08", 40, 140)


def _procedures(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    published = draw.random.randint(380, 470)
    carried = draw.number(20, 400)
    channels = [draw.number(300, 3000), draw.number(200, 4000), draw.upto(60)]
    total = carried + sum(channels)
    refused = draw.upto(total // 60)
    running = draw.upto(total // 5)
    overdue = draw.upto(running // 10, share=0.2)
    resolved = total - refused - running
    late = draw.upto(resolved // 25, share=0.2)
    received = draw.upto(30)
    paid = draw.upto(channels[1])
    found: dict[str, Value] = {
        "a4a_01": published, "a4a_02_d": published, "a4a_02_n": draw.upto(published, share=0.95),
        "a4a_03": carried, "a4a_04_in_person": channels[0], "a4a_04_online": channels[1],
        "a4a_04_postal": channels[2], "a4a_05_on_time": resolved - late, "a4a_05_late": late,
        "a4a_06_in_time": running - overdue, "a4a_06_overdue": overdue, "a4a_07": refused,
        "a4a_09_online_d": sum(channels), "a4a_09_online_n": channels[1], "a4a_09_digitised_d": total,
        "a4a_09_digitised_n": draw.upto(total), "a4a_09_paid_d": paid, "a4a_09_paid_n": draw.upto(paid),
        "a4a_10_for_others": draw.upto(80), "a4a_10_by_others": draw.upto(80), "a4a_11": late + overdue,
        "a4a_12_received": received, "a4a_12_answered": draw.upto(received, share=0.95),
        "a4a_12_satisfaction": f"{draw.random.uniform(78, 99.5):.1f}", "a4a_12_sample": draw.number(30, 200),
    }  # fmt: skip
    return found


def _signatures(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    need = draw.number(12, 30)
    issued = draw.upto(need)
    seals = 4 + draw.upto(3)
    found: dict[str, Value] = {
        "a4b_01": need, "a4b_02": issued, "a4b_03": draw.upto(issued, share=0.9), "a4b_04_needed": seals,
        "a4b_04_issued": draw.upto(seals, share=0.9), "a4b_05": draw.upto(issued, share=0.1),
        "a4b_06": f"{draw.random.uniform(1, 18):.1f}",
    }  # fmt: skip
    return found


def _lines(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    band = int(draw.pick("100", "150", "200", "300", "500"))
    connected = draw.yes(0.9)
    outages = draw.upto(9, share=0.2)
    sites = draw.random.randint(1, int(values["a3_01"])) if connected == "yes" else 0
    found: dict[str, Value] = {
        "a4c_01": connected, "a4c_01_sites": sites,
        "a4c_02": draw.random.randint(1, 4), "a4c_02_list": SAMPLE_TEXT, "a4c_03": band,
        "a4c_04_down": f"{band * draw.random.uniform(0.5, 1.05):.1f}",
        "a4c_04_up": f"{band * draw.random.uniform(0.4, 1.0):.1f}",
        "a4c_04_tested_on": str(draw.day(date(2025, 7, 15))), "a4c_05_outages": outages,
        "a4c_05_hours": f"{outages * draw.random.uniform(0.6, 3):.1f}", "a4c_06_backup": draw.yes(0.6),
        "a4c_06_ups": draw.yes(0.7), "a4c_06_generator": draw.yes(0.4),
        "a4c_07": " ".join(["procedures", "documents", "civil_status", "land", "accounting"]),
        "a4c_08": draw.pick("none", "1", "2", "2", "3"), "a4c_09": draw.random.randint(0, 3),
        "a4c_10": draw.yes(),
    }  # fmt: skip
    return found


def _projects(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    projects = draw.number(2, 40)
    total = draw.number(30, 900)
    plan = draw.upto(total, share=0.3)
    found: dict[str, Value] = {
        "a5_01": draw.number(1, 8), "a5_01_list": SAMPLE_TEXT, "a5_02": projects, "a5_02_list": SAMPLE_TEXT,
        "a5_03": draw.upto(projects), "a5_04": str(total), "a5_05": str(plan),
        "a5_06": str(draw.upto(plan, share=0.4)), "a5_08": draw.upto(projects, share=0.1),
        "a5_08_list": SAMPLE_TEXT, "a5_09": draw.upto(projects, share=0.1), "a5_09_list": SAMPLE_TEXT,
    }  # fmt: skip
    return found | draw.pair("a5_10", 3, 30)


def _regimes(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    waiting = decided_all = 0
    for group in GROUPS:
        scope = draw.number(2, 24)
        applied = draw.upto(scope, share=0.4)
        decided = draw.upto(applied, share=0.95)
        approved = draw.upto(decided, share=0.9)
        paid = draw.upto(approved, share=0.8)
        waiting += applied - paid
        decided_all += decided
        found |= {
            f"a6_01_{group}": scope, f"a6_02_{group}": applied, f"a6_03_{group}": decided,
            f"a6_04_{group}": decided, f"a6_05_{group}": approved, f"a6_06_{group}": paid,
            f"a6_07_{group}": paid * draw.random.randint(200, 1400),
        }  # fmt: skip
    return found | {
        "a6_09": draw.upto(waiting, share=0.1), "a6_10": draw.upto(4, share=0.1),
        "a6_11": draw.upto(int(found["a6_01_activist"]), share=0.3), "a6_12": draw.upto(decided_all, share=0.02),
    }  # fmt: skip


def _data(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    found: dict[str, Value] = {
        "a7a_01_list": SAMPLE_TEXT, "a7a_05": draw.upto(3, share=0.1), "a7a_05_list": SAMPLE_TEXT,
        "a7a_06": draw.yes(), "a7a_07": draw.yes(),
    }  # fmt: skip
    for kind in ("civil", "land", "social"):
        found[f"a7a_04_{kind}"] = f"{draw.random.uniform(40, 100):.1f}"
    if found["a7a_06"] == "yes":
        found |= {"a7a_06_date": "2025-06-28", "a7a_06_place": "Trung tâm dữ liệu (mẫu)"}
    pairs = draw.pair("a7a_01", 6, 20) | draw.pair("a7a_02", 6, 20) | draw.pair("a7a_03", 30, 120)
    return found | pairs


def _records(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    metres = draw.number(60, 900)
    boxes = metres * draw.random.randint(7, 11)
    files = boxes * draw.random.randint(3, 9)
    loose = draw.upto(metres, share=0.2)
    electronic = draw.number(0, 5000)
    lost = draw.upto(6, share=0.1)
    found: dict[str, Value] = {
        "a7b_01": draw.number(2, 14), "a7b_01_list": SAMPLE_TEXT, "a7b_02": str(metres), "a7b_03_boxes": boxes,
        "a7b_03_files": files, "a7b_04_efiles": electronic, "a7b_04_datafiles": electronic * 3,
        "a7b_05_m": str(metres - loose), "a7b_06": str(loose), "a7b_07_n": draw.upto(files, share=0.3),
        "a7b_09": lost, "a7b_09_list": SAMPLE_TEXT, "a7b_10_area": str(draw.number(40, 260)),
        "a7b_10_fire": draw.yes(), "a7b_10_climate": draw.yes(0.5), "a7b_11": draw.yes(0.95),
    }  # fmt: skip
    return found | draw.pair("a7b_08", 2, 12)


def _assets(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    used, surplus, undecided = draw.number(4, 26), draw.upto(8, share=0.3), draw.upto(4, share=0.3)
    cars = draw.upto(5)
    cost = draw.number(4_000, 90_000)
    found: dict[str, Value] = {
        "a7c_01": used + surplus + undecided, "a7c_01_undecided": undecided, "a7c_01_list": SAMPLE_TEXT,
        "a7c_02": used, "a7c_03": surplus, "a7c_04": draw.upto(surplus), "a7c_05_land": str(draw.number(900, 30_000)),
        "a7c_05_floor": str(draw.number(700, 12_000)), "a7c_06_received": cars,
        "a7c_06_surplus": draw.upto(cars, share=0.2), "a7c_07": draw.number(150, 1600), "a7c_07_list": SAMPLE_TEXT,
        "a7c_08_cost": cost, "a7c_08_residual": draw.upto(cost, share=0.4),
        "a7c_09_surplus": draw.upto(9, share=0.1), "a7c_09_shortage": draw.upto(9, share=0.1),
        "a7c_09_explanation": SAMPLE_TEXT,
    }  # fmt: skip
    return found | draw.pair("a7c_10", 150, 900) | draw.pair("a7c_11", 2, 12)


def _communication(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    briefings = draw.number(2, 14)
    opinions = draw.upto(40)
    staff = int(values["a2_12_d"])
    found: dict[str, Value] = {
        "a8_01": draw.yes(), "a8_02_briefings": briefings, "a8_02_attendance": briefings * draw.number(40, 160),
        "a8_03_d": staff, "a8_03_n": draw.upto(staff, share=0.95), "a8_05": draw.yes(0.7),
        "a8_06_received": opinions, "a8_06_answered": draw.upto(opinions, share=0.95),
        "a8_07": f"{draw.random.uniform(80, 99):.1f}", "a8_07_sample": draw.number(60, 300),
    }  # fmt: skip
    for channel in ("news", "articles", "radio", "social"):
        found[f"a8_04_{channel}"] = draw.number(3, 60)
    if found["a8_05"] == "yes":
        found["a8_05_link"] = "https://mau.example.vn/"
    return found


def _congress(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    held = draw.chance(0.5)
    found: dict[str, Value] = {
        "a9_01": draw.yes(0.97), "a9_01_number": "02-KH/ĐU", "a9_04": draw.yes(), "a9_05": draw.yes(),
        "a9_02": str(draw.day(date(2025, 7, 15)) if held else date(2025, 8, draw.random.randint(18, 29))),
        "a9_02_status": "held" if held else "planned", "a9_07": draw.random.randint(120, 250),
    }  # fmt: skip
    for item in ("venue", "money", "security", "health"):
        found[f"a9_06_{item}"] = draw.yes()
    return found | draw.pair("a9_03", 12, 60, share=0.95)


def _difficulties(draw: _Draw, values: dict[str, Value]) -> dict[str, Value]:
    groups = {group: draw.upto(4, share=0.4) for group in ("organisation", "streamlining", "regime", "other")}
    if not any(groups.values()):
        groups["organisation"] = 1
    total = sum(groups.values())
    commune, city, central = draw.split(total, 3)
    severe = draw.split(total, 4)
    resolved = draw.upto(total, share=0.2)
    found: dict[str, Value] = {f"a10_01_{group}": count for group, count in groups.items()}
    return found | {
        "a10_02_commune": commune, "a10_02_city": city, "a10_02_central": central,
        **{f"a10_03_s{level}": count for level, count in enumerate(severe, start=1)},
        "a10_03_proof": "Văn bản số 25/UBND-VP (mẫu)", "a10_04_resolved": resolved,
        "a10_04_unanswered": draw.upto(total - resolved, share=0.3),
        "a10_05": "Bổ sung biên chế chuyên môn đất đai (mẫu).", "a10_05_body": "Sở Nội vụ",
        "a10_05_due": "2025-09-30", "a10_06_1": "Hoàn thiện quy trình nội bộ điện tử (mẫu).",
        "a10_06_2": "Chỉnh lý hồ sơ, tài liệu tồn đọng (mẫu).",
    }  # fmt: skip


def _centre(draw: _Draw, former_district: str | None) -> dict[str, Value]:
    if former_district is None:
        return {"a11_01": "none"}
    staff = draw.number(14, 40)
    money = draw.number(500, 6000)
    found: dict[str, Value] = {
        "a11_01": former_district, "a11_02_area": str(draw.number(250, 1500)),
        "a11_02_counters": draw.number(10, 30), "a11_03_d": staff, "a11_03_n": draw.upto(staff),
        "a11_04": draw.random.randint(200, 400), "a11_05": draw.yes(0.6), "a11_06": draw.yes(0.7),
        "a11_07_approved": money, "a11_07_paid": draw.upto(money, share=0.4), "a11_08_planned": "2025-10-01",
    }  # fmt: skip
    return found
