"""The index behind near_duplicates: as its specification says, and as exact as brute force."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from statistics import mean

import pytest

from textsynth.minhash import (
    PRIME,
    SHINGLES,
    Index,
    Shingle,
    Twin,
    _native,
    bands_for,
    normalised,
    stream,
)

compiled = pytest.mark.skipif(_native is None, reason="nothing was compiled here")
BOTH = [pytest.param(True, id="compiled", marks=compiled), pytest.param(False, id="numpy")]

WORDS = [
    "account",
    "balance",
    "transfer",
    "fee",
    "branch",
    "card",
    "limit",
    "statement",
    "loan",
    "interest",
    "payment",
    "monthly",
    "deposit",
    "travel",
    "insurance",
    "app",
    "login",
    "code",
    "phone",
    "address",
    "letter",
    "week",
    "Monday",
    "online",
    "refund",
    "charge",
    "declined",
    "receipt",
    "store",
    "foreign",
    "currency",
    "exchange",
    "rate",
    "savings",
    "goal",
    "budget",
    "plan",
]
HANGUL = [chr(0xAC00 + 28 * i) for i in range(150)]


def made(rng: random.Random, dense: bool) -> str:
    """A text of random words, in Latin or in Hangul syllables."""
    if dense:
        return " ".join("".join(rng.choices(HANGUL, k=3)) for _ in range(rng.randint(8, 60)))
    return " ".join(rng.choice(WORDS) + str(rng.randint(0, 9)) for _ in range(rng.randint(8, 120)))


def edited(rng: random.Random, text: str) -> str:
    """The text with one to four of its words exchanged, dropped or doubled."""
    words = text.split()
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(words))
        words[at : at + 1] = rng.choice([[], ["new"], [words[at], "extra"]])
    return " ".join(words) or "nothing"


def pieces(text: str, dense: bool) -> frozenset[str]:
    """Shingles as plain text: three characters, or three words."""
    units = list(text) if dense else text.split()
    joint = "" if dense else " "
    return frozenset(joint.join(units[i : i + 3]) for i in range(len(units) - 2))


def texts_with_copies(seed: int, count: int) -> list[tuple[str, bool]]:
    rng = random.Random(seed)
    rows: list[tuple[str, bool]] = []
    for _ in range(count):
        if rows and rng.random() < 0.6:
            text, dense = rng.choice(rows)
            rows.append((edited(rng, text), dense))
        else:
            dense = rng.random() < 0.4
            rows.append((made(rng, dense), dense))
    return rows


def similarities(sets: list[frozenset[str]]) -> list[dict[int, float]]:
    """For each set, its exact similarity to every earlier one that shares anything with it."""
    holders: dict[str, list[int]] = {}
    found: list[dict[int, float]] = []
    for row, mine in enumerate(sets):
        shared = Counter(earlier for piece in mine for earlier in holders.get(piece, ()))
        found.append({e: n / (len(mine) + len(sets[e]) - n) for e, n in shared.items()})
        for piece in mine:
            holders.setdefault(piece, []).append(row)
    return found


@pytest.mark.parametrize("native", BOTH)
def test_agrees_with_brute_force(native: bool) -> None:
    rows = texts_with_copies(seed=7, count=1500)
    index = Index(0.8, native=native)
    answers = [index.add(text.lower()) for text, _ in rows]
    exact = similarities([pieces(text.lower(), dense) for text, dense in rows])
    cells: dict[str, list[bool]] = {"below": [], "near": [], "above": []}
    for score, scores in zip(answers, exact, strict=True):
        best = max(scores.values(), default=0.0)
        cell = "below" if best < 0.8 else "near" if best < 0.85 else "above"
        cells[cell].append(score is not None)
        if score is not None:
            assert score >= 0.8
            assert score in scores.values()
    assert not any(cells["below"]), "precision 1.00"
    assert min(len(cells["near"]), len(cells["above"])) > 100
    assert mean(cells["near"]) >= 0.97
    assert mean(cells["above"]) >= 0.995


def test_the_answer_depends_on_nothing_but_the_order_oftexts() -> None:
    for seed in range(5):
        texts = [text for text, _ in texts_with_copies(seed, 150)]
        one, two = Index(0.7), Index(0.7)
        answers = [one.add(text) for text in texts]
        assert answers == [two.add(text) for text in texts]
        prefix = Index(0.7)
        assert answers[:60] == [prefix.add(text) for text in texts[:60]]
        assert answers[0] is None
        again = [one.add(text) for text in texts]
        assert None not in again, "a text that was seen is found again"


def test_the_answer_is_the_same_in_another_process() -> None:
    script = "from tests.test_minhash import digest_of_answers as d; print(d())"
    root = Path(__file__).parents[1]
    for seed in ("1", "2"):
        ran = subprocess.run(
            [sys.executable, "-c", script], cwd=root, text=True, check=True, capture_output=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "PATH": ""},
        )  # fmt: skip
        assert ran.stdout.strip() == digest_of_answers()


def digest_of_answers() -> str:
    index, twin = Index(0.8), Twin(0.8, 16, 8, "auto")
    texts = [text for text, _ in texts_with_copies(3, 200)]
    answers = [(index.add(text), twin.keys(text.encode())) for text in texts]
    return hashlib.sha256(repr(answers).encode()).hexdigest()


def mixed(z: int) -> int:
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def hashed(piece: bytes) -> int:
    """Step 3 of the specification."""
    total = 0
    for byte in piece:
        total = total * PRIME + byte
    return mixed((total + len(piece)) % 2**64)


def specified_keys(units: list[int]) -> list[int]:
    """Steps 4 to 6 of the specification at threshold 0.8, in whole numbers of Python."""
    rest = (1 << 64) - 1
    shingles = {
        mixed((u * PRIME**2 + v * PRIME + w) & rest) >> 32
        for u, v, w in zip(units, units[1:], units[2:], strict=False)
    }
    seeds, marks = list(islice(stream(1), 128)), list(islice(stream(2), 8))
    least = [min((h ^ s % 2**32) * (s >> 32 | 1) % 2**32 for h in shingles) for s in seeds]
    return [
        mixed(sum(least[8 * band + r] * (marks[r] | 1) for r in range(8)) & rest) >> 4
        for band in range(16)
    ]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param("the card, was (declined) on 3.5%!",
                     [hashed(w) for w in b"the card was declined on 3 5%".split()],
                     id="words"),
        pytest.param("카드를 분실했어요.", [ord(c) for c in "카드를 분실했어요"], id="characters"),
        pytest.param("수수료 1500원",
                     [*map(ord, "수수료 "), hashed(b"1500"), ord("원")], id="number"),
        pytest.param("《我想》开户、谢谢！", [ord(c) for c in "我想 开户 谢谢"], id="wide-gaps"),
    ],
)  # fmt: skip
def test_the_keys_are_those_of_the_specification(text: str, units: list[int]) -> None:
    for native in (False, True) if _native else (False,):
        index = Index(0.8, native=native)
        assert index.texts.keys(text.encode()) == specified_keys(units)


def test_the_keys_never_change() -> None:
    keys = Index(0.8, native=False).texts.keys(b"the card was declined at the store on monday")
    assert keys[0] == 654873457333981935


ODD = "ab1 2.,_'\"{}~가나다라 한글漢字かな１２\u00a1\u2014\u3001\ud83d\U00020000\x01\x7fﬁÉöß·"


def odd(rng: random.Random) -> str:
    """Letters of many scripts, gaps, digits, half a surrogate pair."""
    return normalised("".join(rng.choices(ODD, k=rng.randint(1, 90)))) or "-"


@compiled
@pytest.mark.parametrize("shingle", SHINGLES)
@pytest.mark.parametrize("threshold", [0.5, 0.8, 1.0])
def test_compiled_and_numpy_give_the_same_answers(shingle: Shingle, threshold: float) -> None:
    rng = random.Random(f"{shingle} {threshold}")
    one, two = Index(threshold, shingle), Index(threshold, shingle, native=False)
    pool: list[str] = []
    found = 0
    for i in range(600):
        new = [lambda: made(rng, False), lambda: made(rng, True), lambda: odd(rng)][i % 3]()
        text = edited(rng, rng.choice(pool)) if pool and rng.random() < 0.4 else new
        pool += [text] if len(text.split()) > 4 else []
        text = normalised(text) or "-"
        data = text.encode("utf8", "surrogatepass")
        assert one.texts.shingles(data) == two.texts.shingles(data), text
        answer = one.add(text, i % 2)
        assert answer == two.add(text, i % 2), text
        assert (one.matched, len(one)) == (two.matched, len(two))
        found += answer is not None
    assert found > 20 or threshold == 1


@compiled
def test_a_chain_in_a_band_keeps_the_order_of_arrival() -> None:
    # Texts of one template, each below the threshold of the others, share bands.
    one, two = Index(0.8), Index(0.8, native=False)
    words = [f"w{n}" for n in range(60)]
    for i in range(400):
        words[i % 60] = f"x{i}"
        text = " ".join(words)
        assert one.add(text) == two.add(text)
        assert one.matched == two.matched


@pytest.mark.parametrize(
    ("threshold", "bands"),
    [(0.5, (42, 3)), (0.7, (25, 5)), (0.8, (16, 8)), (0.9, (10, 12)), (1.0, (1, 128))],
)
def test_bands_follow_the_threshold(threshold: float, bands: tuple[int, int]) -> None:
    assert bands_for(threshold) == bands
