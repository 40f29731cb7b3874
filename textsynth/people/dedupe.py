"""Personas that repeat earlier ones, found in two stages as in Persona Hub, then screened.

1. Words: Jaccard similarity of the sets of words (of pairs of characters in Hangul, Han and kana)
   of two descriptions, found by MinHash with 128 permutations and checked exactly.
2. Meaning: cosine of two embeddings. Languages that the embedder does not know are left out, and
   that is said.
3. Words that no usable persona has: too short, no person in it, unfinished.

A row goes if any earlier row that came as far as this stage is within the threshold; the earliest
row stays. Source: Ge et al., "Scaling Synthetic Data Creation with 1,000,000,000 Personas", 2024.

Memory: about 1 KB a row for stage 1; vectors are in a file. Up to 50,000 rows stage 2 compares all
pairs, above only hashed candidates (`embedding.neighbours`).
"""

from __future__ import annotations

import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

from textsynth.embedding import Embedder
from textsynth.embedding.neighbours import earlier
from textsynth.embedding.static import unit
from textsynth.errors import InputError
from textsynth.minhash import Index, normalised
from textsynth.people.schema import Row
from textsynth.people.screening import fault, mostly_dense

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH = 1024


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that goes: why, the number of the row that it repeats, how alike they are."""

    reason: str
    of: int
    score: float


@dataclass(slots=True)
class Deduped:
    """What a dedupe did, in rows."""

    rows: int = 0
    kept: int = 0
    words: int = 0
    """Removed by stage 1."""
    compared: int = 0
    """Compared by stage 2."""
    meaning: int = 0
    """Removed by stage 2."""
    embedder: str = ""
    skipped: dict[str, int] = field(default_factory=dict)
    """Language that the embedder does not know → rows that stage 2 did not see."""
    screened: dict[str, int] = field(default_factory=dict)
    """Reason → rows removed by stage 3."""
    out: str = ""
    removed: str = ""
    """The file that lists what was removed, with the id that each row repeats."""


def dedupe(
    read: Callable[[], Iterable[Row]], out: Path, *, words: float = 0.9, meaning: float = 0.9,
    embedder: Embedder | None = None, screen: bool = True,
) -> Deduped:  # fmt: skip
    """Reads the rows three times, and writes those that stay to `out` and the others beside it."""
    done = Deduped(embedder=embedder.name if embedder else "")
    gone = _by_words(read(), words, done)
    if embedder:
        _by_meaning(read, embedder, meaning, gone, done)
    removed = out.with_name(f"{out.stem}.removed.jsonl")
    done.out, done.removed = str(out), str(removed)
    fresh, gone_to = (path.with_name(f"{path.name}.new") for path in (out, removed))
    try:
        with (
            fresh.open("w", encoding="utf8") as good,
            gone_to.open("w", encoding="utf8") as bad,
        ):
            _write(read(), gone, good, bad, done, screen)
    except OSError as error:
        raise InputError(f"'{out}' cannot be written: {error.strerror}") from error
    fresh.replace(out)
    gone_to.replace(removed)
    return done


def language_of(row: Row) -> str:
    """The language a row names, or else what its writing tells: ko, en, or und for neither."""
    named = str(row.get("language") or "").strip().lower()
    if named:
        return named.partition("-")[0]
    text = row["description"]
    if mostly_dense(text):
        return "ko" if any("가" <= letter <= "힣" for letter in text) else "und"
    return "en" if text.isascii() else "und"


def _by_words(rows: Iterable[Row], threshold: float, done: Deduped) -> dict[int, Repeat]:
    index = Index(threshold, "single")
    entered = array("q")
    short: dict[str, int] = {}
    gone: dict[int, Repeat] = {}
    for number, row in enumerate(rows):
        done.rows += 1
        text = normalised(row["description"])
        before = len(index)
        score = index.add(text)
        if len(index) > before:
            entered.append(number)
        if score is None:
            short.setdefault(text, number)
            continue
        of = short[text] if index.matched < 0 else entered[index.matched]
        gone[number] = Repeat("words", of, round(score, 4))
    done.words = len(gone)
    return gone


def _by_meaning(
    read: Callable[[], Iterable[Row]], embedder: Embedder, threshold: float,
    gone: dict[int, Repeat], done: Deduped,
) -> None:  # fmt: skip
    import numpy as np

    numbers = array("q")
    skipped: Counter[str] = Counter()

    def texts() -> Iterator[str]:
        for number, row in enumerate(read()):
            language = language_of(row)
            if number in gone:
                continue
            if embedder.languages is not None and language not in embedder.languages:
                skipped[language] += 1
                continue
            numbers.append(number)
            yield row["description"]

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors"
        vectors = _vectors(texts(), embedder, path)
        which, cosine = earlier(vectors, threshold)
        for place in np.flatnonzero(which >= 0).tolist():
            score = round(float(cosine[place]), 4)
            gone[numbers[place]] = Repeat("meaning", numbers[int(which[place])], score)
            done.meaning += 1
        done.compared = len(vectors)
        done.skipped = dict(sorted(skipped.items()))
        del vectors


def _vectors(texts: Iterator[str], embedder: Embedder, path: Path) -> NDArray[np.float32]:
    """n x d in a file, the direction that all share taken out where the embedder needs it."""
    import numpy as np

    width, count = 0, 0
    total = np.zeros(1)
    with path.open("wb") as file:
        while batch := list(islice(texts, _BATCH)):
            made = embedder.embed(batch)
            width, count = made.shape[1], count + len(made)
            total = total + made.sum(axis=0, dtype=np.float64)
            file.write(made.tobytes())
    if not count:
        return np.zeros((0, 1), np.float32)
    vectors: NDArray[np.float32] = np.memmap(path, np.float32, "r+", shape=(count, width))
    if embedder.centre:
        mean = (total / count).astype(np.float32)
        for start in range(0, count, _BATCH):
            block = vectors[start : start + _BATCH]
            vectors[start : start + _BATCH] = unit(block - mean)
    return vectors


def _write(
    rows: Iterable[Row], gone: dict[int, Repeat], good: IO[str], bad: IO[str],
    done: Deduped, screen: bool,
) -> None:  # fmt: skip
    ids: dict[int, str] = {repeat.of: "" for repeat in gone.values()}
    reasons: Counter[str] = Counter()
    for number, row in enumerate(rows):
        if number in ids:
            ids[number] = row["id"]
        repeat = gone.get(number)
        reason = repeat.reason if repeat else (fault(row["description"]) if screen else None)
        if reason is None:
            done.kept += 1
            good.write(json.dumps(row, ensure_ascii=False) + "\n")
            continue
        said = {"repeats": ids[repeat.of], "score": repeat.score} if repeat else {}
        if not repeat:
            reasons[reason] += 1
        line = {"id": row["id"], "reason": reason, **said, "description": row["description"]}
        bad.write(json.dumps(line, ensure_ascii=False) + "\n")
    done.screened = dict(sorted(reasons.items()))
