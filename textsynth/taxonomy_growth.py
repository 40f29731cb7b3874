"""A taxonomy grown by a model, breadth first: each level is a run over the nodes to be divided.

After GLAN (arXiv 2402.13064): several prompts for each node, whose answers are merged. Round r
divides level r - 1; it is a run of its own in a folder of runs, over from-r.jsonl beside it, so a
killed one goes on where it was. `run` is handed in, so that a stage of a job can grow a tree too.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from textsynth.errors import JobError, ShortError
from textsynth.job import Job
from textsynth.jobfile import made_job
from textsynth.providers import Provider
from textsynth.records import Sample, digest
from textsynth.runfolder import SampleRows, read_summary
from textsynth.taxonomy.choosing import Chosen, choose
from textsynth.taxonomy.orders import Grown, Order
from textsynth.taxonomy.saving import save, written_as
from textsynth.taxonomy.tree import Node, Tree, words_of

RECORD = "grown.json"
"""What the growing came to, in the folder of its runs."""

Path_ = tuple[Node, ...]


class Running(Protocol):
    """Runs a job into a folder, as `textsynth.run` does."""

    def __call__(self, job: Job, *, out: Path) -> Any: ...


def grow_into(
    target: Path, root: str | Node, *, home: Path, name: str, run: Running, order: Order,
    replace: bool = False,
) -> Grown:  # fmt: skip
    """Grows a tree and writes it to `target`; its runs stand in `home`, named after `name`.

    `root`: the name of the subject, or a tree, of which only nodes without children above
    `order.depth` are divided. Breadth first; the same call goes on where it was stopped. A node's
    children are those that most lists name, up to `order.branching`; names that say the same are
    one, and those that are none (sentences, "Other", what stands above) are left out. `replace`
    lets it write over a file that it did not make.

    Raises JobError for a file that is not its own, else as `run` does.
    """
    order = order.checked()
    tree = Node(root.strip()) if isinstance(root, str) else _copy(root)
    if not tree.name:
        raise JobError("no subject is named", fix="give the root of the tree a name")
    tree.about = tree.about or order.about
    if not replace:
        _own(target, home)
    growing = _Growing(tree, home, name, run, order)
    for level in range(order.depth):
        frontier = [
            path for path in tree.walk() if len(path) == level + 1 and not path[-1].children
        ]
        if not frontier:
            continue
        if words := growing.spent():
            growing.notes.append(f"{words} before level {level + 1} was grown")
            growing.short = True
            break
        growing.divide(level, frontier)
    grown = growing.grown(target)
    text = written_as(Tree(tree, order.language), target.suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    save(target, text)
    _record(home, target, grown, text)
    return grown


class _Growing:
    """Runs one round after the other, and keeps what they brought, cost and said."""

    def __init__(self, tree: Node, home: Path, name: str, run: Running, order: Order) -> None:
        self.tree, self.home, self.name, self.run, self.order = tree, home, name, run, order
        self.cost: float | None = 0.0
        self.tokens, self.began = 0, time.monotonic()
        self.paths: list[Path] = []
        self.counts = dict.fromkeys(("briefs", "kept", "dropped", "failed"), 0)
        self.rounds: list[dict[str, Any]] = []
        self.merges: list[dict[str, str]] = []
        self.dropped: list[dict[str, str]] = []
        self.spare: dict[str, list[str]] = {}
        self.notes: list[str] = []
        self.short = False

    def divide(self, level: int, frontier: Sequence[Path_]) -> None:
        """Gives the nodes at the end of each path their children; those that get few, once more."""
        beside = {id(path[-1]): _beside(path) for path in frontier}
        found = self._asked(f"{level + 1}", frontier, beside)
        self._told(level, frontier, found, again=0)
        few = [p for p in frontier if 0 < len(p[-1].children) < (self.order.branching + 1) // 2]
        if few and not self.spent():
            more = self._asked(f"{level + 1}-more", few, beside)
            self._told(level, few, more, again=1)
        bare = [words_of(path) for path in frontier if not path[-1].children]
        if bare:
            self.short = True
            rest = f" and {len(bare) - 5} more" if len(bare) > 5 else ""
            self.notes.append(f"round {level + 1}: nothing fit below {'; '.join(bare[:5])}{rest}")

    def _asked(
        self, number: str, frontier: Sequence[Path_], beside: Mapping[int, Sequence[str]]
    ) -> list[Chosen]:
        """One run: `variants` lists of each node. What was chosen of them becomes its children."""
        source = self.home / f"from-{number}.jsonl"
        rows = [
            {"path": [node.name for node in path], "about": path[-1].about,
             "beside": beside[id(path[-1])], "listed": _listed(path),
             "known": [c.name for c in path[-1].children]}
            for path in frontier
        ]  # fmt: skip
        _write_rows(source, rows)
        lists = self._lists(self._job(number, source), self.home / f"round-{number}")
        found = []
        for path, row in zip(frontier, rows, strict=True):
            node = path[-1]
            chosen = choose(
                lists.get(digest(row["path"], size=8), []), [step.name for step in path],
                self.order.branching, beside=beside[id(node)], known=node.children,
                language=self.order.language,
            )  # fmt: skip
            node.children = chosen.children
            found.append(chosen)
        return found

    def _lists(self, job: Job, out: Path) -> dict[str, list[list[tuple[str, str]]]]:
        """Node → its lists, in the order in which they were asked for."""
        cost: float | None
        told: tuple[str, ...] = ()
        try:
            cost = self.run(job, out=out).cost
        except ShortError as error:
            cost, told = _spent(out), (error.asked, error.exists)
        summary = read_summary(out)
        if summary.briefs < summary.asked:  # it was stopped; else what failed is told below
            self.notes += [f"{out.name}: {words}" for words in told if words]
        self.tokens += summary.tokens_in + summary.tokens_out
        for name in self.counts:
            self.counts[name] += getattr(summary, name)
        if summary.failed:
            reasons = ", ".join(f"{n} x {words}" for words, n in sorted(summary.reasons.items()))
            self.notes.append(
                f"{out.name}: {summary.failed} of {summary.briefs} lists failed: {reasons}"
            )
        self.cost = None if self.cost is None or cost is None else self.cost + cost
        self.paths.append(out)
        kept: dict[str, list[Sample]] = {}
        for sample in SampleRows(out / "rows" / "kept.jsonl"):
            kept.setdefault(str(sample.seeds["topic"]), []).append(sample)
        return {
            topic: [
                list(zip(one.columns["names"], one.columns["abouts"], strict=True))
                for one in sorted(samples, key=lambda one: int(one.columns["visit"]))
            ]
            for topic, samples in kept.items()
        }

    def _job(self, number: str, source: Path) -> Job:
        order = self.order
        method = {"branching": order.branching, "variants": order.variants}
        fields: dict[str, Any] = {
            "name": f"{self.name}-{number}"[:80], "method": {"taxonomy_grow": method},
            "count": "all", "seed": order.seed, "language": order.language,
            "provider": _spec(order.provider),
            "inputs": {"frontier": {"from": source.as_posix()}},
            "quality": [], "redact": False, **order.more,
        }  # fmt: skip
        if order.models:
            fields["models"] = {role: _spec(model) for role, model in order.models.items()}
        # Never nothing: a run without a budget would have no limit.
        least = {"usd": 1e-6, "tokens": 1, "minutes": 1e-6}
        if left := self.left():
            fields["budget"] = {name: max(amount, least[name]) for name, amount in left.items()}
        if order.prices is not None:
            fields["prices"] = order.prices
        return made_job(fields, Path())

    def _told(
        self, level: int, frontier: Sequence[Path_], found: Sequence[Chosen], again: int
    ) -> None:
        """Notes what a run brought."""
        new = 0
        for path, chosen in zip(frontier, found, strict=True):
            under = words_of(path)
            self.merges += [{"under": under, "gone": a, "into": b} for a, b in chosen.merges]
            self.dropped += [{"under": under, "name": a, "why": b} for a, b in chosen.dropped]
            if chosen.spare:
                self.spare[under] = chosen.spare
            new += chosen.new
        self.rounds.append(
            {"round": level + 1, "again": again, "nodes": len(frontier),
             "named": sum(chosen.named for chosen in found), "new": new}
        )  # fmt: skip

    def left(self) -> dict[str, float]:
        """What is left of the budgets that there are: usd, tokens, minutes."""
        order, minutes = self.order, (time.monotonic() - self.began) / 60
        most = {
            "usd": (order.budget_usd, self.cost or 0.0),
            "tokens": (order.budget_tokens, self.tokens),
            "minutes": (order.budget_minutes, minutes),
        }
        return {name: whole - gone for name, (whole, gone) in most.items() if whole is not None}

    def spent(self) -> str:
        """That the budget is used up, in words; empty while it is not."""
        over = any(amount <= 0 for amount in self.left().values())
        return "the budget was used up" if over else ""

    def grown(self, target: Path) -> Grown:
        """What it all came to."""
        places: dict[str, list[str]] = {}
        for path in self.tree.walk():
            places.setdefault(path[-1].name.casefold(), []).append(words_of(path))
        repeats = {name: paths for name, paths in places.items() if len(paths) > 1}
        return Grown(
            target, self.tree, nodes=sum(1 for _ in self.tree.walk()),
            leaves=sum(1 for _ in self.tree.leaves()), runs=self.paths, counts=self.counts,
            cost=self.cost, rounds=self.rounds, merges=self.merges, dropped=self.dropped,
            spare=self.spare, repeats=repeats, notes=self.notes, short=self.short,
        )  # fmt: skip


def _beside(path: Path_) -> list[str]:
    """The names that stand beside the end of a path: they are neither its own nor above it."""
    return [] if len(path) < 2 else [c.name for c in path[-2].children if c is not path[-1]]


def _listed(path: Path_) -> list[str]:
    """The list that the end of a path stands in, as a model would write it."""
    siblings = path[-2].children if len(path) > 1 else ()
    return [f"{node.name}: {node.about}" if node.about else node.name for node in siblings]


def _copy(node: Node) -> Node:
    return Node(node.name, node.about, [_copy(child) for child in node.children], node.weight)


def _spec(provider: Any) -> Any:
    """A provider as a job file names it."""
    if isinstance(provider, Provider):
        return {provider.part: provider.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    return provider


def _spent(path: Path) -> float | None:
    cost = json.loads((path / "run.json").read_text("utf8")).get("cost")
    return float(cost) if isinstance(cost, int | float) else None


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf8", newline="\n")


def _own(target: Path, home: Path) -> None:
    """Raises JobError when `target` holds anything but the tree that was grown there."""
    if not target.exists():
        return
    record = home / RECORD
    try:
        known = json.loads(record.read_text("utf8"))["sha256"] if record.is_file() else ""
    except (ValueError, KeyError, TypeError):
        known = ""
    if hashlib.sha256(target.read_bytes()).hexdigest() != known:
        raise JobError(
            f"'{target}' exists, and is not the tree as it was grown there",
            "somebody edited it, or it came from elsewhere",
            "name another file with --out, or grow on from it with --from",
        )


def _record(home: Path, target: Path, grown: Grown, text: str) -> None:
    """Notes beside the runs what the growing came to, and which file is its own."""
    plain = {name: value for name, value in asdict(grown).items() if name not in ("tree", "runs")}
    plain |= {
        "path": target.as_posix(), "runs": [path.name for path in grown.runs],
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }  # fmt: skip
    home.mkdir(parents=True, exist_ok=True)
    (home / RECORD).write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", "utf8")
