"""The composition rule: how many people, of which level and post, each content area needs in each team."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRule:
    """What one area demands of each team; empty `levels` or `posts` accept everybody."""

    code: str
    min_members: int
    levels: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    bodies: tuple[str, ...] = ()

    def accepts_level(self, level: str) -> bool:
        """Say whether somebody of this level may cover the area."""
        return not self.levels or level in self.levels

    def accepts_post(self, post: str) -> bool:
        """Say whether the post holds one of the words asked for."""
        return not self.posts or any(wanted.casefold() in post.casefold() for wanted in self.posts)

    def accepts(self, *, level: str, post: str) -> bool:
        """Say whether somebody of this level and post may cover the area."""
        return self.accepts_level(level) and self.accepts_post(post)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody named, with the areas they are named for."""

    key: int
    body: str
    level: str
    post: str
    areas: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What is missing for an area.

    `kind` is "number" (people short of `wanted`), "level" or "post" (`people` named, but not of those `asked`).
    """

    area: str
    kind: str
    wanted: int
    found: int
    bodies: tuple[str, ...]
    people: tuple[int, ...] = ()
    asked: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        """How many people are still to be named."""
        return max(0, self.wanted - self.found)


def fits(*, rule: AreaRule, candidate: Candidate) -> bool:
    """Say whether `candidate` is named for the area and of the right composition."""
    return rule.code in candidate.areas and rule.accepts(level=candidate.level, post=candidate.post)


def lacks(*, rules: Sequence[AreaRule], candidates: Iterable[Candidate], teams: int) -> list[Lack]:
    """Name what is missing so that each of `teams` teams has every area covered, area by area."""
    named = list(candidates)
    return [
        lack for rule in rules for lack in _lacks_of(rule, [c for c in named if rule.code in c.areas], teams)
    ]


def _lacks_of(rule: AreaRule, named: Sequence[Candidate], teams: int) -> list[Lack]:
    wanted = teams * rule.min_members
    fitting = sum(fits(rule=rule, candidate=candidate) for candidate in named)
    unfit = (
        ("level", rule.levels, [c.key for c in named if not rule.accepts_level(c.level)]),
        ("post", rule.posts, [c.key for c in named if not rule.accepts_post(c.post)]),
    )
    found = [
        Lack(
            area=rule.code,
            kind=kind,
            wanted=wanted,
            found=fitting,
            bodies=rule.bodies,
            people=tuple(people),
            asked=tuple(sorted(asked)),
        )
        for kind, asked, people in unfit
        if people
    ]
    if fitting < wanted:
        found.append(Lack(area=rule.code, kind="number", wanted=wanted, found=fitting, bodies=rule.bodies))
    return found
