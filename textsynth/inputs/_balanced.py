"""A training set of real and synthetic rows: what is held out, what is thinned, what is written."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textsynth.inputs import Row
from textsynth.inputs._relevance import Relevance
from textsynth.records import Closing, Sample, digest
from textsynth.rowfiles.text import whole

COLUMNS = ("id", "text", "label", "origin")


@dataclass(frozen=True, slots=True)
class RealRows:
    """The real rows: all that are not held out, those of them that stay, those held out."""

    left: Sequence[Row]
    thinned: Sequence[Row]
    aside: Sequence[Row]


def set_aside(rows: Sequence[Row], share: float) -> tuple[list[Row], list[Row]]:
    """(the rest, what is held out): of each label that share of rows, by a hash of their texts.

    A label keeps one row at least. A text that stands there again, under another label or in
    other case, is not held out: a model would be shown it all the same. Both lists are in the
    order of `rows`.
    """
    held: set[int] = set()
    times = Counter(_same(row) for row in rows) if share else Counter[str]()
    for numbers in _by_label(rows).values():
        many = min(len(numbers) - 1, int(share * len(numbers) + 0.5))
        once = (k for k in numbers if times[_same(rows[k])] == 1)
        order = sorted(once, key=lambda k: digest("held out", rows[k]["text"]))
        held.update(order[:many])
    rest = [row for k, row in enumerate(rows) if k not in held]
    return rest, [row for k, row in enumerate(rows) if k in held]


def _same(row: Row) -> str:
    return " ".join(row["text"].casefold().split())


def rows_left(
    rows: Sequence[Row], stay: Mapping[str, int], seed: int, *, diverse: bool
) -> list[Row]:
    """The rows after thinning, in their order; `stay`: label → how many of its rows remain."""
    chosen: set[int] = set()
    for label, numbers in _by_label(rows).items():
        most = stay[label]
        order = sorted(numbers, key=lambda k: digest(seed, "thin", rows[k]["id"], rows[k]["text"]))
        if diverse and most < len(numbers):
            picks = _far_apart([rows[k]["text"] for k in order], most)
            order = [order[k] for k in picks]
        chosen.update(order[:most])
    return [row for k, row in enumerate(rows) if k in chosen]


def _far_apart(texts: Sequence[str], most: int) -> list[int]:
    """Numbers of `most` texts, each the one that is least like those before it (k-centre, greedy).

    Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985.
    """
    import numpy as np

    relevance = Relevance(texts)
    nearest = np.full(len(texts), -1, np.int64)
    picks = [0]
    while len(picks) < most:
        nearest = np.maximum(nearest, relevance.scores(texts[picks[-1]]))
        open_ = nearest.copy()
        open_[picks] = np.iinfo(np.int64).max
        picks.append(int(np.argmin(open_)))
    return picks


def _by_label(rows: Sequence[Row]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        found.setdefault(row["label"], []).append(number)
    return found


def write_balanced(closing: Closing, real: Sequence[Row], aside: Sequence[Row]) -> dict[str, int]:
    """Writes train and held_out as JSONL and CSV; returns the synthetic rows of each label."""
    folder = closing.folder / "balanced"
    folder.mkdir(exist_ok=True)
    made: Counter[str] = Counter()

    def train() -> Iterator[Mapping[str, str]]:
        made.clear()
        yield from ({**row, "origin": "real"} for row in real)
        for sample in closing.kept:
            label = sample.facets.get("label")
            if label is not None:
                made[label] += 1
                yield {
                    "id": sample.id, "text": _text(sample), "label": label, "origin": "synthetic",
                }  # fmt: skip

    _write(folder, "train", train)
    if aside:
        _write(folder, "held_out", lambda: ({**row, "origin": "real"} for row in aside))
    else:
        for name in ("held_out.jsonl", "held_out.csv"):
            (folder / name).unlink(missing_ok=True)
    return dict(made)


def _text(sample: Sample) -> str:
    own = sample.columns.get("text")
    return own if isinstance(own, str) else "\n".join(sample.texts())


def _write(folder: Path, name: str, rows: Callable[[], Iterable[Mapping[str, str]]]) -> None:
    """Both forms, streamed; each appears whole or stays as it was."""
    lines, table = folder / f"{name}.jsonl", folder / f"{name}.csv"
    with _aside(lines).open("w", encoding="utf8", newline="\n") as file:
        for row in rows():
            file.write(whole(json.dumps({c: row[c] for c in COLUMNS}, ensure_ascii=False)) + "\n")
    with _aside(table).open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([whole(row[c]) for c in COLUMNS] for row in rows())
    for target in (lines, table):
        _aside(target).replace(target)


def _aside(target: Path) -> Path:
    return target.with_name(target.name + ".partial")
