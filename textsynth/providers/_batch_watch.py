"""Looks at a batch until it has ended, and fetches what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from textsynth.providers._batch_api import BatchApi, GoneError
from textsynth.providers._batch_files import Results
from textsynth.providers._batch_ledger import ENDED, Submission

if TYPE_CHECKING:
    from openai.types import Batch as BatchObject

FETCHES = 4
"""How often results are fetched that come incomplete, before what is there is taken."""

SILENT_LOOKS = 10
"""Looks at a batch between two words on its progress."""

UNKNOWN_LOOKS = 5
"""Looks for a batch that was just made and does not show yet, before it counts as gone."""

LATE_LOOKS = 10
"""Looks for the results of a batch that has ended, before it counts as having none."""


class Watch:
    """Follows batches: `poll` seconds lie between two looks; `accepted` is told of one taken in."""

    def __init__(
        self,
        api: BatchApi,
        say: Callable[[str], None],
        poll: float,
        accepted: Callable[[], None],
    ) -> None:
        self._api, self._say, self._poll, self._accepted = api, say, poll, accepted

    async def until_end(self, submission: Submission) -> BatchObject:
        """The batch as it is when it has ended, with its results if it has any.

        Raises GoneError when the endpoint no longer has it.
        """
        assert submission.id is not None
        words = _Words(self._say, submission.id)
        late = looks = unknown = 0
        while True:
            try:
                seen = await self._api.look(submission.id)
            except GoneError:
                unknown += 1
                if unknown == UNKNOWN_LOOKS or submission.accepted.is_set():
                    raise
            else:
                # Endpoints differ in the case of their words; one that is new means: not yet.
                submission.state = state = seen.status.lower()
                if state not in ("validating", "failed") and not submission.accepted.is_set():
                    submission.accepted.set()
                    self._accepted()
                if state in ENDED:
                    if not _owes_results(seen) or late == LATE_LOOKS:
                        return seen
                    late += 1
                words.tell(state, seen)
            await self._pause(looks)
            looks += 1

    async def results(self, submission: Submission, seen: BatchObject) -> Results:
        """The results, whole as far as can be told: a line that is lost would be paid again."""
        results, counts = Results(), seen.request_counts
        wanted = counts.completed + counts.failed if counts else 0
        if submission.state == "completed":
            wanted = max(wanted, submission.size)
        try:
            for number in range(FETCHES):
                results.empty()
                if seen.output_file_id:
                    await self._api.append(seen.output_file_id, results.file)
                    results.end_line()
                if seen.error_file_id:
                    with contextlib.suppress(GoneError):  # it would say why, and no more than that
                        await self._api.append(seen.error_file_id, results.file)
                await results.index()
                if not results.broken and len(results) >= wanted:
                    break
                self._say(
                    f"batch {submission.id}: {len(results):,} of {wanted:,} results came whole"
                )
                await self._pause(number)
        except BaseException:
            results.close()
            raise
        return results

    async def _pause(self, number: int) -> None:
        """A second at first, longer from look to look, up to the seconds of `poll`."""
        await asyncio.sleep(min(self._poll, 1.5 ** min(number, 50)))


class _Words:
    """Tells how a batch goes: each new state at once, its counts every few looks."""

    def __init__(self, say: Callable[[str], None], batch_id: str) -> None:
        self._say, self._id = say, batch_id
        self._state = self._said = ""
        self._looks = 0

    def tell(self, state: str, seen: BatchObject) -> None:
        words = f"{state}, {progress(seen)}"
        self._looks += 1
        if state != self._state or (self._looks >= SILENT_LOOKS and words != self._said):
            self._say(f"batch {self._id}: {words}")
            self._state, self._said, self._looks = state, words, 0


def progress(batch: BatchObject) -> str:
    """How much of a batch is answered, in words."""
    counts = batch.request_counts
    if counts is None or not counts.total:
        return "nothing answered yet"
    failed = f", {counts.failed:,} failed" if counts.failed else ""
    return f"{counts.completed:,} of {counts.total:,} answered{failed}"


def _owes_results(batch: BatchObject) -> bool:
    """Whether a batch counts replies and names no file: some endpoints are late with it."""
    counts = batch.request_counts
    return counts is not None and counts.completed > 0 and not batch.output_file_id
