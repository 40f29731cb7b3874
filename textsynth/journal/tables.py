"""The journal's file: its tables, and how many rows are written in one transaction.

A row is appended in the order of the answers, and only the index of the keys is touched at random.
Sums are kept beside the rows, so that no question about the whole run has to read all of it.
"""

from __future__ import annotations

import functools
import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from textsynth.errors import RunError

LAYOUT = 1
"""The number of this layout, kept in the file as `user_version`. Whoever changes it adds one."""

CHECKPOINT = 16_000
"""Pages in the write-ahead log before they are copied into the file. At 64 MB, a page of the index
that many commits touched is copied once."""

ROWS = 256
"""Rows in one statement at most. Python's lock is let go once a statement, and beside a busy event
loop it takes up to 5 ms to come back, which one statement a row would pay for every row."""

Row = tuple[Any, ...]
"""(key, brief, time of the answer in seconds since 1970, seconds it took, tokens in, tokens out,
cached tokens, dollars, step, prompt, model, finish, text, request)."""

_TABLES = """
CREATE TABLE replies (
    id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, brief INTEGER NOT NULL, at REAL NOT NULL,
    seconds REAL NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL,
    cached INTEGER NOT NULL, usd REAL, step TEXT NOT NULL, prompt TEXT NOT NULL,
    model TEXT NOT NULL, finish TEXT NOT NULL, text TEXT NOT NULL, request BLOB NOT NULL);
CREATE INDEX by_brief ON replies (brief);
CREATE TABLE totals (
    step TEXT, model TEXT, replies INTEGER, tokens_in INTEGER, tokens_out INTEGER, usd REAL,
    unpriced INTEGER, seconds REAL, PRIMARY KEY (step, model)) WITHOUT ROWID;
CREATE TABLE sent (key BLOB PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE answered (requests INTEGER NOT NULL);
INSERT INTO answered VALUES (0);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"""

_INSERT = (
    "INSERT INTO replies (key, brief, at, seconds, tokens_in, tokens_out, cached, usd, step,"
    " prompt, model, finish, text, request) VALUES {} ON CONFLICT (key) DO NOTHING"
)
_ROW = "(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_SENT = "INSERT INTO sent VALUES {} ON CONFLICT (key) DO UPDATE SET times = times + 1"
_ANSWERED = "DELETE FROM sent WHERE times = 1 AND key IN ({})"
_SUM = (
    "INSERT INTO totals SELECT step, model, count(*), sum(tokens_in), sum(tokens_out), total(usd),"
    " sum(usd IS NULL), sum(seconds) FROM replies WHERE id > ? GROUP BY step, model"
    " ON CONFLICT DO UPDATE SET replies = replies + excluded.replies,"
    " tokens_in = tokens_in + excluded.tokens_in, tokens_out = tokens_out + excluded.tokens_out,"
    " usd = usd + excluded.usd, unpriced = unpriced + excluded.unpriced,"
    " seconds = seconds + excluded.seconds"
)
T = TypeVar("T")


def connect(path: Path) -> sqlite3.Connection:
    """A connection of which every commit is on disk when it returns."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Writer:
    """The one connection that writes. Makes the tables in an empty file; refuses other tables."""

    def __init__(self, path: Path) -> None:
        self._connection = connect(path)
        self.close = self._connection.close
        run = self._connection.execute
        empty = "SELECT count(*) = 0 FROM sqlite_master"
        if run(empty).fetchone() == (1,):
            with self._transaction():
                # Asked again, because another process may have been faster.
                for statement in _TABLES.split(";") if run(empty).fetchone() == (1,) else ():
                    run(statement)
                run(f"PRAGMA user_version={LAYOUT}")
        (found,) = run("PRAGMA user_version").fetchone()
        if found != LAYOUT:
            self.close()
            raise RunError(
                f"the journal {path} was written by another version of textsynth",
                f"its layout has the number {found}, this version reads {LAYOUT}",
                "go on with the version that wrote it, or move the file away and run again",
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        finally:
            # After some errors, such as a full disk, SQLite has ended it already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def save(self, rows: Sequence[Row], sent: Sequence[bytes]) -> dict[int, Exception]:
        """Saves rows and keys of requests that left; the problems: number of the row → what."""
        try:
            with self._transaction():
                self._write(rows, sent)
        except sqlite3.OperationalError as fault:  # the disk is full or fails: it hits all of them
            return dict.fromkeys(range(len(rows)), fault)
        except Exception:  # noqa: BLE001 - one row is at fault, the others can be saved
            return self._save_each(rows, sent)
        return {}

    def _save_each(self, rows: Sequence[Row], sent: Sequence[bytes]) -> dict[int, Exception]:
        """As `save`, where a row that cannot be written takes no other with it."""
        problems: dict[int, Exception] = {}
        try:
            with self._transaction():
                self._write((), sent)
                for number, row in enumerate(rows):
                    try:
                        self._write((row,), ())
                    except sqlite3.OperationalError:
                        raise
                    except Exception as problem:  # noqa: BLE001 - told to whoever waits for it
                        problems[number] = problem
        except Exception as fault:  # noqa: BLE001 - nothing was saved: told to all who wait
            return dict.fromkeys(range(len(rows)), fault)
        return problems

    def _write(self, rows: Sequence[Row], sent: Sequence[bytes]) -> None:
        run = self._connection.execute
        ((last,),) = run("SELECT ifnull(max(id), 0) FROM replies")
        for keys in _chunks(sent):
            run(_filled(_SENT, "(?,1)", len(keys)), keys)
        answered = 0
        for some in _chunks(rows):
            run(_filled(_INSERT, _ROW, len(some)), list(itertools.chain.from_iterable(some)))
            answered += run(_filled(_ANSWERED, "?", len(some)), [row[0] for row in some]).rowcount
        if answered:
            run("UPDATE answered SET requests = requests + ?", (answered,))
        if rows:
            run(_SUM, (last,))

    def note(self, name: str, value: str | None) -> None:
        """Keeps a fact; None removes it."""
        with self._transaction():
            if value is None:
                self._connection.execute("DELETE FROM facts WHERE name = ?", (name,))
            else:
                self._connection.execute("REPLACE INTO facts VALUES (?,?)", (name, value))


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces of ROWS, then of smaller powers of two, so that few different statements exist."""
    start = 0
    while left := len(rows) - start:
        size = min(ROWS, 1 << (left.bit_length() - 1))
        yield rows[start : start + size]
        start += size


@functools.cache
def _filled(statement: str, fields: str, times: int) -> str:
    return statement.format(",".join([fields] * times))
