"""How many rows a second `rouge_l` decides on, beside comparing with every kept instruction.

    python -m benchmarks.novelty [1000 10000 50000]

The plain loop compares token lists by rapidfuzz, one after the other, and stops at the first that
is too like, as Self-Instruct does; in plain Python it would be slower still. A third of the
candidates are earlier instructions with some words changed. Both decide on the same candidates.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections.abc import Callable, Sequence

from rapidfuzz.distance import Indel

from textsynth.rouge import Index, tokens

SIZES = (1_000, 10_000, 50_000)
THRESHOLD = 0.7
WORDS = 20_000
ASKED, PLAIN = 300, 20
"""Candidates that are timed with the index and with the plain loop."""


def texts(count: int, korean: bool, seed: int) -> list[str]:
    """Instructions of 5 to 30 words that come as often as words do (Zipf)."""
    rng = random.Random(seed)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4, 28)]
    vocabulary = [
        "".join(rng.choices(syllables, k=rng.randint(1, 4))) if korean else f"word{n}"
        for n in range(WORDS)
    ]
    weights = list(itertools.accumulate(1 / (n + 2) for n in range(WORDS)))
    made: list[str] = []
    for _ in range(count):
        words = rng.choices(vocabulary, cum_weights=weights, k=rng.randint(5, 30))
        if made and rng.random() < 1 / 3:
            words = rng.choice(made).split()
            changed = rng.randint(0, len(words) // 2)
            for place in rng.sample(range(len(words)), changed):
                words[place] = rng.choice(vocabulary)
        made.append(" ".join(words))
    return made


def plain(kept: Sequence[Sequence[str]], text: str) -> bool:
    """Whether a text is new, by all pairs."""
    own = tokens(text)
    return all(Indel.normalized_similarity(own, other) < THRESHOLD for other in kept)


def timed(ask: Callable[[str], bool], candidates: Sequence[str]) -> tuple[float, list[bool]]:
    """(rows a second, verdicts)."""
    began = time.perf_counter()
    verdicts = [ask(text) for text in candidates]
    return len(candidates) / (time.perf_counter() - began), verdicts


def line(count: int, korean: bool) -> str:
    """One row of the table."""
    made = texts(count + ASKED, korean, seed=count)
    kept, candidates = made[:count], made[count:]
    index = Index(kept)
    index.nearest(candidates[0])  # loads what it needs
    fast, found = timed(lambda text: index.nearest(text) < THRESHOLD, candidates)
    lists = [tokens(text) for text in kept]
    slow, expected = timed(lambda text: plain(lists, text), candidates[:PLAIN])
    same = "yes" if found[:PLAIN] == expected else "NO"
    return (
        f"| {'ko' if korean else 'en'} | {count:,} | {slow:,.1f} | {fast:,.0f} | "
        f"{fast / slow:,.0f} | {100 * sum(found) / ASKED:.0f} % | {same} |"
    )


def main(sizes: Sequence[int]) -> None:
    """Prints the table."""
    print("| language | kept | plain rows/s | rouge_l rows/s | ratio | new | same verdicts |")
    print("|---|---|---|---|---|---|---|")
    for korean in (False, True):
        for count in sizes:
            print(line(count, korean), flush=True)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or SIZES)
