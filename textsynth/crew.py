"""Several processes that look at batches, whose results come back in the order of the batches."""

from __future__ import annotations

import itertools
import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from textsynth.looking import Batch, Looker, Results, Worker

FEW = 8
"""Batches that one process looks at in less time than others take to start."""

AHEAD = 2
"""Batches for each process that may wait for their turn."""


def sized(batches: Iterable[Batch], workers: int | None) -> tuple[Iterable[Batch], int]:
    """The batches, and how many processes are to look at them.

    Where it is not said: as many as there are processors, or one where rows are few.
    """
    if workers is not None:
        return batches, workers
    walk = iter(batches)
    head = list(itertools.islice(walk, FEW))
    return itertools.chain(head, walk), cores() if len(head) == FEW else 1


def looked_at(
    batches: Iterable[Batch], looker: Looker, workers: int
) -> Iterator[tuple[Batch, Results]]:
    """Each batch with what it came to, in order; with one worker in this process.

    Memory: a few batches for each worker. Raises what a filter raises, and TextsynthError where a
    process has ended.
    """
    if workers < 2:
        work = looker.ready()
        for batch in batches:
            yield batch, work.look(batch)
        return
    crew = [Worker(looker) for _ in range(workers)]
    free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    for worker in crew:
        free.put(worker)

    def look(batch: Batch) -> Results:
        worker = free.get()
        try:
            return worker.look(batch)
        finally:
            free.put(worker)

    whole = False
    pool = ThreadPoolExecutor(workers, thread_name_prefix="looking")
    try:
        under_way: deque[tuple[Batch, Future[Results]]] = deque()
        for batch in batches:
            under_way.append((batch, pool.submit(look, batch)))
            if len(under_way) > AHEAD * workers:
                first, future = under_way.popleft()
                yield first, future.result()
        for first, future in under_way:
            yield first, future.result()
        whole = True
    finally:
        if not whole:
            for worker in crew:
                worker.kill()
        pool.shutdown(wait=True, cancel_futures=True)
        for worker in crew:
            worker.close()


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1
