"""The journal: every reply on disk before any code uses it, in one SQLite file per run.

Write-ahead logging with full synchronisation makes a commit survive kill -9 and power loss
(https://sqlite.org/wal.html). Commits are grouped: what arrives while one is under way, or shortly
after one, goes into the next, so their number follows the clock and not the number of replies.
Index and sums are on disk, so memory does not grow with the run.
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

from pydantic_core import to_json

from textsynth.errors import RunError
from textsynth.journal.tables import Row, Writer, connect
from textsynth.records import Message, Reply

GATHER, MANY = 0.01, 64
"""Seconds from the start of a commit to that of the next, unless it held so many rows. A commit
takes 0.2 to 0.4 ms of CPU for a single row, and 10 ms are not seen beside the time a model takes;
the first one after a rest does not wait."""

LARGE = 16_384
"""Requests of more bytes than this are compressed; below it the time, 20 µs a kilobyte, is worth
more than the place."""

BLOCK, BLOCKS, AHEAD = 64, 256, 1_000_000
"""Reading ahead: so many rows at a time; so many blocks of which it is known whether they were
asked for; and so many characters of text until what nobody fetched is let go."""

_COLUMNS = "text, model, finish, tokens_in, tokens_out, cached, usd"
_REPLY = f"SELECT {_COLUMNS}, id FROM replies WHERE key = ?"
_BLOCK = f"SELECT {_COLUMNS}, key FROM replies WHERE id BETWEEN ? AND ?"
_ENTRY = f"SELECT key, brief, step, prompt, request, {_COLUMNS} FROM replies"
_NOTED = "SELECT name, value FROM facts WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name"

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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


@dataclass(frozen=True, slots=True)
class StepUse:
    """What all replies of one step by one model took.

    `usd`: dollars, None where the price of one of them is not known. `seconds`: the times of the
    requests added up, which is more than the run took where they went side by side.
    """

    step: str
    model: str
    replies: int
    tokens_in: int
    tokens_out: int
    usd: float | None
    seconds: float


class Journal:
    """Opens or makes the file. `put` returns when the reply is safe; `get` reads it back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # One connection per thread: the event loop reads, the committer's thread writes.
            self._writer = Writer(path)
            self._reader = connect(path)
        except sqlite3.Error as error:
            raise RunError(f"the journal {path} cannot be opened: {error}") from error
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._rows: list[Row] = []
        self._sent: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._committing: asyncio.Task[None] | None = None
        self._ahead: dict[bytes, Row] = {}
        self._asked: dict[int, int] = {}
        self._room = AHEAD
        self.behind: Journal | None = None
        """Another run's journal, which is looked into for what is not here, and never written."""

    def get(self, key: str) -> Reply | None:
        """The reply under that key, or None."""
        packed = bytes.fromhex(key)
        row = self._ahead.pop(packed, None)
        if row is None:
            rows = self._read(_REPLY, (packed,))
            if not rows:
                return None if self.behind is None else self.behind.get(key)
            row = rows[0]
            self._read_ahead(row[7] // BLOCK)
        else:
            self._room += len(row[0])
        return Reply(*row[:7])

    def _read_ahead(self, block: int) -> None:
        """Reads a whole block of rows when it is asked for the second time.

        A replay asks in nearly the order in which the rows were written. Who asks at random hardly
        ever meets a block twice and is not slowed down.
        """
        asked = self._asked[block] = self._asked.pop(block, 0) + 1
        if len(self._asked) > BLOCKS:
            del self._asked[next(iter(self._asked))]
        if asked != 2:
            return
        if self._room < 0:
            self._ahead.clear()
            self._room = AHEAD
        rows = self._read(_BLOCK, (block * BLOCK, block * BLOCK + BLOCK - 1))
        self._ahead.update((row[7], row) for row in rows)
        self._room -= sum(len(row[0]) for row in rows)

    def sent(self, key: str) -> None:
        """Notes that a request leaves now, once however often it is tried again after a fault.

        So a key noted twice was in flight when an earlier process died: what is answered does not
        leave again.
        """
        self._sent.append(bytes.fromhex(key))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())

    async def put(
        self, key: str, brief: int, step: str, prompt: str,
        request: tuple[Sequence[Message], Mapping[str, Any]], reply: Reply, seconds: float = 0.0,
    ) -> None:  # fmt: skip
        """Returns once the reply is on disk. `seconds`: how long the request took."""
        done = asyncio.get_running_loop().create_future()
        self._rows.append(
            (bytes.fromhex(key), brief, time.time(), seconds, reply.tokens_in, reply.tokens_out,
             reply.cached, reply.usd, step, prompt, reply.model, reply.finish, reply.text,
             _packed(request))
        )  # fmt: skip
        self._waiting.append(done)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await done

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._rows or self._sent:
                began = loop.time()
                rows, sent, waiting = self._taken()
                try:
                    saving = loop.run_in_executor(self._thread, self._writer.save, rows, sent)
                    # What was taken is written, also when the run is cancelled meanwhile.
                    problems = await asyncio.shield(saving)
                except RuntimeError as closed:
                    problems = dict.fromkeys(range(len(rows)), closed)
                self._tell(waiting, problems)
                # At least once around the loop: whoever was told may put again at once.
                pause = began + GATHER - loop.time() if len(rows) < MANY else 0
                await asyncio.sleep(pause)
        finally:
            self._committing = None

    def _taken(self) -> tuple[list[Row], list[bytes], list[asyncio.Future[None]]]:
        taken = self._rows, self._sent, self._waiting
        self._rows, self._sent, self._waiting = [], [], []
        return taken

    def _tell(self, waiting: list[asyncio.Future[None]], problems: dict[int, Exception]) -> None:
        for number, future in enumerate(waiting):
            if future.done() or future.get_loop().is_closed():
                continue  # nobody waits any more
            if number in problems:
                words = f"a reply cannot be saved in {self.path}: {problems[number]}"
                future.set_exception(RunError(words))
            else:
                future.set_result(None)

    def _read(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise RunError(
                f"the journal {self.path} cannot be read: {error}",
                fix="restore it from a copy, or move it away and run again",
            ) from error

    def entries(self, keys: Sequence[str]) -> list[Entry]:
        """The exchanges under these keys, in their order; a key that is not there is left out."""
        query, found = f"{_ENTRY} WHERE key = ?", []
        for key in keys:
            own = [_entry(row) for row in self._read(query, (bytes.fromhex(key),))]
            found += own or (self.behind.entries([key]) if self.behind else [])
        return found

    def of_brief(self, index: int) -> list[Entry]:
        """All exchanges of one brief, in the order in which they were answered."""
        return [
            _entry(row) for row in self._read(f"{_ENTRY} WHERE brief = ? ORDER BY id", (index,))
        ]

    def by_step(self) -> list[StepUse]:
        """What each step took of each model, in the order of their names."""
        query = (
            "SELECT step, model, replies, tokens_in, tokens_out, iif(unpriced, NULL, usd), seconds"
            " FROM totals ORDER BY step, model"
        )
        return [StepUse(*row) for row in self._read(query)]

    def by_model(self) -> list[tuple[str, int, int]]:
        """(model, tokens in, tokens out) of all replies, in the order of the models' names."""
        query = "SELECT model, sum(tokens_in), sum(tokens_out) FROM totals GROUP BY model"
        return [
            (model, tokens_in, tokens_out) for model, tokens_in, tokens_out in self._read(query)
        ]

    def cost(self) -> float | None:
        """Dollars paid for all replies; None where the price of one is not known."""
        return self.spent()[0]

    def spent(self) -> tuple[float | None, int, int]:
        """(dollars, None where a price is not known; tokens in and out; replies) of all replies."""
        ((usd, unpriced, tokens, replies),) = self._read(
            "SELECT total(usd), total(unpriced), ifnull(sum(tokens_in + tokens_out), 0),"
            " ifnull(sum(replies), 0) FROM totals"
        )
        return None if unpriced else usd, tokens, replies

    def counts(self) -> dict[str, int]:
        """replies, requests sent, requests sent more than once, and tokens in and out."""
        names = ("replies", "sent", "sent_again", "tokens_in", "tokens_out")
        (row,) = self._read(
            "SELECT sum(replies),"
            " (SELECT requests FROM answered) + (SELECT ifnull(sum(times), 0) FROM sent),"
            " (SELECT sum(times - 1) FROM sent), sum(tokens_in), sum(tokens_out) FROM totals"
        )
        return {name: value or 0 for name, value in zip(names, row, strict=True)}

    def sent_more_than_once(self) -> Iterator[tuple[str, int]]:
        """(key, times) of each request that left more than once."""
        rows = self._read("SELECT key, times FROM sent WHERE times > 1")
        return ((key.hex(), times) for key, times in rows)

    def note(self, name: str, value: Any) -> None:
        """Keeps a fact (plain JSON) under a name; on disk when it returns. None removes it.

        It waits for the commit under way, some milliseconds, with the event loop.
        """
        packed = None if value is None else json.dumps(value)
        try:
            self._thread.submit(self._writer.note, name, packed).result()
        except sqlite3.Error as error:
            raise RunError(f"a fact cannot be saved in {self.path}: {error}") from error

    def noted(self, prefix: str) -> dict[str, Any]:
        """The facts whose names begin so, in the order of their names."""
        return {name: json.loads(value) for name, value in self._read(_NOTED, (prefix,))}

    async def settle(self) -> None:
        """Waits until all that was handed over is on disk."""
        while self._committing is not None:
            await asyncio.shield(self._committing)

    def close(self) -> None:
        """Writes what is left and closes the file."""
        self._thread.shutdown(wait=True)
        rows, sent, waiting = self._taken()
        if rows or sent:
            self._tell(waiting, self._writer.save(rows, sent))
        self._reader.close()
        self._writer.close()
        if self.behind is not None:
            self.behind.close()


def _packed(request: tuple[Sequence[Message], Mapping[str, Any]]) -> bytes:
    """As JSON, compressed where it is large."""
    try:
        packed = to_json(request)
    except ValueError:
        # The fast encoder refuses half of a surrogate pair.
        packed = _encode(request).encode("utf8", "surrogatepass")
    return zlib.compress(packed, 1) if len(packed) > LARGE else packed


def _entry(row: Row) -> Entry:
    key, brief, step, prompt, packed, *reply = row
    plain = packed if packed[:1] == b"[" else zlib.decompress(packed)
    messages, options = json.loads(plain)
    return Entry(key.hex(), brief, step, prompt, messages, options, Reply(*reply))
