"""Quotas of a job: how many rows each cell gets, such that all of them can hold at once."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Mapping, Sequence

from textsynth.apportion import crossed, share, spread
from textsynth.cells import BY, MAX_CELLS, Carried, Odds, Quota, Values
from textsynth.errors import JobError, nearest

Rows = dict[Values, int]


class Apportioned:
    """The rows of each cell of each quota. `rows`: quota → cell → rows.

    An `exact` quota on a product has the shares of its facets, exactly as they are on their own, in
    every combination within one row. Where another quota says how many rows a value gets, `exact`
    ones follow it.
    """

    def __init__(self, quotas: Mapping[str, Quota], odds: Odds, count: int) -> None:
        self.odds, self.count = odds, count
        self.parts = {name: odds.parts(name) for name in quotas if odds.parts(name)}
        # One on facets alone goes before one on a product.
        self._said = {
            self.parts[name]: quota
            for name, quota in sorted(quotas.items(), key=lambda q: len(odds.parts(q[0])))
            if isinstance(quota, Mapping) and name in self.parts
        }
        self._edges: dict[tuple[str, ...], Rows] = {}
        self.rows: dict[str, dict[str, int]] = {}
        for name, parts in self.parts.items():
            own = quotas[name]
            self.rows[name] = dict(own) if isinstance(own, Mapping) else _named(self._exact(parts))

    def _exact(self, parts: tuple[str, ...]) -> Rows:
        """Rows of each combination: carried facets against all others, these against each other."""
        edges = [(names, self._edge(names)) for names in self._apart(parts)]
        names, rows = edges.pop()
        while edges:
            more, wide = edges.pop()
            names = (*more, *names)
            rows = {(*a, *b): n for (a, b), n in crossed(wide, rows).items()}
        places = [names.index(part) for part in parts]
        return {tuple(cell[place] for place in places): n for cell, n in rows.items()}

    def _apart(self, parts: Sequence[str]) -> list[tuple[str, ...]]:
        """The facets in groups that do not hang together: those of an input, then each other."""
        found = [tuple(n for n in brings.names if n in parts) for brings in self.odds.carried]
        return [*filter(None, found), *((part,) for part in parts if part in self.odds.facets)]

    def _edge(self, names: tuple[str, ...]) -> Rows:
        """Rows of each value of a facet, or of facets that are carried together."""
        if names in self._edges:
            return self._edges[names]
        brings = next((b for b in self.odds.carried if names[0] in b.names), None)
        if brings is not None:
            rows = summed(self._of_input(brings), self._used(brings), names)
        else:
            (name,) = names
            said = self._by_quota(names)
            weights: dict[Values, float] = {
                (value,): weight for value, weight in self.odds.facets[name].items()
            }
            rows = said[1] if said else share(weights, self.count)
        self._edges[names] = rows
        return rows

    def _used(self, brings: Carried) -> tuple[str, ...]:
        """The facets of an input that any quota names."""
        named = set(itertools.chain.from_iterable(self.parts.values()))
        return tuple(name for name in brings.names if name in named)

    def _of_input(self, brings: Carried) -> Rows:
        """Rows of each combination of an input's facets, from which those of each facet follow: so
        what is said of a branch and of its leaves is the same."""
        used = self._used(brings)
        if used in self._edges:
            return self._edges[used]
        joint = self.odds.joint(used)
        first: dict[tuple[int, str], int] = {}
        for cell in joint:
            for spot in enumerate(cell):
                first.setdefault(spot, len(first))
        # What is of one branch stands side by side, so that a branch comes to its share as well.
        order = sorted(joint, key=lambda cell: [first[spot] for spot in enumerate(cell)])
        said = self._by_quota(used)
        if said is None:
            rows = spread({cell: joint[cell] for cell in order}, self.count)
        else:
            names, wanted = said
            places = [used.index(name) for name in names]
            inside: dict[Values, list[Values]] = {}
            for cell in order:
                inside.setdefault(tuple(cell[place] for place in places), []).append(cell)
            rows = {}
            for value, cells in inside.items():
                rows |= spread({cell: joint[cell] for cell in cells}, wanted.get(value, 0))
        self._edges[used] = rows
        return rows

    def _by_quota(self, names: Sequence[str]) -> tuple[tuple[str, ...], Rows] | None:
        """What the quotas with numbers say of some of these facets, the first that says any."""
        for parts, quota in self._said.items():
            inside = tuple(name for name in names if name in parts)
            if inside:
                plain = dict.fromkeys(self.odds.joint(inside), 0)
                cells = {c: quota.get(BY.join(c), 0) for c in self.odds.joint(parts)}
                return inside, plain | summed(cells, parts, inside)
        return None


def summed(rows: Mapping[Values, int], parts: Sequence[str], names: Sequence[str]) -> Rows:
    """The rows of cells of `parts`, by `names` alone."""
    places = [parts.index(name) for name in names]
    found: Rows = {}
    for cell, n in rows.items():
        value = tuple(cell[place] for place in places)
        found[value] = found.get(value, 0) + n
    return found


def _named(rows: Mapping[Values, int]) -> dict[str, int]:
    return {BY.join(cell): n for cell, n in rows.items()}


def check_quota(
    where: str, name: str, quota: Quota, count: int, odds: Odds, also: Sequence[str] = ()
) -> None:
    """Raises JobError where no run could hold a quota; `where`: the place that it stands in.

    `also`: what else a quota could be on, for the complaint."""
    parts = odds.parts(name)
    if not parts:
        named = [part.strip() for part in name.split(BY)]
        unknown = next((part for part in named if part not in odds.names), "")
        known = nearest(unknown, [*odds.names, *also])
        if not unknown:
            raise JobError(f"{where}: the quota on '{name}' names a facet twice")
        product = f"'{name}', and '{unknown}'" if len(named) > 1 else f"'{name}', which"
        raise JobError(
            f"{where}: there is a quota on {product} is no facet",
            known,
            f"add `{unknown}` under vary",
        )
    if len(parts) > 1 and odds.size(parts) > MAX_CELLS:
        raise JobError(
            f"{where}: the quota on '{name}' has {odds.size(parts):,} cells",
            f"the limit is {MAX_CELLS:,}",
            "name fewer facets, or a higher level of the tree",
        )
    if not isinstance(quota, Mapping):
        return
    come = {cell for cell, weight in odds.weights(parts).items() if weight}
    for cell, rows in quota.items():
        if cell not in come and rows:
            raise JobError(
                f"{where}: the quota wants {rows} rows of '{cell}', which never comes",
                _near(cell, come),
                f"give '{cell}' a weight under vary.{name}" if name in odds.facets
                else "name a combination of values that come" if len(parts) > 1
                else "name a value that the rows of the input have",
            )  # fmt: skip
    if sum(quota.values()) != count:
        raise uneven_quota(where, name, quota, count)


def uneven_quota(where: str, name: str, quota: Mapping[str, int], count: int) -> JobError:
    """A quota that gives other numbers than the job asks for."""
    return JobError(
        f"{where}: the quota on '{name}' cannot be met",
        f"its rows add up to {sum(quota.values())}, count is {count}",
        "make the two equal",
    )


def check_together(where: Mapping[str, str], quotas: Apportioned) -> None:
    """Raises JobError where two quotas want different numbers of the same rows."""
    odds = quotas.odds
    for one, other in itertools.combinations(quotas.parts, 2):
        names = [name for name in quotas.parts[one] if name in quotas.parts[other]]
        if not names:
            continue
        first, second = (_by(quotas.rows[q], quotas.parts[q], names, odds) for q in (one, other))
        for cell in dict.fromkeys([*first, *second]):
            if first.get(cell, 0) != second.get(cell, 0):
                raise JobError(
                    f"{where[other]}: the quotas on '{one}' and '{other}' cannot both be met",
                    f"of {BY.join(names)}={BY.join(cell)} the one wants {first.get(cell, 0)} rows, "
                    f"the other {second.get(cell, 0)}",
                    "make them equal, or write `exact` for one of them",
                )


def _by(rows: Mapping[str, int], parts: Sequence[str], names: Sequence[str], odds: Odds) -> Rows:
    cells = {cell: rows.get(BY.join(cell), 0) for cell in odds.joint(parts)}
    return summed(cells, parts, names)


def _near(cell: str, come: Iterable[str]) -> str:
    """As `nearest`, and not all of thousands."""
    known = sorted(come)
    if len(known) <= 40:
        return nearest(cell, known)
    few = difflib.get_close_matches(cell, known, n=3, cutoff=0.5) or known[:3]
    return f"{len(known):,} are known, such as {', '.join(map(repr, few))}"
