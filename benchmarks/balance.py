"""What synthetic rows do for a rare class: 950 complaints and 50 reports of fraud to a bank.

A classifier (TF-IDF, logistic regression) is trained on the real rows as they are, with class
weights, with the rare rows repeated, and with synthetic rows; and tested on 500 + 500 other real
rows. Intervals: 95 %, bootstrap over the test rows. All texts are invented, from a grammar.

python -m benchmarks.balance --provider scripted|local [--rows 900] [--folder DIR]

A run that is stopped goes on where it was when given again.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

import textsynth as ts
from benchmarks.bank_cases import COMMON, RARE, messages, scripted
from tests.servers.chat import ChatServer
from textsynth.errors import ShortError

REAL = {COMMON: 950, RARE: 50}
TEST = {COMMON: 500, RARE: 500}
MODEL = "qwen2.5-coder-1.5b"

Rows = Sequence[tuple[str, str]]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """Measures on the test rows: the value, and its interval."""

    values: dict[str, tuple[float, ...]]


def job(rows: int, common: int, provider: dict[str, Any] | str) -> dict[str, Any]:
    """The job that fills the rare class up by `rows`, and the common one by `common`."""
    fill = {RARE: REAL[RARE] + rows}
    if common:
        fill[COMMON] = REAL[COMMON] + common
    # The embedded model cannot judge: there the words of the real rows decide.
    verify = "words" if "local" in provider else "model"
    return {
        "name": "balance", "seed": 7, "language": "en", "provider": provider,
        "method": {"classify": {
            "kind": "a message from a customer to a bank", "hard": 0.2, "verify": verify,
            "describe": {
                RARE: "somebody else took the customer's money, card or identity, or tricked them",
                COMMON: "the customer is unhappy with the bank's fees, staff, app or delays",
            },
        }},
        "inputs": {"labelled": {"from": "real.csv", "fill_to": fill}},
        "quality": ["length", "language", "refusal", "label", "exact_duplicates",
                    "near_duplicates"],
    }  # fmt: skip


def trained(train: Rows, test: Rows, *, weight: str | None = None) -> tuple[Values, Values]:
    """(truth, prediction) on the test rows, 1 for the rare label."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(max_iter=1000, class_weight=weight, random_state=0),
    )
    model.fit([text for text, _ in train], [label for _, label in train])
    said = model.predict([text for text, _ in test])
    truth = np.array([label == RARE for _, label in test], np.float64)
    return truth, np.array(said == RARE, np.float64)


def measures(truth: Values, said: Values) -> dict[str, float]:
    """Accuracy, macro-F1, recall and precision of the rare label, precision at its real share."""
    hit = float((truth * said).sum())
    false = float(((1 - truth) * said).sum())
    missed = float((truth * (1 - said)).sum())
    right = float(((1 - truth) * (1 - said)).sum())
    f1 = [2 * a / (2 * a + false + missed or 1) for a in (hit, right)]
    recall, alarm = hit / (hit + missed or 1), false / (false + right or 1)
    share = REAL[RARE] / sum(REAL.values())
    alarms = share * recall + (1 - share) * alarm
    return {
        "accuracy": (hit + right) / len(truth), "macro-F1": sum(f1) / 2, "recall": recall,
        "precision": hit / (hit + false or 1), "precision at 5 %": share * recall / (alarms or 1),
    }  # fmt: skip


def scored(truth: Values, said: Values, draws: int = 1000) -> Score:
    """The measures, each with the interval that 1,000 resamplings of the test rows give."""
    rng = np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for _ in range(draws):
        drawn = rng.integers(0, len(truth), len(truth))
        for name, value in measures(truth[drawn], said[drawn]).items():
            found.setdefault(name, []).append(value)
    whole = measures(truth, said)
    return Score({
        name: (whole[name], *(float(v) for v in np.quantile(values, (0.025, 0.975))))
        for name, values in found.items()
    })  # fmt: skip


def synthetic(folder: Path, provider: str, rows: int, common: int) -> tuple[Rows, str]:
    """(kept synthetic rows, the run in a line); a run that falls short gives what it has."""

    def run(spec: dict[str, Any] | str) -> str:
        file = folder / "job.yaml"
        file.write_text(yaml.safe_dump(job(rows, common, spec), allow_unicode=True), "utf8")
        try:
            ts.run(file)
        except ShortError as error:
            print(f"short: {error}")
        found = ts.status(folder)
        return f"{found['briefs']} briefs, {found['kept']} kept; dropped: {found['reasons']}"

    if provider == "scripted":
        with ChatServer(script=scripted) as server:
            options = {"max_tokens": None}
            endpoint = {"base_url": server.url, "model": "scripted-model", "options": options}
            said = run({"openai": endpoint})
    else:
        said = run({"local": {"model": MODEL}})
    train = folder / "outputs" / "balance" / "balanced" / "train.jsonl"
    every = [json.loads(line) for line in train.read_text("utf8").splitlines()]
    return [(r["text"], r["label"]) for r in every if r["origin"] == "synthetic"], said


def main() -> None:
    """Prints the run in a line, then one table: a row for each way to train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", choices=("scripted", "local"), default="scripted")
    parser.add_argument("--rows", type=int, default=REAL[COMMON] - REAL[RARE])
    parser.add_argument("--folder", type=Path, help="where the run is kept, to go on with it")
    parser.add_argument(
        "--common", type=int, default=0, help="synthetic rows of the common class as well"
    )
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    real = messages(1, REAL, set())
    test = messages(2, TEST, {text for text, _ in real})
    with (folder / "real.csv").open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows(real)
    made, said = synthetic(folder, given.provider, given.rows, given.common)
    print(said)
    rare = [row for row in real if row[1] == RARE]
    more = messages(
        3, dict(Counter(label for _, label in made)), {text for text, _ in [*real, *test]}
    )
    again = 18 + sum(label == RARE for _, label in made) // len(rare)
    ways: list[tuple[str, Rows, str | None]] = [
        ("real", real, None),
        ("real, class weights", real, "balanced"),
        ("real, rare rows repeated 18 times", [*real, *(rare * 18)], None),
        # As many rare rows as below with the synthetic ones: the share alone moves the threshold.
        (f"real, rare rows repeated {again} times", [*real, *(rare * again)], None),
        (f"real + {len(made)} synthetic", [*real, *made], None),
        (f"real + {len(made)} synthetic, class weights", [*real, *made], "balanced"),
        (
            f"real, rare rows repeated 18 times + {len(made)} synthetic",
            [*real, *(rare * 18), *made],
            None,
        ),
        (f"(real + {len(more)} more real rows)", [*real, *more], None),
    ]  # fmt: skip
    names = ["accuracy", "macro-F1", "recall", "precision", "precision at 5 %"]
    print(f"| trained on | {' | '.join(names)} |")
    print("|---|" + "---|" * len(names))
    for way, rows, weight in ways:
        values = scored(*trained(rows, test, weight=weight)).values
        cells = [
            f"{v:.3f} ({low:.3f} to {high:.3f})" for v, low, high in (values[n] for n in names)
        ]
        print(f"| {way} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
