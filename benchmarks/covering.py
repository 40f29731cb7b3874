"""CPU time of a brief of a tree, beside one of as many rows without a tree; how even the tree is.

python -m benchmarks.covering [LEAVES …]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable

from tests.topics import leaf, levels
from textsynth.cells import Carried
from textsynth.plan import Axis, Plan
from textsynth.treewalk import Even, TreeWalk

BRIEFS = 20_000
FACETS = {"difficulty": dict.fromkeys("abc", 1.0), "kind": dict.fromkeys("abcd", 1.0)}
PEOPLE = [{"id": f"p{k}", "description": "A person."} for k in range(60)]


def main() -> None:
    """Prints one table; numbers of leaves as arguments, 100 and 100,000 without."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:]] or [100, 100_000]
    print("\n| leaves | walk | seconds to build | us: row | us: facets | us: brief | branch off |")
    print("|---|---|---|---|---|---|---|")
    for size in sizes:
        rows = [
            leaf(("all", f"a{k % 17}", f"b{k % 289}", f"c{k % 2023}", f"leaf {k}"))
            for k in range(size)
        ]
        told(size, "no tree", Plan(1, [Axis("topic", rows), Axis("persona", PEOPLE)], FACETS))
        for even in ("leaves", "branches"):
            began = time.process_time()
            walk = TreeWalk(rows, even, 1)
            walk.at(0)
            built = time.process_time() - began
            marks = Carried("topics", rows, levels).of
            axes = [Axis("topic", rows, None, walk, marks), Axis("persona", PEOPLE)]
            told(size, even, Plan(1, axes, FACETS), walk, built)


def told(
    size: int, name: Even | str, plan: Plan, walk: TreeWalk | None = None, built: float = 0.0
) -> None:
    """One line: microseconds for each step, the most that a branch of level 1 is ever off."""
    row = f"{each(walk.at):.1f}" if walk else "-"
    off = f"{farthest(walk):.2f}" if walk else "-"
    print(
        f"| {size:,} | {name} | {built:.2f} | {row} | {each(plan.facets_of):.1f} "
        f"| {each(plan.brief):.1f} | {off} |",
        flush=True,
    )


def each(step: Callable[[int], object]) -> float:
    """Microseconds of one step."""
    began = time.process_time()
    for i in range(BRIEFS):
        step(7 * i)
    return 1e6 * (time.process_time() - began) / BRIEFS


def farthest(walk: TreeWalk) -> float:
    """Briefs that a branch of level 1 is off its share by, at the worst moment."""
    share: dict[str, float] = {}
    for row, part in zip(walk.rows, walk.shares, strict=True):
        share[row["path"][1]] = share.get(row["path"][1], 0.0) + part
    got: Counter[str] = Counter()
    most = 0.0
    for i in range(BRIEFS):
        got[walk.rows[walk.at(i)[0]]["path"][1]] += 1
        most = max(most, *(abs(got[name] - (i + 1) * part) for name, part in share.items()))
    return most


if __name__ == "__main__":
    main()
