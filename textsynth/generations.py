"""Generations of a run: briefs that wait for all before them, and build on what these brought."""

from __future__ import annotations

from textsynth.errors import JobError
from textsynth.lineup import Lineup
from textsynth.methods import Method
from textsynth.records import Sample


class Generations:
    """Holds the lineup at the end of each generation, and tells the method what that one brought.

    What was kept is handed over in the order of the briefs, so the next generation does not depend
    on who answered first.
    """

    def __init__(self, method: Method, lineup: Lineup) -> None:
        self.method, self._lineup = method, lineup
        self._size = method.generation()
        if self._size is not None and self._size < 1:
            asked = f"a generation of '{method.part}' must hold a brief, and has {self._size}"
            raise JobError(asked)
        self._kept: list[Sample] = []
        self.over = ""
        """Why the method wants no further generation; empty while it does."""
        lineup.fence = self._size

    @property
    def first(self) -> int | None:
        """How many briefs need nothing that was written before; None: all."""
        return self._size

    def keep(self, sample: Sample) -> None:
        """Notes a kept row of the generation under way."""
        if self._size is not None:
            self._kept.append(sample)

    def turned(self) -> bool:
        """Opens the next generation when its turn has come; whether it did."""
        fence = self._lineup.fence
        if self._size is None or fence is None or self._lineup.turn < fence or self.over:
            return False
        self.method = self.method.learned(self._kept)
        self._kept = []
        self.over = self.method.ends()
        if not self.over:
            self._lineup.fence = fence + self._size
        return not self.over
