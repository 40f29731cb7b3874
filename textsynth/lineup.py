"""Which brief is written next: open ones in order; none whose cells have enough under way.

What a brief comes to does not depend on this: one is passed over only when a quota that is full
keeps it out, which its own turn would find as well. One that is put off is written when it is
needed after all, at the latest when its turn comes.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping

from textsynth.counts import Cell, Key, Quotas

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
        self._off: dict[Key, deque[int]] = {}
        """What waits, by its cells; `_heads`: the first of each; `_keys`: the keys of a cell."""
        self._heads: dict[int, Key] = {}
        self._keys: dict[Cell, set[Key]] = {}
        self._wakes: list[tuple[int, Key]] = []
        """First numbers of keys that may have room, smallest first; some are out of date."""
        self._woke: set[tuple[int, Key]] = set()
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
        if self.turn in self._heads:
            return self._take(self._heads[self.turn])
        if not more:
            return None
        woken = self._woken()
        return self._walk() if woken is None else woken

    def _walk(self) -> int | None:
        quotas = self.quotas
        while (
            quotas.some_room()
            and self._ahead()
            and self.skips < MAX_SKIPS
            and self._waiting < PUT_OFF
        ):
            key = quotas.key(self.facets_of(self.next))
            if not quotas.open_at(key):
                self.skips += 1
                self._pass(self._new())
                continue
            self.skips = 0
            if self.next == self.turn or quotas.room(key):
                quotas.start(key)
                return self._new()
            self._put_off(key)
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

    def _put_off(self, key: Key) -> None:
        """The next brief waits: a cell of it has enough under way. That cell wakes it."""
        if key not in self._off:
            self._off[key] = deque()
            self._heads[self.next] = key
            for cell in zip(self.quotas.left, key, strict=True):
                self._keys.setdefault(cell, set()).add(key)
        self._off[key].append(self._new())
        self._waiting += 1

    def _woken(self) -> int | None:
        """The first of the briefs that wait for which there is room now."""
        gained, self.quotas.gained = self.quotas.gained, []
        for cell in gained:
            for key in self._keys.get(cell, ()):
                self._wake(key)
        while self._wakes:
            head, key = entry = heapq.heappop(self._wakes)
            self._woke.discard(entry)
            if self._heads.get(head) == key and self.quotas.room(key):
                return self._take(key)
        return None

    def _wake(self, key: Key) -> None:
        entry = (self._off[key][0], key)
        if entry not in self._woke:
            self._woke.add(entry)
            heapq.heappush(self._wakes, entry)

    def _pass_closed(self) -> None:
        """Lets go of what waits for a quota that has become full."""
        filled, self.quotas.filled = self.quotas.filled, []
        for cell in filled:
            for key in list(self._keys.get(cell, ())):
                waiting = self._off[key]
                self._waiting -= len(waiting)
                self._gone(key)
                for i in waiting:
                    self._pass(i)

    def _take(self, key: Key) -> int:
        waiting = self._off[key]
        i = waiting[0]
        if len(waiting) > 1:
            del self._heads[i]
            waiting.popleft()
            self._heads[waiting[0]] = key
            self._wake(key)
        else:
            self._gone(key)
        self._waiting -= 1
        self.quotas.start(key)
        return i

    def _gone(self, key: Key) -> None:
        """Nothing waits under this key any more."""
        del self._heads[self._off.pop(key)[0]]
        for cell in zip(self.quotas.left, key, strict=True):
            self._keys[cell].discard(key)
