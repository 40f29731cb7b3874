"""What the journal costs: replies in and out a second, CPU, memory and file, small and large.

    python -m benchmarks.journal 10000 1000000

Each number is how many replies the journal holds before the measurement. Each line of the table is
a process of its own. Replies have about 200 characters and their requests 600; the requests are as
different from each other as those of a real run. CPU is that of the whole process, with the loop
of the benchmark in it, which costs about 2 µs a reply.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textsynth.journal import Journal
from textsynth.records import Reply

SIZES = (10_000, 200_000)
PUTS, GETS, PACED, RATE = 40_000, 100_000, 3_000, 1_000
FILLER = "Some words to make it as long as the prompt of a method, as seen in a real run. " * 8
REPLY = "A sentence or two of about the length that most replies of a dialogue have. " * 3


def key(number: int) -> str:
    """A key as a run has them: 16 bytes that look random, in hex."""
    return hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest()


async def put(journal: Journal, number: int) -> None:
    """One request noted and its reply saved; four to a brief."""
    journal.sent(key(number))
    message = {"role": "user", "content": f"{number}. {FILLER[:520]}"}
    reply = Reply(f"{number}. {REPLY[:190]}", "some-model", "stop", 150, 50)
    options = {"temperature": 0.7, "max_tokens": 300}
    request: Any = ([message], options)
    await journal.put(key(number), number // 4, f"turn{number % 4}", "f" * 32, request, reply)


def put_many(path: Path, first: int, count: int, at_once: int) -> int:
    """Puts `count` replies with `at_once` putters."""

    async def main() -> None:
        numbers = iter(range(first, first + count))

        async def putter() -> None:
            for number in numbers:
                await put(journal, number)

        await asyncio.gather(*(putter() for _ in range(at_once)))

    with contextlib.closing(Journal(path)) as journal:
        asyncio.run(main())
    return count


def put_paced(path: Path, first: int, count: int, rate: int) -> int:
    """Puts `count` replies that come one by one, `rate` a second, as from a real endpoint."""

    async def main() -> None:
        began, tasks = time.monotonic(), set()
        for number in range(count):
            await asyncio.sleep(began + number / rate - time.monotonic())
            task = asyncio.create_task(put(journal, first + number))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    with contextlib.closing(Journal(path)) as journal:
        asyncio.run(main())
    return count


def put_busy(path: Path, first: int, count: int, at_once: int) -> int:
    """As `put_many`, while the event loop has other work: about 0.1 ms of it for each reply."""

    async def main() -> None:
        numbers = iter(range(first, first + count))

        async def putter() -> None:
            for number in numbers:
                for _ in range(10):
                    for _ in range(300):
                        pass
                    await asyncio.sleep(0)
                await put(journal, number)

        await asyncio.gather(*(putter() for _ in range(at_once)))

    with contextlib.closing(Journal(path)) as journal:
        asyncio.run(main())
    return count


def get_many(path: Path, first: int, size: int, order: int) -> int:
    """Reads replies in brief order (0), at random (1), or such as are not there (2)."""
    numbers = range(first, first + min(size, GETS))
    if order == 1:
        numbers = random.Random(7).sample(range(size), min(size, GETS))  # type: ignore[assignment]
    keys = [key(-1 - number if order == 2 else number) for number in numbers]
    with contextlib.closing(Journal(path)) as journal:
        began, cpu = time.perf_counter(), time.process_time()
        found = sum(journal.get(each) is not None for each in keys)
        told(len(keys), began, cpu)
    assert found == (0 if order == 2 else len(keys))
    return 0


def ask_summaries(path: Path, *_: int) -> int:
    """All that a report asks for."""
    with contextlib.closing(Journal(path)) as journal:
        began, cpu = time.perf_counter(), time.process_time()
        journal.counts(), journal.cost(), journal.by_model(), list(journal.sent_more_than_once())
        told(1, began, cpu)
    return 0


def told(count: int, began: float, cpu: float) -> None:
    """Prints what the parent reads: count, seconds, CPU seconds."""
    figures = {
        "count": count,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(figures))


MEASURES: dict[str, Callable[..., int]] = {
    "put": put_many,
    "paced": put_paced,
    "busy": put_busy,
    "get": get_many,
    "sum": ask_summaries,
}


def child(name: str, path: str, *numbers: str) -> None:
    """Measures one line of the table in this process."""
    began, cpu = time.perf_counter(), time.process_time()
    if count := MEASURES[name](Path(path), *map(int, numbers)):
        told(count, began, cpu)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def measure(title: str, name: str, path: Path, *numbers: int) -> None:
    """Runs one measurement and prints its line."""
    command = [sys.executable, "-m", "benchmarks.journal", name, str(path), *map(str, numbers)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    figures, rss = json.loads(ran[0]), int(ran[1])
    each = 1e6 / figures["count"]
    print(
        f"{title:34} {figures['count'] / figures['seconds']:10,.0f}"
        f" {figures['seconds'] * each:10.1f}"
        f" {figures['cpu'] * each:10.1f} {rss:8}",
        flush=True,
    )


def main(sizes: list[int]) -> None:
    """Prints one table for each size."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal.sqlite"
            print(f"{f'journal of {size:,} replies':34}   a second    µs each     CPU µs   RSS MB")
            measure("put, 256 at once, from empty", "put", path, 0, size, 256)
            print(f"{'bytes a reply':34} {path.stat().st_size / size:10.0f}")
            for turn, at_once in enumerate((256, 1024)):
                measure(f"put, {at_once} at once", "put", path, size + turn * PUTS, PUTS, at_once)
            measure("put, loop busy 0.1 ms", "busy", path, size + 2 * PUTS, PUTS // 4, 256)
            measure(f"put, {RATE} come a second", "paced", path, size + 3 * PUTS, PACED, RATE)
            for order, words in enumerate(("in brief order", "in random order", "not there")):
                measure(f"get, {words}", "get", path, size // 2 if order == 0 else 0, size, order)
            measure("all summaries", "sum", path)
            print()


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in MEASURES:
        child(*sys.argv[1:])
    else:
        main([int(word) for word in sys.argv[1:]] or list(SIZES))
