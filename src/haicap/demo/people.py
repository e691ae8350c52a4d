"""Enters the sample people: city, departments, communes."""

from collections.abc import Callable, Sequence
from random import Random

from django.db import transaction

from haicap.accounts.actions import add_person, reset_password
from haicap.accounts.models import Person
from haicap.campaign.actions.nominations import Naming, nominate_bulk
from haicap.campaign.models import Campaign, TeamMember
from haicap.campaign.queries import slots_of
from haicap.campaign.queries.teams import area_rules
from haicap.demo.rules.people import sample_people
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Text
from haicap.register.models import Body, Unit

OnProgress = Callable[[int, Text], None]
CITY = (
    ("quantri", Role.ADMINISTRATOR, "SNV", "Quản trị hệ thống"),
    ("thuky", Role.SECRETARIAT, "SNV", "Thư ký Đoàn khảo sát"),
    ("kythuat", Role.BRIDGE_TECHNICIAN, "SKHCN", "Kỹ thuật điểm cầu"),
    ("lanhdao", Role.CITY_LEADER, "UBNDTP", "Lãnh đạo Thành phố"),
    ("duyetphieu", Role.REVIEWER, "SNV", "Duyệt phiếu"),
)


def _add(username: str, name: str, body: Body, role: Role | None, post: str = "", level: str = "") -> Person:
    return add_person(
        actor=SYSTEM,
        username=username,
        full_name=name,
        body=body,
        roles=[role] if role else [],
        post=post,
        level=level,
        is_sample=True,
    )


@transaction.atomic
def enter_people(*, campaign: Campaign, units: Sequence[Unit], on_progress: OnProgress) -> int:
    """Add people of the city, an officer for each body that leads an area, officer and chair of each unit."""
    bodies = {body.code: body for body in Body.objects.all()}
    count = 0
    for username, role, code, post in CITY:
        _add(username, f"Cán bộ mẫu ({post})", bodies[code], role, post)
        count += 1
    for code in sorted({code for rule in area_rules(campaign=campaign) for code in rule.bodies}):
        name = f"Cán bộ mẫu đầu mối {code}"
        _add(f"so.{code.lower()}", name, bodies[code], Role.DEPARTMENT_OFFICER, "Chuyên viên")
        count += 1
    for number, unit in enumerate(units, start=1):
        body = bodies[f"UBND-{unit.code}"]
        name = f"Cán bộ mẫu {unit.code}"
        _add(f"xa{unit.code}", f"{name} (nhập liệu)", body, Role.COMMUNE_OFFICER, "Công chức Văn phòng")
        _add(f"ct{unit.code}", f"{name} (Chủ tịch)", body, Role.COMMUNE_CHAIR, "Chủ tịch UBND")
        count += 2
        if number % 20 == 0:
            on_progress(100 * number // len(units), f"{count}")
    return count


@transaction.atomic
def enter_nominations(*, campaign: Campaign, random: Random) -> int:
    """Let each body that leads an area first name one person more than there are teams."""
    rules = area_rules(campaign=campaign)
    first: dict[str, list[str]] = {}
    for rule in rules:
        first.setdefault(rule.bodies[0], []).append(rule.code)
    levels = list(campaign.setting("levels"))
    slots = slots_of(campaign=campaign)
    namings = []
    for code, areas in sorted(first.items()):
        body = Body.objects.get(code=code)
        people = sample_people(prefix=f"{code.lower()}.")
        for number in range(campaign.team_count + 1):
            sample = next(people)
            level = levels[1 + (number % (len(levels) - 2))]
            person = _add(sample.username, sample.full_name, body, None, "Chuyên viên", level)
            away = random.sample(slots, 2) if random.random() < 0.2 else []
            namings.append(
                Naming(
                    person=person,
                    post="Phó Trưởng phòng" if level == levels[1] else "Trưởng phòng",
                    level=level,
                    areas=areas,
                    absences=dict.fromkeys(away, "Bận họp (mẫu)"),
                )
            )
    return nominate_bulk(actor=SYSTEM, campaign=campaign, namings=namings)


def open_accounts(*, campaign: Campaign, unit: Unit, password: str) -> dict[str, str]:
    """Give one sample account per role a password; returns role -> user name."""
    chosen = {role.value: Person.objects.get(username=name) for name, role, *_ in CITY}
    chosen[Role.DEPARTMENT_OFFICER.value] = Person.objects.get(username="so.stp")
    chosen[Role.COMMUNE_OFFICER.value] = Person.objects.get(username=f"xa{unit.code}")
    chosen[Role.COMMUNE_CHAIR.value] = Person.objects.get(username=f"ct{unit.code}")
    members = TeamMember.objects.filter(team__campaign=campaign, team__number=1)
    for member in members.select_related("nomination__person").order_by("pk"):
        chosen.setdefault(f"team_{member.role}", member.nomination.person)
    for person in chosen.values():
        reset_password(actor=SYSTEM, person=person, password=password)
    return {role: person.username for role, person in chosen.items()}
