"""Rows against test sets and against seeds: microseconds a row, what is found, memory.

    python -m benchmarks.contamination [rows] [references]

20,000 rows of two turns (about 500 characters) against 2,000 references of about 120 words. One row
in fifty holds 20 to 40 words of a reference, which have to be found, and no other may be. Beside it
what one comparison of a row with a single reference costs with rapidfuzz.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from textsynth.overlap import Overlap, units
from textsynth.quality.contamination import Contamination
from textsynth.quality.seed_copies import SeedCopies
from textsynth.records import Message, Sample, Setting

LETTERS = {"en": "abcdefghiklmnoprstuvw", "ko": "가나다라마바사아자차카타파하고노도로모보소오조초"}


def words(language: str, count: int, pick: random.Random) -> list[str]:
    """A vocabulary whose words are about as long as real ones."""
    sizes = (2, 3, 4, 5, 6, 7, 8, 9) if language == "en" else (1, 2, 2, 3, 3, 4)
    made: set[str] = set()
    while len(made) < count:
        made.add("".join(pick.choices(LETTERS[language], k=pick.choice(sizes))))
    return sorted(made)


def sample(index: int, texts: list[str], language: str) -> Sample:
    """A row of turns."""
    turns = [Message(role=("user", "assistant")[n % 2], content=t) for n, t in enumerate(texts)]
    return Sample(f"r{index}", index, f"b{index}", "qa", language, tuple(turns))


def main() -> None:
    """Prints one table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    references = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000
    print("set  what                      us/row   found of planted   others   build s")
    for language in ("en", "ko"):
        pick = random.Random(11)
        known = words(language, 20_000, pick)
        # Zipf's law: common words are common in both.
        weights = [1 / (place + 3) for place in range(len(known))]
        drawn = iter(pick.choices(known, weights, k=rows * 90 + references * 140))

        def text(count: int, drawn: object = drawn) -> list[str]:
            return [next(drawn) for _ in range(count)]  # type: ignore[call-overload]

        sets = [text(pick.randint(100, 140)) for _ in range(references)]
        made, planted = [], 0
        for number in range(rows):
            question, answer = text(15), text(pick.randint(50, 70))
            if number % 50 == 0:
                planted += 1
                size = pick.randint(20, 40)
                answer[10 : 10 + size] = pick.choice(sets)[30 : 30 + size]
            made.append(sample(number, [" ".join(question), " ".join(answer)], language))
        _measure(language, made, planted, [" ".join(one) for one in sets])


def _measure(language: str, made: list[Sample], planted: int, sets: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "exam.jsonl")
        path.write_text("\n".join(json.dumps({"question": one}) for one in sets), "utf8")
        rows = [{"id": str(n), "text": one, "source": "s"} for n, one in enumerate(sets)]
        setting = Setting(language, "qa", 0, {"chunk": rows}, Path(folder))
        parts = (
            ("contamination", Contamination.model_validate({"sets": str(path)})),
            ("  without near", Contamination.model_validate({"sets": str(path), "near": None})),
            ("seed_copies", SeedCopies(words=20, characters=50)),
        )
        for name, part in parts:
            started = time.process_time()
            screen = part.screen(setting)
            screen(made[1])
            built = time.process_time() - started
            started = time.process_time()
            verdicts = [screen(one) for one in made]
            took = (time.process_time() - started) / len(made) * 1e6
            found = sum(not one.keep for one in verdicts[::50])
            others = sum(not one.keep for one in verdicts) - found
            shown = f"{took:8.1f} {found:9} of {planted:5} {others:8} {built:9.2f}"
            print(f"{language:4} {name:24} {shown}")
    _alone(language, made, sets)


def _alone(language: str, made: list[Sample], sets: list[str]) -> None:
    from rapidfuzz import fuzz

    tracemalloc.start()
    held = Overlap(13, 30)
    for one in sets:
        held.add(units(one))
    held.shared([units(sets[0])])
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    count = sum(held.units_of(n) for n in range(len(sets)))
    print(f"{language:4} memory of the references: {size / count:.0f} bytes a unit of {count:,}")
    started = time.process_time()
    for row in made[:300]:
        fuzz.partial_ratio(row.messages[1]["content"], sets[0])
    took = (time.process_time() - started) / 300 * 1e6
    print(f"{language:4} rapidfuzz partial_ratio, one reference: {took:.0f} us")


if __name__ == "__main__":
    main()
