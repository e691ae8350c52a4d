"""Sentences for what the pure rules of teams and registration report by code."""

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from haicap.campaign.models import Campaign
from haicap.campaign.queries.board import TeamBoard, TeamState
from haicap.campaign.rules.composition import Lack
from haicap.campaign.rules.registration import WishFault
from haicap.campaign.rules.teams import Broken
from haicap.kernel.errors import Text
from haicap.kernel.periods import HalfDay, Slot

SENTENCES: Mapping[str, Text] = {
    "preferences.none": _("Choose at least one half-day that suits."),
    "preferences.many": _("Rank at most %(count)s half-days."),
    "preferences.twice": _("%(slot)s is ranked twice. Rank each half-day once."),
    "slot.outside": _("%(slot)s is not a half-day of the survey."),
    "slot.both": _("%(slot)s is both wished for and blocked. Keep one."),
    "block.reason": _("Say why %(slot)s does not suit."),
    "blocks.all": _("Every half-day is blocked. Leave at least one open, or ask to be surveyed online."),
    "slot.full": _("%(slot)s is full as a first choice (%(count)s units). Free: %(free)s."),
    "place.missing": _("Write the agreed place, or choose the seat of the committee."),
    "online.reason": _("Say why the survey should be online."),
    "contact.name": _("Name the contact person."),
    "contact.phone": _("Write the contact's telephone, at least 8 digits."),
}
HALVES: Mapping[HalfDay, Text] = {HalfDay.MORNING: _("morning"), HalfDay.AFTERNOON: _("afternoon")}
BROKEN: Mapping[str, Text] = {
    "team.missing": _("The team is not formed"),
    "team.empty": _("The team has nobody"),
    "member.twice": _("%(person)s sits in %(count)s teams"),
    "member.unknown": _("%(person)s is not handed in any more"),
    "area.uncovered": _("Area %(area)s is not covered: %(count)s missing, led by %(bodies)s"),
    "head.none": _("The team has no head"),
    "head.count": _("The team has %(count)s heads"),
    "head.junior": _("%(person)s is too junior to head a team"),
    "team.incomplete": _("All areas covered on only %(count)s half-days, %(wanted)s wanted"),
}


LEVELS: Mapping[str, Text] = {
    "specialist": pgettext("position", "Specialist"),
    "division_deputy": _("Deputy division head"),
    "division_head": _("Division head"),
    "leader": _("Leader of the body"),
}
LACKS: Mapping[str, Text] = {
    "number": _("Area %(area)s: %(missing)s people missing (%(found)s of %(wanted)s); led by %(bodies)s"),
    "level": _("Area %(area)s: %(people)s people are not of the level asked for: %(asked)s"),
    "post": _("Area %(area)s: %(people)s people do not hold a post asked for: %(asked)s"),
}


def lack_text(lack: Lack) -> str:
    """Return what nominations lack for an area: how many people, or which level or post is asked for."""
    return str(LACKS[lack.kind]) % {
        "area": lack.area,
        "missing": lack.missing,
        "found": lack.found,
        "wanted": lack.wanted,
        "bodies": ", ".join(lack.bodies) or "-",
        "people": len(lack.people),
        "asked": ", ".join(str(LEVELS.get(word, word)) for word in lack.asked),
    }


def slot_text(slot: Slot) -> str:
    """Return a half-day in words, such as "buổi sáng Thứ 2 04/08"."""
    weekday = date_format(slot.day, "l")
    return f"{HALVES[slot.half]} {weekday} {slot.day:%d/%m}"


def closed_text(campaign: Campaign, call: str) -> str:
    """Return that registration is over since when, and whom to call."""
    return _now(
        "Registration ended on %(day)s. Call the secretariat, which can still register for you: %(people)s."
    ) % {"day": f"{campaign.registration_deadline:%d/%m/%Y}", "people": call}


def wish_fault_text(fault: WishFault, *, free: Sequence[Slot], most: int = 8) -> str:
    """Return why a wish is refused; for a full half-day, with up to `most` that are free."""
    return str(SENTENCES[fault.code]) % {
        "slot": slot_text(fault.slot) if fault.slot else "",
        "count": fault.count,
        "free": ", ".join(slot_text(slot) for slot in free[:most]) or _now("none; call the secretariat"),
    }


def broken_text(broken: Broken, *, people: Mapping[int, str], bodies: Mapping[str, Sequence[str]]) -> str:
    """Return a broken rule of a team; `people` gives names by nomination, `bodies` who leads an area."""
    code = "head.none" if broken.rule == "head.count" and not broken.count else broken.rule
    return str(BROKEN[code]) % {
        "person": people.get(broken.member or 0, "?"),
        "count": broken.count,
        "wanted": broken.wanted,
        "area": broken.area,
        "bodies": ", ".join(bodies.get(broken.area, ())) or "-",
    }


def board_sentences(board: TeamBoard, state: TeamState) -> list[str]:
    """Return every broken rule of one team of the board, in words."""
    people = {member.nomination_id: member.nomination.person.full_name for member in state.team.members.all()}
    return [broken_text(broken, people=people, bodies=board.leads) for broken in state.broken]
