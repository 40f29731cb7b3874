"""How a judge stands beside ratings, and whether the order of two answers sways it.

python -m benchmarks.judging [--no-embedded] [--parts ko,en] [--out FOLDER]

Three tables. The first two are judges on the scripted chat server whose noise, bias and love of the
first place are known, so that what `judge calibrate` and `judge order` find can be held against the
truth. The third is the embedded model on benchmarks/data/judging: 40 rated rows and 30 pairs. It is
kept in FOLDER; given again, the command goes on and asks only what was not answered yet.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import textsynth as ts
from tests.judge_script import prefers, scores
from tests.servers.chat import ChatServer
from tests.servers.scripts import Request

DATA = Path(__file__).parent / "data" / "judging"
ROWS, PAIRS = 200, 200
JUDGES: dict[str, tuple[float, float]] = {
    "exact": (0.0, 0.0), "noisy": (0.0, 1.0), "one too low": (-1.0, 0.0),
    "one too high, noisy": (1.0, 1.0), "guesses": (0.0, 99.0),
}  # fmt: skip
"""Judge → (bias, noise) in points; a noise of 99 means that it draws a score and reads nothing."""
PLACES = {"fair": 0.0, "swayed": 0.2, "always the first": 1.0}
"""Judge → the share of comparisons in which it names the first answer whatever it is."""


def drawn(*key: Any) -> random.Random:
    """A generator that depends on these alone."""
    return random.Random(json.dumps(key))


def clipped(value: float) -> int:
    """A whole score from 1 to 5."""
    return int(min(5, max(1, round(value))))


def judge(bias: float, noise: float) -> Callable[[str, str, Request], int]:
    """A judge with these faults."""

    def rule(row: str, question: str, request: Request) -> int:
        dice = drawn("judge", bias, noise, row)
        if noise > 10:
            return dice.randint(1, 5)
        return clipped(int(row.partition("worth ")[2][0]) + bias + dice.gauss(0, noise))

    return rule


def placed(share: float) -> Callable[[str, str, Request], str]:
    """A judge of pairs that is right, save for a share where the first place decides."""

    def rule(first: str, second: str, request: Request) -> str:
        if drawn("place", share, first, second).random() < share:
            return "first"
        return "first" if first.startswith("Good") else "second"

    return rule


def write(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf8")
    return path


def scripted(folder: Path) -> None:
    """Judges whose faults are known."""
    rows: list[dict[str, Any]] = [
        {"id": str(n), "question": f"Case {n}?", "answer": f"worth {1 + n % 5}, number {n}",
         "human": {"relevance": 1 + n % 5}}
        for n in range(ROWS)
    ]  # fmt: skip
    file = write(folder / "rated.jsonl", rows)
    print(f"scripted judges, {ROWS} rows whose worth is known")
    print("judge                  true bias  bias (95 %)              Spearman (95 %)       exact")
    for name, (bias, noise) in JUDGES.items():
        with ChatServer(script=scores(judge(bias, noise))) as server:
            found = ts.judging.calibrate(file, provider=by(server.url), out=folder / word(name))
        truth = [clipped_bias(row["answer"], bias, noise) for row in rows]
        one = found.figures[0]
        print(
            f"{name:22} {sum(truth) / len(truth):+9.2f}  {told(one.bias, one.bias_range, '+.2f')}  "
            f"{told(one.spearman, one.spearman_range)}  {one.exact or 0:5.0%}"
        )
    pairs = [
        {"id": str(n), "prompt": f"Case {n}?", "chosen": f"Good {n}.", "rejected": f"Bad {n}."}
        for n in range(PAIRS)
    ]
    file = write(folder / "pairs.jsonl", pairs)
    print(f"\nscripted judges, {PAIRS} pairs, each in both orders")
    print("judge             true consistency  consistency (95 %)     chosen in both  first named")
    for name, share in PLACES.items():
        with ChatServer(script=prefers(placed(share))) as server:
            (seen,) = ts.judging.order(file, provider=by(server.url), out=folder / word(name))
        # Place decides nothing where the good answer stands first: the other order tells.
        kept = [drawn("place", share, f"Bad {n}.", f"Good {n}.").random() >= share
                for n in range(PAIRS)]  # fmt: skip
        print(
            f"{name:17} {sum(kept) / PAIRS:16.1%}  {told(seen.consistent, seen.consistent_range)}  "
            f"{seen.right or 0:14.0%}  {seen.first_named or 0:11.0%}"
        )


def clipped_bias(answer: str, bias: float, noise: float) -> float:
    """What the judge really gave less what the row is worth."""
    worth = int(answer.partition("worth ")[2][0])
    row = f"user:\n{'Case ' + answer.rpartition(' ')[2] + '?'}\nassistant:\n{answer}"
    return judge(bias, noise)(row, "", {}) - worth


def by(url: str) -> dict[str, Any]:
    """The scripted server as a provider."""
    return {"openai": {"base_url": url, "model": "scripted-model", "concurrency": 16}}


def word(name: str) -> str:
    """A name as that of a folder."""
    return re.sub(r"\W+", "-", name)


def told(value: float | None, around: tuple[float, float] | None, form: str = ".2f") -> str:
    """A figure with its interval."""
    if value is None:
        return f"{'none':23}"
    ends = "" if around is None else f" ({around[0]:{form}} to {around[1]:{form}})"
    return f"{f'{value:{form}}{ends}':23}"


def embedded(out: Path, parts: Iterable[str]) -> None:
    """The embedded model beside the ratings of one author, and on pairs."""
    print("\nembedded model, 40 rated rows (people are two readings of one author)")
    head = "criterion             rows  Spearman (95 %)          exact  within 1  bias   people's"
    for part in parts:
        rows = [line for line in lines("rated.jsonl") if f'"language": "{part}"' in line]
        file = out / f"rated-{part}.jsonl"
        file.write_text("".join(rows), "utf8")
        found = ts.judging.calibrate(file, provider="local", out=out / f"calibrate-{part}")
        print(f"{part}: {found.unreadable} unreadable, {found.failed} failed\n{head}")
        for one in found.figures:
            people = one.people.get("spearman")
            print(
                f"{one.name:21} {one.rows:4}  {told(one.spearman, one.spearman_range)}  "
                f"{one.exact or 0:5.0%}  {one.within_one or 0:8.0%}  {one.bias or 0:+.2f}  "
                f"{'none' if people is None else f'{people:.2f}'}"
            )
        rows = [line for line in lines("pairs.jsonl") if f'"language": "{part}"' in line]
        file = out / f"pairs-{part}.jsonl"
        file.write_text("".join(rows), "utf8")
        (seen,) = ts.judging.order(file, provider="local", out=out / f"order-{part}")
        print(
            f"{part}: {seen.pairs} pairs, order consistency "
            f"{told(seen.consistent, seen.consistent_range).strip()}, chosen in both orders "
            f"{told(seen.right, seen.right_range).strip()}, first named {seen.first_named or 0:.0%}"
        )


def lines(name: str) -> list[str]:
    """The lines of a file of the data."""
    return (DATA / name).read_text("utf8").splitlines(keepends=True)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-embedded", action="store_true", help="only the scripted server")
    parser.add_argument("--only-embedded", action="store_true", help="only the embedded model")
    parser.add_argument("--parts", default="en,ko", help="languages on the embedded model")
    parser.add_argument("--out", type=Path, default=Path("outputs/benchmark-judging"))
    given = parser.parse_args()
    if not given.only_embedded:
        with tempfile.TemporaryDirectory() as folder:
            scripted(Path(folder))
    if not given.no_embedded:
        given.out.mkdir(parents=True, exist_ok=True)
        embedded(given.out, given.parts.split(","))


if __name__ == "__main__":
    main()
