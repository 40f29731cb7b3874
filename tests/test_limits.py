"""When requests may leave, for simulated servers in virtual time."""

from __future__ import annotations

import heapq
import itertools
import math
import random
import re
from collections.abc import Callable

import pytest

from textsynth.limits import Limits, Outcome

Server = Callable[["World"], tuple[float, Outcome]]
"""What an endpoint does with a request that arrives now: (seconds until its answer, outcome)."""


class World:
    """An endpoint and a backlog that never ends, in virtual time."""

    def __init__(
        self, server: Server, limits: Limits, seed: int = 1, after: float | None = None
    ) -> None:
        self.server, self.limits, self.after, self.now = server, limits, after, 0.0
        self.random, self.serving = random.Random(seed), 0
        self.answers: list[tuple[float, Outcome]] = []
        self.levels = [(0.0, limits.allowed)]
        self._agenda: list[tuple[float, int, float | None, Outcome]] = []
        self._number = 0

    def run(self, answers: float = math.inf, until: float = math.inf) -> World:
        self._send()
        while len(self.answers) < answers and self.now < until:
            self.now, _, began, outcome = heapq.heappop(self._agenda)
            if began is not None:
                self.serving -= outcome == "ok"
                if outcome == "overload" and self.after is not None:
                    self.limits.retry_after(self.now, self.after)
                self.limits.done(self.now, began, outcome, words="503: busy")
                self.answers.append((self.now, outcome))
                self.levels.append((self.now, self.limits.allowed))
            self._send()
        return self

    def _send(self) -> None:
        while (pause := self.limits.wait(self.now)) == 0:
            self.limits.start(self.now)
            seconds, outcome = self.server(self)
            self.serving += outcome == "ok"
            self._plan(seconds, self.now, outcome)
        if pause is not None:
            self._plan(pause, None, "ok")

    def _plan(self, seconds: float, began: float | None, outcome: Outcome) -> None:
        self._number += 1
        heapq.heappush(self._agenda, (self.now + seconds, self._number, began, outcome))

    def mean_level(self, since: int = 0) -> float:
        """Mean of `allowed` over time, from that answer on."""
        part = self.levels[since:]
        area = sum(v * (u - t) for (t, v), (u, _) in itertools.pairwise(part))
        return area / (part[-1][0] - part[0][0])

    def bad_share(self, since: int = 0) -> float:
        part = self.answers[since:]
        return sum(outcome != "ok" for _, outcome in part) / len(part)

    def goodput(self, since: int = 0) -> float:
        """Good replies a second, from that answer on."""
        part = self.answers[since:]
        return sum(outcome == "ok" for _, outcome in part) / (part[-1][0] - part[0][0])


def lognormal(world: World) -> float:
    """Seconds as replies take them: mean 1, the middle nine tenths from 0.2 to 2.7."""
    return world.random.lognormvariate(-0.32, 0.8)


def room_for(
    room: Callable[[World], int], refusal: float = 0.05, refuses: float = 0.0, fails: float = 0.0
) -> Server:
    """Takes `room` requests at once, and refuses or fails some whatever the load."""

    def serve(world: World) -> tuple[float, Outcome]:
        luck = world.random.random()
        if world.serving >= room(world) or luck < refuses:
            return refusal, "overload"
        return lognormal(world), "fault" if luck < refuses + fails else "ok"

    return serve


def queue(workers: int, timeout: float = math.inf) -> Server:
    """Serves `workers` at once, a second each; the rest wait in line, until their time is out."""
    free = [0.0] * workers

    def serve(world: World) -> tuple[float, Outcome]:
        begins, seconds = max(free[0], world.now), world.random.uniform(0.5, 1.5)
        if begins + seconds > world.now + timeout:
            return timeout, "fault"
        heapq.heapreplace(free, begins + seconds)
        return begins + seconds - world.now, "ok"

    return serve


def down(since: float, until: float = math.inf) -> Server:
    return lambda world: (0.05, "fault") if since <= world.now < until else (1.0, "ok")


