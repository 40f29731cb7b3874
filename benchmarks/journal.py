"""What the journal costs: replies in and out a second, CPU, memory and file, small and large.

    python -m benchmarks.journal 10000 1000000

Each number is how many replies the journal holds before it is measured. Each line is a process of
its own. Replies have about 200 characters, their requests 600, and each request is noted as sent.
CPU is the whole process's; the first line is what the measuring itself takes of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from textsynth.journal import Journal
from textsynth.records import Reply

SIZES = (10_000, 200_000)
PUTS, GETS, BUSY, PACED, RATE = 50_000, 20_000, 10_000, 4_000, 1_000
FILLER = "Some words to make it as long as the prompt of a method, as seen in a real run. " * 8
REPLY = "A sentence or two of about the length that most replies of a dialogue have. " * 3


class Nothing(Journal):
    """Keeps nothing: what is left is what the measuring costs."""

    def sent(self, key: str) -> None:
        """Forgets it."""

    async def put(self, *args: Any, **names: Any) -> None:
        """Goes once around the event loop."""
        await asyncio.sleep(0)


def key(number: int) -> str:
    """A key as a run has them: 16 bytes that look random, in hex."""
    return hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest()


async def put(journal: Journal, number: int) -> None:
    """One request noted and its reply saved; four to a brief."""
    name = key(number)
    journal.sent(name)
    messages: Any = [{"role": "user", "content": f"{number}. {FILLER[:520]}"}]
    options = {"temperature": 0.7, "max_tokens": 300}
    reply = Reply(f"{number}. {REPLY[:190]}", "some-model", "stop", 150, 50)
    await journal.put(name, number // 4, f"turn{number % 4}", "f" * 32, (messages, options), reply)


@contextlib.contextmanager
def timed(count: int) -> Iterator[None]:
    """Prints what the parent reads: count, seconds, CPU seconds."""
    began, cpu = time.perf_counter(), time.process_time()
    yield
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps({"count": count, "seconds": seconds, "cpu": used}))


async def at_once(count: int, putters: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Calls `work` for each number below `count`, so many at once."""
    numbers = iter(range(count))

    async def putter() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(putter() for _ in range(putters)))


def put_many(journal: Journal, first: int, count: int, putters: int) -> None:
    """As fast as it goes."""
    with timed(count):
        asyncio.run(at_once(count, putters, lambda number: put(journal, first + number)))


def put_busy(journal: Journal, first: int, count: int, putters: int) -> None:
    """As fast as it goes beside 0.1 ms of other work of the event loop for each reply."""

    async def one(number: int) -> None:
        for _ in range(10):
            sum(range(700))
            await asyncio.sleep(0)
        await put(journal, first + number)

    with timed(count):
        asyncio.run(at_once(count, putters, one))


def put_paced(journal: Journal, first: int, count: int, rate: int) -> None:
    """One by one, so many a second, as replies come from an endpoint."""

    async def main() -> None:
        began, tasks = time.monotonic(), set()
        for number in range(count):
            await asyncio.sleep(began + number / rate - time.monotonic())
            task = asyncio.create_task(put(journal, first + number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    with timed(count):
        asyncio.run(main())


def get_many(journal: Journal, size: int, order: int) -> None:
    """Reads replies in brief order (0), at random (1), or such as are not there (2)."""
    count, dice = min(size, GETS), random.Random(7)
    first = (size - count) // 2
    found = 0
    with timed(count):
        for number in range(first, first + count):
            wanted = (number, dice.randrange(size), -1 - number)[order]
            found += journal.get(key(wanted)) is not None
    assert found == (0 if order == 2 else count)


def summarise(journal: Journal) -> None:
    """All that a report asks for."""
    with timed(1):
        journal.counts()
        journal.cost()
        journal.by_model()
        list(journal.sent_more_than_once())


MEASURES: dict[str, Callable[..., None]] = {
    "put": put_many, "busy": put_busy, "paced": put_paced, "get": get_many, "sum": summarise
}  # fmt: skip


def child(kind: str, name: str, path: str, *numbers: str) -> None:
    """Measures one line of the table in this process."""
    with contextlib.closing(Journal(Path(path)) if kind == "real" else Nothing(Path(path))) as it:
        MEASURES[name](it, *map(int, numbers))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def line(title: str, path: Path, name: str, *numbers: int, kind: str = "real") -> None:
    """Runs one measurement and prints its line."""
    words = [sys.executable, "-m", "benchmarks.journal", kind, name, str(path), *map(str, numbers)]
    ran = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
    figures, rss = json.loads(ran[0]), int(ran[1])
    count, seconds = figures["count"], figures["seconds"]
    each = 1e6 * figures["cpu"] / count
    print(f"{title:32} {count / seconds:10,.0f} {each:9.1f} {rss:8}", flush=True)


def main(sizes: list[int]) -> None:
    """Prints one table for each size."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal.sqlite"
            print(f"{f'{size:,} replies':32}   a second  CPU µs    RSS MB")
            line("the measuring itself", path, "put", 0, PUTS, 256, kind="nothing")
            line("put, 256 at once, from empty", path, "put", 0, size, 256)
            held = path.stat().st_size / size
            line("put, 256 at once", path, "put", size, PUTS, 256)
            line("put, 1024 at once", path, "put", size + PUTS, PUTS, 1024)
            line("the busy loop itself", path, "busy", 0, BUSY, 256, kind="nothing")
            line("put, 256 at once, loop busy", path, "busy", size + 2 * PUTS, BUSY, 256)
            line(
                f"{RATE:,} a second, measuring itself",
                path,
                "paced",
                0,
                PACED,
                RATE,
                kind="nothing",
            )
            line(f"put, {RATE:,} a second", path, "paced", size + 3 * PUTS, PACED, RATE)
            for order, words in enumerate(("in brief order", "in random order", "not there")):
                line(f"get, {words}", path, "get", size, order)
            line("all sums of a report", path, "sum")
            print(f"bytes a reply in the file: {held:,.0f}\n")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("real", "nothing"):
        child(*sys.argv[1:])
    else:
        main([int(word) for word in sys.argv[1:]] or list(SIZES))
