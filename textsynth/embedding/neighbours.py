"""For each vector the first earlier one that is near: exactly, or among hashed candidates.

Up to EXACT vectors all pairs are compared, block by block. Above, where the threshold is at least
LOOSE, only vectors whose directions fall on the same side of random planes in one of many tables
(SimHash: Charikar, "Similarity estimation techniques from rounding algorithms", 2002); as many
tables as find at least RECALL of the pairs right at the threshold, more of those nearer. Below
LOOSE hashing finds too little, and all pairs are compared whatever it takes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT = 50_000
LOOSE = 0.75
RECALL = 0.95

_BLOCK = 2048
_SEED = 20_240_628


def earlier(
    vectors: NDArray[np.float32], threshold: float, exact: int = EXACT
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(which, cosine): the first earlier row with at least that cosine, -1 and 0 where none is.

    `vectors`: n x d of unit length; rows of zeros are near to nothing. Memory besides: one block
    of pairs, and where hashed 8 bytes a row for each table in turn.
    """
    import numpy as np

    n = len(vectors)
    which, cosine = np.full(n, n, np.int64), np.zeros(n, np.float32)
    if n <= exact or threshold < LOOSE:
        _within(np.arange(n), vectors, threshold, which, cosine)
    else:
        _hashed(vectors, threshold, which, cosine)
    none = which == n
    which[none] = -1
    return which, cosine


def tables_for(threshold: float, rows: int) -> tuple[int, int]:
    """(planes a table, tables) with which RECALL of the pairs at the threshold meet."""
    alike = 1 - math.acos(min(threshold, 1.0)) / math.pi
    planes = min(max(8, round(math.log2(max(rows, 2))) - 8), 20)
    return planes, math.ceil(math.log(1 - RECALL) / math.log(1 - alike**planes + 1e-12))


def _hashed(
    vectors: NDArray[np.float32], threshold: float,
    which: NDArray[np.int64], cosine: NDArray[np.float32],
) -> None:  # fmt: skip
    import numpy as np

    n, width = vectors.shape
    planes, tables = tables_for(threshold, n)
    dice = np.random.default_rng(_SEED)
    powers = 1 << np.arange(planes, dtype=np.int64)
    for _ in range(tables):
        normals = dice.standard_normal((width, planes)).astype(np.float32)
        keys = np.empty(n, np.int64)
        for start in range(0, n, _BLOCK):
            sides = np.asarray(vectors[start : start + _BLOCK], np.float32) @ normals > 0
            keys[start : start + _BLOCK] = sides @ powers
        order = np.argsort(keys, kind="stable")
        cuts = np.flatnonzero(np.diff(keys[order])) + 1
        for rows in np.split(order, cuts):
            if len(rows) > 1:
                _within(rows, vectors, threshold, which, cosine)


def _within(
    rows: NDArray[np.int64], vectors: NDArray[np.float32], threshold: float,
    which: NDArray[np.int64], cosine: NDArray[np.float32],
) -> None:  # fmt: skip
    """Compares all pairs of `rows`, which ascend; a nearer beginning found before stays."""
    import numpy as np

    for start in range(0, len(rows), _BLOCK):
        mine = rows[start : start + _BLOCK]
        later = np.asarray(vectors[mine], np.float32)
        for before in range(0, start + 1, _BLOCK):
            theirs = rows[before : before + _BLOCK]
            if (which[mine] < theirs[0]).all():
                break  # each has a match that stands before this block
            scores = later @ np.asarray(vectors[theirs], np.float32).T
            near = (scores >= threshold) & (theirs[None, :] < mine[:, None])
            found = near.any(axis=1)
            first = near.argmax(axis=1)
            better = found & (theirs[first] < which[mine])
            which[mine[better]] = theirs[first[better]]
            cosine[mine[better]] = scores[better, first[better]]
