"""Planted near-copies of seeds among clean rows made from the same seeds: caught, and falsely so.

    python -m benchmarks.copies

60 documents in English and 60 in Korean; 1,000 clean rows, which answer from them in other words
(one in seven with a sentence of the document in it); 50 near-copies of seven sorts, each shown as
an answer about *another* document, so that it must be found among all. One table over thresholds,
one by sort at the defaults.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

from benchmarks.copy_texts import SORTS, Document, answers, copies, documents
from textsynth.quality.seed_copies import SeedCopies
from textsynth.records import Message, Sample, Setting

SWEEP: tuple[dict[str, Any], ...] = (
    {"words": 12, "characters": 30},
    {"words": 15, "characters": 36},
    {"words": 20, "characters": 50},
    {"words": 25, "characters": 60},
    {"overlap": 0.3},
    {"overlap": 0.4},
    {},
    {"overlap": 0.6},
    {"overlap": 0.7},
    {"words": 40, "characters": 100},
    {"words": 50, "characters": 130},
    {"overlap": 1.0},
    {"allow_quotes": False},
)


def row(number: int, text: str, language: str, chunk: str) -> Sample:
    """A question and an answer, made from one chunk."""
    asked = "How does this work, please?" if language == "en" else "이건 어떻게 되나요?"
    turns = (Message(role="user", content=asked), Message(role="assistant", content=text))
    return Sample(f"r{number}", number, f"b{number}", "qa", language, turns, seeds={"chunk": chunk})


class Half:
    """The rows of one language."""

    def __init__(self, language: str) -> None:
        pick = random.Random(f"copies {language}")
        self.language = language
        self.sources: list[Document] = documents(language, 60, pick)
        clean = answers(language, 500, self.sources, pick)
        self.clean = [
            row(n, text, language, self.sources[n % 60].id) for n, text in enumerate(clean)
        ]
        self.planted = [
            (sort, source.id, row(1000 + n, text, language, self.sources[n].id))
            for n, (sort, source, text) in enumerate(copies(language, self.sources, pick))
        ]
        rows = [{"id": one.id, "text": one.text, "source": "rules.md"} for one in self.sources]
        self.setting = Setting(language, "qa", 0, {"chunk": rows})


def main() -> None:
    """Prints two tables."""
    halves = [Half("en"), Half("ko")]
    print(
        "words  letters  overlap  quotes   caught  right source  false of 500 en  of 500 ko  us/row"
    )
    for options in SWEEP:
        part = SeedCopies.model_validate(options)
        limits = part.limits("chunk")
        assert limits is not None
        caught = right = rows = 0
        false = []
        took = 0.0
        for half in halves:
            screen = part.screen(half.setting)
            screen(half.clean[0])
            started = time.process_time()
            words = [screen(one) for one in half.clean]
            found = [(screen(one), source) for _, source, one in half.planted]
            took += time.process_time() - started
            rows += len(half.clean) + len(half.planted)
            false.append(sum(not word.keep for word in words))
            caught += sum(not word.keep for word, _ in found)
            right += sum(
                word.details.get("id") == source for word, source in found if not word.keep
            )
        shown = "kept" if part.allow_quotes else "no"
        mark = "  <- default" if not options else ""
        print(
            f"{limits.words:5} {limits.characters:8} {limits.overlap:8.1f} {shown:>7} "
            f"{caught:5} of 50 {right:13} {false[0]:16} {false[1]:10} "
            f"{took / rows * 1e6:7.0f}{mark}"
        )
    print("\nsort                    planted  caught  by run  by share")
    _by_sort(halves)
    _by_meaning(halves[0])


def _by_sort(halves: list[Half]) -> None:
    planted: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for half in halves:
        screen = SeedCopies().screen(half.setting)
        for sort, _, one in half.planted:
            word = screen(one)
            planted[sort] += 1
            reasons[sort, word.reason] += 1
            if word.keep:
                print("  missed:", sort, word.score, word.details.get("run"),
                      word.details.get("overlap"))  # fmt: skip
    for sort in SORTS:
        run, share = reasons[sort, "copied_run"], reasons[sort, "copied_share"]
        print(f"{sort:24} {planted[sort]:6} {run + share:7} {run:7} {share:9}")


def _by_meaning(half: Half) -> None:
    """English, static vectors alone: runs and shares are set out of reach."""
    print("\nvectors  caught of 25  false of 500")
    for cosine in (0.75, 0.8, 0.85, 0.9, 0.95):
        part = SeedCopies(words=9999, characters=9999, overlap=1.0, vectors=cosine)
        screen = part.screen(half.setting)
        caught = sum(not screen(one).keep for _, _, one in half.planted)
        false = sum(not screen(one).keep for one in half.clean)
        print(f"{cosine:7} {caught:13} {false:13}")


if __name__ == "__main__":
    main()
