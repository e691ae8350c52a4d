"""The cheapest days under given prices of units: what column generation asks for, class by class."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from haicap.timetable.rules.problem import Mode
from haicap.timetable.rules.solver.classes import ClassSeats, DayClass, Points
from haicap.timetable.rules.solver.instance import Day, Half, Instance, unit_of

Index = NDArray[np.int64]
BLOCK = 2_000_000
"""entries of a table of mornings by afternoons looked at at once"""
GLANCE, KEPT = 40, 25
SMALL_SESSION = 4
"""units of a session up to which all that matter are looked at"""
NEAR = 3.0
"""points above the best within which days are worth returning"""


@dataclass(frozen=True, slots=True)
class Prices:
    """What is paid in points: for a unit, a session by slot, a half-day by crew, a day on the road by class,
    and, by unit, for each point of its preference."""

    unit: Points
    session: Points
    half: Points
    road: Points
    wish: Points


@dataclass(frozen=True, slots=True)
class Options:
    """Ways of filling a half-day: `cost` without the way to it and from it; `units` by row, -1 filling up.

    `exact` says that the best filling beside any other is among them.
    """

    cost: Points
    units: Index
    online: bool = False
    exact: bool = True

    @property
    def first(self) -> Index:
        """Where each begins, -1 for the base."""
        return np.full(len(self.cost), -1, dtype=np.int64) if self.online else self.units[:, 0]

    @property
    def last(self) -> Index:
        """Where each ends, -1 for the base."""
        return np.full(len(self.cost), -1, dtype=np.int64) if self.online else self.units[:, -1]

    def half(self, number: int) -> Half:
        """Return one filling."""
        units = [unit for unit in self.units[number].tolist() if unit >= 0]
        return tuple(~unit for unit in units) if self.online else tuple(units)


class Pricer:
    """Finds cheap days of a class; `least` is a proven lower bound on the cheapest when asked exactly."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.seats = instance, ClassSeats(instance)
        self.km = instance.cost_metre / 1000
        self.day = instance.cost_day / 1000
        self.whole = np.array(instance.whole, dtype=bool)
        self.shared = self._shared()

    def _shared(self) -> tuple[Index, Index]:
        """Return the pairs (first, second) that may share a half-day."""
        i, most = self.instance, self.instance.limits.two_visits_minutes
        if most <= 0 or not i.units:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        may = ~self.whole & np.array(i.in_person, dtype=bool)
        length = np.array(i.minutes, dtype=np.float64)
        first, second = np.nonzero(i.ways.within(most))
        keep = (first != second) & may[first] & may[second]
        keep &= length[first] + length[second] <= i.limits.half_day_minutes
        pairs = [
            (one, two)
            for one, two in zip(first[keep].tolist(), second[keep].tolist(), strict=True)
            if i.may_share(one, two)
        ]
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def best(
        self, day_class: DayClass, prices: Prices, *, most: int, below: float
    ) -> tuple[float, list[Day]]:
        """Return the value of the cheapest day (at most 0, the empty one's) and up to `most` days under `below`.

        The value is a lower bound; in large sessions a unit may be counted twice in it, never in a returned day.
        """
        mornings = self._options(day_class, 0, prices)
        afternoons = self._options(day_class, 1, prices)
        road = prices.road[day_class.number] + self.day
        found = [
            *self._alone(day_class, mornings, 0, road),
            *self._alone(day_class, afternoons, 1, road),
            *self._whole_days(day_class, prices, road),
        ]  # fmt: skip
        least = min((value for value, _ in found), default=0.0)
        tables = [_Table(self, day_class, one, two, road) for one in mornings for two in afternoons]
        least = min(least, 0.0, *(table.glance() for table in tables))
        for table in tables:
            value, days = table.search(least)
            least = min(least, value)
            found += days
        good = [item for item in found if item[0] < below]
        good.sort(key=lambda item: item[0])
        return least, [day for _, day in good[:most]]

    def within(self, day_class: DayClass, prices: Prices, *, below: float, most: int) -> list[Day] | None:
        """Return every day whose value is under `below`, None where there are more than `most`."""
        mornings = self._options(day_class, 0, prices, every=True)
        afternoons = self._options(day_class, 1, prices, every=True)
        road = prices.road[day_class.number] + self.day
        found = [
            *self._alone(day_class, mornings, 0, road, most),
            *self._alone(day_class, afternoons, 1, road, most),
            *self._whole_days(day_class, prices, road, most),
        ]  # fmt: skip
        days = [day for value, day in found if value < below]
        for one in mornings:
            for two in afternoons:
                more = _Table(self, day_class, one, two, road).every(below, most)
                if more is None or len(days) + len(more) > most:
                    return None
                days += more
        return days

    def _options(
        self, day_class: DayClass, half: int, prices: Prices, *, every: bool = False
    ) -> list[Options]:
        """Return singles, pairs and online sessions of a half-day, each with the prices paid.

        Of sessions only the cheapest, unless `every`.
        """
        slot = day_class.slots[half]
        if slot < 0:
            return []
        per_half = prices.half[day_class.crew]
        units, costs = self.seats.of(day_class, half, Mode.IN_PERSON)
        paid = costs + prices.wish[units] * self.seats.wish[units, slot] - prices.unit[units]
        single = ~self.whole[units]
        found = [Options(paid[single] + per_half, units[single][:, None])]
        if len(self.shared[0]) and self.instance.teams[day_class.team].most_per_day > 1:
            found.append(self._pairs(units[single], paid[single], per_half))
        online = self._online(day_class, half, prices, per_half + prices.session[slot], every=every)
        return [options for options in (*found, *online) if len(options.cost)]

    def _pairs(self, units: Index, paid: Points, per_half: float) -> Options:
        by_unit = np.full(len(self.instance.units), np.inf)
        by_unit[units] = paid
        one, two = self.shared
        cost = by_unit[one] + by_unit[two]
        keep = np.flatnonzero(np.isfinite(cost))
        one, two = one[keep], two[keep]
        cost = cost[keep] + self.km * self.instance.ways.metres[one, two] + per_half
        return Options(cost, np.stack([one, two], axis=1))

    def _online(
        self, day_class: DayClass, half: int, prices: Prices, fee: float, *, every: bool
    ) -> list[Options]:
        """Return sessions: the best of each size and those without one of its units, or all there can be."""
        slot, i = day_class.slots[half], self.instance
        units, costs = self.seats.of(day_class, half, Mode.ONLINE)
        if not len(units):
            return []
        paid = costs + prices.wish[units] * self.seats.wish[units, slot] - prices.unit[units]
        most = min(i.limits.online_per_half_day, i.teams[day_class.team].most_per_day)
        exact = every or most <= SMALL_SESSION
        beside = len(units) if every else most + max(most, 2)
        chosen = _sessions(_lowest(paid, beside).tolist(), most) if exact else _prefixes(paid, most)
        cost = np.array([fee + sum(paid[n] for n in each) for each in chosen])
        rows = np.full((len(chosen), most), -1, dtype=np.int64)
        for row, each in enumerate(chosen):
            rows[row, : len(each)] = units[list(each)]
        return [Options(cost, rows, online=True, exact=exact)]

    def legs(self, day_class: DayClass, places: Index, *, back: bool) -> Points:
        """Return what the way from (or `back` to) the base costs; nothing for the base itself."""
        row = (self.instance.ways.back if back else self.instance.ways.out)[day_class.base]
        return np.where(places < 0, 0.0, self.km * row[places])

    def _alone(
        self, day_class: DayClass, options: list[Options], half: int, road: float, most: int = KEPT
    ) -> list[tuple[float, Day]]:
        """Return the best days with one half-day empty."""
        found: list[tuple[float, Day]] = []
        for each in options:
            value = each.cost + self.legs(day_class, each.first, back=False)
            value = value + self.legs(day_class, each.last, back=True)
            value = value + (self.day if each.online else road)
            for number in _lowest(value, most):
                content: Day = (each.half(number), ()) if half == 0 else ((), each.half(number))
                found.append((float(value[number]), content))
        return found

    def _whole_days(
        self, day_class: DayClass, prices: Prices, road: float, most: int = KEPT
    ) -> list[tuple[float, Day]]:
        units, costs = self.seats.of(day_class, 0, Mode.IN_PERSON)
        units, costs = units[self.whole[units]], costs[self.whole[units]]
        slot = day_class.slots[0]
        value = costs + prices.wish[units] * self.seats.wish[units, slot] - prices.unit[units]
        value = value + 2 * prices.half[day_class.crew] + road
        value = value + self.legs(day_class, units, back=False) + self.legs(day_class, units, back=True)
        return [(float(value[n]), ((int(units[n]),), ())) for n in _lowest(value, most)]

    def cross(self, day_class: DayClass, last: Index, first: Index) -> Points:
        """Return what the way over noon costs, infinite where it is too long."""
        ways, base = self.instance.ways, day_class.base
        if last[0] < 0 and first[0] < 0:
            return np.zeros((len(last), len(first)))
        if last[0] < 0:
            row = np.where(ways.noon_out[base][first], self.km * ways.out[base][first], np.inf)
            return np.broadcast_to(row[None, :], (len(last), len(first)))
        if first[0] < 0:
            line = np.where(ways.noon_back[base][last], self.km * ways.back[base][last], np.inf)
            return np.broadcast_to(line[:, None], (len(last), len(first)))
        pick = np.ix_(last, first)
        return np.where(ways.noon[pick], self.km * ways.metres[pick], np.inf)


