"""Vectors of texts: the static ones, or an endpoint's, each paid for once and kept on disk."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textsynth.embedding import EndpointSpec
from textsynth.embedding.endpoint import Endpoint
from textsynth.embedding.weighted import Weighted
from textsynth.engine.catalogue import cache_folder
from textsynth.records import digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WAIT = 0.02
"""Seconds that a request waits for others to come along."""


class StaticSource:
    """The static vectors of English. One for the process: its table is 33 MB."""

    name = "static, weighted 1"
    ordered = False

    def __init__(self) -> None:
        self._embedder = Weighted()

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n x 256."""
        return self._embedder.embed(texts)


class PaidSource:
    """An endpoint's vectors. Those of a text are asked for once, ever: they are kept in a SQLite
    file in the user's cache folder, by the model, its address and the text."""

    ordered = True

    def __init__(self, spec: EndpointSpec) -> None:
        self.name = spec.model
        self._batch = spec.batch
        self._endpoint = Endpoint(
            spec.base_url, spec.model, spec.api_key_env, spec.batch, spec.timeout
        )
        folder = cache_folder().with_name("vectors")
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{digest(spec.base_url, spec.model)}.sqlite"
        self._store = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._store.execute("PRAGMA journal_mode=WAL")
        self._store.execute("CREATE TABLE IF NOT EXISTS held (text BLOB PRIMARY KEY, vector BLOB)")
        self._store.commit()
        self._lock = threading.Lock()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._flying: dict[str, asyncio.Future[None]] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """n x d; what is not held yet is asked for. Raises ProviderError."""
        import numpy as np

        keys = [_key(text) for text in texts]
        held = self._held(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
        todo = list(missing.items())
        for start in range(0, len(todo), self._batch):
            block = todo[start : start + self._batch]
            made = self._endpoint.embed([text for _, text in block]).astype("<f4")
            rows = [(key, row.tobytes()) for (key, _), row in zip(block, made, strict=True)]
            with self._lock, self._store:  # at once: what comes after may fail
                self._store.executemany("INSERT OR REPLACE INTO held VALUES (?, ?)", rows)
            held |= dict(rows)
        if not keys:
            return np.zeros((0, 0), np.float32)
        return np.stack([np.frombuffer(held[key], "<f4") for key in keys]).astype(np.float32)

    def holds(self, texts: Sequence[str]) -> bool:
        """Whether the vectors of all these texts are held."""
        keys = {_key(text) for text in texts}
        return len(self._held([*keys])) == len(keys)

    def _held(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT text, vector FROM held WHERE text IN ({marks})"
            with self._lock:
                found.update(self._store.execute(query, some).fetchall())
        return found

    async def fetched(self, text: str) -> None:
        """Sees to it that the vector is held; texts that come at about the same time go together.

        Raises ProviderError.
        """
        waiting = self._waiting.get(text) or self._flying.get(text)
        if waiting is None:
            first = not self._waiting
            waiting = asyncio.get_running_loop().create_future()
            self._waiting[text] = waiting
            if first or len(self._waiting) >= self._batch:
                task = asyncio.create_task(self._send(WAIT if first else 0))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
        await asyncio.shield(waiting)

    async def _send(self, wait: float) -> None:
        await asyncio.sleep(wait)
        batch, self._waiting = self._waiting, {}
        if not batch:
            return
        self._flying |= batch
        error: Exception | None = None
        try:
            await asyncio.to_thread(self.vectors, list(batch))
        except Exception as fault:  # noqa: BLE001 - it is told to each that waits
            error = fault
        for text, future in batch.items():
            self._flying.pop(text, None)
            if future.done():
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)


def source_of(spec: Any) -> StaticSource | PaidSource:
    """The static vectors, or those of an endpoint."""
    return PaidSource(spec) if isinstance(spec, EndpointSpec) else _static()


@functools.cache
def _static() -> StaticSource:
    return StaticSource()


def _key(text: str) -> bytes:
    from xxhash import xxh3_128_digest

    return xxh3_128_digest(text.encode("utf8", "surrogatepass"))
