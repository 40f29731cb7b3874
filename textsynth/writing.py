"""Writes one row of a run: the method asks, the filters that need no turn look, the judges ask."""

from __future__ import annotations

import asyncio

from textsynth.errors import ReplyError, RowTimeoutError, TextsynthError
from textsynth.guard import Used
from textsynth.llm import Llm
from textsynth.materials import Materials
from textsynth.methods import Method
from textsynth.outcomes import Outcome
from textsynth.records import Brief, Sample, sample_of
from textsynth.screening import Looked, Screening
from textsynth.turns import Drained, RowClock


class RowWriter:
    """Rows are written side by side and in any order; none depends on another."""

    def __init__(self, materials: Materials, llm: Llm, screening: Screening) -> None:
        self.job, self.plan = materials.job, materials.plan
        self.llm, self.screening, self.guard = llm, screening, llm.guard
        # A batch may take a day; nothing hangs in it.
        patient = any(fleet.provider.detached for fleet in llm.fleets)
        self._seconds = None if patient else self.job.row_timeout
        self.fault: TextsynthError | None = None
        """Why a brief could not be drawn: there is no row to put that in, the plan is at fault."""
        self.broken: Exception | None = None
        """What a broken filter raised, which is no fault of the row."""

    async def write(self, i: int, method: Method) -> Outcome:
        """What became of brief `i`: a sample, or the error that its row met.

        An outcome without brief and error was not written because nothing may be asked any more.
        """
        brief: Brief | None = None
        used = Used()
        deadline: asyncio.Timeout | None = None
        try:
            brief = self.plan.brief(i)
            rounds = self.llm.repairs.rounds(i)
            before = tuple([await self._earlier(method, brief, done) for done in range(rounds)])
            async with asyncio.timeout(self._seconds) as deadline:
                span = self.llm.tracing.row(i)
                ask, used = self.llm.ask_for(brief, RowClock(deadline), rounds=rounds)
                with span:
                    draft = await method.write(brief, ask)
            sample = sample_of(method.part, self.job.language, brief, draft, used.in_order())
            sample, leaked = self.guard.row(sample)
            looked = self._looked(sample)
            if self.screening.asks and not leaked:
                async with asyncio.timeout(self._seconds) as deadline:
                    looked = await self._judged(looked, brief, RowClock(deadline))
            return Outcome(brief, looked, None, used.in_order(), len(used.held), leaked, before)
        except Drained:
            return Outcome()
        except Exception as error:  # noqa: BLE001 - a fault of one row never takes the others along
            if brief is None:
                self.fault = self.fault or TextsynthError(f"brief {i} cannot be drawn: {error}")
            fault = error
            if isinstance(error, TimeoutError) and deadline is not None and deadline.expired():
                words = f"the row took longer than {self._seconds} s"
                fault = RowTimeoutError(words, fix="raise row_timeout")
            return Outcome(brief, None, fault, used.in_order(), len(used.held))

    async def _earlier(self, method: Method, brief: Brief, rounds: int) -> Looked | None:
        """A row that was sent back, as it was: its replies are in the journal."""
        ask, used = self.llm.ask_for(brief, rounds=rounds)
        try:
            draft = await method.write(brief, ask)
        except ReplyError:
            return None
        sample = sample_of(method.part, self.job.language, brief, draft, used.in_order())
        return self._looked(self.guard.row(sample)[0])

    def _looked(self, sample: Sample) -> Looked:
        try:
            return self.screening.look(sample)
        except Exception as error:
            if not isinstance(error, TextsynthError):
                self.broken = self.broken or error
            raise

    async def _judged(self, looked: Looked, brief: Brief, clock: RowClock) -> Looked:
        """What the filters that ask say of a row, as far as it is not dropped anyway."""
        return await self.screening.judge(
            looked, brief, lambda part: self.llm.ask_for(brief, clock, part)
        )
