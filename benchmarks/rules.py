"""What each filter finds on 600 rows that are labelled with their fault, in English and Korean.

    python -m benchmarks.rules [--markdown] [--only FILTER ...] [--misses 0]

The rows stand in benchmarks/data, made by hand. rules.<language>.jsonl: 15 faults, a third of each
blatant, a third typical and a third hard, and 120 clean rows a language, most of them hard too.
Half of each is `dev`, which rules may be tuned on; `test` is not looked at while a rule is tuned.
second and third.<language>.jsonl: rows of four faults, and clean ones, each written when the rules
of these four stood; what was found on first try stands in benchmarks/README.md.
Every filter that decides on a row alone, and those that know duplicates, run with their default
options. A filter's recall is counted on the faults that it is meant for; its precision is the share
of the rows it drops that have any fault (intervals: 95 %, Wilson).
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from textsynth.errors import JobError
from textsynth.methods._verify import interval
from textsynth.quality import KEEP, SHELF, Filter
from textsynth.records import Sample, Setting, Verdict

DATA = Path(__file__).parent / "data"
LANGUAGES = ("en", "ko")
SPLITS = ("dev", "test", "second", "third")
FILES = ("rules", "second", "third")
CLEAN = "clean"

MEANT: Mapping[str, tuple[str, ...]] = {
    "too_short": ("length",),
    "wrong_language": ("language",),
    "repetition": ("repetition",),
    "truncated": ("truncated",),
    "refusal": ("refusal",),
    "scaffolding": ("scaffolding",),
    "placeholder": ("scaffolding",),
    "markup": ("markup",),
    "broken_unicode": ("unicode",),
    "role_flip": ("role_flip",),
    "persona_drift": ("persona_drift",),
    "unanswered": ("unanswered",),
    "copied_question": ("copied_question",),
    "tells": ("tells",),
    "near_duplicate": ("near_duplicates", "semantic_duplicates"),
}
"""Fault → the filters that are meant to find it; one that is not on the shelf is left out."""

REMEMBER = ("exact_duplicates", "near_duplicates", "semantic_duplicates")
"""Filters that compare rows with earlier ones, run in the order of the file."""

FOR: Mapping[str, tuple[str, ...]] = {"instruction": ("instruction",)}
"""Filter → the kinds of row it is made for, where it is not for all."""

METHODS = {"dialogue": "support", "qa": "qa", "instruction": "self_instruct", "text": "classify"}


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row as a filter sees it, and what is known about it."""

    id: str
    language: str
    kind: str
    fault: str
    """"" where the row is clean."""
    level: str
    split: str
    note: str
    sample: Sample


@dataclass(frozen=True, slots=True)
class Score:
    """How a filter did on one split of one language."""

    meant: int
    """Rows with a fault it is meant for."""
    found: int
    """Those of them that it dropped."""
    dropped: int
    """Rows of any kind that it dropped."""
    clean: int
    """Clean rows that it dropped."""

    @property
    def recall(self) -> float:
        """Share of its faults that it found; 1 where there is none."""
        return self.found / self.meant if self.meant else 1.0

    @property
    def precision(self) -> float:
        """Share of faulty rows among those that it dropped; 1 where it dropped none."""
        return (self.dropped - self.clean) / self.dropped if self.dropped else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.meant + other.meant,
            self.found + other.found,
            self.dropped + other.dropped,
            self.clean + other.clean,
        )


@cache
def records(language: str) -> tuple[dict[str, Any], ...]:
    """The rows of a language as they stand in the file."""
    # Not splitlines: some of the broken rows hold characters that it takes for ends of lines.
    texts = [(DATA / f"{name}.{language}.jsonl").read_text("utf8") for name in FILES]
    return tuple(json.loads(line) for text in texts for line in text.split("\n") if line)


@cache
def rows(language: str) -> tuple[Row, ...]:
    """The labelled rows of a language, in the order of the file."""
    return tuple(_row(index, raw) for index, raw in enumerate(records(language)))


def _row(index: int, raw: Mapping[str, Any]) -> Row:
    sample = Sample(
        id=raw["id"], index=index, brief=raw["id"], method=METHODS[raw["kind"]],
        language=raw["language"], messages=tuple(raw["messages"]), columns=raw["columns"],
        speakers=raw["speakers"],
        seeds={"persona": raw["persona"]["id"]} if "persona" in raw else {},
    )  # fmt: skip
    known = {name: raw[name] for name in ("language", "kind", "fault", "level", "split", "note")}
    return Row(id=raw["id"], sample=sample, **known)


def setting(language: str) -> Setting:
    """What filters know of the job: its language, and the personas of its rows."""
    people = {raw["persona"]["id"]: raw["persona"] for raw in records(language) if "persona" in raw}
    return Setting(language=language, rows={"persona": list(people.values())})


def filters() -> dict[str, Filter]:
    """The filters that run, with default options: those that decide alone, those of duplicates.

    One that cannot be made without options is left out.
    """
    found: dict[str, Filter] = {}
    for name, origin in SHELF.names().items():
        kind = SHELF.load(name)
        if origin == "textsynth" and (kind.alone or name in REMEMBER):
            try:
                found[name] = kind()
            except ValueError:
                continue
    return found


def meant(name: str) -> list[str]:
    """The faults that a filter is meant for."""
    return [fault for fault, names in MEANT.items() if name in names]


