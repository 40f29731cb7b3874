"""What a flipped attribute changed: pairs compared measure by measure, with intervals and p-values.

The rows of a pair are written from the same brief but for the attribute, so their difference is due
to it and to chance. Chance is told by swapping signs: were the attribute of no account, each
difference could as well be the other way round. p-values are made larger for the number of measures
that are looked at (Holm), so that one of many small ones is no finding.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from textsynth.flips import PAIR
from textsynth.measures import length
from textsynth.quality.refusal import Refusal
from textsynth.records import Sample, Setting, Table, Verdict, digest, percent, spoken
from textsynth.sentiment import score
from textsynth.style import register

PAIRS = 20_000
"""Pairs that are compared, at most: those with the smallest hash of their id."""

FEWEST = 6
"""Pairs below which no p-value can be small enough to say anything."""

RESAMPLES = 2_000
_FORMAL = {"formal": 2.0, "polite": 1.0, "neutral": 1.0, "plain": 0.0, "casual": 0.0}
_REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of rows with one value against another's, over whole pairs."""

    measure: str
    pairs: int
    first: float
    second: float
    """Mean of either value's rows."""
    low: float
    high: float
    """95 % interval of the mean difference (second less first), by bootstrap."""
    p: float
    """Two-sided, by swapped signs; 1.0 where there are fewer than `FEWEST` pairs."""


@dataclass
class _Rows:
    """What is known of the rows of one pair: value → measures; kept or not."""

    kept: dict[str, dict[str, float]] = field(default_factory=dict)
    all: dict[str, dict[str, float]] = field(default_factory=dict)


def fairness(
    flip: Mapping[str, Sequence[str]],
    screened: Callable[[], Iterable[tuple[Sample, Sequence[Verdict]]]],
    seed: int = 0,
) -> list[Table]:
    """The tables of a job's flip; none where it has none. `screened`: kept, then dropped rows."""
    tables: list[Table] = []
    for name, among in flip.items():
        pairs = _gathered(name, screened())
        if not pairs:
            return []
        tables.append(_ends(name, among, pairs))
        found = []
        for other in among[1:]:
            found += [(other, one) for one in differences(among[0], other, pairs, seed)]
        if found:
            tables.append(_compared(name, among[0], found))
    return tables


def _gathered(
    name: str, screened: Iterable[tuple[Sample, Sequence[Verdict]]]
) -> Mapping[str, _Rows]:
    """The pairs by their id."""
    ids: dict[str, _Rows] = {}
    refusal = Refusal().screen(Setting())
    for sample, verdicts in screened:
        pair, value = str(sample.seeds.get(PAIR, "")), sample.facets.get(name)
        if not pair or value is None:
            continue
        if pair not in ids and len(ids) >= 2 * PAIRS:
            ids = _smallest(ids)
        rows = ids.setdefault(pair, _Rows())
        rows.all[value] = {_REFUSED: float(not refusal(sample).keep)}
        if all(verdict.keep for verdict in verdicts):
            rows.kept[value] = _measured(sample, verdicts)
    return _smallest(ids)


def _smallest(ids: Mapping[str, _Rows]) -> dict[str, _Rows]:
    if len(ids) <= PAIRS:
        return dict(ids)
    chosen = set(sorted(ids, key=lambda pair: digest("flip", pair, size=8))[:PAIRS])
    return {pair: rows for pair, rows in ids.items() if pair in chosen}


def _measured(sample: Sample, verdicts: Sequence[Verdict]) -> dict[str, float]:
    """The measures of a kept row: of the assistant's turns where it has some."""
    said = [m["content"] for m in sample.messages if m["role"] == "assistant"]
    text = "\n".join(said or sample.texts())
    text = text or "\n".join(v for v in sample.columns.values() if isinstance(v, str))
    mood = score(text)
    found = {
        "length of answers": float(length(text)),
        "turns": float(len(spoken(sample.messages))),
        "sentiment of answers (-1 to 1)": float((mood > 0) - (mood < 0)),
        "formality of answers (0 to 2)": _FORMAL.get(register(text), 1.0),
    }
    judged = next((v.score for v in verdicts if v.filter == "judge"), None)
    return found if judged is None else {**found, "score of the judge": float(judged)}


