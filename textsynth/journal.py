"""The journal: every reply on disk before any code uses it, in one SQLite file per run.

Write-ahead logging with full synchronisation makes a commit survive kill -9 and power loss. Commits
are grouped: while one is under way the next replies gather, so the number of commits follows the
disk and not the number of replies. The index is on disk, so memory does not grow with the run.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textsynth.errors import RunError
from textsynth.records import Message, Reply

_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key BLOB PRIMARY KEY, brief INTEGER NOT NULL, step TEXT NOT NULL, prompt TEXT NOT NULL,
    request BLOB NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL, finish TEXT NOT NULL,
    tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL, cached INTEGER NOT NULL, usd REAL,
    at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_brief ON replies (brief);
CREATE TABLE IF NOT EXISTS sent (key BLOB NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS by_key ON sent (key);
"""
LARGE = 2048
"""Requests of more bytes than this are compressed; smaller ones are not worth the time."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_INSERT = "INSERT INTO replies VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(key) DO NOTHING"
_COLUMNS = "text, model, finish, tokens_in, tokens_out, cached, usd"
_REPLY = f"SELECT {_COLUMNS} FROM replies WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """One journalled exchange: what was asked for which step of which brief, and the reply."""

    key: str
    brief: int
    step: str
    prompt: str
    messages: list[Message]
    options: dict[str, Any]
    reply: Reply


class Journal:
    """Opens or makes the file. `put` returns when the reply is safe; `get` reads it back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # One connection per thread: the event loop reads, the committer's thread writes.
            self._reader = self._connect()
            self._reader.executescript(_SCHEMA)
            self._writer = self._connect()
        except sqlite3.Error as error:
            raise RunError(f"the journal {path} cannot be opened: {error}") from error
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._rows: list[tuple[Any, ...]] = []
        self._sent: list[tuple[bytes, float]] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._committing: asyncio.Task[None] | None = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def get(self, key: str) -> Reply | None:
        """The reply under that key, or None."""
        rows = self._read(_REPLY, (bytes.fromhex(key),))
        return Reply(*rows[0]) if rows else None

    def sent(self, key: str) -> None:
        """Notes that a request leaves now, once however often it is tried again after a fault.

        So a key noted twice was in flight when an earlier process died.
        """
        self._sent.append((bytes.fromhex(key), time.time()))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())

    async def put(
        self,
        key: str,
        brief: int,
        step: str,
        prompt: str,
        request: tuple[Sequence[Message], Mapping[str, Any]],
        reply: Reply,
        seconds: float = 0.0,
    ) -> None:
        """Returns once the reply is on disk."""
        packed = _encode(request).encode("utf8", "surrogatepass")
        if len(packed) > LARGE:
            packed = zlib.compress(packed, 1)
        done = asyncio.get_running_loop().create_future()
        self._rows.append(
            (bytes.fromhex(key), brief, step, prompt, packed, reply.text, reply.model,
             reply.finish, reply.tokens_in, reply.tokens_out, reply.cached, reply.usd, time.time())
        )  # fmt: skip
        self._waiting.append(done)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await done

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._rows or self._sent:
                rows, self._rows = self._rows, []
                sent, self._sent = self._sent, []
                waiting, self._waiting = self._waiting, []
                problems = await loop.run_in_executor(self._thread, self._commit, rows, sent)
                for future, problem in zip(waiting, problems, strict=True):
                    if future.cancelled():
                        continue
                    if problem:
                        future.set_exception(
                            RunError(f"a reply cannot be saved in {self.path}: {problem}")
                        )
                    else:
                        future.set_result(None)
        finally:
            self._committing = None

    def _commit(
        self, rows: list[tuple[Any, ...]], sent: list[tuple[bytes, float]]
    ) -> list[Exception | None]:
        """Saves all rows at once, or, if that fails, each by itself; the problem of each row."""
        try:
            with self._writer:
                self._writer.executemany("INSERT INTO sent VALUES (?,?)", sent)
                self._writer.executemany(_INSERT, rows)
        except Exception as whole:  # noqa: BLE001 - whoever waits for a row must be told
            return [self._commit_one(row) for row in rows] if len(rows) > 1 else [whole] * len(rows)
        return [None] * len(rows)

    def _commit_one(self, row: tuple[Any, ...]) -> Exception | None:
        try:
            with self._writer:
                self._writer.execute(_INSERT, row)
        except Exception as problem:  # noqa: BLE001 - as above
            return problem
        return None

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise RunError(
                f"the journal {self.path} cannot be read: {error}",
                fix="restore it from a copy, or move it away and run again",
            ) from error

    def entries(self, keys: Sequence[str]) -> list[Entry]:
        """The exchanges under these keys, in their order; a key that is not there is left out."""
        columns = f"key, brief, step, prompt, request, {_COLUMNS}"
        query = f"SELECT {columns} FROM replies WHERE key = ?"
        return [_entry(row) for key in keys for row in self._read(query, (bytes.fromhex(key),))]

    def of_brief(self, index: int) -> list[Entry]:
        """All exchanges of one brief, in the order in which they were answered."""
        columns = f"key, brief, step, prompt, request, {_COLUMNS}"
        found = self._read(
            f"SELECT {columns} FROM replies WHERE brief = ? ORDER BY at, key", (index,)
        )
        return [_entry(row) for row in found]

    def counts(self) -> dict[str, int]:
        """replies, requests sent, requests sent more than once, and tokens in and out."""
        ((replies, tin, tout),) = self._read(
            "SELECT count(*), total(tokens_in), total(tokens_out) FROM replies"
        )
        ((sent, keys),) = self._read("SELECT count(*), count(DISTINCT key) FROM sent")
        return {
            "replies": replies, "sent": sent, "sent_again": sent - keys,
            "tokens_in": int(tin), "tokens_out": int(tout),
        }  # fmt: skip

    def by_model(self) -> list[tuple[str, int, int]]:
        """(model, tokens in, tokens out) of all replies."""
        rows = self._read(
            "SELECT model, total(tokens_in), total(tokens_out) FROM replies GROUP BY model"
        )
        return [(model, int(tokens_in), int(tokens_out)) for model, tokens_in, tokens_out in rows]

    def cost(self) -> float | None:
        """Dollars paid for all replies; None where the price of one is not known."""
        ((usd, unknown),) = self._read("SELECT total(usd), total(usd IS NULL) FROM replies")
        return None if unknown else float(usd)

    def spent(self) -> tuple[float | None, int, int]:
        """(dollars or None, tokens in and out, replies) of all replies."""
        ((tokens, replies),) = self._read(
            "SELECT total(tokens_in + tokens_out), count(*) FROM replies"
        )
        return self.cost(), int(tokens), replies

    def note(self, name: str, value: Any) -> None:
        """Keeps a fact (plain JSON) under a name; on disk when it returns. None removes it."""
        raise NotImplementedError

    def noted(self, prefix: str) -> dict[str, Any]:
        """The facts whose names begin so, in the order of their names."""
        raise NotImplementedError

    def sent_more_than_once(self) -> Iterator[tuple[str, int]]:
        """(key, times) of each request that left more than once."""
        rows = self._read("SELECT key, count(*) FROM sent GROUP BY key HAVING count(*) > 1")
        return ((key.hex(), times) for key, times in rows)

    async def settle(self) -> None:
        """Waits until all that was handed over is on disk."""
        while self._committing is not None:
            await asyncio.shield(self._committing)

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self._thread.shutdown(wait=True)
        if self._rows or self._sent:
            self._commit(self._rows, self._sent)
            self._rows, self._sent = [], []
        self._reader.close()
        self._writer.close()


def _entry(row: tuple[Any, ...]) -> Entry:
    key, brief, step, prompt, packed, *reply = row
    plain = packed if packed[:1] == b"[" else zlib.decompress(packed)
    messages, options = json.loads(plain)
    return Entry(key.hex(), brief, step, prompt, messages, options, Reply(*reply))