def verdicts(part: Filter, language: str) -> dict[str, Verdict] | None:
    """Row id → what a filter says; None where it cannot work on these rows as it is."""
    kinds = FOR.get(part.part)
    try:
        screen = part.screen(setting(language))
        return {
            row.id: screen(row.sample) if kinds is None or row.kind in kinds else KEEP
            for row in rows(language)
        }
    except (JobError, ImportError):
        return None


def score(said: Mapping[str, Verdict], name: str, language: str, split: str) -> Score:
    """The figures of a filter on one split."""
    own = meant(name)
    here = [row for row in rows(language) if row.split == split]
    gone = [row for row in here if not said[row.id].keep]
    return Score(
        meant=sum(row.fault in own for row in here),
        found=sum(row.fault in own for row in gone),
        dropped=len(gone),
        clean=sum(not row.fault for row in gone),
    )


def microseconds(part: Filter, language: str, rounds: int = 5) -> float:
    """CPU time a row, the best of some rounds."""
    samples = [row.sample for row in rows(language)]
    best = float("inf")
    for _ in range(rounds):
        screen = part.screen(setting(language))
        started = time.process_time()
        for sample in samples:
            screen(sample)
        best = min(best, time.process_time() - started)
    return best / len(samples) * 1e6


Said = Mapping[str, Mapping[str, Mapping[str, Verdict]]]
"""Filter → language → row id → verdict."""


def table(heads: Sequence[str], lines: Iterable[Sequence[object]], *, markdown: bool) -> str:
    """A table in plain text or Markdown."""
    cells = [[str(cell) for cell in line] for line in (heads, *lines)]
    if markdown:
        cells.insert(1, ["---"] * len(heads))
        return "\n".join(f"| {' | '.join(line)} |" for line in cells)
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _share(part: int, whole: int) -> str:
    if not whole:
        return ""
    low, high = interval(part, whole)
    return f"{part}/{whole} = {part / whole:.2f} ({low:.2f} to {high:.2f})"


def by_rule(said: Said, times: Mapping[tuple[str, str], float]) -> Iterable[Sequence[object]]:
    """A line per filter and language: recall on both splits, false alarms, precision, time."""
    for name, spoken in said.items():
        for language, own in spoken.items():
            parts = [score(own, name, language, split) for split in SPLITS]
            whole = sum(parts[1:], parts[0])
            if not whole.meant and not whole.dropped:
                continue
            yield (
                name, language, *(_share(part.found, part.meant) for part in parts),
                " + ".join(str(part.clean) for part in parts),
                _share(whole.dropped - whole.clean, whole.dropped),
                f"{times[name, language]:.0f}",
            )  # fmt: skip


def confusion(said: Said) -> tuple[list[str], list[list[str]]]:
    """Fault × filter: how many rows of the fault the filter dropped, both languages."""
    names = [
        name
        for name, own in said.items()
        if not all(v.keep for s in own.values() for v in s.values())
    ]
    lines = []
    for fault in (*MEANT, ""):
        ids = [(row.id, code) for code in LANGUAGES for row in rows(code) if row.fault == fault]
        line = [fault or CLEAN, str(len(ids))]
        any_of = set()
        for name in names:
            gone = [i for i, code in ids if code in said[name] and not said[name][code][i].keep]
            any_of.update(gone)
            line.append(str(len(gone)) if gone else "")
        lines.append([*line, str(len(any_of))])
    return ["fault", "rows", *names, "any"], lines


def excerpt(row: Row, size: int = 90) -> str:
    """The end of a row on one line."""
    text = " / ".join(" ".join(text.split()) for text in row.sample.texts())
    return text if len(text) <= size else f"…{text[-size:]}"


def mistakes(said: Said) -> Iterable[str]:
    """Each miss of a filter and each clean row that it drops."""
    for name, spoken in said.items():
        for language, own in spoken.items():
            for row in rows(language):
                verdict = own[row.id]
                head = f"{row.id} ({row.split}, {row.level})"
                if row.fault in meant(name) and verdict.keep:
                    yield f"{name} misses {head}: {excerpt(row)}"
                elif not row.fault and not verdict.keep:
                    yield f"{name} drops {head} as {verdict.reason}: {excerpt(row)}"


def main() -> None:
    """Prints the figures of each rule, the confusion table and the mistakes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", action="store_true", help="tables for a README")
    parser.add_argument("--only", nargs="*", default=[], help="names of filters")
    parser.add_argument("--misses", type=int, default=1, help="0 to leave the mistakes out")
    given = parser.parse_args()
    said: dict[str, dict[str, dict[str, Verdict]]] = {}
    times: dict[tuple[str, str], float] = {}
    for name, part in filters().items():
        if given.only and name not in given.only:
            continue
        for language in LANGUAGES:
            own = verdicts(part, language)
            if own is not None:
                said.setdefault(name, {})[language] = own
                times[name, language] = microseconds(part, language)
    recalls = (f"recall, {split}" for split in SPLITS)
    heads = ("filter", "rows in", *recalls, "clean dropped", "precision", "µs")
    print(table(heads, by_rule(said, times), markdown=given.markdown), "\n")
    print(table(*confusion(said), markdown=given.markdown))
    if given.misses:
        print("", *mistakes(said), sep="\n")


if __name__ == "__main__":
    main()