@pytest.mark.parametrize("refusal", [0.005, 0.05, 1.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_that_takes_sixteen_gets_sixteen(refusal: float, seed: int) -> None:
    world = World(room_for(lambda w: 16, refusal), Limits(64), seed).run(8000)
    assert world.bad_share(2000) < 0.1
    assert world.goodput(2000) > 0.93 * 16
    assert world.mean_level(2000) < 18


@pytest.mark.parametrize("seed", [1, 5, 7])
def test_refusals_as_slow_as_replies_show_the_room_too(seed: int) -> None:
    world = World(room_for(lambda w: 50, refusal=1.0), Limits(64), seed).run(8000)
    assert world.bad_share(2000) < 0.08
    assert world.goodput(2000) > 0.93 * 50


def test_it_shrinks_with_the_room_and_comes_back_within_fifteen_hundred_answers() -> None:
    def room(world: World) -> int:
        return 8 if 3000 <= len(world.answers) < 6000 else 64

    world = World(room_for(room), Limits(64), 3).run(7500)
    assert {level for _, level in world.levels[:3000]} == {64}
    assert world.mean_level(3300) < 64
    assert max(level for _, level in world.levels[3500:6000]) <= 12
    assert world.bad_share(3500) < 0.1
    assert world.levels[-1][1] >= 0.8 * 64


@pytest.mark.parametrize(("refuses", "fails"), [(0.1, 0.05), (0.0, 0.05), (0.2, 0.0)])
@pytest.mark.parametrize("refusal", [0.05, 1.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_failures_that_no_load_explains_cost_no_concurrency(
    refuses: float, fails: float, refusal: float, seed: int
) -> None:
    server = room_for(lambda w: 999, refusal, refuses, fails)
    world = World(server, Limits(64), seed, after=1.0).run(8000)
    assert world.mean_level() >= 0.95 * 64


@pytest.mark.parametrize("ceiling", [1, 4, 64, 256])
def test_replies_of_very_different_length_change_nothing(ceiling: int) -> None:
    world = World(room_for(lambda w: 999), Limits(ceiling)).run(4000)
    assert {level for _, level in world.levels} == {ceiling}
    assert world.goodput() > 0.9 * ceiling


def test_one_at_a_time_stays_one_at_a_time() -> None:
    world = World(room_for(lambda w: 999, refuses=0.3, fails=0.1), Limits(1), after=1.0).run(3000)
    assert {level for _, level in world.levels} == {1}
    assert world.goodput() > 0.9 * 0.9


def test_most_of_two_hundred_is_found() -> None:
    world = World(room_for(lambda w: 100), Limits(256)).run(12000)
    assert 95 < world.mean_level(4000) < 105
    assert world.goodput(4000) > 0.95 * 100


def test_a_server_that_queues_is_kept_busy_at_the_ceiling() -> None:
    world = World(queue(8), Limits(64)).run(4000)
    assert {level for _, level in world.levels} == {64}
    assert world.goodput() > 0.95 * 8


def test_a_queue_that_is_too_long_for_the_timeout_is_shortened() -> None:
    world = World(queue(8, timeout=5.0), Limits(64)).run(12000)
    assert world.mean_level(2000) < 48
    assert world.bad_share(2000) < 0.1
    assert world.goodput(2000) > 0.9 * 8


def test_a_used_up_minute_is_waited_for_and_leaves_concurrency_alone() -> None:
    sent: dict[int, int] = {}

    def serve(world: World) -> tuple[float, Outcome]:
        minute = int(world.now // 60)
        world.after = 60 - world.now % 60
        if sent.get(minute, 0) >= 600:
            return 0.05, "overload"
        sent[minute] = sent.get(minute, 0) + 1
        return lognormal(world), "ok"

    told: list[str] = []
    world = World(serve, Limits(64, on_change=told.append), after=0).run(until=599)
    assert world.goodput() > 0.95 * 10
    assert world.mean_level() > 0.8 * 64
    assert not [words for words in told if "in a row" in words]


def test_retry_after_holds_everybody_only_when_nothing_else_comes_back() -> None:
    limits = Limits(4)
    for turn in range(9):
        limits.start(turn)
        limits.done(turn, turn, "overload")
        limits.retry_after(turn + 5, 50.0)
        assert limits.wait(turn + 5) == 0  # too few answers to tell
    limits = Limits(4)
    for turn in range(121):
        now = turn / 4
        limits.start(now)
        limits.done(now, now, "overload" if turn % 4 else "ok")
        limits.retry_after(now, 50.0)
        assert limits.wait(now) == 0  # three in four refused, but something came back
    limits.retry_after(31.5, 5000.0)
    assert limits.wait(32) == pytest.approx(599.5)
    assert limits.reason == "the endpoint asked to wait"
    assert limits.wait(631.6) == 0


def test_an_endpoint_that_is_down_is_probed_ever_more_rarely() -> None:
    told: list[str] = []
    world = World(down(20), Limits(64, on_change=told.append)).run(until=250)
    opened = [words for words in told if "in a row" in words]
    assert re.fullmatch(
        r"the endpoint failed \d+ requests in a row: 503: busy; trying again in 5 s", opened[0]
    )
    assert [re.findall(r"in (\d+) s", words)[0] for words in opened] == ["5", "10", "20", "40"] + [
        "60"
    ] * (len(opened) - 4)
    failed = [now for now, outcome in world.answers if outcome == "fault"]
    assert sum(now < 25 for now in failed) < 300
    assert sum(now > 25 for now in failed) == len(opened) - 1
    assert world.limits.broken_since(world.now) == pytest.approx(world.now - 20, abs=1.5)
    assert world.limits.reason == "the endpoint fails: 503: busy"


@pytest.mark.parametrize("ceiling", [1, 64])
def test_an_endpoint_that_is_back_gets_all_it_had_within_a_minute(ceiling: int) -> None:
    told: list[str] = []
    world = World(down(20, 24), Limits(ceiling, on_change=told.append)).run(until=90)
    back = next(n for n, (now, kind) in enumerate(world.answers) if now > 26 and kind == "ok")
    assert world.levels[back + 1][1] == max(1, ceiling // 4)
    assert world.levels[-1][1] == ceiling
    assert world.limits.broken_since(world.now) == 0
    assert "the endpoint works again" in told
