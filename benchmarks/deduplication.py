"""What finding near-duplicates costs, what it finds, and what the exact check brings.

    python -m benchmarks.deduplication 100000
    python -m benchmarks.deduplication 10000 en ko

Rows are made of words of a vocabulary with Zipf's shares, of 5,000 sentences that many rows share
and of 40 openings, 20 to 120 words a row; Korean ones of stems with particles and endings. Every
fifth row is a copy of an earlier one with 1 to 12 % of its words exchanged, dropped or doubled.
"mixed" is half of each. Every contender runs in a process of its own; CPU is that of the process
while it decides, making the rows is not in it. What is true is told by plain sets of shingles over
the first 20,000 rows: each row's highest Jaccard similarity to any earlier one, of all pairs (by
their rarest shingles, which leaves out no pair from 0.8 on). Beyond 100,000 rows the kernel and the
filter alone take part; twin and bands get 20,000 rows, meaning 10,000.

    kernel      Index, compiled               twin     Index in NumPy
    bands       16 bands of 8 in NumPy, as in twin, whose word is taken without the check
    filter      near_duplicates as a run calls it, on samples of two turns
    exact       exact_duplicates likewise
    meaning     semantic_duplicates likewise, static vectors (English, first turn)
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

from textsynth.minhash import Index, Twin, normalised
from textsynth.quality.exact_duplicates import ExactDuplicates
from textsynth.quality.near_duplicates import NearDuplicates
from textsynth.quality.semantic_duplicates import SemanticDuplicates
from textsynth.records import Message, Sample, Setting

ROOT = Path(__file__).parents[1]
TRUTH, SMALL, SLOW = 20_000, 10_000, 100_000
BLOCK = 1000
SHARED = 6
"""Rare shingles that two rows must share before their similarity is worked out for the truth."""
BANDS = ((0.8, 0.85), (0.85, 0.9), (0.9, 1.01))
LANGUAGES = ("en", "ko", "mixed")
ENDINGS = (*"는가를도의로", "에서", "합니다", "했어요", "인가요", "하면", "까지")


class Rows:
    """Row number n, always the same one."""

    def __init__(self, language: str) -> None:
        self.language = language
        dice = random.Random(language)
        latin, hangul = "etaoinsrhldcumfpgwybvk", [chr(0xAC00 + 37 * n) for n in range(290)]
        self._words = {
            "en": ["".join(dice.choices(latin, k=dice.randint(2, 9))) for _ in range(8000)],
            "ko": ["".join(dice.choices(hangul, k=dice.randint(1, 3))) + dice.choice(ENDINGS)
                   for _ in range(8000)],
        }  # fmt: skip
        self._shares = list(accumulate(1 / (n + 10) for n in range(8000)))
        self._shared = {
            code: [self._words_of(dice, code, dice.randint(5, 14)) for _ in range(5040)]
            for code in ("en", "ko")
        }

    def _words_of(self, dice: random.Random, code: str, count: int) -> list[str]:
        return dice.choices(self._words[code], cum_weights=self._shares, k=count)

    def _fresh(self, n: int) -> list[str]:
        dice = random.Random(n)
        code = self.language if self.language != "mixed" else ("en", "ko")[n % 2]
        words = list(self._shared[code][dice.randrange(40)])
        length = dice.randint(20, 120) // (2 if code == "ko" else 1)
        while len(words) < length:
            if dice.random() < 0.25:
                words += self._shared[code][dice.randrange(40, 5040)]
            else:
                words += self._words_of(dice, code, dice.randint(4, 15))
        return words

    def __getitem__(self, n: int) -> str:
        if n % 5 != 4:
            return " ".join(self._fresh(n))
        dice = random.Random(-n)
        other = dice.randrange(n // 5 + 1) * 5 + dice.randrange(4)
        words = self._fresh(min(other, n - 1))
        for _ in range(max(1, round(dice.uniform(0.01, 0.12) * len(words) / 2))):
            at = dice.randrange(len(words))
            new = dice.choice(self._words["ko" if words[at][0] > "z" else "en"])
            words[at : at + 1] = dice.choice(([new], [], [words[at], new]))
        return " ".join(words)


def samples(rows: Rows, n: int) -> Sample:
    """A row as two turns, split in its middle."""
    words = rows[n].split()
    half = len(words) // 2
    turns = [
        Message(role="user", content=" ".join(words[:half])),
        Message(role="assistant", content=" ".join(words[half:])),
    ]
    return Sample(f"{n:016x}", n, "", "qa", "en", tuple(turns))


def contender(who: str) -> tuple[Callable[[Any], bool], Callable[[], float]]:
    """(whether a row is dropped, bytes of its index where it can tell)."""
    if who in ("kernel", "twin"):
        index = Index(0.8, native=who == "kernel")
        return (
            lambda text: index.add(normalised(text)) is not None,
            lambda: float(getattr(index.texts, "bytes", 0)),
        )
    if who == "bands":
        twin = Twin(0.8, 16, 8, "auto")
        tables: list[set[int]] = [set() for _ in range(16)]

        def seen(text: str) -> bool:
            keys = twin.keys(normalised(text).encode())
            found = any(key in table for key, table in zip(keys, tables, strict=False))
            for key, table in zip(keys, tables, strict=False):
                table.add(key)
            return found

        return seen, lambda: 0.0
    part = {
        "filter": NearDuplicates(), "exact": ExactDuplicates(), "meaning": SemanticDuplicates(),
    }[who]  # fmt: skip
    screen = part.screen(Setting())
    return lambda sample: not screen(sample).keep, lambda: 0.0


def measure(who: str, language: str, count: int) -> dict[str, Any]:
    """In a process of its own: CPU, wall, memory, and what it dropped of the first rows."""
    rows = Rows(language)
    drop, size = contender(who)
    whole = who in ("kernel", "twin", "bands")
    drop("warm up and load" if whole else samples(rows, 4))
    drop, size = contender(who)
    before = peak(reset=True)
    cpu = wall = 0.0
    dropped: list[int] = []
    for start in range(0, count, BLOCK):
        block = [rows[n] if whole else samples(rows, n) for n in range(start, start + BLOCK)]
        clock, began = time.process_time(), time.perf_counter()
        said = [drop(row) for row in block]
        cpu += time.process_time() - clock
        wall += time.perf_counter() - began
        if start < TRUTH:
            dropped += [start + n for n, gone in enumerate(said) if gone]
    grown = peak() - before
    return {
        "cpu": cpu, "wall": wall, "kb": grown / count, "bytes": size() / count, "dropped": dropped,
    }  # fmt: skip


def peak(*, reset: bool = False) -> int:
    """KB that the process has held at most, since the last reset where the system has one."""
    status, refs = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if reset:
        refs.write_text("5")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def truth(rows: Rows, count: int) -> list[float]:
    """For each row its highest Jaccard similarity to an earlier one, 0 below 0.8.

    Two sets within 0.8 share `least` pieces of at least 0.8 times either size; so they share SHARED
    of those that are left when all but the SHARED rarest of these `least` are taken off the
    frequent end. A sparse product counts these, and plain sets decide on the pairs that have them.
    """
    import numpy as np
    import scipy.sparse as sparse

    sets = [pieces(normalised(rows[n])) for n in range(count)]
    often = Counter(piece for one in sets for piece in one)
    rank = {piece: n for n, piece in enumerate(sorted(often, key=lambda one: (often[one], one)))}
    least = np.array([math.ceil(0.8 * len(one)) for one in sets])
    ends, held = [0], list[int]()
    for mine, needed in zip(sets, least.tolist(), strict=True):
        held += sorted(rank[piece] for piece in mine)[: len(mine) - needed + SHARED]
        ends.append(len(held))
    shape = count, len(rank)
    rare = sparse.csr_matrix((np.ones(len(held), np.int32), held, ends), shape)
    flat, best = rare.T.tocsr(), [0.0] * count
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        shared = (rare[start:end] @ flat[:, :end]).tocoo()
        row, other = shared.row + start, shared.col
        near = (other < row) & (shared.data >= np.minimum(SHARED, least[row]))
        for one, two in zip(row[near].tolist(), other[near].tolist(), strict=True):
            both = len(sets[one] & sets[two])
            score = both / (len(sets[one]) + len(sets[two]) - both)
            if score >= 0.8:
                best[one] = max(best[one], score)
    return best


def pieces(text: str) -> frozenset[str]:
    """Shingles as plain text: three characters of Korean, else three words."""
    units = list(text) if any(c >= "가" for c in text) else text.split()
    return frozenset("\0".join(units[i : i + 3]) for i in range(len(units) - 2))


def run(who: str, language: str, count: int) -> dict[str, Any]:
    """`measure` in another process."""
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.deduplication", "--one", who, language, str(count)],
        cwd=ROOT, text=True, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def found_of(dropped: list[int], best: list[float]) -> str:
    """Recall in each band, and precision, as cells of a table."""
    gone = set(dropped)
    cells = []
    for low, high in BANDS:
        band = [row for row, score in enumerate(best) if low <= score < high]
        share = sum(row in gone for row in band) / len(band) if band else math.nan
        cells.append(f"{share:.3f} of {len(band):,}")
    right = sum(best[row] > 0 for row in gone) / len(gone) if gone else math.nan
    return " | ".join([*cells, f"{right:.3f}"])


def contenders(language: str, count: int) -> list[str]:
    """Beyond SLOW rows the kernel and the filter alone."""
    if count > SLOW:
        return ["kernel", "filter"]
    return ["kernel", "twin", "bands", "filter", "exact", *["meaning"] * (language == "en")]


def sizes(who: str, count: int) -> list[int]:
    """How many rows a contender is given: the kernel also few, to see how its cost grows."""
    most = {"twin": TRUTH, "bands": TRUTH, "meaning": SMALL}.get(who, count)
    return sorted({min(most, count), *([min(SMALL, count)] if who == "kernel" else [])})


def main(count: int, languages: tuple[str, ...] = LANGUAGES) -> None:
    """Prints the tables."""
    heads = ["rows", "language", "who", "CPU µs a row", "rows a second", "CPU s", "MB more"]
    heads += ["index bytes a row", "recall .80–.85", ".85–.9", ".9 on", "precision"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    per_row: dict[tuple[str, int], float] = {}
    for language in languages:
        best = truth(Rows(language), min(TRUTH, count))
        for who in contenders(language, count):
            for size in sizes(who, count):
                got = run(who, language, size)
                micro = got["cpu"] / size * 1e6
                per_row[f"{who} {language}", size] = micro
                near = who not in ("exact", "meaning")
                told = found_of(got["dropped"], best[:size]) if near else " | ".join("–" * 4)
                held = f"{got['bytes']:.0f}" if got["bytes"] else "–"
                print(
                    f"| {size:,} | {language} | {who} | {micro:.1f} | {size / got['cpu']:,.0f} | "
                    f"{got['cpu']:.2f} | {got['kb'] * size / 1024:.0f} | {held} | {told} |",
                    flush=True,
                )
    for language in languages:
        small, large = (per_row.get((f"kernel {language}", n)) for n in (SMALL, count))
        if small and large:
            print(f"\nkernel, {language}: {large / small:.2f} times as much a row at {count:,}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
    else:
        main(int([*sys.argv, "100000"][1]), tuple(sys.argv[2:]) or LANGUAGES)
