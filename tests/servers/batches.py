"""Batches of the test chat server: their objects, and how each is taken to its end."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from .batch_behaviour import COUNTED, BatchBehaviour, chance
from .batch_input import SLICE, Line, LineError, error_entry, read_lines
from .bodies import GENERATORS, ApiError, Job, dumps, injected_error
from .files import FileStore
from .scripts import request_hash

if TYPE_CHECKING:
    from .server import ChatServer

_DAY = 24 * 3600
_TICK = 0.01  # seconds after which settings are looked at again
_LEFT_OVER = {
    "expired": (
        "batch_expired",
        "This request could not be executed before the completion window expired.",
    ),
    "cancelled": ("batch_cancelled", "This request was not executed: the batch was cancelled."),
}


@dataclass(slots=True)
class RequestCounts:
    """How many requests a batch has, and how many of them have which end so far."""

    total: int = 0
    completed: int = 0
    failed: int = 0


@dataclass(slots=True)
class Batch:
    """OpenAI's Batch object, field by field."""

    id: str
    endpoint: str
    input_file_id: str
    completion_window: str
    created_at: int
    expires_at: int
    metadata: dict[str, str] | None = None
    status: str = "validating"
    model: str | None = None
    errors: dict[str, Any] | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    in_progress_at: int | None = None
    finalizing_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    cancelling_at: int | None = None
    cancelled_at: int | None = None
    request_counts: RequestCounts = field(default_factory=RequestCounts)
    usage: dict[str, Any] | None = None

    def card(self) -> dict[str, Any]:
        """Return the object as clients are shown it."""
        return {"object": "batch", **asdict(self)}

    def enter(self, status: str) -> None:
        """Take a new status and note the time."""
        # The status last: whoever waits for it must find the time of it.
        setattr(self, f"{status}_at", int(time.time()))
        self.status = status


@dataclass(slots=True)
class _Run:
    """A batch at work: what of it clients are not shown."""

    batch: Batch
    data: bytes
    doomed: bool
    lines: list[Line] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    results: dict[int, tuple[bool, bytes]] = field(default_factory=dict)
    sent: int = 0
    made: int = 0

    @property
    def cancelled(self) -> bool:
        """Whether a client has cancelled it."""
        return self.batch.status == "cancelling"


def _shuffled(lines: list[Line], indices: list[int], seed: int) -> list[int]:
    """Return the indices in another order than theirs, which the seed and the ids decide."""
    mixed = sorted(indices, key=lambda i: (chance(seed, "order", lines[i].custom_id), i))
    return mixed[::-1] if mixed == indices else mixed


def _result(batch_id: str, custom_id: str, response: str, error: str) -> bytes:
    name = blake2b(f"{batch_id}:{custom_id}".encode("utf-8", "replace"), digest_size=12)
    text = (
        f'{{"id":"batch_req_{name.hexdigest()}","custom_id":{dumps(custom_id)},'
        f'"response":{response},"error":{error}}}\n'
    )
    return text.encode("utf-8", "replace")


