"""Which brief is written next: open ones in order; none whose cells have enough under way.

What a brief comes to does not depend on this: one is passed over only when a quota that is full
keeps it out, which its own turn would find as well. One that is put off is written when it is
needed after all, at the latest when its turn comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping

from textsynth.counts import Quotas

AHEAD = 200_000
"""Briefs that may be under way or written beyond the one whose turn it is."""

MAX_SKIPS = 200_000
"""How many briefs in a row may be passed over for a quota before the run is closed."""

PUT_OFF = 20_000
"""Briefs that may wait because their quota has enough under way."""


class Lineup:
    """The briefs of a run in their order. `facets_of`: number of a brief → its facets."""

    def __init__(self, quotas: Quotas, facets_of: Callable[[int], Mapping[str, str]]) -> None:
        self.quotas, self.facets_of = quotas, facets_of
        self.turn = self.next = self.skips = 0
        self.fence: int | None = None
        """No brief from this number on is picked; None: no limit."""
        self._passed: set[int] = set()
        self._off: dict[tuple[str, ...], deque[int]] = {}
        self._waiting = 0

    @property
    def moved(self) -> tuple[int, int, int]:
        """Changes whenever something was picked, put off or passed over."""
        return self.turn, self.next, self._waiting

    @property
    def exhausted(self) -> bool:
        """Whether no brief in sight has a place in the quotas."""
        return self.skips >= MAX_SKIPS

    def advance(self) -> None:
        """The brief whose turn it was is decided on."""
        self.turn += 1
        while self.turn in self._passed:
            self._passed.discard(self.turn)
            self.turn += 1

    def pick(self, *, more: bool) -> int | None:
        """The next brief to write. Without `more` only the one whose turn it is, if it waits.

        None: there is none now that is worth writing.
        """
        if not self.quotas.left:
            return self._new() if more and self._ahead() else None
        self._pass_closed()
        for facets, waiting in self._off.items():
            if waiting[0] == self.turn:
                return self._take(facets)
        if not more:
            return None
        heads = [(waiting[0], facets) for facets, waiting in self._off.items()]
        for _, facets in sorted(heads):
            if self.quotas.room(self._named(facets)):
                return self._take(facets)
        return self._walk()

    def _walk(self) -> int | None:
        quotas = self.quotas
        while (
            quotas.some_room()
            and self._ahead()
            and self.skips < MAX_SKIPS
            and self._waiting < PUT_OFF
        ):
            facets = self.facets_of(self.next)
            if not quotas.open(facets):
                self.skips += 1
                self._pass(self._new())
                continue
            self.skips = 0
            if self.next == self.turn or quotas.room(facets):
                quotas.start(facets)
                return self._new()
            key = tuple(facets[facet] for facet in quotas.left)
            self._off.setdefault(key, deque()).append(self._new())
            self._waiting += 1
        return None

    def _ahead(self) -> bool:
        """Whether another brief may be looked at."""
        near = self.next - self.turn < AHEAD
        return near and (self.fence is None or self.next < self.fence)

    def _new(self) -> int:
        self.next += 1
        return self.next - 1

    def _pass(self, i: int) -> None:
        if i == self.turn:
            self.advance()
        else:
            self._passed.add(i)

    def _pass_closed(self) -> None:
        """Lets go of what waits for a quota that has become full."""
        for key in [key for key in self._off if not self.quotas.open(self._named(key))]:
            waiting = self._off.pop(key)
            self._waiting -= len(waiting)
            for i in waiting:
                self._pass(i)

    def _take(self, key: tuple[str, ...]) -> int:
        waiting = self._off[key]
        i = waiting.popleft()
        if not waiting:
            del self._off[key]
        self._waiting -= 1
        self.quotas.start(self._named(key))
        return i

    def _named(self, key: tuple[str, ...]) -> dict[str, str]:
        return dict(zip(self.quotas.left, key, strict=True))
