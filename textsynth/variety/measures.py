"""Figures of a small sample of texts, each of which is a list of token hashes.

Every figure depends on how many texts there are: compare samples of one size.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textsynth.minhash import Index, normalised
from textsynth.variety.counting import chao1
from textsynth.variety.grams import Hashes, grams, grams_inside, shingles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ORDERS = 4
"""Lengths of the runs that BLEU compares."""

LEVEL = 6
"""Level of zlib."""

SAME_KIND = 0.5
"""Jaccard similarity from which a text is of the kind of an earlier one."""

_WIDTH = 4096
"""Numbers of the vector of a text."""


def distinct(texts: Sequence[Hashes], n: int, size: int) -> float | None:
    """Different runs of n tokens over all runs, in blocks of `size` tokens each (the mean of them):
    so it depends neither on how many texts there are nor on how long they are.

    Fewer tokens than that make one block. None without any.
    """
    import numpy as np

    shares, block, held = [], list[Hashes](), 0
    for text in texts:
        while len(text):
            piece, text = text[: size - held], text[size - held :]
            block.append(piece)
            held += len(piece)
            if held == size:
                shares.append(_distinct_share(grams_inside(block, n)))
                block, held = [], 0
    if not shares and held:
        shares.append(_distinct_share(grams_inside(block, n)))
    found = [share for share in shares if share is not None]
    return float(np.mean(found)) if found else None


def _distinct_share(found: Hashes) -> float | None:
    import numpy as np

    return len(np.unique(found)) / len(found) if len(found) else None


def self_bleu(texts: Sequence[Hashes]) -> float | None:
    """The mean BLEU-4 of each text against all others as its references (Y. Zhu et al., "Texygen",
    2018): 0 where no two have anything in common, 1 where all are the same. None below two texts.

    One is added to hits and totals beyond single tokens (C.-Y. Lin and F. J. Och, "ORANGE", 2004).
    The more texts there are, the higher it is.
    """
    import numpy as np

    texts = [text for text in texts if len(text)]
    if len(texts) < 2:
        return None
    sizes = np.array([len(text) for text in texts], np.int64)
    logs, orders = np.zeros(len(texts)), np.zeros(len(texts))
    for n in range(1, ORDERS + 1):
        hits = _clipped(texts, n)
        totals = np.maximum(0, sizes - n + 1)
        more = int(n > 1)
        with np.errstate(divide="ignore"):
            log = np.log((hits + more) / np.maximum(1, totals + more))
        there = totals > 0
        logs[there] += log[there]
        orders += there
    closest = _closest(sizes)
    brevity = np.minimum(0.0, 1 - closest / sizes)
    return float(np.mean(np.exp(logs / orders + brevity)))


def _clipped(texts: Sequence[Hashes], n: int) -> NDArray[np.int64]:
    """For each text: its runs that another text has as well, each as often as the other text that
    has it most."""
    import numpy as np

    pairs = [np.unique(grams(text, n), return_counts=True) for text in texts]
    owners = np.repeat(np.arange(len(texts)), [len(values) for values, _ in pairs])
    runs = np.concatenate([values for values, _ in pairs])
    counts = np.concatenate([found for _, found in pairs])
    if not len(runs):
        return np.zeros(len(texts), np.int64)
    order = np.lexsort((-counts, runs))
    runs, counts, owners = runs[order], counts[order], owners[order]
    first = np.concatenate(([True], runs[1:] != runs[:-1]))
    heads = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    ends = np.append(heads[1:], len(runs))
    second = np.where(ends - heads > 1, counts[np.minimum(heads + 1, len(runs) - 1)], 0)
    others = np.where(first, second[group], counts[heads][group])
    hits = np.minimum(counts, others)
    return np.bincount(owners, weights=hits, minlength=len(texts)).astype(np.int64)


def _closest(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each size the closest one of another text."""
    import numpy as np

    order = np.argsort(sizes, kind="stable")
    ranked = sizes[order]
    far = np.int64(1 << 40)
    below = np.concatenate(([-far], ranked[:-1]))
    above = np.concatenate((ranked[1:], [far]))
    near = np.where(ranked - below <= above - ranked, below, above)
    found = np.empty_like(sizes)
    found[order] = near
    return found


