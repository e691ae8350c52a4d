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

    def accepts(self, *, level: str, post: str) -> bool:
        """Say whether somebody of this level and post may cover the area."""
        return (not self.levels or level in self.levels) and (
            not self.posts or any(wanted.casefold() in post.casefold() for wanted in self.posts)
        )


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

    `kind` is "number" (people short of `wanted`) or "unfit" (named, but of the wrong level or post).
    """

    area: str
    kind: str
    wanted: int
    found: int
    bodies: tuple[str, ...]
    people: tuple[int, ...] = ()

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
    found: list[Lack] = []
    for rule in rules:
        fitting = [c for c in named if fits(rule=rule, candidate=c)]
        unfit = tuple(c.key for c in named if rule.code in c.areas and c not in fitting)
        wanted = teams * rule.min_members
        if unfit:
            found.append(
                Lack(
                    area=rule.code,
                    kind="unfit",
                    wanted=wanted,
                    found=len(fitting),
                    bodies=rule.bodies,
                    people=unfit,
                )
            )
        if len(fitting) < wanted:
            found.append(
                Lack(area=rule.code, kind="number", wanted=wanted, found=len(fitting), bodies=rule.bodies)
            )
    return found