class BatchRunner:
    """The batches of one server, oldest first, each with a task on its event loop."""

    def __init__(self, server: ChatServer, behaviour: BatchBehaviour, files: FileStore) -> None:
        self.batches: dict[str, Batch] = {}
        self.behaviour = behaviour
        self._left = {name: int(getattr(behaviour, name)) for name in COUNTED}
        self._server = server
        self._files = files
        self._seen: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def behave(self, behaviour: BatchBehaviour, counts: frozenset[str]) -> None:
        """Change the behaviour; those of its counts that are named start anew."""
        self.behaviour = behaviour
        for name in counts.intersection(COUNTED):
            self._left[name] = getattr(behaviour, name)

    def spend(self, name: str) -> bool:
        """Say whether a counted fault is due, and count it down if so."""
        if self._left[name] == 0:
            return False
        self._left[name] -= 1
        return True

    def create(self, endpoint: str, input_file_id: str, metadata: dict[str, str] | None) -> Batch:
        """Make a batch of an uploaded file and set it to work."""
        file = self._files.get(input_file_id)
        now = int(time.time())
        batch = Batch(
            f"batch_{secrets.token_hex(12)}", endpoint, file.id, "24h", now, now + _DAY, metadata
        )
        self.batches[batch.id] = batch
        run = _Run(batch, file.data, self.spend("fail_first"))
        task = asyncio.get_running_loop().create_task(self._live(run))
        self._tasks.add(task)  # the loop itself keeps no hold of tasks
        task.add_done_callback(self._tasks.discard)
        return batch

    def cancel(self, batch: Batch) -> None:
        """Ask a batch to end; `ApiError` when it is too late for that."""
        if batch.status in ("validating", "in_progress"):
            batch.enter("cancelling")
        elif batch.status not in ("cancelling", "cancelled"):
            raise ApiError(409, f"Cannot cancel a batch with status '{batch.status}'.")

    async def _live(self, run: _Run) -> None:
        batch, server = run.batch, self._server
        lines, errors = await read_lines(run.data, batch.endpoint, server.knows_model)
        await self._stay(run, "validating")
        if not run.cancelled:
            if run.doomed or self.behaviour.end == "failed":
                message = f"{self.behaviour.fail_code} (injected by the test server)"
                errors = [error_entry(LineError(self.behaviour.fail_code, message))]
            if errors:
                batch.errors = {"object": "list", "data": errors}
                batch.enter("failed")
                return
        run.lines = lines
        run.order = _shuffled(lines, list(range(len(lines))), self.behaviour.seed)
        batch.model = lines[0].body["model"] if lines else None
        batch.request_counts.total = len(lines)
        end = "cancelled" if run.cancelled else await self._progress(run)
        if not run.cancelled:
            batch.enter("cancelling" if end == "cancelled" else "finalizing")
        await self._stay(run, "finalizing")
        self._write(run, end)
        batch.enter(end)

    async def _stay(self, run: _Run, stage: str) -> None:
        """Let a stage's seconds pass; a batch that is cancelled while validating stays no more."""
        clock = asyncio.get_running_loop().time
        began = clock()
        while (left := getattr(self.behaviour, stage) - (clock() - began)) > 0.0:
            if run.cancelled and stage == "validating":
                return
            await asyncio.sleep(min(left, _TICK))

    async def _progress(self, run: _Run) -> str:
        """Work lines off until the batch is cancelled or its time is over; return its end."""
        run.batch.enter("in_progress")
        for number, line in enumerate(run.lines):
            self._server.stats.arrive(request_hash(line.body))
            if number % SLICE == 0:
                await asyncio.sleep(0)
        clock = asyncio.get_running_loop().time
        began = clock()
        while not run.cancelled:
            behaviour = self.behaviour
            spent, whole = clock() - began, behaviour.in_progress
            if spent >= whole and not behaviour.hold:
                break
            share = behaviour.finish_share
            if spent < whole:
                share = min(share, spent / whole)
            await self._finish(run, share)
            await asyncio.sleep(_TICK if behaviour.hold else min(_TICK, max(0.0, whole - spent)))
        end = self.behaviour.end
        if end in ("completed", "failed"):  # too late to fail
            await self._finish(run, 1.0)
            if not run.cancelled:
                return "completed"
        await self._finish(run, self.behaviour.finish_share, even_cancelled=True)
        return "cancelled" if run.cancelled else end

    async def _finish(self, run: _Run, share: float, even_cancelled: bool = False) -> None:
        """Work lines off until this share of them is finished."""
        wanted = round(share * len(run.lines))
        while len(run.results) < wanted and (even_cancelled or not run.cancelled):
            for index in run.order[len(run.results) : min(wanted, len(run.results) + SLICE)]:
                run.results[index] = self._work(run, run.lines[index])
            await asyncio.sleep(0)

    def _work(self, run: _Run, line: Line) -> tuple[bool, bytes]:
        """Return whether a line went well, and what stands in the file for it."""
        server, counts = self._server, run.batch.request_counts
        key = request_hash(line.body)
        self._seen[key] += 1
        job = Job(GENERATORS[0], line.body, key, self._seen[key])
        status = 200
        try:
            fault = self.behaviour.line_fault(key, job.seen)
            if fault is not None:
                server.stats.injected[f"batch_{fault}"] += 1
                raise injected_error(fault)
            server.examine(job, server.faults)
            if job.stream:
                raise ApiError(400, "'stream' cannot be used in a batch", param="stream")
            body = server.reply(job)[0]
        except ApiError as error:
            status, body = error.status, error.body
            counts.failed += 1
        else:
            # Usage comes last in a body, so the rest of it need not be read.
            usage = json.loads(body[body.rindex(b'"usage":') + 8 : -1])
            run.sent += usage["prompt_tokens"]
            run.made += usage["completion_tokens"]
            server.stats.answer(key)
            counts.completed += 1
        response = (
            f'{{"status_code":{status},"request_id":"req_{key}","body":{body.decode("utf-8")}}}'
        )
        return status == 200, _result(run.batch.id, line.custom_id, response, "null")

    def _write(self, run: _Run, end: str) -> None:
        """Write the output and error files of a batch, each only if it has a line."""
        batch, seed = run.batch, self.behaviour.seed
        good = [i for i in sorted(run.results) if run.results[i][0]]
        bad = [i for i in range(len(run.lines)) if i not in run.results or not run.results[i][0]]
        code, message = _LEFT_OVER.get(end, ("", ""))
        left_over = dumps({"code": code, "message": message})
        for name, indices in (("output", good), ("error", bad)):
            if not indices:
                continue
            written = b"".join(
                run.results[i][1]
                if i in run.results
                else _result(batch.id, run.lines[i].custom_id, "null", left_over)
                for i in _shuffled(run.lines, indices, seed)
            )
            file = self._files.add(f"{batch.id}_{name}.jsonl", "batch_output", written)
            setattr(batch, f"{name}_file_id", file.id)
        batch.usage = {
            "input_tokens": run.sent,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": run.made,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": run.sent + run.made,
        }