def nearest(texts: Sequence[Hashes]) -> NDArray[np.float64]:
    """How far the nearest other text is from each: 1 - Jaccard of runs of three tokens, exactly.

    Empty below two texts.
    """
    import numpy as np

    sets = [shingles(text) for text in texts if len(text)]
    if len(sets) < 2:
        return np.zeros(0)
    sizes = np.array([len(one) for one in sets])
    _, numbers = np.unique(np.concatenate(sets), return_inverse=True)
    owners = np.repeat(np.arange(len(sets)), sizes)
    often = np.bincount(numbers)
    order = np.argsort(numbers, kind="stable")
    begins = np.concatenate(([0], np.cumsum(often)))
    places = np.concatenate(([0], np.cumsum(sizes)))
    holders = owners[order]
    found = np.ones(len(sets))
    for i in range(len(sets)):
        own = numbers[places[i] : places[i + 1]]
        shared = own[often[own] > 1]
        if len(shared):
            hits = [holders[begins[k] : begins[k + 1]] for k in shared.tolist()]
            common = np.bincount(np.concatenate(hits), minlength=len(sets))
            common[i] = 0
            found[i] = 1 - float((common / (sizes[i] + sizes - common)).max())
    return found


def vendi(texts: Sequence[Hashes]) -> float | None:
    """The Vendi score (D. Friedman and A. B. Dieng, "The Vendi score", 2023): exp of the entropy of
    the eigenvalues of K / n, K the cosines of all pairs of n texts.

    It is an effective sample size: n texts are as varied as so many that have nothing in common.
    It is 1 where all are the same, n where no two share anything. A text is the vector of its
    tokens and pairs of tokens, each with the root of its count, hashed with signs to 4,096 numbers.
    """
    import numpy as np

    texts = [text for text in texts if len(text)]
    if not texts:
        return None
    vectors = np.zeros((len(texts), _WIDTH))
    for row, text in zip(vectors, texts, strict=True):
        runs, counts = np.unique(
            np.concatenate((grams(text, 1), grams(text, 2))), return_counts=True
        )
        signs = 1.0 - 2.0 * ((runs >> np.uint64(20)) & np.uint64(1)).astype(np.float64)
        np.add.at(row, (runs % np.uint64(_WIDTH)).astype(np.int64), signs * np.sqrt(counts))
    lengths = np.linalg.norm(vectors, axis=1)
    vectors /= np.where(lengths > 0, lengths, 1.0)[:, None]
    values = np.linalg.eigvalsh(vectors @ vectors.T / len(texts))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def compression(texts: Sequence[str], size: int) -> tuple[float, int] | None:
    """(bytes over bytes that zlib makes of them at level 6, bytes) of the first `size` bytes: the
    more often texts repeat themselves and each other, the higher. None without a text."""
    data = "\n".join(texts).encode("utf8", "surrogatepass")[:size]
    return (len(data) / len(zlib.compress(data, LEVEL)), len(data)) if data else None


def kinds(texts: Sequence[str]) -> Counter[int]:
    """Kind → its texts. A text is of the kind of an earlier one that is at least half like it
    (Jaccard of shingles, as near_duplicates has it), or else begins a kind of its own."""
    index, short = Index(SAME_KIND), dict[str, int]()
    leaders: list[int] = []
    found: Counter[int] = Counter()
    for number, text in enumerate(map(normalised, texts)):
        if not text:
            continue
        before = len(index)
        score = index.add(text)
        matched = index.matched if score is not None else -1
        kind = leaders[matched] if matched >= 0 else short.setdefault(text, number)
        if len(index) > before:
            leaders.append(kind)
        found[kind] += 1
    return found


def kinds_left(found: Counter[int]) -> tuple[int, float, float | None]:
    """(kinds, the chance that the next text is of a new kind, kinds in all at least,
    None where that is not known yet)."""
    total, often = sum(found.values()), Counter(found.values())
    unseen = often[1] / total if total else 1.0
    return len(found), unseen, chao1(len(found), often[1], often[2])