class _Table:
    """Days with something in both half-days: mornings by afternoons, looked at where they may be cheap."""

    def __init__(self, pricer: Pricer, day_class: DayClass, one: Options, two: Options, road: float) -> None:
        self.pricer, self.day_class, self.one, self.two = pricer, day_class, one, two
        fee = pricer.day if one.online and two.online else road
        self.rows = one.cost + pricer.legs(day_class, one.first, back=False) + fee
        self.columns = two.cost + pricer.legs(day_class, two.last, back=True)
        self.most = pricer.instance.teams[day_class.team].most_per_day

    def _values(self, rows: Index, columns: Index) -> Points:
        table = self.rows[rows][:, None] + self.columns[columns][None, :]
        table += self.pricer.cross(self.day_class, self.one.last[rows], self.two.first[columns])
        if self.one.exact and self.two.exact:
            self._forbid(table, self.one.units[rows], self.two.units[columns])
        return table

    def _forbid(self, table: Points, above: Index, beside: Index) -> None:
        """Strike out what holds a unit twice, or more visits than a day may."""
        for one in above.T:
            for two in beside.T:
                table[(one[:, None] == two[None, :]) & (one[:, None] >= 0)] = np.inf
        if above.shape[1] + beside.shape[1] > self.most:
            sizes = (above >= 0).sum(axis=1)[:, None] + (beside >= 0).sum(axis=1)[None, :]
            table[sizes > self.most] = np.inf

    def glance(self) -> float:
        """Return the best value among the cheapest mornings and afternoons."""
        best = self._values(_lowest(self.rows, GLANCE), _lowest(self.columns, GLANCE)).min()
        return float(best)

    def search(self, least: float) -> tuple[float, list[tuple[float, Day]]]:
        """Return the best value, at most `least`, and days near it."""
        below = least + NEAR
        rows = np.flatnonzero(self.rows + self.columns.min() < below)
        columns = np.flatnonzero(self.columns + self.rows.min() < below)
        if not len(rows) or not len(columns):
            return least, []
        found: list[tuple[float, Day]] = []
        for start in range(0, len(rows), step := max(1, BLOCK // len(columns))):
            part = rows[start : start + step]
            table = self._values(part, columns)
            best = table.argmin(axis=1)
            lowest = table[np.arange(len(part)), best]
            least = min(least, float(lowest.min()))
            for row in _lowest(lowest, KEPT):
                day = self.one.half(part[row]), self.two.half(columns[best[row]])
                if lowest[row] < below and len(day[0]) + len(day[1]) <= self.most and _distinct(day):
                    found.append((float(lowest[row]), day))
        return least, found

    def every(self, below: float, most: int) -> list[Day] | None:
        """Return all days under `below`, None where there are more than `most`."""
        rows = np.flatnonzero(self.rows + self.columns.min() < below)
        columns = np.flatnonzero(self.columns + self.rows.min() < below)
        found: list[Day] = []
        if not len(rows) or not len(columns):
            return found
        for start in range(0, len(rows), step := max(1, BLOCK // len(columns))):
            part = rows[start : start + step]
            lines, places = np.nonzero(self._values(part, columns) < below)
            if len(found) + len(lines) > most:
                return None
            for line, place in zip(lines.tolist(), places.tolist(), strict=True):
                day = self.one.half(part[line]), self.two.half(columns[place])
                if len(day[0]) + len(day[1]) <= self.most and _distinct(day):
                    found.append(day)
        return found


def _sessions(units: list[int], most: int) -> list[tuple[int, ...]]:
    """Return all sessions of up to `most` of `units`."""
    return [each for size in range(1, most + 1) for each in combinations(units, size)]


def _prefixes(paid: Points, most: int) -> list[tuple[int, ...]]:
    """Return the best session of each size, single units, and the best without the very best."""
    best = _lowest(paid, 2 * most).tolist()
    sets = {tuple(best[:size]) for size in range(1, most + 1)} | {(n,) for n in best}
    return sorted((sets | {tuple(best[most:])}) - {()})


def _lowest(values: Points, count: int) -> Index:
    """Return the positions of the `count` lowest values, lowest first."""
    if len(values) > count:
        part = np.argpartition(values, count - 1)[:count]
        return part[np.argsort(values[part], kind="stable")]
    return np.argsort(values, kind="stable")


def _distinct(day: Day) -> bool:
    units = [unit_of(seat) for half in day for seat in half]
    return len(set(units)) == len(units)