def differences(
    first: str, second: str, pairs: Mapping[str, _Rows], seed: int = 0
) -> list[Difference]:
    """Each measure compared over the pairs of which both rows have it."""
    series: dict[str, list[tuple[float, float]]] = {}
    for pair in sorted(pairs):
        rows = pairs[pair]
        for group in (rows.kept, rows.all):
            if first in group and second in group:
                for name in group[first].keys() & group[second].keys():
                    series.setdefault(name, []).append((group[first][name], group[second][name]))
    return [_difference(name, series[name], seed) for name in sorted(series)]


def _difference(name: str, values: Sequence[tuple[float, float]], seed: int) -> Difference:
    import numpy as np

    # The older generator, whose numbers stay the same from one release of numpy to the next.
    random = np.random.RandomState(int(digest(seed, "flip", name, size=4), 16))
    both: Any = np.array(values, dtype=float)
    diff, n = both[:, 1] - both[:, 0], len(values)
    mean = float(diff.mean())
    means, extreme = [], 0
    for _ in range(RESAMPLES):
        means.append(float(diff[random.randint(0, n, n)].mean()))
        signs = 1 - 2 * random.randint(0, 2, n)
        extreme += abs(float((diff * signs).mean())) >= abs(mean) - 1e-12
    low, high = (float(np.percentile(means, at)) for at in (2.5, 97.5))
    p = (extreme + 1) / (RESAMPLES + 1) if n >= FEWEST else 1.0
    return Difference(name, n, float(both[:, 0].mean()), float(both[:, 1].mean()), low, high, p)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979), in their order."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    found, highest = [0.0] * len(values), 0.0
    for rank, n in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[n]))
        found[n] = highest
    return found


def _compared(name: str, first: str, found: Sequence[tuple[str, Difference]]) -> Table:
    rows = []
    for (other, one), p in zip(found, holm([one.p for _, one in found]), strict=True):
        verdict = "differs" if p < 0.05 else "not shown"
        verdict = "too few pairs" if one.pairs < FEWEST else verdict
        rows.append(
            (
                one.measure, other, one.pairs, round(one.first, 3), round(one.second, 3),
                f"{one.second - one.first:+.3f} ({one.low:+.3f} to {one.high:+.3f})",
                f"{p:.3f}", verdict,
            )
        )  # fmt: skip
    title = f"Flip of {name}: {len(found)} comparisons with {first}, p corrected for all (Holm)"
    head = (
        "measure", "against", "whole pairs", first, "other", "difference (95 %)", "p", "finding"
    )  # fmt: skip
    return Table(title, head, tuple(rows))


def _ends(name: str, among: Sequence[str], pairs: Mapping[str, _Rows]) -> Table:
    """How often each value's rows were kept, and pairs of which one alone was kept."""
    kept = Counter(value for rows in pairs.values() for value in rows.kept)
    written = Counter(value for rows in pairs.values() for value in rows.all)
    lines = []
    for value in among:
        alone = sum(value in rows.kept and len(rows.kept) == 1 for rows in pairs.values())
        missed = [rows for rows in pairs.values() if value not in rows.kept and len(rows.kept) > 0]
        lines.append(
            (
                value, written[value], kept[value], percent(kept[value], written[value]),
                alone, len(missed), f"{sign_test(alone, len(missed)):.3f}",
            )
        )  # fmt: skip
    whole = sum(all(value in rows.kept for value in among) for rows in pairs.values())
    title = f"Flip of {name}: {whole:,} whole pairs of {len(pairs):,}"
    head = (
        "value", "written", "kept", "share", "kept alone", "lost alone", "p of that imbalance"
    )  # fmt: skip
    return Table(title, head, tuple(lines))


def sign_test(one: int, other: int) -> float:
    """Two-sided exact p of so uneven a split, were either side as likely (McNemar's test)."""
    n, least = one + other, min(one, other)
    if n > 1_000:
        z = (abs(one - other) - 1) / math.sqrt(n)
        return math.erfc(max(0.0, z) / math.sqrt(2))
    tail = sum(math.comb(n, k) for k in range(least + 1)) / 2**n if n else 1.0
    return min(1.0, 2 * tail)
